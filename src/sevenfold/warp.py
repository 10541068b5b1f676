"""Distorted images: random affine maps and smooth elastic fields, a whole batch at a
time, inside the compiled epoch.

Every image is drawn anew from its original: for each pixel p of the result the source
is

    s(p) = c + A (p - c) + t + u(p)

with c the centre, A = shear x rotation x scale, t a shift, and u a smooth field: a
cubic B-spline with random control points (one point per cell of a coarse grid), which
as an array is B C D' with B the (h, n_control) and D the (w, n_control) spline matrix
and C the points. It is the cheap way to Simard's field, uniform noise blurred by a
Gaussian (Simard, Steinkraus and Platt 2003): at the sigmas in use such a field has no
more than 5 to 7 significant components per axis. Sampling is bilinear, the same in
every channel.
"""

import functools
import math
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from sevenfold.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    import jax

BORDER = 2
"""Pixels of paper around an image; what lies further out is paper too."""


class WarpSettings(Record):
    """The dose of a distortion; every image draws uniformly between minus and plus
    these bounds.

    rotation: degrees (`narrow_rotation` for the classes of `narrow_labels`, which turn
    into one another; Ciresan et al. 2010). shear: slope. scale: share by which each
    axis is stretched, on its own. shift: pixels. cells: control cells per axis of the
    elastic field. amplitude: pixels, the half-range of the control points; the field's
    root mean square is 0.277 times that on 28 by 28 pixels (`field_rms`). In the
    literature's terms: Simard's sigma 4, alpha 34 is a field of RMS 1.40 pixels,
    Ciresan's sigma 5 to 6, alpha 36 to 38 one of 1.00 to 1.20, by RMS = alpha * 0.577 /
    (2 sigma sqrt(pi)) (`gaussian_rms`); their strain (root mean square of the slope of
    a displacement along one axis) is 0.25 and 0.12 to 0.17. The full dose here has 0.66
    pixels and a strain of 0.20.
    """

    rotation: Annotated[float, Field(ge=0.0, le=45.0)] = 15.0
    narrow_rotation: Annotated[float, Field(ge=0.0, le=45.0)] = 7.5
    narrow_labels: tuple[Annotated[int, Field(ge=0, lt=65_535)], ...] = ()
    shear: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    scale: Annotated[float, Field(ge=0.0, lt=0.9)] = 0.15
    shift: Annotated[float, Field(ge=0.0, le=10.0)] = 1.5
    cells: Annotated[int, Field(ge=1, le=14)] = 7
    amplitude: Annotated[float, Field(ge=0.0, le=10.0)] = 2.4

    def field_rms(self, height: int, width: int) -> float:
        """Root mean square displacement of the elastic field along one axis, in pixels,
        averaged over an image of this size.
        """
        down, across = (
            float((spline_matrix(self.cells, length) ** 2).sum(axis=1).mean())
            for length in (height, width)
        )
        return self.amplitude / math.sqrt(3.0) * math.sqrt(down * across)


def gaussian_rms(sigma: float, alpha: float) -> float:
    """RMS displacement (pixels) of Simard's field: U(-1, 1) noise blurred by a Gaussian
    of `sigma`, times `alpha`.
    """
    return alpha / math.sqrt(3.0) / (2.0 * sigma * math.sqrt(math.pi))


def spline_matrix(cells: int, length: int) -> np.ndarray:
    """Uniform cubic B-spline weights of the control points at each of `length` pixels:
    shape (length, cells + 3), float32, rows sum to one.
    """
    position = np.arange(length) * cells / length + 0.5 * cells / length
    cell = np.minimum(position.astype(int), cells - 1)
    t = position - cell
    weights = (
        np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3])
        / 6.0
    )
    basis = np.zeros((length, cells + 3), np.float32)
    for k in range(4):
        basis[np.arange(length), cell + k] = weights[k]
    return basis


@functools.cache
def batch_warp(
    settings: WarpSettings, shape: tuple[int, ...]
) -> "Callable[[jax.Array, jax.Array, jax.Array, jax.Array], jax.Array]":
    """The distortion of images of `shape` (h, w) or (h, w, c) as a function for the
    compiled epoch: (images, labels, key, strength) -> distorted images.

    images: (b, n_inputs) uint8, n_inputs the product of the shape. labels: (b,)
    unsigned. key: () uint32, one per batch. strength: () float32 from 0 (nothing
    happens) to 1 (the full dose). The result: (b, n_inputs) float32 in [0, 1]. Equal
    settings and shapes give the same function, so that nothing compiles twice.
    """
    return functools.partial(_warp, settings, shape)


def warp(
    images: np.ndarray, labels: np.ndarray, settings: WarpSettings, seed: int, strength: float = 1.0
) -> np.ndarray:
    """Distort images (n, h, w) or (n, h, w, c) uint8 once; the result has the same
    shape and type. `strength`: the share of the dose.
    """
    import jax
    import jax.numpy as jnp

    flat = jnp.asarray(images.reshape(len(images), -1))
    warped = jax.jit(batch_warp(settings, images.shape[1:]))(
        flat, jnp.asarray(labels), jnp.uint32(seed), jnp.float32(strength)
    )
    return np.asarray(jnp.rint(warped * 255.0).astype(jnp.uint8)).reshape(images.shape)


