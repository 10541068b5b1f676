"""What stands before everything else: notices and the abstract."""

import pytest
from made_up_run import MNIST
from reports import page_of

from sevenfold.config import load_config
from sevenfold.report.sections.front.words import subset_reason, title


def test_notices_come_before_everything_else() -> None:
    text = page_of("subset, reopened").text.partition("Abstract")[0]
    assert "EMBEDDED SUBSET; not the full MNIST" in text
    assert "comes from 2,400 development digits and 500 test digits, all of them" in text
    assert "storage.example.org did not answer." in text
    assert "The test set was opened three times" in text
    assert "The reasons given:" in text
    assert "“a mistake in the plan”" in text
    assert "“<b>curiosity</b>”" in text


def test_a_run_without_faults_has_no_notice() -> None:
    text = page_of("plain").text.partition("Abstract")[0]
    for notice in ("EMBEDDED", "Partial report", "was opened"):
        assert notice not in text


def test_abstract_gives_the_result_with_its_interval_and_its_seeds() -> None:
    text = page_of("plain").text.partition("Abstract")[2].partition("Contents")[0]
    assert "classifies 98.6 % of 500 held-out test digits correctly" in text
    assert "with seven errors (95 % interval for other digits of this kind: 97.1 to" in text
    assert "That is an accuracy of this network. The recipe, trained anew from another" in text
    assert "which rests on few: two seeds." in text
    assert "with the first seed; on average over two seeds the final network is" in text
    assert (
        "were chosen on validation digits alone. The test set was opened once in this run" in text
    )


@pytest.mark.parametrize(
    ("dataset", "reason", "said"),
    [
        ("mnist", "x did not answer", "The subset was asked for by name (dataset = mnist)."),
        ("auto", "x did not answer", "The full MNIST could not be had: x did not answer."),
        ("auto", "", "The full MNIST was not at hand."),
    ],
)
def test_the_subset_is_explained(dataset: str, reason: str, said: str) -> None:
    provenance = MNIST.model_copy(update={"reason": reason})
    assert subset_reason(provenance, load_config("quick", {"dataset": dataset})) == said


def test_title_of_a_data_set() -> None:
    assert title(MNIST) == "Handwritten Digit Classification on the MNIST Dataset"
    own = MNIST.model_copy(update={"name": "my pets.npz"})
    assert title(own) == "Image Classification on the Data Set my pets.npz"
