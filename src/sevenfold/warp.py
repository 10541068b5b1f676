"""Distorted digits: random affine maps and smooth elastic fields, a whole batch at a time, inside the compiled epoch.

Every image is drawn anew from its original: for each pixel p of the result the source is

    s(p) = c + A (p - c) + t + u(p)

with c the centre, A = rotation x shear x scale, t a shift, and u a smooth field: a cubic B-spline through random control points
(one point per cell of a coarse grid), which as an array is B C B' with B the (28, n_control) spline matrix and C the points. It
is the cheap way to Simard's field, uniform noise blurred by a Gaussian (Simard, Steinkraus and Platt 2003): at the sigmas in use
such a field has no more than 5 to 7 significant components per axis. Sampling is bilinear.
"""

import functools
import math
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from sevenfold.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    import jax

SIZE = 28
BORDER = 2
FRAME = SIZE + 2 * BORDER
CENTRE = (SIZE - 1) / 2


class WarpSettings(Record):
    """The dose of a distortion; every image draws uniformly between minus and plus these bounds.

    rotation: degrees (`narrow_rotation` for the digits 1 and 7, which turn into one another; Ciresan et al. 2010). shear: slope.
    scale: share by which each axis is stretched, on its own. shift: pixels. cells: control cells per axis of the elastic field.
    amplitude: pixels, the half-range of the control points; the field's root mean square is 0.277 times that (`field_rms`).
    In the literature's terms: Simard's sigma 4, alpha 34 is a field of RMS 1.40 pixels, Ciresan's sigma 5 to 6, alpha 36 to 38
    one of 1.00 to 1.20, by RMS = alpha * 0.577 / (2 sigma sqrt(pi)) (`gaussian_rms`).
    """

    rotation: Annotated[float, Field(ge=0.0, le=45.0)] = 15.0
    narrow_rotation: Annotated[float, Field(ge=0.0, le=45.0)] = 7.5
    shear: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    scale: Annotated[float, Field(ge=0.0, lt=0.9)] = 0.15
    shift: Annotated[float, Field(ge=0.0, le=10.0)] = 1.5
    cells: Annotated[int, Field(ge=1, le=14)] = 7
    amplitude: Annotated[float, Field(ge=0.0, le=10.0)] = 2.4

    @property
    def field_rms(self) -> float:
        """Root mean square displacement of the elastic field along one axis, in pixels, averaged over the image."""
        basis = spline_matrix(self.cells)
        return self.amplitude / math.sqrt(3.0) * float((basis**2).sum(axis=1).mean())


def gaussian_rms(sigma: float, alpha: float) -> float:
    """RMS displacement (pixels) of Simard's field: U(-1, 1) noise blurred by a Gaussian of `sigma`, times `alpha`."""
    return alpha / math.sqrt(3.0) / (2.0 * sigma * math.sqrt(math.pi))


def spline_matrix(cells: int) -> np.ndarray:
    """Uniform cubic B-spline weights of the control points at each pixel: shape (28, cells + 3), float32, rows sum to one."""
    position = np.arange(SIZE) * cells / SIZE + 0.5 * cells / SIZE
    cell = np.minimum(position.astype(int), cells - 1)
    t = position - cell
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / 6.0
    basis = np.zeros((SIZE, cells + 3), np.float32)
    for k in range(4):
        basis[np.arange(SIZE), cell + k] = weights[k]
    return basis


@functools.cache
def batch_warp(settings: WarpSettings) -> "Callable[[jax.Array, jax.Array, jax.Array, jax.Array], jax.Array]":
    """The distortion as a function for the compiled epoch: (images, labels, key, strength) -> images.

    images: (b, 784) float32 in [0, 1], multiples of 1/255. labels: (b,) uint8. key: () uint32, one per batch. strength: ()
    float32 from 0 (nothing happens) to 1 (the full dose). The same settings give the same function, so that nothing compiles twice.
    """
    return functools.partial(_warp, settings)


def warp(images: np.ndarray, labels: np.ndarray, settings: WarpSettings, seed: int) -> np.ndarray:
    """Distort images (n, 28, 28) uint8 once; the result has the same shape and type. For pictures and measurements."""
    import jax
    import jax.numpy as jnp

    flat = jnp.asarray(images.reshape(len(images), -1), jnp.float32) / 255.0
    warped = jax.jit(batch_warp(settings))(flat, jnp.asarray(labels), jnp.uint32(seed), jnp.float32(1.0))
    return np.asarray(jnp.rint(warped * 255.0).astype(jnp.uint8)).reshape(images.shape)


