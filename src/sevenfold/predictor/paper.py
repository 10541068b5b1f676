"""Paper: what was written on, however unevenly it was lit and whatever its colour."""

from dataclasses import dataclass

import numpy as np

from sevenfold.predictor.pieces import labelled

COARSE = 48
"""Samples along a side by which the brightness of paper is fitted."""
LIKE = 40.0
"""Grey levels of 255 from the usual one of the border that paper is sought within."""
AROUND = 0.75
"""Share of a picture's border that is paper at least, or its border says nothing."""
TWO = 0.7
"""Of the samples' variance that dark and bright explain at least (noise's: 2 / pi)."""
PIECE = 0.01
"""Share of the samples that hang together at least, or they are specks."""
NOISE = 4.0
"""Robust standard deviations of the paper that ink must exceed."""
LEAST = 12.0
"""Grey levels of 255 by which ink differs from paper at least."""
MOST = 0.4
"""Of the way from paper to ink: what differs so far is ink, on any paper."""


@dataclass(frozen=True)
class Paper:
    """brightness: at each pixel, shape (h, w), grey levels of 255. floor: grey levels
    from there that paper itself stays within.
    """

    brightness: np.ndarray
    floor: float


def paper_of(grey: np.ndarray) -> Paper:
    """The paper of a picture in grey, shape (h, w), float from 0 to 255: a surface of
    second degree through what is like its border and, fitted again and again, near to
    that.

    Where what lies near is not what surrounds the picture, somebody cut it close to the
    ink or into it. Then it is parted into dark and bright, and paper is a plane through
    the part that is in more pieces (ink hangs together, the paper around and inside it
    does not), or, both in as many, lies in more of the corners.
    """
    samples, terms = _sampled(grey)
    values = samples.ravel()
    near = np.abs(values - quantile(border_of(grey), 0.5)) < LIKE
    if near.sum() < 40:
        near = np.ones(len(values), bool)
    surface, apart, limit = _fitted(terms, values, near)
    most = np.inf
    reach = min(max(2.0 * limit, LEAST), LIKE)
    surrounded = _surrounds((apart <= reach).reshape(samples.shape))
    if not surrounded and (parted := _parted(samples)):
        near, contrast = parted
        plane, apart, limit = _fitted(terms[:, :3], values, near, within=near)
        surface, most = np.append(plane, np.zeros(3)), MOST * contrast
    spread = quantile(apart[apart <= 2.0 * limit], 0.5) / 0.6745
    floor = float(min(max(LEAST, NOISE * spread), most))
    return Paper(_everywhere(surface, *grey.shape), floor)


def border_of(field: np.ndarray) -> np.ndarray:
    """The outermost rows and columns in one, corners twice."""
    return np.concatenate((field[0], field[-1], field[:, 0], field[:, -1]))


def quantile(values: np.ndarray, share: float) -> float:
    """As NumPy's own, which imports all of `numpy.ma`: a tenth of the time that a first
    answer takes.
    """
    place = share * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    parted = np.partition(values, (below, above), axis=None)
    return float(parted[below] + (place - below) * (parted[above] - parted[below]))


def _sampled(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples on a grid, shape (n_rows, n_columns), and the terms of each."""
    places = [
        np.linspace(0, length - 1, min(length, COARSE)).round().astype(int) for length in grey.shape
    ]
    y, x = (
        2.0 * place / max(length - 1, 1) - 1.0
        for place, length in zip(places, grey.shape, strict=True)
    )
    return grey[np.ix_(*places)], _terms(y, x).reshape(-1, 6)


def _terms(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """1, y, x, y^2, yx, x^2 at each point of a grid: shape (h, w, 6)."""
    down, across = np.meshgrid(y, x, indexing="ij")
    return np.stack([np.ones_like(down), down, across, down**2, down * across, across**2], axis=-1)


def _everywhere(surface: np.ndarray, height: int, width: int) -> np.ndarray:
    """The surface at each pixel, without an array for each of its terms."""
    one, down, across, down2, both, across2 = surface
    y, x = np.linspace(-1.0, 1.0, height)[:, None], np.linspace(-1.0, 1.0, width)
    whole = both * y * x
    whole += one + y * (down + down2 * y)
    whole += x * (across + across2 * x)
    return np.asarray(whole)


def _fitted(
    terms: np.ndarray, values: np.ndarray, near: np.ndarray, within: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, float]:
    """The surface through what is near it, begun with `near`, how far each value is
    from it, and how far is near. within: what may be near; None is all.
    """
    for _ in range(6):
        surface = np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
        apart = np.abs(values - terms @ surface)
        limit = max(6.0, 2.5 * quantile(apart[near], 0.5))
        near = apart <= limit if within is None else within & (apart <= limit)
    return surface, apart, limit


def _surrounds(is_paper: np.ndarray) -> bool:
    corners = is_paper[[0, 0, -1, -1], [0, -1, 0, -1]]
    return bool(border_of(is_paper).mean() >= AROUND and corners.sum() >= 3)


def _parted(samples: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Which samples are surely paper, shape (n,), and how far ink is from it; None
    where these are not two kinds.
    """
    threshold, share = _threshold(samples)
    if share < TWO:
        return None
    bright = samples > threshold
    corners = bright[[0, 0, -1, -1], [0, -1, 0, -1]].sum() - 2
    votes = _n_pieces(bright) - _n_pieces(~bright) or corners or border_of(bright).mean() - 0.5
    is_paper = bright if votes > 0 else ~bright
    paper, ink = (quantile(samples[part], 0.5) for part in (is_paper, ~is_paper))
    contrast = abs(paper - ink)
    return (is_paper & (np.abs(samples - paper) <= contrast / 4)).ravel(), contrast


def _threshold(samples: np.ndarray) -> tuple[float, float]:
    """Between dark and bright, so that their means explain most of the variance, and
    that share of it (Otsu 1979, "A threshold selection method from gray-level
    histograms").
    """
    values = np.sort(samples, axis=None)
    n, sums = np.arange(1, len(values)), np.cumsum(values)
    apart = (sums[-1] - sums[:-1]) / n[::-1] - sums[:-1] / n
    between = n * n[::-1] * apart**2 / len(values) ** 2
    place = int(between.argmax())
    threshold = float(values[place] + values[place + 1]) / 2
    return threshold, float(between[place] / max(values.var(), 1e-9))


def _n_pieces(part: np.ndarray) -> int:
    """How many pieces that are no specks hang together, corners included."""
    pieces, _ = labelled(part)
    return int((np.bincount(pieces[part]) >= max(2.0, PIECE * part.size)).sum())
