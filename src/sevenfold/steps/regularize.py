"""Section 7: regularize and tune, on validation data only (DLWP 4.5.7)."""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.engine import Engine, TrainingSettings
from sevenfold.errors import SettingsError
from sevenfold.networks import N_CLASSES, NetworkSpec, Penalty, Rate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.run import Run
from sevenfold.statistics import Difference, paired_difference, smooth, unpaired_difference
from sevenfold.steps.overfit import SMOOTHING_WINDOW, Attempt, Overfit, turning_epoch
from sevenfold.terminal import Advance
from sevenfold.tuning.halving import SearchSettings
from sevenfold.tuning.importance import Importance
from sevenfold.tuning.places import Place, Task, open_place
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.study import SearchResult, Show, search
from sevenfold.tuning.trial import TrialRecord
from sevenfold.validation import Configuration, ScoredConfiguration, Validation, cross_validate, n_fits, scored
from sevenfold.warp import warp

READING_WINDOW = 5
N_LEADERS = 5
N_DRAWINGS = 5
LEADER_COLUMNS = ("trial", "network", "optimizer", "epochs", "accuracy")


class AblationSettings(Record):
    """The strength of each remedy that is tried on the overfitting model, and on how many of that model's seeds, if it has so many."""

    n_seeds: Annotated[int, Field(ge=2, le=50)] = 3
    dropout: Annotated[Rate, Field(gt=0.0)] = 0.5
    l2: Annotated[Penalty, Field(gt=0.0)] = 1e-4
    l1: Annotated[Penalty, Field(gt=0.0)] = 1e-5


class RegularizeSettings(Record):
    """The ablation, the search and the final comparison of the finalists."""

    ablation: AblationSettings = AblationSettings()
    space: SearchSpace = SearchSpace()
    search: SearchSettings = SearchSettings()
    n_finalists: Annotated[int, Field(ge=1, le=20)] = 2
    n_finalist_seeds: Annotated[int, Field(ge=2, le=50)] = 3


class AblationRow(Record):
    """One remedy against the overfitting model: same seeds, same batches, same number of epochs.

    at_best: scored at the variant's own epoch of least smoothed validation loss. at_end: after the whole budget.
    difference_at_best, difference_at_end: accuracy of the variant minus that of the overfitting model, read the same way.
    """

    name: str
    change: str
    at_best: ScoredConfiguration
    at_end: ScoredConfiguration
    difference_at_best: Difference | None
    difference_at_end: Difference | None
    val_loss_rise: float


class Finalist(Record):
    """A configuration of the search, trained afresh.

    search_accuracy: what the search saw (one seed, chosen as a maximum, so too good). fresh: the score on fresh seeds after
    exactly `fresh.epoch` epochs, an epoch read beforehand from the trial's own training.
    behind_best: accuracy of the best finalist minus this one's, with one standard error.
    """

    trial: int
    search_accuracy: float
    fresh: ScoredConfiguration
    behind_best: float
    standard_error: float
    within_one_se: bool
    chosen: bool


class Undistorted(Record):
    """The winner trained on the images as they are: same seeds, same batches, same number of epochs.

    difference: accuracy of this network minus that of the winner. field_rms: of the winner's elastic field, in pixels.
    """

    scored: ScoredConfiguration
    difference: Difference
    field_rms: float


class Regularize(Record):
    """The ablation table, the search, the finalists and the winner; `undistorted` where the winner was trained on distorted digits."""

    verdict: str
    ablation: tuple[AblationRow, ...]
    space: SearchSpace
    trials: tuple[TrialRecord, ...]
    importances: tuple[Importance, ...]
    rungs: tuple[int, ...]
    finalists: tuple[Finalist, ...]
    undistorted: Undistorted | None
    gain_over_overfit: Difference
    n_consultations: int

    @property
    def winner(self) -> Finalist:
        """The finalist that goes to the final test."""
        return next(finalist for finalist in self.finalists if finalist.chosen)


