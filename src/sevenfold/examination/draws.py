"""Random numbers for corrupted images: each a pure function of what it is for and of
the image's number, whatever else is drawn and however many images go together.
"""

import math
import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Draws:
    """Numbers for the images `first` to `first + n - 1` of a corruption called `name`.

    Every run draws the same for the same image, so that two networks meet the same
    corrupted images.
    """

    name: str
    first: int
    n: int

    def uniform(self, what: str, *shape: int) -> np.ndarray:
        """Numbers above 0 and below 1, in steps of 2**-24: shape (n, *shape)."""
        import jax.numpy as jnp

        from sevenfold.counter_random import mix

        m, key = math.prod(shape), jnp.uint32(zlib.crc32(f"{self.name}/{what}".encode()))
        images = jnp.arange(self.n, dtype=jnp.uint32)[:, None] + jnp.uint32(self.first)
        positions = images * jnp.uint32(m) + jnp.arange(m, dtype=jnp.uint32)
        bits = np.asarray(mix(mix(positions + key) ^ key))
        grid: np.ndarray = bits.reshape(self.n, *shape)
        return np.asarray(((grid >> 8) + 0.5) * 2.0**-24)

    def normal(self, what: str, *shape: int) -> np.ndarray:
        """Standard normal numbers: shape (n, *shape)."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(what, *shape)))

    def integers(self, what: str, low: int, high: int, *shape: int) -> np.ndarray:
        """Whole numbers from `low` to `high - 1`: shape (n, *shape)."""
        return low + (self.uniform(what, *shape) * (high - low)).astype(np.int64)

    def signs(self, what: str, *shape: int) -> np.ndarray:
        """-1 or 1: shape (n, *shape)."""
        return 2 * self.integers(what, 0, 2, *shape) - 1

    def of_maps(self, per_map: int) -> tuple["Draws", np.ndarray, np.ndarray]:
        """Draws of the maps from which `per_map` images each take a window; of every
        image its map among these, and its window: shapes (n,).
        """
        images = self.first + np.arange(self.n)
        maps, windows = np.divmod(images, per_map)
        first = int(maps[0]) if self.n else 0
        n_maps = int(maps[-1]) - first + 1 if self.n else 0
        return Draws(self.name, first, n_maps), maps - first, windows
