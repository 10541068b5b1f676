"""Distortions: nothing happens at dose zero, the dose is what it says, and the same key
gives the same picture.
"""

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.warp import WarpSettings, batch_warp, gaussian_rms, spline_matrix, warp

NOTHING = WarpSettings(
    rotation=0.0, narrow_rotation=0.0, shear=0.0, scale=0.0, shift=0.0, amplitude=0.0
)


def test_no_dose_leaves_every_pixel_alone() -> None:
    images = made_up_digits(20, seed=1)
    assert np.array_equal(warp(images.pixels, images.labels, NOTHING, seed=0), images.pixels)


def test_strength_zero_is_no_dose() -> None:
    images = made_up_digits(20, seed=1)
    flat = images.pixels.reshape(20, -1)
    warped = batch_warp(WarpSettings())(flat, images.labels, np.uint32(3), np.float32(0.0))
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


def test_ones_and_sevens_turn_less() -> None:
    """A horizontal bar turned by at most 7.5 degrees leaves fewer rows than one turned
    by at most 45.
    """
    images = np.zeros((200, 28, 28), np.uint8)
    images[:, 13:15, 4:24] = 255
    settings = NOTHING.model_copy(update={"rotation": 45.0, "narrow_rotation": 7.5})
    heights = [
        (warp(images, np.full(200, digit, np.uint8), settings, seed=0).max(axis=2) > 128)
        .sum(axis=1)
        .max()
        for digit in (7, 0)
    ]
    assert heights[0] <= 6 < 10 <= heights[1]


def test_the_spline_is_a_partition_of_one_and_the_doses_are_the_literatures() -> None:
    assert spline_matrix(7).sum(axis=1) == pytest.approx(np.ones(28))
    assert WarpSettings(amplitude=1.0).field_rms == pytest.approx(0.277, abs=0.002)
    assert gaussian_rms(4.0, 34.0) == pytest.approx(1.40, abs=0.02)
    assert gaussian_rms(6.0, 37.0) == pytest.approx(1.00, abs=0.01)
