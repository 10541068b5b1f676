"""What a sensor, a bad line and the weather add: shot noise, impulse noise, brightness
and fog.

Every function takes images (n, h, w), float from 0 to 1, and gives as many.
"""

import numpy as np

from sevenfold.examination.draws import Draws

PHOTONS = 3.0
"""Counted at full brightness."""
MOST_PHOTONS = 24
"""More of them than this come in less than one pixel of 10**13."""
IMPULSES = 0.17
"""Share of pixels that become black or white."""
BRIGHTER = 0.5
FOG, WIBBLE_DECAY = 3.0, 1.4
MAP_SIDE = 256
"""Of the fog; a power of two."""


def shot_noise(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Each pixel as a count of photons (Poisson)."""
    from scipy.stats import poisson

    shades, which = np.unique(x, return_inverse=True)
    u = draws.uniform("photons", *x.shape[1:])
    counts, chances = (
        np.zeros(x.shape),
        poisson.cdf(np.arange(MOST_PHOTONS)[:, None], PHOTONS * shades),
    )
    for chance in chances:  # of at most so many
        counts += u > chance[which.reshape(x.shape)]
    return counts / PHOTONS


def impulse_noise(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Pixels that become black, and as many that become white."""
    u = draws.uniform("impulses", *x.shape[1:])
    return np.where(u < IMPULSES / 2, 0.0, np.where(u < IMPULSES, 1.0, x))


def brightness(x: np.ndarray, draws: Draws) -> np.ndarray:
    """Every pixel brighter by half of the range."""
    return x + BRIGHTER


def fog(x: np.ndarray, draws: Draws) -> np.ndarray:
    """A veil of plasma over the image. Images share maps, of which each shows a window
    of its own.
    """
    height, width = x.shape[1:]
    down, across = MAP_SIDE // height, MAP_SIDE // width
    of_maps, maps, windows = draws.of_maps(down * across)
    plasma = _plasma(of_maps)
    rows = (windows // across * height)[:, None, None] + np.arange(height)[:, None]
    columns = (windows % across * width)[:, None, None] + np.arange(width)
    veil = plasma[maps[:, None, None], rows, columns]
    brightest = x.max(axis=(1, 2), keepdims=True)
    return np.asarray((x + FOG * veil) * brightest / (brightest + FOG))


def _plasma(draws: Draws) -> np.ndarray:
    """Fractal height maps from 0 to 1, shape (n, side, side), that join at their edges:
    midpoint displacement by squares and diamonds (Fournier, Fussell and Carpenter 1982,
    "Computer rendering of stochastic models"), of a spread that falls with the square
    of `WIBBLE_DECAY` at each halving.
    """
    maps = np.zeros((draws.n, MAP_SIDE, MAP_SIDE))
    step, spread = MAP_SIDE, 1.0

    def shaken(name: str, means: np.ndarray) -> np.ndarray:
        u = draws.uniform(f"{name} {step}", *means.shape[1:])
        return np.asarray(means + spread * (2.0 * u - 1.0))

    while step > 1:
        half = step // 2
        corners = maps[:, ::step, ::step]
        below = corners + np.roll(corners, -1, axis=1)
        maps[:, half::step, half::step] = shaken("middle", (below + np.roll(below, -1, axis=2)) / 4)
        middles = maps[:, half::step, half::step]
        upright = corners + np.roll(corners, -1, axis=1)
        level = corners + np.roll(corners, -1, axis=2)
        maps[:, half::step, ::step] = shaken(
            "side", (upright + middles + np.roll(middles, 1, axis=2)) / 4
        )
        maps[:, ::step, half::step] = shaken(
            "top", (level + middles + np.roll(middles, 1, axis=1)) / 4
        )
        step, spread = half, spread / WIBBLE_DECAY**2
    maps -= maps.min(axis=(1, 2), keepdims=True)
    return np.asarray(maps / maps.max(axis=(1, 2), keepdims=True))
