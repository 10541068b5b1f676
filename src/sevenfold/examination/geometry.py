"""Writing that lies otherwise: sheared, smaller, turned, moved; what comes in from
beyond the edge is black.

Every function takes images (n, h, w), float from 0 to 1, and gives as many.
"""

import math
from collections.abc import Callable

import numpy as np

from sevenfold.examination.draws import Draws
from sevenfold.predictor.mnist import SIDE

SHEAR, ANGLE = 0.4, 0.4
"""Radians, to either side."""
SHRUNK = 0.7
MOVED = 3
"""Pixels up or down, and as many left or right; of images of MNIST's side."""


def shear(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Leaning to the left or to the right."""

    def matrix(sign: int) -> np.ndarray:
        return np.array([[math.cos(sign * SHEAR), 0.0], [-math.sin(sign * SHEAR), 1.0]])

    return _either_way(x, draws, matrix)


def rotate(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Turned by 23 degrees to the left or to the right."""

    def matrix(sign: int) -> np.ndarray:
        cosine, sine = math.cos(sign * ANGLE), math.sin(sign * ANGLE)
        return np.array([[cosine, sine], [-sine, cosine]])

    return _either_way(x, draws, matrix)


def scale(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Smaller: 70 % of its height and width."""
    return _about_the_centre(x, np.eye(2) / SHRUNK)


def translate(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Moved towards one of the corners."""
    height, width = x.shape[1:]
    signs, moved = draws.signs("corner", 2), np.zeros_like(x)
    rows, columns = (max(1, round(MOVED * side / SIDE)) for side in (height, width))
    for down in (-1, 1):
        for across in (-1, 1):
            here = (signs == (down, across)).all(axis=1)
            to, of = zip(_shifted(down * rows), _shifted(across * columns), strict=True)
            moved[here, *to] = x[here, *of]
    return moved


def _shifted(by: int) -> tuple[slice, slice]:
    """Where pixels of one axis go, and where they come from."""
    ahead, behind = slice(abs(by), None), slice(None, -abs(by))
    return (ahead, behind) if by > 0 else (behind, ahead)


def _either_way(x: np.ndarray, draws: Draws, matrix: Callable[[int], np.ndarray]) -> np.ndarray:
    signs, turned = draws.signs("way"), np.empty_like(x)
    for sign in (-1, 1):
        turned[signs == sign] = _about_the_centre(x[signs == sign], matrix(sign))
    return turned


def _about_the_centre(x: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Each pixel from where `matrix` (2, 2), of rows and columns, says that it was,
    seen from the centre; between pixels linear.
    """
    from scipy.ndimage import affine_transform

    whole = np.eye(3)
    whole[1:, 1:] = matrix
    centre = np.array([0.0, (x.shape[1] - 1) / 2, (x.shape[2] - 1) / 2])
    offset = centre - whole @ centre
    return np.asarray(affine_transform(x, whole, offset, order=1, mode="grid-constant"))
