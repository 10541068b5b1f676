"""Each number of a distortion does what it says, read from images whose brightness is
their own row or column: what comes out is where each pixel came from.
"""

import functools
import math
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from sevenfold.warp import WarpSettings, batch_warp

NOTHING = WarpSettings(
    rotation=0.0, narrow_rotation=0.0, shear=0.0, scale=0.0, shift=0.0, amplitude=0.0
)
N, SIZE = 200, 28
STEP = 9  # grey levels from one row to the next
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
INNER = (slice(7, 21), slice(7, 21))  # what no distortion here moves out of the image


def warped(
    images: np.ndarray, settings: WarpSettings, key: int = 0, strength: float = 1.0
) -> np.ndarray:
    """Grey levels, not rounded: shape (n, 28, 28)."""
    found = batch_warp(settings, images.shape[1:])(
        images.reshape(len(images), -1),  # type: ignore[arg-type]
        np.zeros(len(images), np.uint8),  # type: ignore[arg-type]
        np.uint32(key),  # type: ignore[arg-type]
        np.float32(strength),  # type: ignore[arg-type]
    )
    return np.asarray(found, np.float64).reshape(images.shape) * 255.0


@functools.cache
def sources(key: int = 0, strength: float = 1.0, **changes: Any) -> np.ndarray:
    """The source row and column of each pixel, from the centre: (2, n, 28, 28)."""
    settings = NOTHING.model_copy(update=changes)
    ramp = np.arange(SIZE, dtype=np.uint8) * STEP
    by_row = np.broadcast_to(ramp[:, None], (N, SIZE, SIZE))
    by_column = np.broadcast_to(ramp[None, :], (N, SIZE, SIZE))
    found = [warped(np.ascontiguousarray(x), settings, key, strength) for x in (by_row, by_column)]
    return np.stack(found) / STEP - (SIZE - 1) / 2


