"""Section 7, its second part: the search for hyperparameters (DLWP 4.5.7)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sevenfold.executor.tasks import Executor
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.terminal import Advance
from sevenfold.tuning.edges import Edge, edges
from sevenfold.tuning.halving import SearchSettings
from sevenfold.tuning.importance import Importance, judged_level
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.study import Show, search
from sevenfold.tuning.trial import TrialRecord

N_LEADERS = 5
LEADER_COLUMNS = ("trial", "network", "optimizer", "epochs", "accuracy")


class Search(Record):
    """What was searched, every trial, best first, how much each searched setting
    mattered after `importance_epoch` epochs, and where the best trials lie at an edge.
    """

    space: SearchSpace
    rungs: tuple[int, ...]
    trials: tuple[TrialRecord, ...]
    importances: tuple[Importance, ...]
    importance_epoch: int
    edges: tuple[Edge, ...]
    n_consultations: int

    def __str__(self) -> str:
        first, n_epochs = self.trials[0], sum(trial.last.epoch for trial in self.trials)
        seen = (
            "it diverged"
            if first.last.diverged
            else f"{100 * first.last.accuracy:.2f} % after {first.last.epoch} epochs"
        )
        return (
            f"{len(self.trials)} trials, {n_epochs} epochs; first: trial {first.number},"
            f" {first.configuration.network}, {seen}"
        )


def run_search(
    run: Run,
    development: DevelopmentSet,
    space: SearchSpace,
    settings: SearchSettings,
    *,
    executor: Executor,
) -> Search:
    """Search the space at `executor`, on one seed; a search that was cut off goes on in
    `tuning.db`.
    """
    n_epochs = settings.n_epochs(len(development.rounds[0]))
    (seed,) = run.seeds("search", 1)

    @contextmanager
    def progress(n_done: int) -> Iterator[tuple[Advance, Show]]:
        with run.terminal.leaderboard("Search", n_epochs, LEADER_COLUMNS, done=n_done) as (
            advance,
            show,
        ):
            yield advance, lambda trials: show(_leaders(trials))

    path = run.folder / layout.SEARCH
    found = search(
        path,
        development,
        space,
        settings,
        seed,
        engine=run.engine,
        precision=run.precision,
        executor=executor,
        progress=progress,
    )
    return Search(
        space=space,
        rungs=settings.rungs,
        trials=found.trials,
        importances=found.importances,
        importance_epoch=settings.rungs[judged_level([trial.scores for trial in found.trials])],
        edges=edges(space, found.trials),
        n_consultations=sum(len(trial.scores) for trial in found.trials),
    )


def _leaders(trials: Sequence[TrialRecord]) -> list[tuple[str, ...]]:
    """The first five trials so far, as rows of `LEADER_COLUMNS`."""
    best = sorted(trials, key=lambda trial: trial.rank)[:N_LEADERS]
    return [
        (
            str(trial.number),
            str(trial.configuration.network),
            (
                f"{trial.configuration.training.optimizer}"
                f" {trial.configuration.training.learning_rate:.2g}"
            ),
            str(trial.last.epoch),
            f"{100 * trial.last.accuracy:.2f} %",
        )
        for trial in best
    ]
