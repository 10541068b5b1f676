"""Ink on paper: which part of a picture was written, whatever the colour of the pen
and the paper, and however unevenly it was lit.
"""

import numpy as np

from sevenfold.predictor.paper import paper_of, quantile
from sevenfold.predictor.pieces import labelled

CELLS = 64
"""Along a side of a picture, by which is judged what hangs together."""
SPECK = 0.1
"""Of the ink of the largest piece: pieces with less are specks."""
TAIL = 0.004
"""Share of the ink beyond which rows and columns at the edge are specks."""


def ink_of(picture: np.ndarray) -> np.ndarray | None:
    """How much ink each pixel has: shape (h, w), float from 0 to 1; None where there is
    none. picture: shape (h, w), or (h, w, 3), uint8; dark on bright or bright on dark.

    Ink is what lies far to one side of the paper (see `paper_of`), on the side where
    most of what differs lies.
    """
    grey = _grey(picture)
    paper = paper_of(grey)
    apart, floor = grey - paper.brightness, paper.floor
    darker, brighter = (np.maximum(side - floor / 2, 0.0) for side in (-apart, apart))
    ink = darker if (darker**2).sum() >= (brighter**2).sum() else brighter
    strong = ink > floor / 2
    if not _hangs_together(strong):
        return None
    full = quantile(ink[strong], 0.8)
    ink = np.where(ink > max(floor / 2, 0.12 * full), ink / full, 0.0).clip(0.0, 1.0)
    return ink if ink.any() else None


def without_specks(ink: np.ndarray) -> np.ndarray:
    """The same without pieces that are small beside the largest, such as dirt; then
    without the rows and columns at the edges that next to no ink lies beyond.
    """
    ink = _large_pieces(ink)
    kept = np.zeros_like(ink)
    places = []
    for axis in (1, 0):
        share = np.cumsum(ink.sum(axis=axis)) / ink.sum()
        first = int(np.searchsorted(share, TAIL))
        last = int(np.searchsorted(share, 1.0 - TAIL))
        places.append(slice(first, last + 1))
    kept[places[0], places[1]] = ink[places[0], places[1]]
    return kept


def _hangs_together(strong: np.ndarray) -> bool:
    """Whether some pixel has two such neighbours or more, as those of the thinnest
    stroke have, and next to none of a million grains.
    """
    around = np.pad(strong, 1).astype(np.uint8)
    around = around[:-2] + around[1:-1] + around[2:]
    around = around[:, :-2] + around[:, 1:-1] + around[:, 2:]
    return bool((around[strong] >= 3).any())


def _large_pieces(ink: np.ndarray) -> np.ndarray:
    cells = [np.arange(length) * min(length, CELLS) // length for length in ink.shape]
    starts = [np.searchsorted(cell, np.arange(cell[-1] + 1)) for cell in cells]
    amount = np.add.reduceat(np.add.reduceat(ink, starts[0], axis=0), starts[1], axis=1)
    pieces, n_pieces = labelled(amount > 0)
    sizes = np.bincount(pieces.ravel(), amount.ravel(), n_pieces + 1)
    large = (sizes >= SPECK * sizes.max())[pieces]
    return np.where(large[np.ix_(*cells)], ink, 0.0)


def _grey(picture: np.ndarray) -> np.ndarray:
    """Brightness (ITU-R 601), float."""
    if picture.ndim == 3:
        return np.asarray(picture @ np.array([0.299, 0.587, 0.114]))
    return picture.astype(np.float64)