def affine(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The matrix (n, 2, 2) and the shift (n, 2) of each map, by least squares."""
    inputs = np.stack([ROWS[INNER].ravel(), COLUMNS[INNER].ravel(), np.ones(14 * 14)], axis=1)
    outputs = places[(slice(None), slice(None), *INNER)].reshape(2 * N, -1).T
    solved, residual, *_ = np.linalg.lstsq(inputs, outputs, rcond=None)
    assert residual.max() < 1e-3  # nothing but an affine map
    numbers = solved.T.reshape(2, N, 3).transpose(1, 0, 2)
    return numbers[:, :, :2], numbers[:, :, 2]


def assert_uniform(values: np.ndarray, bound: float) -> None:
    """Between minus and plus the bound, evenly."""
    assert np.abs(values).max() <= bound + 1e-3
    assert np.abs(values).max() > 0.95 * bound
    assert values.std() == pytest.approx(bound / math.sqrt(3.0), rel=0.1)
    assert abs(values.mean()) < 0.15 * bound


def assert_unrelated(first: np.ndarray, second: np.ndarray) -> None:
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15


def test_rotation() -> None:
    matrix, shift = affine(sources(rotation=15.0))
    angle = np.degrees(np.arctan2(matrix[:, 0, 1], matrix[:, 0, 0]))
    assert_uniform(angle, 15.0)
    assert np.linalg.det(matrix) == pytest.approx(np.ones(N), abs=1e-3)
    assert matrix[:, 0, 0] == pytest.approx(matrix[:, 1, 1], abs=1e-3)
    assert matrix[:, 0, 1] == pytest.approx(-matrix[:, 1, 0], abs=1e-3)
    assert shift == pytest.approx(np.zeros((N, 2)), abs=1e-3)


def test_shear() -> None:
    matrix, _ = affine(sources(shear=0.2))
    assert_uniform(matrix[:, 1, 0], 0.2)
    assert matrix[:, 0] == pytest.approx(np.tile([1.0, 0.0], (N, 1)), abs=1e-3)
    assert matrix[:, 1, 1] == pytest.approx(np.ones(N), abs=1e-3)


def test_scale() -> None:
    matrix, _ = affine(sources(scale=0.15))
    tall, wide = (1.0 / matrix[:, axis, axis] - 1.0 for axis in (0, 1))
    assert_uniform(tall, 0.15)
    assert_uniform(wide, 0.15)
    assert_unrelated(tall, wide)
    assert matrix[:, 0, 1] == pytest.approx(np.zeros(N), abs=1e-3)


def test_shift() -> None:
    matrix, shift = affine(sources(shift=1.5))
    assert_uniform(shift[:, 0], 1.5)
    assert_uniform(shift[:, 1], 1.5)
    assert_unrelated(shift[:, 0], shift[:, 1])
    assert matrix == pytest.approx(np.tile(np.eye(2), (N, 1, 1)), abs=1e-3)


def test_the_map_is_shear_after_rotation_after_scale() -> None:
    """A = shear x rotation x scale: with the shear taken out, a row of the matrix is
    that of a rotation with each column stretched.
    """
    matrix, _ = affine(sources(rotation=15.0, shear=0.2))
    first, second = matrix[:, 0], matrix[:, 1]
    assert (first**2).sum(axis=1) == pytest.approx(np.ones(N), abs=1e-3)
    assert np.linalg.det(matrix) == pytest.approx(np.ones(N), abs=1e-3)
    shear = (first * second).sum(axis=1)
    assert_uniform(shear, 0.2)
    assert_unrelated(shear, first[:, 1])
    stretched, _ = affine(sources(rotation=15.0, scale=0.15))
    columns = stretched[:, :, 0], stretched[:, :, 1]
    assert (columns[0] * columns[1]).sum(axis=1) == pytest.approx(np.zeros(N), abs=1e-3)
    assert_uniform(1.0 / np.linalg.norm(columns[0], axis=1) - 1.0, 0.15)


def field(strength: float = 1.0, **changes: Any) -> np.ndarray:
    """The elastic field in the inner part: shape (2, n, 14, 14), pixels."""
    places = sources(strength=strength, **{"amplitude": 2.4, **changes})
    inner: np.ndarray = (places - np.stack([ROWS, COLUMNS])[:, None])[:, :, *INNER]
    return inner


def test_the_elastic_field() -> None:
    found, settings = field(), WarpSettings(amplitude=2.4)
    assert np.abs(found).max() <= 2.4
    assert found.mean() == pytest.approx(0.0, abs=0.05)
    for axis in (0, 1):
        assert found[axis].std() == pytest.approx(settings.field_rms(SIZE, SIZE), rel=0.05)
    assert_unrelated(found[0].ravel(), found[1].ravel())
    assert_unrelated(found[0][:-1, 7, 7], found[0][1:, 7, 7])
    # The strain of the full dose, along an axis (WarpSettings).
    assert np.diff(found[1], axis=2).std() == pytest.approx(0.20, rel=0.1)


def test_more_cells_make_a_finer_field() -> None:
    strains = [np.diff(field(cells=cells)[1], axis=2).std() for cells in (3, 7, 14)]
    assert strains[1] > 1.8 * strains[0]
    assert strains[2] > 1.8 * strains[1]


def test_the_amplitude_is_in_pixels() -> None:
    assert field(amplitude=1.2) == pytest.approx(field() / 2, abs=1e-3)


@pytest.mark.parametrize(
    "changes", [{"shift": 1.5}, {"amplitude": 2.4}, {"shear": 0.2}], ids=lambda c: next(iter(c))
)
def test_half_the_strength_is_half_the_dose(changes: dict[str, float]) -> None:
    inner = (slice(None), slice(None), *INNER)
    still = np.stack([ROWS, COLUMNS])[:, None]
    whole, half = ((sources(strength=s, **changes) - still)[inner] for s in (1.0, 0.5))
    assert half == pytest.approx(whole / 2, abs=1e-3)


def test_half_the_strength_is_half_the_angle() -> None:
    whole, half = (affine(sources(strength=s, rotation=15.0))[0] for s in (1.0, 0.5))
    angles = [np.arctan2(matrix[:, 0, 1], matrix[:, 0, 0]) for matrix in (whole, half)]
    assert angles[1] == pytest.approx(angles[0] / 2, abs=1e-3)


def test_between_pixels_the_brightness_is_bilinear() -> None:
    """Noise drawn at the sources, against SciPy's interpolation."""
    settings = WarpSettings(rotation=10.0, shear=0.1, scale=0.1, shift=1.0, amplitude=1.0)
    images = np.random.default_rng(0).integers(0, 256, (N, SIZE, SIZE), dtype=np.uint8)
    found = warped(images, settings)
    places = sources(**settings.model_dump()) + (SIZE - 1) / 2
    for image, result, place in zip(images[:20], found, places.transpose(1, 0, 2, 3), strict=False):
        expected = map_coordinates(image.astype(float), place, order=1)
        assert result[INNER] == pytest.approx(expected[INNER], abs=0.1)


def test_outside_is_paper() -> None:
    settings = NOTHING.model_copy(update={"shift": 8.0})
    ink = np.full((N, SIZE, SIZE), 255, np.uint8)
    found = warped(ink, settings)
    _, shift = affine(sources(shift=6.9))
    empty = (found == 0.0).all(axis=2).sum(axis=1)  # rows that lie outside
    assert empty.max() in (7, 8)
    assert np.corrcoef(empty, np.abs(shift[:, 0]))[0, 1] > 0.95


def test_another_key_is_another_distortion() -> None:
    first, second = (affine(sources(key=key, shift=1.5))[1][:, 0] for key in (0, 1))
    assert_unrelated(first, second)
