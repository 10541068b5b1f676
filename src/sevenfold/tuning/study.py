"""The study: Optuna proposes, rungs decide who trains on, and everything decided is on
disk before it counts.
"""

import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sevenfold.engine import Engine, Precision
from sevenfold.errors import RunError
from sevenfold.executor.tasks import Executor, Task
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.terminal import Advance
from sevenfold.tuning.checkpoints import Checkpoints
from sevenfold.tuning.database import Database
from sevenfold.tuning.halving import SearchSettings, survivors
from sevenfold.tuning.importance import Importance, importances
from sevenfold.tuning.proposals import Known, propose
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore, TrialRecord, TrialState, train_to

__all__ = ["SearchResult", "SearchSettings", "TrialRecord", "identity_of", "search"]


class SearchResult(Record):
    """Every trial, best first, and how much each searched setting mattered."""

    trials: tuple[TrialRecord, ...]
    importances: tuple[Importance, ...]


Show = Callable[[Sequence[TrialRecord]], None]
OpenProgress = Callable[[int], AbstractContextManager[tuple[Advance, Show]]]
"""Given the epochs that are trained already, opens what is called after each further
epoch, and with the trials after each score.
"""


def identity_of(
    development: DevelopmentSet,
    space: SearchSpace,
    settings: SearchSettings,
    seed: int,
    engine: Engine,
    precision: Precision,
) -> dict[str, str]:
    """Everything that the scores of a search depend on, by the name that a user knows
    it by.
    """
    return {
        "data set or protocol": development.digest,
        "space": space.digest,
        "number of trials, batch or rungs": settings.digest,
        "seed": str(seed),
        "engine": engine,
        "precision": precision,
    }


def search(
    path: Path,
    development: DevelopmentSet,
    space: SearchSpace,
    settings: SearchSettings,
    seed: int,
    *,
    engine: Engine,
    precision: Precision = "float32",
    executor: Executor,
    progress: OpenProgress = lambda _: nullcontext((lambda: None, lambda _: None)),
) -> SearchResult:
    """Propose, halve and score. The study lives in the SQLite file `path` and goes on
    from what is there.

    The same arguments give the same trials, scores and order wherever and however often
    it was cut off: proposals depend on earlier waves only, and a trial's work is a pure
    function.

    Raises:
        RunError: `path` holds a search with another space, other settings, data or
        seed.
    """
    identity = identity_of(development, space, settings, seed, engine, precision)
    with Database.open(path, identity) as database:
        checkpoints = Checkpoints(path.with_suffix(""))
        study = Study(database, checkpoints, development, space, settings, seed, engine, precision)
        with progress(study.n_epochs_done) as (advance, show):
            for wave in range(settings.n_waves):
                study.run_wave(wave, executor, advance, show)
        study.checkpoints.keep_only(())
        known = [Known(*pair) for pair in zip(study.proposals, study.scores, strict=True)]
        trials = tuple(sorted(study.records(), key=lambda record: record.rank))
        return SearchResult(trials=trials, importances=importances(known))


