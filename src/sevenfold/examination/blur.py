"""What a lens or a moving hand does: frosted glass and motion.

Every function takes images (n, h, w), float from 0 to 1, and gives as many.
"""

import numpy as np

from sevenfold.examination.draws import Draws

GLASS_SIGMA, GLASS_REACH, GLASS_ROUNDS = 0.7, 1, 2
MOTION_RADIUS, MOTION_SIGMA, MOTION_DEGREES = 10, 3.0, 45.0


def smoothed(x: np.ndarray, sigma: float, mode: str = "nearest") -> np.ndarray:
    """Images (n, h, w) blurred by a Gaussian, each by itself."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(x, (0.0, sigma, sigma), mode=mode))


def glass_blur(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Blurred, then neighbouring pixels change places at random, then blurred again."""
    x = np.floor(255.0 * smoothed(x, GLASS_SIGMA)) / 255.0
    height, width = x.shape[1:]
    shape = (GLASS_ROUNDS, height, width)
    swaps = draws.integers("swap", 0, 2, *shape).astype(bool)
    down = draws.integers("down", -GLASS_REACH, GLASS_REACH, *shape)
    across = draws.integers("across", -GLASS_REACH, GLASS_REACH, *shape)
    for turn in range(GLASS_ROUNDS):
        for row in range(height - GLASS_REACH, GLASS_REACH, -1):
            for column in range(width - GLASS_REACH, GLASS_REACH, -1):
                place = turn, row, column
                images = np.flatnonzero(swaps[:, *place])
                there = images, row + down[images, *place], column + across[images, *place]
                here = x[images, row, column]
                x[images, row, column] = x[there]
                x[there] = here
    return smoothed(x, GLASS_SIGMA)


def motion_blur(x: np.ndarray, draws: Draws) -> np.ndarray:
    """A mean along a line from each pixel, with weights that fall as half a Gaussian,
    in a direction within 45 degrees of level.
    """
    taps = np.arange(2 * MOTION_RADIUS + 1)
    weights = np.exp(-0.5 * (taps / MOTION_SIGMA) ** 2)
    weights /= weights.sum()
    angle = np.deg2rad(MOTION_DEGREES) * (2.0 * draws.uniform("angle") - 1.0)
    n, height, width = x.shape
    images = np.arange(n)[:, None, None]
    moved = np.zeros_like(x)
    for tap, weight in zip(taps, weights, strict=True):
        down, across = (np.rint(tap * way(angle)).astype(np.int64) for way in (np.sin, np.cos))
        rows = (np.arange(height) + down[:, None]).clip(0, height - 1)
        columns = (np.arange(width) + across[:, None]).clip(0, width - 1)
        moved += weight * x[images, rows[:, :, None], columns[:, None, :]]
    return moved
