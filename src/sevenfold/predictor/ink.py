"""Ink on paper: which part of a picture was written, whatever the colour of the pen
and the paper, and however unevenly it was lit.
"""

import numpy as np

COARSE = 48
"""Samples along a side by which the brightness of paper is fitted."""
NOISE = 4.0
"""Robust standard deviations of the paper that ink must exceed."""
LEAST = 12.0
"""Grey levels of 255 by which ink differs from paper at least."""
TAIL = 0.004
"""Share of the ink beyond which rows and columns at the edge are specks."""


def ink_of(picture: np.ndarray) -> np.ndarray | None:
    """How much ink each pixel has: shape (h, w), float from 0 to 1; None where there is
    none. picture: shape (h, w), or (h, w, 3), uint8; dark on bright or bright on dark.

    The paper's brightness is a smooth surface through most of the picture; ink is what
    lies far to one side of it, on the side where most of what differs lies.
    """
    grey = _grey(picture)
    apart = grey - _paper(grey)
    spread = _quantile(np.abs(apart), 0.5) / 0.6745
    floor = max(LEAST, NOISE * spread)
    darker, brighter = (np.maximum(side - floor / 2, 0.0) for side in (-apart, apart))
    ink = darker if (darker**2).sum() >= (brighter**2).sum() else brighter
    strong = ink[ink > floor / 2]
    if len(strong) == 0:
        return None
    full = _quantile(strong, 0.8)
    ink = np.where(ink > max(floor / 2, 0.12 * full), ink / full, 0.0).clip(0.0, 1.0)
    return ink if ink.any() else None


def without_specks(ink: np.ndarray) -> np.ndarray:
    """The same without the rows and columns at the edges that next to no ink lies
    beyond.
    """
    kept = np.zeros_like(ink)
    places = []
    for axis in (1, 0):
        share = np.cumsum(ink.sum(axis=axis)) / ink.sum()
        first = int(np.searchsorted(share, TAIL))
        last = int(np.searchsorted(share, 1.0 - TAIL))
        places.append(slice(first, last + 1))
    kept[places[0], places[1]] = ink[places[0], places[1]]
    return kept


def _grey(picture: np.ndarray) -> np.ndarray:
    """Brightness (ITU-R 601), float."""
    if picture.ndim == 3:
        return np.asarray(picture @ np.array([0.299, 0.587, 0.114]))
    return picture.astype(np.float64)


def _paper(grey: np.ndarray) -> np.ndarray:
    """A surface of second degree through the paper, fitted again and again to what lies
    near it.
    """
    height, width = grey.shape
    rows = np.linspace(0, height - 1, min(height, COARSE)).round().astype(int)
    columns = np.linspace(0, width - 1, min(width, COARSE)).round().astype(int)
    samples = grey[np.ix_(rows, columns)]
    y, x = (
        2.0 * places / max(length - 1, 1) - 1.0
        for places, length in ((rows, height), (columns, width))
    )
    terms = _terms(y, x).reshape(-1, 6)
    values = samples.ravel()
    near = np.abs(values - _quantile(_border(grey), 0.5)) < 40.0
    if near.sum() < 40:
        near = np.ones(len(values), bool)
    surface = np.zeros(6)
    for _ in range(6):
        surface = np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
        apart = np.abs(values - terms @ surface)
        near = apart <= max(6.0, 2.5 * _quantile(apart[near], 0.5))
    whole = _terms(np.linspace(-1.0, 1.0, height), np.linspace(-1.0, 1.0, width))
    return np.asarray(whole @ surface)


def _terms(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """1, y, x, y^2, yx, x^2 at each point of a grid: shape (h, w, 6)."""
    down, across = np.meshgrid(y, x, indexing="ij")
    return np.stack([np.ones_like(down), down, across, down**2, down * across, across**2], axis=-1)


def _border(grey: np.ndarray) -> np.ndarray:
    return np.concatenate((grey[0], grey[-1], grey[:, 0], grey[:, -1]))


def _quantile(values: np.ndarray, share: float) -> float:
    """As NumPy's own, which imports all of `numpy.ma`: a tenth of the time that a first
    answer takes.
    """
    place = share * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    parted = np.partition(values, (below, above), axis=None)
    return float(parted[below] + (place - below) * (parted[above] - parted[below]))
