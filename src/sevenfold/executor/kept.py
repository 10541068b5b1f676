"""Results of tasks that wait on disk for the rest of their step."""

from pathlib import Path

import numpy as np

from sevenfold.storage import arrays_to_npz, made_of_npz, write_atomically
from sevenfold.validation import Validation


class KeptValidations:
    """A folder with one file for each; a file is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, name: str, validation: Validation) -> None:
        """Put a validation on disk; it is there for good when this returns."""
        arrays = validation.arrays()
        if validation.probabilities is not None:
            arrays["probabilities"] = validation.probabilities
        if validation.diverged_at is not None:
            arrays["diverged_at"] = np.array(validation.diverged_at)
        write_atomically(self._path(name), arrays_to_npz(arrays))

    def load(self, name: str) -> Validation | None:
        """The one saved under this name, or None where it is gone or damaged: it is
        then trained again, alike.
        """
        return made_of_npz(self._path(name), _validation)

    def _path(self, name: str) -> Path:
        return self.folder / f"validated-{name}.npz"


def _validation(arrays: dict[str, np.ndarray]) -> Validation:
    diverged_at = arrays.pop("diverged_at", None)
    return Validation(**arrays, diverged_at=None if diverged_at is None else int(diverged_at))
