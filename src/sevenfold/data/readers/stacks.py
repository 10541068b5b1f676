"""Pictures of one size gathered into one array as they come, so that none is there
twice.
"""

from collections.abc import Sequence

import numpy as np

from sevenfold import pictures
from sevenfold.data.images import Size


class Stack:
    """Room for `n` pictures of `size`, filled from the front. colour: whether they have
    three channels; None: as soon as one has a colour.
    """

    def __init__(self, n: int, size: Size, colour: bool | None) -> None:
        self._colour, self._n_there = colour, 0
        self._array = np.empty((n, *size, *((3,) if colour else ())), np.uint8)

    def add(self, fitted: Sequence[np.ndarray]) -> None:
        """Take up the next pictures, (h, w) or (h, w, 3)."""
        is_grey = self._array.ndim == 3
        if self._colour is None and is_grey and any(picture.ndim == 3 for picture in fitted):
            grey, self._array = self._array, np.empty((*self._array.shape, 3), np.uint8)
            self._array[: self._n_there] = grey[: self._n_there, ..., None]
        last = self._n_there + len(fitted)
        self._array[self._n_there : last] = pictures.stack(fitted, colour=self._array.ndim == 4)
        self._n_there = last

    def pixels(self) -> np.ndarray:
        """All that were added: (n, h, w) or (n, h, w, 3), uint8."""
        return self._array[: self._n_there]