def run_regularize(run: Run, development: DevelopmentSet, settings: RegularizeSettings, overfit: Overfit) -> Regularize:
    """Try each remedy on the overfitting model, search the space, score the finalists afresh and pick the simplest good one."""
    ablation, base = _ablate(run, development, settings.ablation, overfit)
    with open_place(development, run.folder / "tuning", workers=run.workers, cluster=run.cluster) as place:
        found = _search(run, development, settings, place)
        finalists, validations = _finals(run, development, settings, found.trials, place)
        winner = next(finalist for finalist in finalists if finalist.chosen)
        best = validations[winner.trial]
        undistorted = _undistorted(run, development, settings, winner.fresh.configuration, best, place)
    trials = found.trials
    assert best.probabilities is not None
    run.save_arrays("predictions/validation.npz", {"labels": best.labels, "final": best.probabilities})
    gain = unpaired_difference(best.correct(winner.fresh.epoch), base.correct(reading_epoch(base.val_accuracy)))
    return Regularize(
        verdict=(
            f"{winner.fresh.configuration.network} for {winner.fresh.epoch} epochs: {winner.fresh.accuracy} on fresh seeds "
            f"({100 * gain.value:+.2f} points on the overfitting model); {len(trials)} trials, finalists: {len(finalists)}"
        ),
        ablation=ablation,
        space=settings.space,
        trials=trials,
        importances=found.importances,
        rungs=settings.search.rungs,
        finalists=finalists,
        undistorted=undistorted,
        gain_over_overfit=gain,
        n_consultations=len(ablation)
        - 1
        + sum(len(trial.scores) for trial in trials)
        + len(finalists)
        + (undistorted is not None),
    )


