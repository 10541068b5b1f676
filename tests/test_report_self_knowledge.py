"""What section 8 says of the network's probabilities."""

from dataclasses import replace

import numpy as np
import pytest
from reports import RUNS, folder_of, page_of

from sevenfold.report.numbers import count
from sevenfold.report.page import render
from sevenfold.report.sections.self_knowledge import words
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun, read_run
from sevenfold.statistics import calibration, grouped_proportion
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.self_knowledge import SelfKnowledge


def knowing(kind: str = "plain") -> tuple[FinishedRun, Confidence, SelfKnowledge, Terms]:
    run = read_run(folder_of(kind))
    assert run.confidence is not None
    assert run.final_test is not None
    assert run.final_test.self_knowledge is not None
    return run, run.confidence, run.final_test.self_knowledge, Terms.of(run.problem)


@pytest.mark.parametrize(
    ("n_errors", "said"),
    [
        (5, "well within the promise"),
        (18, "as promised"),
        (25, "above the promise, as chance may have it"),
        (60, "the promise is broken"),
    ],
)
def test_a_promise_is_held_against_its_interval(n_errors: int, said: str) -> None:
    assert words.verdict(grouped_proportion(np.arange(1000) < n_errors, None), 0.02) == said


def test_the_promise_is_told_with_its_numbers() -> None:
    _, confidence, found, terms = knowing()
    unsure = confidence.unsure
    assert unsure is not None
    assert unsure.threshold
    said = words.promise(confidence, terms)
    assert f"an answer below {words.threshold(unsure.threshold)}\u00a0% counts as unsure" in said
    assert "at most 5\u00a0% of the sure answers on digits of the same kind are wrong" in said
    assert found.answered is not None
    assert found.answered.error is not None
    kept = words.kept(confidence, found, terms)
    assert words.verdict(found.answered.error, unsure.bound) in kept
    withheld = found.curve.n - found.answered.error.n
    assert f"Of the {count(withheld, 'answer')} withheld, " in kept


def test_writers_are_spoken_of_where_they_are_known() -> None:
    _, confidence, _, terms = knowing("writers")
    assert "of the same kind by other writers" in words.promise(confidence, terms)
    assert "The promise of at most 5 % errors" in page_of("writers").text
    assert "The promise of at most" not in page_of("plain").text


def test_where_nothing_can_be_promised_that_is_said() -> None:
    _, confidence, _, terms = knowing()
    assert confidence.unsure is not None
    none = confidence.unsure.model_copy(update={"threshold": None})
    said = words.promise(confidence.model_copy(update={"unsure": none}), terms)
    assert "400 validation digits with 32 errors cannot vouch for it" in said
    assert "come from one" in words.promise(confidence.model_copy(update={"unsure": None}), terms)
    everything = confidence.unsure.model_copy(update={"threshold": 0.0})
    said = words.promise(confidence.model_copy(update={"unsure": everything}), terms)
    assert "From now on every answer counts as sure." in said


@pytest.mark.parametrize(
    ("value", "n_errors", "said"),
    [
        (1.5, 9, "is 1.50, above 1: there the network was surer than it was right."),
        (0.8, 9, "is 0.80, below 1: there the network was less sure than it could have been."),
        (1.02, 9, "was about as sure as it should have been."),
        (1.0, 0, "the temperature stays 1 and changes nothing."),
    ],
)
def test_temperatures(value: float, n_errors: int, said: str) -> None:
    _, confidence, _, terms = knowing()
    heat = confidence.temperature.model_copy(update={"value": value})
    changed = confidence.model_copy(update={"temperature": heat, "n_errors": n_errors})
    assert words.temperature(changed, terms).endswith(said)


@pytest.mark.parametrize(
    ("sure", "n_wrong", "said"),
    [
        (0.5, 1, "No answer on the test digits has a probability above 99\u00a0%."),
        (1.0, 0, "Of the 200 answers 200 have a probability above 99\u00a0%, and none of these"),
        (1.0, 1, "; one of these is wrong and 199 right, so 0.5\u00a0% of such answers are errors"),
    ],
)
def test_certain_errors_stand_beside_certain_answers(sure: float, n_wrong: int, said: str) -> None:
    _, _, _, terms = knowing()
    p = np.tile([sure, 1.0 - sure], (200, 1))
    labels = (np.arange(200) < n_wrong).astype(np.uint8)
    assert said in words.confident(calibration(labels, p), terms)


def test_too_few_images_for_sets_are_named() -> None:
    _, confidence, found, terms = knowing()
    rule = confidence.conformal.model_copy(update={"quantile": None, "n": 60})
    said = words.sets(confidence.model_copy(update={"conformal": rule}), found, terms)
    assert "60 validation digits are too few (at least 99 are needed)" in said


def test_suspects_say_where_they_were_looked_for() -> None:
    run, confidence, _, terms = knowing()
    assert run.final_test is not None
    said = words.suspects(confidence, run.final_test, terms)
    assert "the other development digits were not. " in said
    found = confidence.suspects.model_copy(update={"n": run.final_test.n_trained_on})
    of_all = confidence.model_copy(update={"suspects": found})
    assert "(out of fold)" in words.suspects(of_all, run.final_test, terms)
    none = found.model_copy(update={"n_suspect": 0, "worst": ()})
    said = words.suspects(confidence.model_copy(update={"suspects": none}), run.final_test, terms)
    assert said.endswith("No label is in doubt.")


def test_a_run_of_before_is_silent() -> None:
    run, *_ = knowing()
    assert run.final_test is not None
    final = run.final_test.model_copy(update={"self_knowledge": None})
    page, figures = render(replace(run, confidence=None, final_test=final))
    assert "knows about itself" not in page
    assert not {"self-knowledge", "suspects"} & {figure.name for figure in figures}


def test_the_bound_is_drawn_and_each_suspect_shown() -> None:
    text, html = page_of("plain").text, page_of("plain").ids
    _, confidence, _, _ = knowing()
    assert {"figure-self-knowledge", "table-calibration", "figure-suspects"} <= set(html)
    assert text.count("→") >= len(confidence.suspects.worst) > 0
    assert "for each of four folds" in page_of("one error").text
    assert "no errors" in RUNS


def test_a_run_without_a_label_in_doubt_has_a_page() -> None:
    run = read_run(folder_of("plain"))
    assert run.confidence is not None
    none = run.confidence.suspects.model_copy(update={"n_suspect": 0, "worst": ()})
    page, figures = render(
        replace(run, confidence=run.confidence.model_copy(update={"suspects": none}))
    )
    assert "figure-suspects" not in page
    assert "suspects" not in {figure.name for figure in figures}
