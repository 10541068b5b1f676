"""Changed ink and paper: what pens, scanners, light and other people's lines do to a
picture, on a share of every batch, inside the compiled epoch.

Photometric distortions are the companions of geometric ones (`warp`): marks, noise,
uneven light, blur, other pens, outlines alone and negatives. How strong they may be was
set before any corrupted image was read with them (docs/decisions.md); the report calls
some corruptions of the field exam their relatives.
"""

import functools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from sevenfold.counter_random import mix, symmetric_uniform
from sevenfold.warp import spline_matrix

Change = Callable[[jax.Array, jax.Array], jax.Array]
"""(images, key () uint32) -> images, float32."""

N_MARKS = 3
LIGHT_CELLS = 2
"""Control cells per axis of uneven light (`warp.spline_matrix`)."""


@functools.cache
def batch_photometric(share: float, shape: tuple[int, ...]) -> Change:
    """What changes ink and paper of a share (0 to 1) of each batch: images (b,
    n_inputs) in [0, 1] of `shape` (h, w) or (h, w, c).

    `KINDS` share the first images of a batch evenly, for batches come in random order;
    a kind that gets none of a small batch never comes. Equal arguments give the same
    function, so that nothing compiles twice.
    """
    return functools.partial(_changed, share, shape)


def photometric(images: np.ndarray, seed: int) -> np.ndarray:
    """Change ink and paper of images (n, h, w) or (n, h, w, c) uint8, each once; the
    result has the same shape and type. For pictures.
    """
    flat = jnp.asarray(images.reshape(len(images), -1), jnp.float32) / 255.0
    changed = jax.jit(batch_photometric(1.0, images.shape[1:]))(flat, jnp.uint32(seed))
    return np.asarray(jnp.rint(changed * 255.0).astype(jnp.uint8)).reshape(images.shape)


def _changed(share: float, shape: tuple[int, ...], flat: jax.Array, key: jax.Array) -> jax.Array:
    n = round(share * len(flat))
    ends = [round(n * i / len(KINDS)) for i in range(len(KINDS) + 1)]
    planes = flat.reshape(-1, *shape[:2], math.prod(shape[2:]))
    parts = [
        kind(planes[start:end], mix(key + jnp.uint32(i + 1)))
        for i, (kind, start, end) in enumerate(zip(KINDS, ends, ends[1:], strict=False))
        if end > start
    ]
    changed = jnp.concatenate([*(part.clip(0.0, 1.0) for part in parts), planes[n:]])
    return changed.reshape(flat.shape)


def marks(x: jax.Array, key: jax.Array) -> jax.Array:
    """Straight strokes and blots of any shade, painted over."""
    size = float(max(x.shape[1:3]))
    draws = _uniform(key, (N_MARKS, 6, len(x), 1, 1, 1))
    row, column = _places(x)
    for down, right, turn, length, width, shade in draws:
        angle = 2.0 * math.pi * turn
        along_row, along_column = jnp.sin(angle), jnp.cos(angle)
        y, z = row - down * x.shape[1], column - right * x.shape[2]
        along = (y * along_row + z * along_column).clip(0.0, length * size)
        distance = jnp.hypot(y - along * along_row, z - along * along_column)
        half = size / 56.0 * (1.0 + 3.0 * width)
        x = x + (half + 0.5 - distance).clip(0.0, 1.0) * (shade - x)
    return x


def grain(x: jax.Array, key: jax.Array) -> jax.Array:
    """Noise of every pixel, of a standard deviation up to 0.4."""
    amount = 0.4 * math.sqrt(3.0) * _uniform(mix(key), (len(x), 1, 1, 1))
    return x + amount * symmetric_uniform(key, (*x.shape[:3], 1))


def specks(x: jax.Array, key: jax.Array) -> jax.Array:
    """Up to a quarter of the pixels become ink or paper."""
    share = 0.25 * _uniform(mix(key), (len(x), 1, 1, 1))
    draw = _uniform(key, (*x.shape[:3], 1))
    return jnp.where(draw < share / 2, 0.0, jnp.where(draw < share, 1.0, x))


