"""What stands before everything else: notices and the abstract."""

import dataclasses
import re

import pytest
from made_up_run import MNIST
from reports import folder_of, html_of, page_of

import sevenfold as sf
from sevenfold.config import load_config
from sevenfold.report.sections.front import words as front
from sevenfold.report.sections.front.words import subset_reason, title
from sevenfold.report.terms import Terms


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


def first_screen(kind: str) -> str:
    return page_of(kind).text.partition("Abstract")[0]


def abstract(kind: str) -> list[str]:
    """Its sentences, by the words that they begin with."""
    text = page_of(kind).text.partition("Abstract")[2].partition("Contents")[0]
    return re.split(r" (?=Problem\.|Method\.|Result\.|What it means\.)", text.rstrip())[1:]


def test_first_screen_gives_the_result_with_its_interval() -> None:
    text = first_screen("plain")
    assert "Test accuracy 98.6 % 95 % interval 97.1 to 99.3 %, for other digits" in text
    assert "Seven errors in 500 test digits" in text
    assert "No error at all in 500 test digits" in first_screen("no errors")


@pytest.mark.parametrize(
    ("kind", "said"),
    [("plain", "opened once in this"), ("subset, reopened", "opened three times in this")],
)
def test_first_screen_says_how_often_the_test_set_was_opened(kind: str, said: str) -> None:
    assert f"Test set {said} folder" in first_screen(kind)


def test_first_screen_shows_the_three_networks() -> None:
    html = html_of("plain")
    label = re.search(r'<svg[^>]*aria-label="([^"]+)"', html)
    assert label is not None
    for name in ("baseline", "overfitting model", "final network 98.6 %"):
        assert name in label[1]


def test_a_run_without_a_test_has_no_headline() -> None:
    for kind in ("interrupted", "no power", "nearly done"):
        assert 'id="result"' not in html_of(kind)
        assert 'id="figure-result"' not in html_of(kind)


@pytest.mark.parametrize("kind", ["plain", "own data", "writers in folds", "one error"])
def test_abstract_has_four_sentences(kind: str) -> None:
    lines = abstract(kind)
    assert [line.partition(".")[0] for line in lines] == [
        *("Problem", "Method", "Result", "What it means")
    ]
    assert all(len(line) < 330 for line in lines)


def test_abstract_is_composed_from_numbers() -> None:
    problem, method, result, meaning = abstract("plain")
    assert "ten digits 0 to 9 an image of 28 by 28 grey pixels" in problem
    assert "500 more were sealed" in problem
    assert "searched and" in method
    assert "hold-out on validation digits alone" in method
    assert "classifies 98.6 % [97.1, 99.3] of the test digits correctly" in result
    assert "on average over two seeds its recipe is" in result
    assert "Trained anew, it should misclassify 8 to 34" in meaning
    assert "of 1,000 other digits of this kind" in meaning


def test_abstract_of_a_network_that_shows_nothing_says_so() -> None:
    run = sf.read_run(folder_of("plain"))
    assert run.final_test is not None
    poor = dataclasses.replace(run, final_test=run.final_test.model_copy(update={"chance": 0.99}))
    assert front.abstract(poor, Terms.of(run.problem))[3].text.startswith("Nothing was shown:")


def test_section_8_says_what_the_network_was_chosen_on() -> None:
    text = page_of("plain").text
    assert "all settings searched were chosen on validation digits alone. With every" in text


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