def _warp(
    settings: WarpSettings, images: "jax.Array", labels: "jax.Array", key: "jax.Array", strength: "jax.Array"
) -> "jax.Array":
    import jax

    affine_key, field_key = jax.random.split(jax.random.key(key))
    row, column = _affine_source(settings, affine_key, labels, strength)
    if settings.amplitude:
        down, right = _field(settings, field_key, len(images), strength)
        row, column = row + down, column + right
    return _sample(images, row, column)


def _affine_source(
    settings: WarpSettings, key: Any, labels: "jax.Array", strength: "jax.Array"
) -> "tuple[jax.Array, jax.Array]":
    """Row and column of the source of every pixel under the affine map: two arrays (b, 28, 28)."""
    import jax
    import jax.numpy as jnp

    draws = jax.random.uniform(key, (6, len(labels)), minval=-1.0, maxval=1.0) * strength
    narrow = (labels == 1) | (labels == 7)
    angle = draws[0] * jnp.where(narrow, settings.narrow_rotation, settings.rotation) * (math.pi / 180.0)
    cos, sin, shear = jnp.cos(angle), jnp.sin(angle), draws[1] * settings.shear
    tall, wide = 1.0 / (1.0 + draws[2] * settings.scale), 1.0 / (1.0 + draws[3] * settings.scale)
    down, right = draws[4] * settings.shift, draws[5] * settings.shift
    offset = jnp.arange(SIZE, dtype=jnp.float32) - CENTRE
    r, c = offset[None, :, None], offset[None, None, :]

    def along(by_row: "jax.Array", by_column: "jax.Array", start: "jax.Array") -> "jax.Array":
        return by_row[:, None, None] * r + by_column[:, None, None] * c + (start + CENTRE)[:, None, None]

    return along(cos * tall, sin * wide, down), along((shear * cos - sin) * tall, (shear * sin + cos) * wide, right)


def _field(settings: WarpSettings, key: Any, n: int, strength: "jax.Array") -> "tuple[jax.Array, jax.Array]":
    """The elastic displacement by row and by column, two arrays (n, 28, 28), each from control points of its own."""
    import jax
    import jax.numpy as jnp

    basis = jnp.asarray(spline_matrix(settings.cells))
    n_control = settings.cells + 3
    points = jax.random.uniform(key, (2 * n, n_control, n_control), minval=-1.0, maxval=1.0) * (settings.amplitude * strength)
    # Two small products per image: first along columns, then along rows.
    half = (points.reshape(-1, n_control) @ basis.T).reshape(2 * n, n_control, SIZE)
    fields = jnp.einsum("rk,nkc->nrc", basis, half)
    return fields[:n], fields[n:]


def _sample(images: "jax.Array", row: "jax.Array", column: "jax.Array") -> "jax.Array":
    """Bilinear samples of images (b, 784) at fractional rows and columns (b, 28, 28); paper (0) lies outside.

    The four neighbours of every pixel are packed into one 32-bit word first, so that one gather fetches all four: gathers are what
    a CPU is slow at.
    """
    import jax.numpy as jnp

    n = len(images)
    framed = jnp.pad(
        jnp.rint(images * 255.0).astype(jnp.uint32).reshape(n, SIZE, SIZE), ((0, 0), (BORDER, BORDER + 1), (BORDER, BORDER + 1))
    )
    words = (framed[:, :-1, :-1] | (framed[:, :-1, 1:] << 8) | (framed[:, 1:, :-1] << 16) | (framed[:, 1:, 1:] << 24)).reshape(
        n, FRAME * FRAME
    )
    row = jnp.clip(row + BORDER, 0.0, FRAME - 1.0).reshape(n, -1)
    column = jnp.clip(column + BORDER, 0.0, FRAME - 1.0).reshape(n, -1)
    top, left = jnp.floor(row), jnp.floor(column)
    places = top.astype(jnp.int32) * FRAME + left.astype(jnp.int32)
    four = jnp.take_along_axis(words, places, axis=1, mode="promise_in_bounds")
    corner = [((four >> shift) & 255).astype(jnp.float32) for shift in (0, 8, 16, 24)]
    y, x = row - top, column - left
    upper, lower = corner[0] + x * (corner[1] - corner[0]), corner[2] + x * (corner[3] - corner[2])
    return (upper + y * (lower - upper)) * (1.0 / 255.0)
