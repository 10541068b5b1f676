"""A run as trackers know one: entries inside entries, each with settings, numbers and
curves.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sevenfold.records import Record, toml_value
from sevenfold.runs.reading import RESULTS, FinishedRun
from sevenfold.statistics.proportions import Interval
from sevenfold.steps.ablation import Ablation
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.learning_curve import LearningCurveFound
from sevenfold.steps.leave_one_out import LeaveOneOut
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.problem import Problem
from sevenfold.steps.saved_network import SavedNetwork
from sevenfold.steps.search import Search
from sevenfold.tuning.trial import TrialRecord
from sevenfold.validation import Configuration, ScoredConfiguration

Setting = str | int | float | bool
Curve = tuple[tuple[int, float], ...]
"""Values by step: the number of an epoch or of a seed, from 1, or of images."""
CURVES = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
"""Of a stored training, epoch by epoch."""


@dataclass(frozen=True)
class Entry:
    """One run of a tracker, and those inside it. Accuracies are shares; the ends of
    their intervals are `<name>_ci_low` and `<name>_ci_high`.
    """

    name: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    entries: tuple["Entry", ...] = ()


def entry_of(run: FinishedRun) -> Entry:
    """The whole run: its settings and headline numbers, an entry for each finished
    step, and in these one for each configuration that was trained.
    """
    steps = tuple(_step(run, name, found) for name in RESULTS if (found := getattr(run, name)))
    return Entry(
        name=run.folder.resolve().name,
        settings=flat(run.config),
        numbers=_headline(run),
        entries=steps,
    )


def flat(record: Record) -> dict[str, Setting]:
    """Every value of a record by its dotted name; lists as TOML writes them, and what
    is absent left out.
    """
    return dict(_leaves(record.model_dump(mode="json"), ""))


def _leaves(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Setting]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, toml_value(value) if isinstance(value, list) else value


def _headline(run: FinishedRun) -> dict[str, float]:
    numbers = {"seconds": sum(run.seconds.values())}
    if run.baseline is not None:
        numbers |= _interval("baseline_accuracy", run.baseline.network.accuracy)
    if run.overfit is not None:
        numbers |= _interval("overfit_accuracy", run.overfit.model.at_turn.accuracy)
    if run.finalists is not None:
        numbers |= _interval("val_accuracy", run.finalists.winner.fresh.accuracy)
    if run.final_test is not None:
        numbers |= _of_test(run.final_test)
    return numbers


def _step(run: FinishedRun, name: str, found: Record) -> Entry:
    entry = STEPS[name](run, found) if name in STEPS else Entry(name)
    return replace(entry, name=name, numbers={**entry.numbers, "seconds": run.seconds[name]})


def _problem(run: FinishedRun, found: Problem) -> Entry:
    n = {"n_development": found.n_development, "n_classes": len(found.class_counts)}
    return Entry("", numbers={**n, "n_duplicates": found.n_duplicates})


def _protocol(run: FinishedRun, found: EvaluationProtocol) -> Entry:
    sizes = {"n_train": found.n_train, "n_scored": found.n_scored}
    folds = {"n_folds": found.n_folds, "n_rounds": found.n_rounds}
    return Entry("", settings={"method": found.method}, numbers=sizes | folds)


def _baseline(run: FinishedRun, found: Baseline) -> Entry:
    return Entry(
        "",
        numbers=_interval("majority_accuracy", found.majority)
        | _interval("over_softmax", found.over_softmax),
        entries=(_trained(run, found.softmax), _trained(run, found.network)),
    )


def _overfit(run: FinishedRun, found: Overfit) -> Entry:
    return Entry(
        "",
        numbers={"reached": found.reached, "epoch": found.model.turn.epoch},
        entries=tuple(
            _trained(run, attempt.at_turn, loss_rise=attempt.turn.rise.mean)
            for attempt in found.attempts
        ),
    )


def _ablation(run: FinishedRun, found: Ablation) -> Entry:
    changes = found.differences("at_best")
    return Entry(
        "",
        entries=tuple(
            _trained(
                run,
                row.reading.at_best,
                row.remedy,
                **_interval("difference", changes[row.remedy]),
            )
            for row in found.rows
        ),
    )


def _search(run: FinishedRun, found: Search) -> Entry:
    return Entry(
        "",
        numbers={
            "n_trials": len(found.trials),
            "best_accuracy": found.trials[0].last.accuracy,
            **{f"importance_{one.name}": one.value for one in found.importances},
        },
        entries=tuple(map(_trial, sorted(found.trials, key=lambda trial: trial.number))),
    )


def _trial(trial: TrialRecord) -> Entry:
    last = trial.last
    return Entry(
        f"trial {trial.number}",
        settings=_settings(trial.configuration),
        numbers={
            "accuracy": last.accuracy,
            "loss": last.loss,
            "epoch": last.epoch,
            "diverged": last.diverged,
            "n_parameters": trial.configuration.network.n_parameters,
        },
        curves={"val_accuracy": _from_one(trial.curve)},
    )


def _finalists(run: FinishedRun, found: Finalists) -> Entry:
    return Entry(
        "",
        numbers=_interval("over_overfit", found.gain_over_overfit),
        entries=tuple(
            _trained(
                run,
                one.fresh,
                f"trial {one.trial} afresh",
                chosen=one.chosen,
                search_accuracy=one.search_accuracy,
            )
            for one in found.finalists
        ),
    )


def _leave_one_out(run: FinishedRun, found: LeaveOneOut) -> Entry:
    changes = found.differences
    return Entry(
        "",
        entries=tuple(
            _trained(
                run,
                row.scored,
                f"without {row.thing}",
                **_interval("difference", changes[row.thing]),
            )
            for row in found.rows
        ),
    )


def _learning_curve(run: FinishedRun, found: LearningCurveFound) -> Entry:
    error = tuple((point.n_train, point.errors.mean) for point in found.points)
    return Entry("", curves={"val_error_by_images": error})


def _confidence(run: FinishedRun, found: Confidence) -> Entry:
    return Entry("", numbers={"temperature": found.temperature.value, "n": found.n})


def _final_test(run: FinishedRun, found: FinalTest) -> Entry:
    return Entry(
        "",
        settings=_settings(found.configuration),
        numbers=_of_test(found),
        curves={"test_accuracy_by_seed": _from_one(found.seed_accuracies.values)},
    )


def _saved_network(run: FinishedRun, found: SavedNetwork) -> Entry:
    largest = found.largest_difference
    return Entry("", numbers={} if largest is None else {"largest_difference": largest})


STEPS: Mapping[str, Callable[[FinishedRun, Any], Entry]] = {
    "problem": _problem,
    "evaluation_protocol": _protocol,
    "baseline": _baseline,
    "overfit": _overfit,
    "ablation": _ablation,
    "search": _search,
    "finalists": _finalists,
    "leave_one_out": _leave_one_out,
    "learning_curve": _learning_curve,
    "confidence": _confidence,
    "final_test": _final_test,
    "saved_network": _saved_network,
}
"""What is told of a step beside its seconds."""


def _of_test(found: FinalTest) -> dict[str, float]:
    return {
        **_interval("test_accuracy", found.scores.accuracy),
        **_interval("test_recipe_accuracy", found.recipe),
        "test_errors": found.scores.n_errors,
        "test_log_loss": found.scores.log_loss,
        "test_macro_f1": found.scores.macro_f1,
        "n_test": found.n_test,
        "n_openings": found.n_openings,
        "n_parameters": found.n_parameters,
        **({"test_errors_averaged": found.averaged.n_errors} if found.averaged else {}),
    }


def _trained(
    run: FinishedRun, score: ScoredConfiguration, name: str | None = None, **numbers: float
) -> Entry:
    """A configuration with its score and, as means over repeats, its stored curves."""
    stored = run.arrays(score.history)
    return Entry(
        name or score.name,
        settings=_settings(score.configuration),
        numbers={
            **_interval("accuracy", score.accuracy),
            "accuracy_sd_over_seeds": score.over_seeds.sd,
            "loss": score.val_loss,
            "epoch": score.epoch,
            "n_parameters": score.n_parameters,
            **numbers,
        },
        curves={
            curve: _from_one(stored[curve].mean(axis=0).tolist())
            for curve in CURVES
            if stored[curve].size
        },
    )


def _settings(configuration: Configuration) -> dict[str, Setting]:
    """What was trained and how; how images are distorted only where they are."""
    distorted = configuration.training.distortion > 0.0
    return {
        name: value
        for name, value in flat(configuration).items()
        if distorted or not name.startswith("training.warp.")
    }


def _interval(name: str, found: Interval) -> dict[str, float]:
    return {
        name: found.value,
        f"{name}_ci_low": found.ci_low,
        f"{name}_ci_high": found.ci_high,
    }


def _from_one(values: tuple[float, ...] | list[float]) -> Curve:
    return tuple(enumerate(values, start=1))
