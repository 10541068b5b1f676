"""Successive halving in waves: which trials train to which rung, and when."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from sevenfold.records import Settings
from sevenfold.tuning.trial import TrialRecord


class SearchSettings(Settings):
    """How long to search and how to halve.

    Trials are proposed in batches. A batch trains to the first rung (epochs); of each
    rung the best 1 / `reduction` train on to the next (successive halving, Jamieson and
    Talwalkar 2016).
    """

    n_trials: Annotated[int, Field(ge=1, le=10_000)] = 60
    """Configurations that are tried in all."""
    batch: Annotated[int, Field(ge=1, le=1_000)] = 15
    """Configurations that are proposed at the same time."""
    rungs: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (1, 4, 16)
    """Epochs after which trials are judged; they rise."""
    reduction: Annotated[int, Field(ge=2)] = 3
    """Of each rung the best 1 / reduction train on."""

    @model_validator(mode="after")
    def _check(self) -> "SearchSettings":
        if list(self.rungs) != sorted(set(self.rungs)):
            raise ValueError(
                f"rungs are numbers of epochs and must rise, but they are {list(self.rungs)}"
            )
        return self

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """Trials in each batch; the last may be smaller."""
        whole, rest = divmod(self.n_trials, self.batch)
        return (self.batch,) * whole + ((rest,) if rest else ())

    @property
    def n_waves(self) -> int:
        """Rounds of work in which the batches pass through the rungs.

        In wave w batch b trains to its rung number w - b, so that a new batch starts
        while the one before is halved: the work of a wave is independent, and there is
        enough of it for many workers. Proposals of wave w know all scores before it.
        """
        return len(self.batch_sizes) + len(self.rungs) - 1

    def level(self, batch: int, wave: int) -> int | None:
        """The rung, counted from 0, that a batch trains to in a wave; None where it
        rests.
        """
        level = wave - batch
        return level if 0 <= level < len(self.rungs) and batch < len(self.batch_sizes) else None

    def n_epochs(self, n_folds: int) -> int:
        """Epochs that the whole search trains."""
        total = 0
        for size in self.batch_sizes:
            before = 0
            for rung in self.rungs:
                total += size * (rung - before)
                before, size = rung, max(1, size // self.reduction)
        return total * n_folds


def survivors(batch: Sequence[TrialRecord], level: int, reduction: int) -> list[TrialRecord]:
    """The trials of a batch that train to the rung number `level`: the best of each
    rung below it; no diverged one.
    """
    alive = list(batch)
    for below in range(level):
        ranked = sorted(alive, key=lambda trial: (*trial.scores[below].rank, trial.number))
        alive = [
            trial
            for trial in ranked[: max(1, len(alive) // reduction)]
            if not trial.scores[below].diverged
        ]
    return alive
