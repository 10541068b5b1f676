"""What comes to lie over the writing, or is left of it: stripes, spatter, a dotted
line, a zigzag, edges alone.

Every function takes images (n, h, w), float from 0 to 1, and gives as many. Places are
in pixels of MNIST's side; images of another side are measured in its units.
"""

from itertools import pairwise

import numpy as np

from sevenfold.examination.blur import smoothed
from sevenfold.examination.draws import Draws
from sevenfold.predictor.mnist import SIDE

STRIPES = 0.25
"""Share of the width on either side that is turned to its negative."""
LIQUID_MEAN, LIQUID_SD, LIQUID_SIGMA, LIQUID_LEVEL = 0.65, 0.3, 1.0, 0.65
MUD_SIGMA, MUD_LEVEL, MUD = 1.5, 0.8, 63 / 255
REACH = 2.3
"""Rows from the middle of a line within which it leaves ink."""
DOT = 2
ZIG_LENGTH, ZIG_WIDTH, ZIG_FROM, ZIG_TO, ZIG_SLOPE = 2.0, 2.0, 2, 25, 5
EDGE_SIGMA, EDGE_LOW, EDGE_HIGH = 1.0, 0.1, 0.2


def stripe(x: np.ndarray, draws: Draws) -> np.ndarray:
    """The left and the right quarter as negatives."""
    width = x.shape[2]
    side = round(STRIPES * width)
    turned = x.copy()
    for columns in (slice(None, side), slice(width - side, None)):
        turned[:, :, columns] = 1.0 - x[:, :, columns]
    return turned


def spatter(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Stains of mud."""
    liquid = LIQUID_MEAN + LIQUID_SD * draws.normal("liquid", *x.shape[1:])
    wet = smoothed(liquid, LIQUID_SIGMA) > LIQUID_LEVEL
    mud = smoothed(wet.astype(np.float64), MUD_SIGMA)
    mud[mud < MUD_LEVEL] = 0.0
    muddy: np.ndarray = x * (1.0 - mud) + MUD * mud
    return muddy


def dotted_line(x: np.ndarray, draws: Draws) -> np.ndarray:
    """A dotted line from the left edge to the right."""
    start, end = draws.integers("rows", 0, SIDE - 1, 2).T
    columns = _units(x.shape[2])
    drawn = _line(x, (np.zeros(len(x)), start), (np.full(len(x), SIDE - 1.0), end))
    dots = np.floor(columns) // DOT % 2 == 1
    return np.asarray(x + drawn * dots)


def zigzag(x: np.ndarray, draws: Draws) -> np.ndarray:
    """A zigzag line across the image."""
    start = draws.integers("row", 0, SIDE - 1)
    fall = draws.integers("fall", -ZIG_SLOPE, ZIG_SLOPE)
    slope = np.arctan(fall / (ZIG_TO - ZIG_FROM))
    length = (ZIG_TO - ZIG_FROM) / np.cos(slope)
    n_turns = int((ZIG_TO - ZIG_FROM - ZIG_LENGTH) // (2 * ZIG_LENGTH)) + 1
    along = [np.zeros(len(x)), *(np.full(len(x), (2 * i + 1) * ZIG_LENGTH) for i in range(n_turns))]
    aside = [0.0, *((-1) ** i * ZIG_WIDTH for i in range(n_turns)), 0.0]
    along.append(length)
    points = [
        (
            ZIG_FROM + np.cos(slope) * a - np.sin(slope) * b,
            start + np.sin(slope) * a + np.cos(slope) * b,
        )
        for a, b in zip(along, aside, strict=True)
    ]
    for one, other in pairwise(points):
        x = np.minimum(1.0, x + _line(x, one, other))
    return x


def _units(n: int) -> np.ndarray:
    """The places of n pixels, in pixels of MNIST's side."""
    return np.linspace(0.0, SIDE - 1.0, n)


def _line(
    x: np.ndarray,
    start: tuple[np.ndarray, np.ndarray],
    end: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """The ink of a line between two points, columns and rows (n,) of each, from left to
    right; it falls with the logarithm of the distance in rows.
    """
    columns, rows = _units(x.shape[2]), _units(x.shape[1])
    slope = (end[1] - start[1]) / (end[0] - start[0])
    middle = start[1][:, None] + slope[:, None] * (columns - start[0][:, None])
    away = np.abs(rows[:, None] - middle[:, None, :])
    ink = (1.0 + np.log1p(-np.minimum(away, REACH - 1e-10) / REACH)).clip(0.0, 1.0)
    within = (columns >= np.floor(start[0])[:, None]) & (columns < np.ceil(end[0])[:, None])
    return np.asarray(ink * within[:, None, :])


def canny_edges(x: np.ndarray, draws: Draws) -> np.ndarray:
    """The edges of the strokes instead of the strokes (Canny 1986, "A computational
    approach to edge detection"): ridges of the gradient above the lower threshold that
    hang together with one above the higher.
    """
    from scipy.ndimage import label

    smooth = smoothed(x, EDGE_SIGMA, mode="constant")
    down, across = _slopes(smooth, 1, 2), _slopes(smooth, 2, 1)
    height = np.hypot(down, across)
    ridges = _is_ridge(height, down, across) & (height >= EDGE_LOW)
    neighbours = np.zeros((3, 3, 3), bool)
    neighbours[1] = True
    pieces, n_pieces = label(ridges, neighbours)
    kept = np.zeros(n_pieces + 1, bool)
    kept[pieces[ridges & (height >= EDGE_HIGH)]] = True
    return np.asarray(kept[pieces], np.float64)


def _slopes(x: np.ndarray, axis: int, other: int) -> np.ndarray:
    """Sobel's gradient along one axis of the images, a mean along the other."""
    from scipy.ndimage import correlate1d

    return np.asarray(correlate1d(correlate1d(x, [-1, 0, 1], axis), [1, 2, 1], other))


def _is_ridge(height: np.ndarray, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Where the gradient is no smaller than on either side of it, along its own
    direction, between pixels linear; never at the border.
    """
    steep = np.abs(down) > np.abs(across)
    large = np.where(steep, np.abs(down), np.abs(across))
    share = np.where(steep, np.abs(across), np.abs(down)) / np.maximum(large, 1e-12)
    row_step, column_step = np.sign(down).astype(int), np.sign(across).astype(int)
    images, rows, columns = np.ogrid[tuple(slice(length) for length in height.shape)]
    wide = np.pad(height, ((0, 0), (1, 1), (1, 1)))

    def beside(way: int) -> np.ndarray:
        diagonal = wide[images, rows + 1 + way * row_step, columns + 1 + way * column_step]
        straight = wide[
            images,
            rows + 1 + way * np.where(steep, row_step, 0),
            columns + 1 + way * np.where(steep, 0, column_step),
        ]
        return np.asarray(share * diagonal + (1.0 - share) * straight)

    inside = np.zeros(height.shape, bool)
    inside[:, 1:-1, 1:-1] = True
    return np.asarray(inside & (height > 0) & (height >= beside(-1)) & (height >= beside(1)))
