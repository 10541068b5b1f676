"""States of paused trials on disk: each file is whole or not there, and none stays
longer than it is needed.
"""

import dataclasses
import io
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import numpy as np

from sevenfold.engine import FitState
from sevenfold.storage import made_of_npz, write_atomically
from sevenfold.tuning.trial import TrialState

PARTS = tuple(field.name for field in dataclasses.fields(FitState) if field.name != "epoch")
"""The fields of a `FitState` that hold arrays."""


class Checkpoints:
    """A folder with one file per paused trial and rung (or per paused training of
    section 8, rung 0).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, number: int, level: int, state: TrialState) -> None:
        """Put the state of trial `number` at rung `level` on disk; it is there for good
        when this returns.
        """
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **_arrays(state))
        write_atomically(self._path(number, level), buffer.getvalue())

    def load(self, number: int, level: int) -> TrialState:
        """The state saved, or an empty one where it is gone or damaged: the trial then
        trains up to there again, alike.
        """
        return made_of_npz(self._path(number, level), _state) or TrialState()

    def drop(self, number: int, level: int) -> None:
        """Delete the state of trial `number` at rung `level`, if there is one."""
        self._path(number, level).unlink(missing_ok=True)

    def keep_only(self, needed: Collection[tuple[int, int]]) -> None:
        """Delete every state but those of these (trial, rung) pairs, also what a killed
        process left half-written.
        """
        kept = {self._path(number, level) for number, level in needed}
        if self.folder.is_dir():
            for path in set(self.folder.glob("*trial*.npz*")) - kept:
                path.unlink()
            with suppress(OSError):  # there is still something in it
                self.folder.rmdir()

    def _path(self, number: int, level: int) -> Path:
        return self.folder / f"trial{number:04d}_rung{level}.npz"


def _arrays(state: TrialState) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {"n_folds": np.array(len(state.folds))}
    for i, fold in enumerate(state.folds):
        arrays[f"{i}_epoch"] = np.array(fold.epoch)
        for part in PARTS:
            values = getattr(fold, part)
            arrays[f"{i}_n_{part}"] = np.array(len(values))
            arrays |= {f"{i}_{part}_{j}": value for j, value in enumerate(values)}
    return arrays


def _state(arrays: dict[str, np.ndarray]) -> TrialState:
    def part(fold: int, name: str) -> tuple[np.ndarray, ...]:
        return tuple(arrays[f"{fold}_{name}_{j}"] for j in range(int(arrays[f"{fold}_n_{name}"])))

    folds = (
        FitState(int(arrays[f"{i}_epoch"]), **{name: part(i, name) for name in PARTS})
        for i in range(int(arrays["n_folds"]))
    )
    return TrialState(tuple(folds))