def variants(model: NetworkSpec, settings: AblationSettings) -> dict[str, tuple[str, NetworkSpec]]:
    """Each remedy's name, what it changes, and the overfitting network with it applied."""

    def having(**changes: object) -> NetworkSpec:
        return model.model_copy(update=changes)

    halves, doubles = tuple(max(1, w // 2) for w in model.hidden), tuple(2 * w for w in model.hidden)
    dropout, l2, l1 = settings.dropout, settings.l2, settings.l1
    return {
        "dropout": (f"dropout {dropout:g} after each hidden layer", having(hidden_dropout=dropout)),
        "l2": (f"L2 penalty {l2:g} on every kernel", having(l2=l2)),
        "l1": (f"L1 penalty {l1:g} on every kernel", having(l1=l1)),
        "less_capacity": ("half the units in each hidden layer", having(hidden=halves)),
        "more_capacity": ("twice the units in each hidden layer", having(hidden=doubles)),
        "dropout_l2": (f"dropout {dropout:g} and L2 penalty {l2:g}", having(hidden_dropout=dropout, l2=l2)),
    }


def _ablate(
    run: Run, development: DevelopmentSet, settings: AblationSettings, overfit: Overfit
) -> tuple[tuple[AblationRow, ...], Validation]:
    model, n_rounds = overfit.model, len(development.rounds)
    whole = Validation(**run.load_arrays(model.at_end.history), diverged_at=None)
    n_seeds = min(settings.n_seeds, len(whole.val_loss) // n_rounds)
    seeds, base = run.seeds("comparison", n_seeds), whole.first_repeats(n_seeds * n_rounds)
    training = model.at_end.configuration.training
    rows = [_base_row(model, base)]
    tried = variants(model.at_end.configuration.network, settings)
    configurations = [Configuration(network=network, training=training) for _, network in tried.values()]
    with run.terminal.stage("Ablation", len(tried) * n_fits(development, len(seeds)) * training.n_epochs) as advance:
        validations = cross_validate(development, configurations, seeds, engine=run.engine, advance=advance)
    for (name, (change, _)), configuration, validation in zip(tried.items(), configurations, validations, strict=True):
        rows.append(_ablation_row(run, name, change, configuration, validation, base, model))
    return tuple(rows), whole


def _base_row(model: Attempt, base: Validation) -> AblationRow:
    def row(score: ScoredConfiguration) -> ScoredConfiguration:
        return scored(score.name, score.configuration, base, score.epoch, score.history)

    return AblationRow(
        name="overfitting model",
        change="nothing",
        at_best=row(model.at_turn),
        at_end=row(model.at_end),
        difference_at_best=None,
        difference_at_end=None,
        val_loss_rise=_rise(base),
    )


def _ablation_row(
    run: Run, name: str, change: str, configuration: Configuration, validation: Validation, base: Validation, model: Attempt
) -> AblationRow:
    history = f"histories/ablation_{name}.npz"
    run.save_arrays(history, validation.arrays())
    best, end = turning_epoch(validation.val_loss), validation.val_loss.shape[1]
    return AblationRow(
        name=name.replace("_", " + ") if name == "dropout_l2" else name.replace("_", " "),
        change=change,
        at_best=scored(name, configuration, validation, best, history),
        at_end=scored(name, configuration, validation, end, history),
        difference_at_best=_difference(validation, best, base, model.at_turn.epoch),
        difference_at_end=_difference(validation, end, base, model.at_end.epoch),
        val_loss_rise=_rise(validation),
    )


def _rise(validation: Validation) -> float:
    curve = smooth(validation.val_loss, SMOOTHING_WINDOW).mean(axis=0)
    return float(curve[-1] - curve.min())


def _difference(first: Validation, first_epoch: int, second: Validation, second_epoch: int) -> Difference:
    return paired_difference(first.correct(first_epoch), second.correct(second_epoch))


def _search(run: Run, development: DevelopmentSet, settings: RegularizeSettings, place: Place) -> SearchResult:
    n_epochs = settings.search.n_epochs(len(development.rounds[0]))
    (seed,) = run.seeds("search", 1)

    @contextmanager
    def progress(n_done: int) -> Iterator[tuple[Advance, Show]]:
        with run.terminal.leaderboard("Search", n_epochs, LEADER_COLUMNS, done=n_done) as (advance, show):
            yield advance, lambda trials: show(_leaders(trials))

    path, space = run.folder / "tuning.db", settings.space
    return search(path, development, space, settings.search, seed, engine=run.engine, place=place, progress=progress)


def _leaders(trials: Sequence[TrialRecord]) -> list[tuple[str, ...]]:
    """The first five trials so far, as rows of `LEADER_COLUMNS`."""
    best = sorted(trials, key=lambda trial: trial.rank)[:N_LEADERS]
    return [
        (
            str(trial.number),
            str(trial.configuration.network),
            f"{trial.configuration.training.optimizer} {trial.configuration.training.learning_rate:.2g}",
            str(trial.last.epoch),
            f"{100 * trial.last.accuracy:.2f} %",
        )
        for trial in best
    ]


def _finals(
    run: Run, development: DevelopmentSet, settings: RegularizeSettings, trials: tuple[TrialRecord, ...], place: Place
) -> tuple[tuple[Finalist, ...], dict[int, Validation]]:
    """Read each finalist's number of epochs from its own trial, then train it afresh for that many on fresh seeds."""
    finite = [trial for trial in trials if not trial.last.diverged]
    if not finite:
        raise SettingsError("Every trial of the search diverged. Lower regularize.space.learning_rate.")
    # Only trials of one length compare, and only the longest show when to stop.
    best = tuple(trial for trial in finite if len(trial.scores) == len(finite[0].scores))[: settings.n_finalists]
    frozen = [_frozen(trial) for trial in best]
    seeds = run.seeds("finalists", settings.n_finalist_seeds)
    results = _validate(run, development, frozen, seeds, place, "Finalists")
    _require_finite(best, results)
    fresh: dict[int, ScoredConfiguration] = {}
    validations: dict[int, Validation] = {}
    for trial, configuration, validation in zip(best, frozen, results, strict=True):
        history = f"histories/finalist_{trial.number}.npz"
        run.save_arrays(history, validation.arrays())
        n_epochs = configuration.training.n_epochs
        fresh[trial.number] = scored(f"trial {trial.number}", configuration, validation, n_epochs, history)
        validations[trial.number] = validation
    return _choose(best, fresh, validations), validations


def _require_finite(trials: tuple[TrialRecord, ...], validations: list[Validation]) -> None:
    """A finalist that diverges on other seeds is no finalist; the user decides what to narrow."""
    for trial, validation in zip(trials, validations, strict=True):
        if validation.diverged_at is not None:
            rate = trial.configuration.training.learning_rate
            raise SettingsError(
                f"Finalist {trial.number} diverged at epoch {validation.diverged_at} on fresh seeds (learning rate {rate:.3g}). "
                "Lower the upper end of regularize.space.learning_rate."
            )


def _undistorted(
    run: Run, development: DevelopmentSet, settings: RegularizeSettings, winner: Configuration, best: Validation, place: Place
) -> Undistorted | None:
    """What the winner owes to distorted digits, where it has any: the same network without them; and a picture of them."""
    if not winner.training.distortion:
        return None
    _save_distorted(run, development, winner.training)
    training = winner.training.model_copy(update={"distortion": 0.0})
    configuration, n_epochs = winner.model_copy(update={"training": training}), training.n_epochs
    seeds = run.seeds("finalists", settings.n_finalist_seeds)
    (validation,) = _validate(run, development, [configuration], seeds, place, "Without distortions")
    if validation.diverged_at is not None:
        run.terminal.warn("Without distortions the chosen network diverged, so the report does not compare the two.")
        return None
    history = "histories/undistorted.npz"
    run.save_arrays(history, validation.arrays())
    return Undistorted(
        scored=scored("without distortions", configuration, validation, n_epochs, history),
        difference=_difference(validation, n_epochs, best, n_epochs),
        field_rms=winner.training.distortion * winner.training.warp.field_rms,
    )


def _save_distorted(run: Run, development: DevelopmentSet, training: TrainingSettings) -> None:
    """Keep a training image of each digit as it is, and drawn anew: originals (10, 28, 28), distorted (n, 10, 28, 28)."""
    digits = development.digits[development.rounds[0][0].train]
    first = [int((digits.labels == digit).argmax()) for digit in range(N_CLASSES)]
    originals, labels = digits.images[first], digits.labels[first]
    drawn = [warp(originals, labels, training.warp, seed, training.distortion) for seed in range(N_DRAWINGS)]
    run.save_arrays("pictures/distorted.npz", {"originals": originals, "distorted": np.stack(drawn)})


def _frozen(trial: TrialRecord) -> Configuration:
    """The trial's configuration with the number of epochs that its own training suggests."""
    training = trial.configuration.training
    n_epochs = reading_epoch(np.array([trial.curve]))
    return trial.configuration.model_copy(update={"training": training.model_copy(update={"n_epochs": n_epochs})})


def _validate(
    run: Run,
    development: DevelopmentSet,
    configurations: Sequence[Configuration],
    seeds: tuple[int, ...],
    place: Place,
    title: str,
) -> list[Validation]:
    """Cross-validate each configuration where the search ran; every seed is a task of its own. `title` names the progress."""
    function = functools.partial(_validate_one, engine=run.engine)
    tasks = [_validation_task(function, development, c, seed) for c in configurations for seed in seeds]
    with run.terminal.stage(title, sum(task.n_epochs for task in tasks)) as advance:
        parts = dict(place.run(tasks, advance))
    return [_joined([parts[i + j] for j in range(len(seeds))]) for i in range(0, len(tasks), len(seeds))]


def _validation_task(
    function: Callable[..., Validation], development: DevelopmentSet, configuration: Configuration, seed: int
) -> Task[Validation]:
    n_epochs = n_fits(development.unsearched(), 1) * configuration.training.n_epochs
    return Task(function, lambda: (configuration, seed), n_epochs, n_epochs * configuration.network.n_parameters)


def _validate_one(
    development: DevelopmentSet,
    configuration: Configuration,
    seed: int,
    *,
    engine: Engine,
    advance: Advance,
) -> Validation:
    (validation,) = cross_validate(
        development.unsearched(), [configuration], (seed,), engine=engine, with_probabilities=True, advance=advance
    )
    return validation


def _joined(parts: Sequence[Validation]) -> Validation:
    """Validations of one configuration by one seed each as the one by all of them; it ends where the first diverged."""
    n_epochs = min(part.val_loss.shape[1] for part in parts)
    curves = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "predictions")
    diverged = [part.diverged_at for part in parts if part.diverged_at is not None]
    probabilities = [part.probabilities for part in parts if part.probabilities is not None]
    return Validation(
        **{name: np.concatenate([getattr(part, name)[:, :n_epochs] for part in parts]) for name in curves},
        labels=parts[0].labels,
        diverged_at=min(diverged, default=None),
        probabilities=np.concatenate(probabilities) if probabilities else None,
    )


def reading_epoch(val_accuracy: np.ndarray) -> int:
    """The epoch (from 1) of the best smoothed mean validation accuracy; `val_accuracy` has shape (n_repeats, n_epochs)."""
    return int(smooth(val_accuracy, READING_WINDOW).mean(axis=0).argmax()) + 1


def _choose(
    trials: tuple[TrialRecord, ...], fresh: dict[int, ScoredConfiguration], validations: dict[int, Validation]
) -> tuple[Finalist, ...]:
    """The one-standard-error rule (Breiman et al. 1984, 3.4.3): the smallest network within one standard error of the best.

    The standard error is that of the paired difference to the best finalist, over digits and over seeds.
    """
    best = max(fresh, key=lambda number: (fresh[number].accuracy.value, -fresh[number].val_loss, -number))
    gaps = {number: _gap(validations[best], validations[number]) if number != best else (0.0, 0.0) for number in fresh}
    eligible = [number for number, (gap, error) in gaps.items() if gap <= error]
    chosen = min(eligible, key=lambda number: (fresh[number].n_parameters, -fresh[number].accuracy.value, number))
    return tuple(
        Finalist(
            trial=trial.number,
            search_accuracy=trial.last.accuracy,
            fresh=fresh[trial.number],
            behind_best=gaps[trial.number][0],
            standard_error=gaps[trial.number][1],
            within_one_se=trial.number in eligible,
            chosen=trial.number == chosen,
        )
        for trial in trials
    )


def _gap(best: Validation, other: Validation) -> tuple[float, float]:
    """How far `other` is behind `best` after their last epochs, and the standard error of that."""
    difference = best.correct(best.val_loss.shape[1]).astype(np.float64) - other.correct(other.val_loss.shape[1])
    n_repeats, n = difference.shape
    over_digits = difference.mean(axis=0).var(ddof=1) / n
    over_seeds = difference.mean(axis=1).var(ddof=1) / n_repeats if n_repeats > 1 else 0.0
    return float(difference.mean()), math.sqrt(over_digits + over_seeds)
