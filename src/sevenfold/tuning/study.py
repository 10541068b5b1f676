"""The study: Optuna proposes, rungs decide who trains on, and everything decided is on disk before it counts."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import optuna
from pydantic import Field

from sevenfold.engine import Engine
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, digest_of
from sevenfold.terminal import Advance
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore, TrialState, train_to
from sevenfold.validation import Configuration

STUDY_NAME = "search"


class SearchSettings(Record):
    """How long to search and how to halve.

    Trials are proposed in batches. A batch trains to the first rung (epochs); of each rung the best 1 / `reduction` train on
    to the next (successive halving, Jamieson and Talwalkar 2016). Nothing about a batch depends on how its work is spread.
    """

    n_trials: Annotated[int, Field(ge=1)] = 45
    batch: Annotated[int, Field(ge=1)] = 9
    rungs: Annotated[tuple[int, ...], Field(min_length=1)] = (3, 9, 27)
    reduction: Annotated[int, Field(ge=2)] = 3

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Trials in each batch; the last may be smaller."""
        whole, rest = divmod(self.n_trials, self.batch)
        return (self.batch,) * whole + ((rest,) if rest else ())

    def n_epochs(self, n_folds: int) -> int:
        """Epochs that the whole search trains."""
        total = 0
        for size in self.batch_sizes:
            before = 0
            for rung in self.rungs:
                total += size * (rung - before)
                before, size = rung, max(1, size // self.reduction)
        return total * n_folds


class TrialRecord(Record):
    """One trial: what was tried and its score at each rung that it reached."""

    number: int
    configuration: Configuration
    scores: tuple[RungScore, ...]

    @property
    def last(self) -> RungScore:
        """The score at the highest rung reached."""
        return self.scores[-1]

    @property
    def rank(self) -> tuple[int, float, float, int]:
        """Sorts the best trial first: higher rung, higher accuracy, lower loss, earlier trial."""
        return (-self.last.epoch, -self.last.accuracy, self.last.loss, self.number)


@dataclass
class _Trial:
    """A trial at work: Optuna's handle, its settings, its scores so far and where its training stands."""

    handle: "optuna.trial.Trial"
    number: int
    configuration: Configuration
    scores: list[RungScore]
    state: TrialState


def search(
    path: Path,
    development: DevelopmentSet,
    space: SearchSpace,
    settings: SearchSettings,
    seed: int,
    *,
    engine: Engine,
    advance: Advance | None = None,
) -> tuple[TrialRecord, ...]:
    """Every trial of the search, best first. The study lives in the SQLite file `path` and goes on from what is there.

    The sampler is seeded anew for every proposal from `seed` and the number of the proposal, so that a study that was cut off
    proposes what it would have proposed. A proposal that repeats an earlier configuration is dropped and drawn again.
    """
    study = _open_study(path)
    records: list[TrialRecord] = []
    done = 0
    for size in settings.batch_sizes:
        trials = _propose(study, space, settings, seed, done, size)
        _run_batch(study, trials, development, settings, seed, engine, advance)
        records += [TrialRecord(number=t.number, configuration=t.configuration, scores=tuple(t.scores)) for t in trials]
        done += size
    return tuple(sorted(records, key=lambda record: record.rank))


def _open_study(path: Path) -> "optuna.study.Study":
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna.create_study(
        storage=f"sqlite:///{path}",
        study_name=STUDY_NAME,
        direction="maximize",
        load_if_exists=True,
        pruner=optuna.pruners.NopPruner(),
    )


def _propose(
    study: "optuna.study.Study", space: SearchSpace, settings: SearchSettings, seed: int, first: int, size: int
) -> list[_Trial]:
    """The trials `first` to `first + size`, asked for now or in an earlier, interrupted call."""
    known = _known(study)
    trials = [_resume(study, known[number]) for number in range(first, min(first + size, len(known)))]
    tried = {trial.user_attrs["configuration"] for trial in known}
    attempt = 0
    while len(trials) < size:
        number = first + len(trials)
        study.sampler = optuna.samplers.TPESampler(
            seed=int(digest_of([seed, number, attempt])[:8], 16), n_startup_trials=settings.batch
        )
        handle = study.ask()
        configuration = space.suggest(handle, settings.rungs[-1])
        text = json.dumps(configuration.model_dump(mode="json"))
        if text in tried and attempt < 100:
            study.tell(handle, state=optuna.trial.TrialState.FAIL)
            attempt += 1
            continue
        handle.set_user_attr("configuration", text)
        tried.add(text)
        attempt = 0
        trials.append(_Trial(handle, number, configuration, [], TrialState()))
    return trials


def _known(study: "optuna.study.Study") -> list["optuna.trial.FrozenTrial"]:
    """Trials whose proposal was completed, in order; a proposal that was cut off half-way is closed as failed."""
    frozen = study.get_trials(deepcopy=False)
    for trial in frozen:
        if trial.state == optuna.trial.TrialState.RUNNING and "configuration" not in trial.user_attrs:
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    return [trial for trial in frozen if "configuration" in trial.user_attrs]


def _resume(study: "optuna.study.Study", frozen: "optuna.trial.FrozenTrial") -> _Trial:
    scores = [RungScore.from_json(text) for name, text in sorted(frozen.user_attrs.items()) if name.startswith("rung")]
    configuration = Configuration.from_json(frozen.user_attrs["configuration"])
    handle = optuna.trial.Trial(study, frozen._trial_id)
    number = _known(study).index(frozen)
    return _Trial(handle, number, configuration, scores, TrialState())


def _run_batch(
    study: "optuna.study.Study",
    trials: list[_Trial],
    development: DevelopmentSet,
    settings: SearchSettings,
    seed: int,
    engine: Engine,
    advance: Advance | None,
) -> None:
    alive = trials
    for level, epoch in enumerate(settings.rungs):
        for trial in alive:
            if len(trial.scores) <= level:
                _train(trial, development, seed, epoch, level, engine, advance)
        ranked = sorted(alive, key=lambda t: (-t.scores[level].accuracy, t.scores[level].loss, t.number))
        n_promoted = max(1, len(alive) // settings.reduction) if level + 1 < len(settings.rungs) else len(alive)
        promoted = [trial for trial in ranked[:n_promoted] if not trial.scores[level].diverged]
        for trial in alive:
            if trial not in promoted:
                _tell(study, trial, optuna.trial.TrialState.PRUNED)
        alive = promoted
    for trial in alive:
        _tell(study, trial, optuna.trial.TrialState.COMPLETE)


def _train(
    trial: _Trial, development: DevelopmentSet, seed: int, epoch: int, level: int, engine: Engine, advance: Advance | None
) -> None:
    score, trial.state = train_to(trial.configuration, development, seed, trial.state, epoch, engine=engine, advance=advance)
    trial.handle.report(score.accuracy, step=epoch)
    trial.handle.set_user_attr(f"rung{level:02d}", score.model_dump_json())
    trial.scores.append(score)


def _tell(study: "optuna.study.Study", trial: _Trial, state: "optuna.trial.TrialState") -> None:
    if study.get_trials(deepcopy=False)[trial.handle.number].state == optuna.trial.TrialState.RUNNING:
        value = trial.scores[-1].accuracy if state == optuna.trial.TrialState.COMPLETE else None
        study.tell(trial.handle, value, state=state)
