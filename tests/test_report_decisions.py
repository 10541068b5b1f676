"""Every decision with its rule, its figures and its alternative; who did what."""

import dataclasses
from importlib import metadata

import pytest
from reports import RUNS, folder_of, html_of, page_of

from sevenfold.report.references import CREDITS, LIBRARIES, licence_of
from sevenfold.report.sections.decisions.words import Decision, decisions
from sevenfold.report.sections.references.words import software
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun, read_run


def run_of(kind: str) -> FinishedRun:
    return read_run(folder_of(kind))


def made(run: FinishedRun) -> dict[str, Decision]:
    return {one.question: one for one in decisions(run, Terms.of(run.problem))}


@pytest.mark.parametrize(
    ("kind", "n"), [("plain", 9), ("interrupted", 5), ("nearly done", 7), ("no power", 4)]
)
def test_a_run_has_the_decisions_that_it_came_to(kind: str, n: int) -> None:
    assert len(made(run_of(kind))) == n
    assert html_of(kind).count('<tr><th scope="row">Which measure of success?') == 1


def test_figures_are_those_of_the_run() -> None:
    run = run_of("plain")
    assert run.success is not None
    assert run.overfit is not None
    assert run.final_test is not None
    found = made(run)
    measure = found["Which measure of success?"]
    assert f"{run.success.imbalance_ratio:.2f} times" in measure.value
    assert f"at most {run.success.balanced_ratio:.2f} times" in measure.threshold
    assert measure.choice == "accuracy"
    size = found["How large must a network be?"]
    assert f"{run.overfit.model.turn.threshold:.4f}" in size.threshold
    assert f"{run.overfit.model.turn.rise.mean:.4f}" in size.value
    assert found["Which result counts?"].choice == "98.6 %"
    assert found["Which result counts?"].value == "opened once"


def test_uneven_classes_are_decided_otherwise() -> None:
    run = run_of("plain")
    assert run.success is not None
    uneven = run.success.model_copy(update={"accuracy_suffices": False, "imbalance_ratio": 4.0})
    measure = made(dataclasses.replace(run, success=uneven))["Which measure of success?"]
    assert measure.choice == "accuracy, and macro F1 beside it"
    assert measure.instead == "accuracy alone would favour the most frequent digit"


@pytest.mark.parametrize(
    ("kind", "choice", "instead"),
    [
        ("plain", "hold-out", "K-fold cross-validation ±1.00 costs four trainings for each one"),
        ("one error", "K-fold cross-validation", "hold-out ±1.00 is too wide"),
        ("not reached", "iterated K-fold", "hold-out ±1.00 and K-fold cross-validation ±1.00 are"),
        ("interrupted", "hold-out", "the rule was not applied"),
    ],
)
def test_the_protocol_names_what_it_was_chosen_over(kind: str, choice: str, instead: str) -> None:
    protocol = made(run_of(kind))["How is validation done?"]
    assert protocol.choice == choice
    assert protocol.instead.startswith(instead)


@pytest.mark.parametrize(
    ("kind", "choice", "instead"),
    [
        ("plain", "single digits, by class", "no group is named that could be kept apart"),
        ("writers", "writers apart", "mixed, the baseline looks +0.4 points better"),
        ("writers in folds", "writers apart", "single digits would validate on writers that were"),
    ],
)
def test_groups_are_kept_apart_where_they_are_known(kind: str, choice: str, instead: str) -> None:
    groups = made(run_of(kind))["What stays together in a split?"]
    assert groups.choice == choice
    assert groups.instead.startswith(instead)


def test_a_network_without_power_stops_the_run() -> None:
    stopped = made(run_of("below common sense"))["Is there something to learn?"]
    assert stopped.choice == "stop here"
    assert "is worse than softmax regression" in stopped.instead
    open_ = made(run_of("no better than softmax"))["Is there something to learn?"]
    assert open_.choice == "go on"
    assert "is not told from softmax regression" in open_.instead


def test_the_best_seed_is_named_where_it_is_not_the_one_that_counts() -> None:
    run = run_of("plain")
    assert run.final_test is not None
    seeds = run.final_test.seed_accuracies
    better = seeds.model_copy(update={"values": (*seeds.values[:-1], 0.998)})
    final = run.final_test.model_copy(update={"seed_accuracies": better})
    tested = made(dataclasses.replace(run, final_test=final))["Which result counts?"]
    assert tested.choice == "98.6 %"
    assert tested.instead == "the best of two seeds has 99.8 %, which is known by looking alone"


@pytest.mark.parametrize("kind", RUNS)
def test_every_decision_has_all_its_parts(kind: str) -> None:
    for one in made(run_of(kind)).values():
        assert all(text.strip() for text in one[:7]), one


def test_code_credits_say_what_is_ours_and_what_a_library_did() -> None:
    text = page_of("plain").text
    for credit in CREDITS:
        assert f"{credit.part}{credit.ours}" in text.replace(" ", " ").replace("\n", "")
    assert "Optuna: proposals, importance of settings" in text


def test_licences_are_those_that_packages_state() -> None:
    here = metadata.version("numpy")
    assert licence_of("numpy", here) == metadata.metadata("numpy")["License-Expression"]
    assert licence_of("numpy", "0.1") == LIBRARIES["numpy"].licence
    assert licence_of("optuna", metadata.version("optuna")) == "MIT"
    run = run_of("plain")
    listed = software(run.description, run.problem, Terms.of(run.problem))
    assert ("NumPy", run.description.versions["numpy"]) in [
        (library.name, version) for library, version, _ in listed
    ]


@pytest.mark.parametrize("package", LIBRARIES)
def test_noted_licences_agree_with_the_packages(package: str) -> None:
    try:
        known = metadata.metadata(package).json
    except metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not installed")
    classifiers = [text for text in known.get("classifier", ()) if text.startswith("License")]
    stated = " ".join([str(known.get("license_expression", known.get("license"))), *classifiers])
    family = LIBRARIES[package].licence.split("-")[0]
    names = {"PSF": "Python Software Foundation"}
    assert names.get(family, family).casefold() in stated.casefold()