def light(x: jax.Array, key: jax.Array) -> jax.Array:
    """Gray and uneven paper, on which ink stands out less or not."""
    down, across = (jnp.asarray(spline_matrix(LIGHT_CELLS, side)) for side in x.shape[1:3])
    n_points = LIGHT_CELLS + 3
    points = 1.5 * symmetric_uniform(key, (len(x), n_points, n_points))
    level, contrast = _uniform(mix(key), (2, len(x), 1, 1, 1))
    uneven = jnp.einsum("ip,npq,jq->nij", down, points, across)[..., None]
    veil = (0.75 * level * (1.0 + uneven)).clip(0.0, 0.75)
    lit: jax.Array = veil + x * (1.0 - contrast * veil)
    return lit


def blur(x: jax.Array, key: jax.Array) -> jax.Array:
    """A Gaussian of up to 2 pixels along each axis, on its own."""
    sigmas = 0.1 + 1.9 * _uniform(key, (2, len(x), 1, 1))
    down, across = (
        _gaussian(side, sigma) for side, sigma in zip(x.shape[1:3], sigmas, strict=True)
    )
    return jnp.einsum("nik,nkjc->nijc", down, jnp.einsum("njk,nikc->nijc", across, x))


def pen(x: jax.Array, key: jax.Array) -> jax.Array:
    """Thicker or thinner strokes, with edges as they are or harder."""
    thicker, harder = _uniform(key, (2, len(x), 1, 1, 1)) * 2.0 - 1.0
    widest, narrowest = _neighbours(x)
    x = x + jnp.where(thicker > 0.0, thicker * (widest - x), 0.6 * thicker * (x - narrowest))
    drawn: jax.Array = (x - 0.5) * 4.0 ** harder.clip(0.0) + 0.5
    return drawn


def outlines(x: jax.Array, key: jax.Array) -> jax.Array:
    """Edges alone, thin or thick, soft or hard."""
    harder, inner = _uniform(key, (2, len(x), 1, 1, 1))
    widest, narrowest = _neighbours(x)
    edges: jax.Array = (1.0 + 3.0 * harder) * (jnp.where(inner > 0.5, x, widest) - narrowest)
    return edges


def negatives(x: jax.Array, key: jax.Array) -> jax.Array:
    """Ink for paper on one side of a line."""
    turn, aside = _uniform(key, (2, len(x), 1, 1, 1))
    row, column = _places(x)
    angle = 2.0 * math.pi * turn
    y, z = row - x.shape[1] / 2, column - x.shape[2] / 2
    offset = (aside - 0.5) * max(x.shape[1:3])
    share = (y * jnp.sin(angle) + z * jnp.cos(angle) - offset + 0.5).clip(0.0, 1.0)
    turned: jax.Array = x + share * (1.0 - 2.0 * x)
    return turned


KINDS: tuple[Change, ...] = (marks, grain, specks, light, blur, pen, outlines, negatives)
"""Of images (m, h, w, c) in [0, 1], which may leave it."""


def _neighbours(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The most and the least ink of each pixel's 3 by 3."""
    window, step = (1, 3, 3, 1), (1, 1, 1, 1)
    most = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, step, "SAME")
    return most, jax.lax.reduce_window(x, jnp.inf, jax.lax.min, window, step, "SAME")


def _gaussian(side: int, sigma: jax.Array) -> jax.Array:
    """What each pixel takes of the others along an axis: shape (n, side, side)."""
    places = jnp.arange(side, dtype=jnp.float32)
    weights = jnp.exp(-0.5 * ((places[:, None] - places) / sigma) ** 2)
    return weights / weights.sum(axis=2, keepdims=True)


def _places(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The middles of rows and of columns, in pixels from the corner."""
    height, width = x.shape[1:3]
    return jnp.arange(height)[:, None, None] + 0.5, jnp.arange(width)[None, :, None] + 0.5


def _uniform(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return 0.5 * (symmetric_uniform(key, shape) + 1.0)