def _warp(
    settings: WarpSettings,
    shape: tuple[int, ...],
    images: "jax.Array",
    labels: "jax.Array",
    key: "jax.Array",
    strength: "jax.Array",
) -> "jax.Array":
    import jax.numpy as jnp

    from sevenfold.counter_random import mix, symmetric_uniform

    # Where a pixel comes from is linear in the control points and in the affine map's
    # numbers, so that one matrix product gives the source row and column of every pixel
    # of a batch.
    affine = _affine(settings, mix(key), labels, strength)
    n_points = (settings.cells + 3) ** 2 if settings.amplitude else 0
    points = symmetric_uniform(mix(~key), (2, len(labels), n_points)) * (
        settings.amplitude * strength
    )
    height, width = shape[:2]
    row, column = jnp.concatenate([affine, points], axis=2) @ jnp.asarray(
        _source_matrix(settings.cells, height, width)[: 3 + n_points]
    )
    n_channels = math.prod(shape[2:])
    if n_channels == 1:
        return _sample(images.reshape(-1, height, width), row, column)
    # Every channel is an image of its own, drawn from the same places.
    planes = jnp.moveaxis(images.reshape(-1, height * width, n_channels), 2, 1)
    sampled = _sample(
        planes.reshape(-1, height, width),
        jnp.repeat(row, n_channels, axis=0),
        jnp.repeat(column, n_channels, axis=0),
    )
    return jnp.moveaxis(sampled.reshape(planes.shape), 1, 2).reshape(images.shape)


def _affine(
    settings: WarpSettings, key: "jax.Array", labels: "jax.Array", strength: "jax.Array"
) -> "jax.Array":
    """The affine map of each image: what a source row, and a source column, takes from
    row, column and one: shape (2, b, 3).
    """
    import jax.numpy as jnp

    from sevenfold.counter_random import symmetric_uniform

    draws = symmetric_uniform(key, (6, len(labels))) * strength
    rotation: jax.Array | float = settings.rotation
    for label in settings.narrow_labels:
        rotation = jnp.where(labels == label, settings.narrow_rotation, rotation)
    angle = draws[0] * rotation * (math.pi / 180.0)
    cos, sin, shear = jnp.cos(angle), jnp.sin(angle), draws[1] * settings.shear
    tall, wide = 1.0 / (1.0 + draws[2] * settings.scale), 1.0 / (1.0 + draws[3] * settings.scale)
    down, right = draws[4] * settings.shift, draws[5] * settings.shift
    by_row, by_column = (
        (cos * tall, (shear * cos - sin) * tall),
        (sin * wide, (shear * sin + cos) * wide),
    )
    return jnp.stack(
        [jnp.stack([by_row[i], by_column[i], (down, right)[i]], axis=1) for i in (0, 1)]
    )


@functools.cache
def _source_matrix(cells: int, height: int, width: int) -> np.ndarray:
    """What row, column, one and each control point add to the source of each pixel:
    shape (3 + (cells + 3)**2, height * width), float32.

    Rows and columns are counted from the centre.
    """
    rows, columns = (
        (np.arange(length) - (length - 1) / 2).astype(np.float32) for length in (height, width)
    )
    linear = [np.repeat(rows, width), np.tile(columns, height), np.ones(height * width, np.float32)]
    bases = np.kron(spline_matrix(cells, height), spline_matrix(cells, width))
    return np.concatenate([np.stack(linear), bases.T.astype(np.float32)])


def _sample(images: "jax.Array", row: "jax.Array", column: "jax.Array") -> "jax.Array":
    """Bilinear samples of images (b, h, w) uint8 at fractional rows and columns (b, h *
    w) counted from the centre; paper lies outside.

    The four neighbours of every pixel are packed into one 32-bit word first, so that
    one gather fetches all four: gathers are what a CPU is slow at.
    """
    import jax
    import jax.numpy as jnp

    n, height, width = images.shape
    tall, wide = height + 2 * BORDER, width + 2 * BORDER
    framed = jnp.pad(
        images.astype(jnp.uint32), ((0, 0), (BORDER, BORDER + 1), (BORDER, BORDER + 1))
    )
    words = (
        framed[:, :-1, :-1]
        | (framed[:, :-1, 1:] << 8)
        | (framed[:, 1:, :-1] << 16)
        | (framed[:, 1:, 1:] << 24)
    )
    row = jnp.clip(row + ((height - 1) / 2 + BORDER), 0.0, tall - 1.0)
    column = jnp.clip(column + ((width - 1) / 2 + BORDER), 0.0, wide - 1.0)
    top, left = jnp.floor(row), jnp.floor(column)
    places = top.astype(jnp.int32) * wide + left.astype(jnp.int32)
    # The barrier keeps XLA from packing words anew for every pixel that is gathered.
    words = jax.lax.optimization_barrier(words.reshape(n, tall * wide))  # type: ignore[no-untyped-call]
    four = jnp.take_along_axis(words, places, axis=1, mode="promise_in_bounds")
    corner = [((four >> shift) & 255).astype(jnp.float32) for shift in (0, 8, 16, 24)]
    y, x = row - top, column - left
    upper, lower = corner[0] + x * (corner[1] - corner[0]), corner[2] + x * (corner[3] - corner[2])
    return (upper + y * (lower - upper)) * (1.0 / 255.0)
