"""Distortions: nothing happens at dose zero, the dose is what it says, and the same key
gives the same picture.
"""

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.warp import WarpSettings, batch_warp, gaussian_rms, spline_matrix, warp

NOTHING = WarpSettings(rotation=0.0, shear=0.0, scale=0.0, shift=0.0, amplitude=0.0)


def test_no_dose_leaves_every_pixel_alone() -> None:
    images = made_up_digits(20, seed=1)
    assert np.array_equal(warp(images.pixels, images.labels, NOTHING, seed=0), images.pixels)


def test_strength_zero_is_no_dose() -> None:
    images = made_up_digits(20, seed=1)
    flat = images.pixels.reshape(20, -1)
    warped = batch_warp(WarpSettings(), (28, 28))(
        flat, images.labels, np.uint32(3), np.float32(0.0)
    )
    assert np.asarray(warped) == pytest.approx(flat / 255.0, abs=1e-4)


def test_the_same_seed_gives_the_same_picture_and_another_another() -> None:
    images = made_up_digits(20, seed=1)
    first, again, other = (
        warp(images.pixels, images.labels, WarpSettings(), seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_shift_moves_ink_by_the_pixels_it_says() -> None:
    images = np.zeros((500, 28, 28), np.uint8)
    images[:, 13:15, 13:15] = 255
    settings = NOTHING.model_copy(update={"shift": 3.0})
    warped = warp(images, np.zeros(500, np.uint8), settings, seed=0).astype(float)
    rows = (warped.sum(axis=2) * np.arange(28)).sum(axis=1) / warped.sum(axis=(1, 2))
    moved = rows - 13.5
    assert abs(moved).max() <= 3.01
    assert moved.std() == pytest.approx(3.0 / np.sqrt(3.0), rel=0.1)


def test_narrow_labels_turn_less() -> None:
    """A horizontal bar turned by at most 7.5 degrees leaves fewer rows than one turned
    by at most 45.
    """
    images = np.zeros((200, 28, 28), np.uint8)
    images[:, 13:15, 4:24] = 255
    settings = NOTHING.model_copy(update={"rotation": 45.0, "narrow_labels": (1, 7)})
    heights = [
        (warp(images, np.full(200, label, np.uint8), settings, seed=0).max(axis=2) > 128)
        .sum(axis=1)
        .max()
        for label in (7, 0)
    ]
    assert heights[0] <= 6 < 10 <= heights[1]


def smooth_images(n: int, *shape: int) -> np.ndarray:
    """Random blobs that vanish at the border."""
    height, width = shape[:2]
    rows, columns = np.mgrid[:height, :width].reshape(2, height, width, *(1,) * (len(shape) - 2))
    rng = np.random.default_rng(0)
    inner = np.sin(np.pi * rows / (height - 1)) * np.sin(np.pi * columns / (width - 1))
    waves = 1.0 + np.sin(rng.uniform(0.1, 0.4, (n, *shape[2:]))[:, None, None] * rows + columns / 5)
    return (127.0 * inner * waves).astype(np.uint8)


@pytest.mark.parametrize("shape", [(28, 28), (40, 20), (9, 64), (32, 24, 1), (24, 36, 3)])
def test_any_size_is_sampled_where_the_map_says(shape: tuple[int, ...]) -> None:
    """SciPy's bilinear sampling at the places of a source matrix written out here."""
    from scipy.ndimage import map_coordinates

    settings = WarpSettings(cells=3, narrow_labels=(2,))
    height, width = shape[:2]
    images, labels = smooth_images(4, *shape), np.array([0, 1, 2, 3], np.uint8)
    ours = warp(images, labels, settings, seed=5).astype(float)
    row, column = places(settings, labels, 5, height, width)
    planes = images.reshape(4, height, width, -1)
    for i, channel in np.ndindex(4, planes.shape[3]):
        expected = map_coordinates(
            planes[i, :, :, channel].astype(float), [row[i], column[i]], order=1, cval=0.0
        )
        got = ours.reshape(planes.shape)[i, :, :, channel].ravel()
        assert np.abs(got - expected).max() <= 1.0
        assert np.abs(got - planes[i, :, :, channel].ravel()).mean() > 1.0


def places(
    settings: WarpSettings, labels: np.ndarray, seed: int, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where every pixel comes from: rows and columns, shape (n, height * width) each,
    from the formula of the module.
    """
    import jax.numpy as jnp

    from sevenfold.counter_random import mix, symmetric_uniform

    n, n_control = len(labels), settings.cells + 3
    key = jnp.uint32(seed)
    draws = np.asarray(symmetric_uniform(mix(key), (6, n)), np.float64)
    points = np.asarray(symmetric_uniform(mix(~key), (2, n, n_control**2)), np.float64)
    points = points.reshape(2, n, n_control, n_control) * settings.amplitude
    down, across = spline_matrix(settings.cells, height), spline_matrix(settings.cells, width)
    field = down @ points @ across.T
    y, x = np.mgrid[:height, :width]
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    rows, columns = [], []
    for i, label in enumerate(labels):
        most = settings.narrow_rotation if label in settings.narrow_labels else settings.rotation
        angle, slope = np.radians(draws[0, i] * most), draws[1, i] * settings.shear
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        shear = np.array([[1.0, 0.0], [slope, 1.0]])
        stretch = np.diag(1.0 / (1.0 + draws[2:4, i] * settings.scale))
        a, shift = shear @ turn @ stretch, draws[4:6, i] * settings.shift
        rows.append(a[0, 0] * y + a[0, 1] * x + shift[0] + field[0, i] + (height - 1) / 2)
        columns.append(a[1, 0] * y + a[1, 1] * x + shift[1] + field[1, i] + (width - 1) / 2)
    return np.array(rows).reshape(n, -1), np.array(columns).reshape(n, -1)


def test_the_spline_is_a_partition_of_one_and_the_doses_are_the_literatures() -> None:
    assert spline_matrix(7, 28).sum(axis=1) == pytest.approx(np.ones(28))
    assert WarpSettings(amplitude=1.0).field_rms(28, 28) == pytest.approx(0.277, abs=0.002)
    assert gaussian_rms(4.0, 34.0) == pytest.approx(1.40, abs=0.02)
    assert gaussian_rms(6.0, 37.0) == pytest.approx(1.00, abs=0.01)
