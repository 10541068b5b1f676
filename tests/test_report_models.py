"""Sections 5 and 6: the baseline and the overfitting model."""

import pytest
from reports import folder_of, page_of

from sevenfold.report.sections import CLOSING, WORKFLOW
from sevenfold.report.sections.baseline.words import ends
from sevenfold.report.sections.overfit.words import (
    against_baseline,
    loss_and_accuracy,
    memorized,
    overfitting,
)
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import read_run
from sevenfold.statistics import proportion, spread
from sevenfold.validation import ScoredConfiguration


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("no power", "against always answering 1 it is not better beyond chance ("),
        ("below common sense", "against always answering 1 it is worse ("),
    ],
)
def test_run_without_power_ends_with_the_numbers_of_the_baseline(kind: str, verdict: str) -> None:
    page = page_of(kind)
    assert page.headings[-3:] == [section.heading for section in (WORKFLOW[4], *CLOSING)]
    first_screen, _, rest = page.text.partition("Abstract")
    assert "did not get beyond section 5" in first_screen
    section = rest.partition("Table 6.")[2].partition("10. References")[0]
    for text in (first_screen, section):
        assert verdict in text
        assert "in question" in text
    assert "No statistical power." in section
    assert "it has statistical power" not in section
    assert {"table-baseline", "figure-baseline"} <= set(page.ids)


def test_baseline_with_power_says_so() -> None:
    assert (
        "It beats both rivals beyond chance, so it has statistical power" in page_of("plain").text
    )
    assert "No statistical power" not in page_of("plain").text


def test_no_better_than_softmax_is_a_finding_and_the_report_goes_on() -> None:
    page = page_of("no better than softmax")
    assert "It beats the first rival beyond chance, so it has statistical power" in page.text
    assert "it cannot be told from the second, a finding" in page.text
    assert "9. Discussion and conclusions" in page.headings
    assert "No statistical power" not in page.text


@pytest.mark.parametrize(
    ("loss", "accuracy", "said"),
    [
        (0.1, 0.9, "lower in loss and higher in accuracy."),
        (0.1, 0.1, "lower in loss, though not higher in accuracy."),
        (0.9, 0.9, "no lower in loss, though higher in accuracy."),
        (0.9, 0.1, "no lower in loss and no higher in accuracy."),
    ],
)
def test_curves_of_the_baseline_end_somewhere(loss: float, accuracy: float, said: str) -> None:
    baseline = read_run(folder_of("plain")).baseline
    assert baseline is not None
    p = baseline.network.accuracy.model_copy(update={"value": accuracy})
    network = baseline.network.model_copy(update={"val_loss": loss, "accuracy": p})
    softmax = baseline.softmax.model_copy(
        update={"val_loss": 0.5, "accuracy": p.model_copy(update={"value": 0.5})}
    )
    changed = baseline.model_copy(update={"network": network, "softmax": softmax})
    assert ends(changed) == f"The small network ends {said}"


@pytest.mark.parametrize(
    ("rise", "reached", "said"),
    [
        ([-0.1, 0.1], False, "has not risen above its minimum. It serves"),
        ([-0.1, 0.3], False, "lies 0.1000 above its minimum, but it does not rise in every"),
        ([0.0, 0.02], False, "lies 0.0100 above its minimum, within the spread of 0.0350"),
        ([0.2, 0.25], True, "has risen by 0.2250 after six epochs (mean over two seeds)"),
    ],
)
def test_overfitting_is_told_as_it_is(rise: list[float], reached: bool, said: str) -> None:
    run = read_run(folder_of("plain"))
    assert run.overfit is not None
    assert run.evaluation_protocol is not None
    turn = run.overfit.model.turn.model_copy(update={"rise": spread(rise)})
    attempt = run.overfit.model.model_copy(update={"turn": turn})
    overfit = run.overfit.model_copy(update={"attempts": (attempt,), "reached": reached})
    assert said in overfitting(overfit, run.evaluation_protocol)
    assert "smaller" not in overfitting(overfit, run.evaluation_protocol)
    ladder = overfit.model_copy(update={"attempts": (attempt, attempt), "reached": True})
    assert overfitting(ladder, run.evaluation_protocol).endswith(
        "One smaller network did not overfit within its budget."
    )


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "classifies every one"), (0.9996, "all but a few"), (0.998, "99.8\u00a0%")],
)
def test_what_is_known_of_training_images_alone(share: float, said: str) -> None:
    run = read_run(folder_of("plain"))
    assert run.overfit is not None
    attempt = run.overfit.model.model_copy(update={"train_accuracy_at_end": share})
    overfit = run.overfit.model_copy(update={"attempts": (attempt,)})
    assert said in memorized(overfit, Terms.of(run.problem))


def test_overfitting_model_stands_above_the_baseline() -> None:
    assert "this one stands 4.0 points above the baseline." in page_of("plain").text


@pytest.mark.parametrize(("reached", "where"), [(True, "turning point"), (False, "loss is least")])
def test_no_turning_point_is_named_where_there_is_none(reached: bool, where: str) -> None:
    run = read_run(folder_of("plain"))
    assert run.overfit is not None
    said = against_baseline(run.overfit.model_copy(update={"reached": reached}))
    assert where in said
    assert ("turning" in said) is reached


@pytest.mark.parametrize(
    ("last", "accuracy", "said"),
    [
        (16, 0.9776, "(6 to 16), validation accuracy went from 97.40 to 97.76\u00a0%."),
        (16, 0.9740, "(6 to 16), validation accuracy stayed at 97.40\u00a0%."),
        (16, 0.9632, "(6 to 16), validation accuracy went from 97.40 to 96.32\u00a0%."),
        (6, 0.9740, "Here loss was least at the last epoch."),
    ],
)
def test_errors_need_not_stay_as_many_when_loss_rises(
    last: int, accuracy: float, said: str
) -> None:
    run = read_run(folder_of("plain"))
    assert run.overfit is not None
    model = run.overfit.model

    def read(epoch: int, value: float) -> ScoredConfiguration:
        changed = {"epoch": epoch, "accuracy": proportion(value * 10_000, 10_000)}
        return model.at_end.model_copy(update=changed)

    attempt = model.model_copy(update={"at_turn": read(6, 0.974), "at_end": read(last, accuracy)})
    assert loss_and_accuracy(run.overfit.model_copy(update={"attempts": (attempt,)})).endswith(said)


@pytest.mark.parametrize("claim", ["by heart", "stay as many", "last bit", "can leak"])
def test_no_more_is_claimed_than_was_seen(claim: str) -> None:
    assert claim not in page_of("plain").text