class Study:
    """What is known of a search while it works: the proposals and, per trial, the
    scores of the rungs that it reached.
    """

    def __init__(
        self,
        database: Database,
        checkpoints: Checkpoints,
        development: DevelopmentSet,
        space: SearchSpace,
        settings: SearchSettings,
        seed: int,
        engine: Engine,
        precision: Precision,
    ) -> None:
        self.database, self.checkpoints = database, checkpoints
        self.space, self.settings, self.seed = space, settings, seed
        self.engine, self.precision = engine, precision
        self.images, self.n_folds = development.images, len(development.rounds[0])
        self.proposals = list(database.proposals)
        self.scores = list(database.scores)

    @property
    def n_epochs_done(self) -> int:
        """Epochs, on all folds, that the trials have trained and were scored for."""
        return self.n_folds * sum(scores[-1].epoch for scores in self.scores if scores)

    def run_wave(self, wave: int, executor: Executor, advance: Advance, show: Show) -> None:
        """Propose the wave's new batch, train everything that is due in it, and decide
        who trains on.
        """
        if wave < len(self.settings.batch_sizes):
            self._propose(wave)
        due = self._due(wave)
        missing = [(number, level) for number, level in due if len(self.scores[number]) <= level]
        if missing:  # a wave that is done says nothing of the states that later ones need
            self.checkpoints.keep_only({*due, *((number, level - 1) for number, level in missing)})
        tasks = [self._task(number, level) for number, level in missing]
        for index, (score, state) in executor.run(tasks, advance):
            self._acknowledge(*missing[index], score, state)
            show(self.records())
        self._close(wave)

    def records(self) -> list[TrialRecord]:
        """Every trial that has a score, in the order of numbers."""
        return [self._record(number) for number, scores in enumerate(self.scores) if scores]

    def _propose(self, wave: int) -> None:
        """Add the batch of this wave, or what is missing of it; a space that held too
        few settings before has no more.
        """
        first, size = wave * self.settings.batch, self.settings.batch_sizes[wave]
        if not first <= len(self.proposals) < first + size:
            return
        batch_of = [number // self.settings.batch for number in range(first)]
        known = [
            Known(self.proposals[n], self.scores[n][: wave - batch_of[n]]) for n in range(first)
        ]
        rungs = self.settings.rungs
        proposals = propose(
            self.space,
            known,
            size,
            images=self.images,
            seed=self.seed,
            n_epochs=rungs[-1],
            n_rungs=len(rungs),
            n_startup=self.settings.batch,
            precision=self.precision,
        )
        present = self.proposals[first:]
        if [proposal.text for proposal in present] != [
            proposal.text for proposal in proposals[: len(present)]
        ]:
            raise RunError(
                f"{self.database.path} was begun with another version of Optuna, which proposes"
                " other trials. Install that version again, or delete the file to search anew."
            )
        for proposal in proposals[len(present) :]:
            self.database.add_proposal(proposal)
            self.proposals.append(proposal)
            self.scores.append(())

    def _due(self, wave: int) -> list[tuple[int, int]]:
        """Trial and rung of everything that trains in a wave."""
        levels = {
            batch: self.settings.level(batch, wave)
            for batch in range(len(self.settings.batch_sizes))
        }
        return [
            (trial.number, level)
            for batch, level in levels.items()
            if level is not None
            for trial in self._survivors(batch, level)
        ]

    def _survivors(self, batch: int, level: int) -> list[TrialRecord]:
        first = batch * self.settings.batch
        numbers = range(first, min(first + self.settings.batch_sizes[batch], len(self.proposals)))
        return survivors(
            [self._record(number) for number in numbers], level, self.settings.reduction
        )

    def _task(self, number: int, level: int) -> Task[tuple[RungScore, TrialState]]:
        configuration, rungs = self.proposals[number].configuration, self.settings.rungs

        def arguments() -> tuple[object, ...]:
            state = self.checkpoints.load(number, level - 1) if level else TrialState()
            return configuration, self.seed, state, rungs[level]

        n_epochs = self.n_folds * (rungs[level] - (rungs[level - 1] if level else 0))
        return Task(
            functools.partial(train_to, engine=self.engine),
            arguments,
            n_epochs,
            n_epochs * configuration.network.n_parameters,
        )

    def _acknowledge(self, number: int, level: int, score: RungScore, state: TrialState) -> None:
        """Put a result on disk: first where training stands, then the score that makes
        it count.

        A trial whose state was lost has trained from its start again; its score then
        says no more than it would have without.
        """
        n_new = self.settings.rungs[level] - (self.settings.rungs[level - 1] if level else 0)
        score = score.model_copy(update={"curve": score.curve[-n_new:]})
        if level + 1 < len(self.settings.rungs) and not score.diverged:
            self.checkpoints.save(number, level, state)
        self.database.add_score(number, level, score)
        self.scores[number] += (score,)
        self.checkpoints.drop(number, level - 1)

    def _close(self, wave: int) -> None:
        """Tell the database which trials are pruned and which are complete."""
        last = len(self.settings.rungs) - 1
        due = self._due(wave)
        promoted = {number for number, _ in self._due(wave + 1)}
        for number, level in due:
            score = self.scores[number][level]
            if level == last and not score.diverged:
                self.database.close_trial(number, score.accuracy)
            elif number not in promoted:
                self.database.close_trial(number, None)

    def _record(self, number: int) -> TrialRecord:
        return TrialRecord(
            number=number,
            configuration=self.proposals[number].configuration,
            scores=self.scores[number],
        )
