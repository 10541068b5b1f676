"""Each change of ink and paper does what it says, seen on plain images."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sevenfold import photometric as changes
from sevenfold.counter_random import mix
from sevenfold.photometric import KINDS, Change, batch_photometric, photometric

N, SIDE = 240, 28
PAPER = np.zeros((N, SIDE, SIDE), np.float32)
SQUARE = PAPER.copy()
SQUARE[:, 9:19, 9:19] = 1.0


@functools.cache
def compiled(kind: Change) -> Change:
    return jax.jit(kind)


def changed(kind: Change, images: np.ndarray, key: int = 5) -> np.ndarray:
    """Images (n, h, w) after one kind of change."""
    found = compiled(kind)(images[..., None].astype(np.float32), np.uint32(key))  # type: ignore[arg-type]
    return np.asarray(found)[..., 0]


def of_batch(share: float, images: np.ndarray, key: int = 5) -> np.ndarray:
    flat = images.reshape(len(images), -1).astype(np.float32)
    found = batch_photometric(share, images.shape[1:])(flat, np.uint32(key))  # type: ignore[arg-type]
    return np.asarray(found).reshape(images.shape)


def test_the_first_of_a_batch_are_changed_and_the_rest_is_as_it_was() -> None:
    found = of_batch(0.25, 0.25 + 0.5 * SQUARE)
    is_changed = (found != 0.25 + 0.5 * SQUARE).any(axis=(1, 2))
    assert is_changed[:60].mean() > 0.9
    assert not is_changed[60:].any()
    assert found.min() >= 0.0
    assert found.max() <= 1.0


def test_kinds_share_a_batch_evenly() -> None:
    found, n = of_batch(1.0, SQUARE), N // len(KINDS)
    for i, kind in enumerate(KINDS):
        key = int(mix(jnp.uint32(5 + i + 1)))
        expected = changed(kind, SQUARE[:n], key).clip(0.0, 1.0)
        assert found[i * n : (i + 1) * n] == pytest.approx(expected, abs=1e-5)


def test_a_key_gives_its_images_again_and_another_key_others() -> None:
    assert of_batch(1.0, SQUARE).tobytes() == of_batch(1.0, SQUARE).tobytes()
    differs = (of_batch(1.0, SQUARE) != of_batch(1.0, SQUARE, key=6)).any(axis=(1, 2))
    assert differs.mean() > 0.9


def test_channels_are_changed_alike() -> None:
    gray = np.repeat(SQUARE[..., None], 3, axis=3)
    found = of_batch(0.5, gray)
    assert found[..., 0] == pytest.approx(found[..., 1], abs=1e-6)
    assert found[..., 0] == pytest.approx(found[..., 2], abs=1e-6)
    assert found[..., 0] == pytest.approx(of_batch(0.5, SQUARE), abs=1e-6)


def test_pictures_keep_their_type_and_all_are_changed() -> None:
    images = (255 * SQUARE[:, :, :20]).astype(np.uint8)
    found = photometric(images, 3)
    assert found.shape == images.shape
    assert found.dtype == np.uint8
    assert (found != images).any(axis=(1, 2)).mean() > 0.9


def test_marks_are_few_of_any_shade_and_cover_ink_as_well() -> None:
    on_paper, on_ink = changed(changes.marks, PAPER), changed(changes.marks, PAPER + 1.0)
    assert 0.02 < (on_paper > 0.0).mean() < 0.3
    assert np.quantile(on_paper.max(axis=(1, 2)), [0.02, 0.98]) == pytest.approx(
        [0.3, 1.0], abs=0.25
    )
    assert (on_ink < 1.0).mean() == pytest.approx((on_paper > 0.0).mean(), rel=0.05)
    assert (on_paper > 0.0).mean(axis=0).min() > 0.01  # anywhere


def test_grain_is_noise_of_an_amount_of_its_own_in_each_image() -> None:
    noise = changed(changes.grain, PAPER)
    sd = noise.std(axis=(1, 2))
    assert sd.min() < 0.02
    assert sd.max() == pytest.approx(0.4, abs=0.02)
    assert sd.mean() == pytest.approx(0.2, abs=0.02)
    assert abs(noise.mean()) < 0.005
    assert abs((noise[:, :, 1:] * noise[:, :, :-1]).mean()) < 0.002


def test_specks_are_ink_or_paper_up_to_a_quarter() -> None:
    found = changed(changes.specks, PAPER + 0.5)
    assert set(np.unique(found)) == {0.0, 0.5, 1.0}
    share = (found != 0.5).mean(axis=(1, 2))
    assert share.min() < 0.02
    assert share.max() == pytest.approx(0.25, abs=0.04)
    assert (found == 0.0).mean() == pytest.approx((found == 1.0).mean(), rel=0.05)


def test_light_makes_paper_gray_smoothly_and_leaves_ink_readable() -> None:
    paper, ink = changed(changes.light, PAPER), changed(changes.light, PAPER + 1.0)
    assert paper.min() >= 0.0
    assert 0.7 < paper.max() <= 0.75
    assert abs(np.diff(paper, axis=1)).max() < 0.15
    assert abs(np.diff(paper, axis=2)).max() < 0.15
    assert (paper.max(axis=(1, 2)) - paper.min(axis=(1, 2))).mean() > 0.1  # uneven
    assert (ink - paper).min() >= 0.25 - 1e-6
    contrast = (ink - paper).mean(axis=(1, 2))
    assert contrast.min() < 0.5
    assert contrast.max() > 0.95


def test_blur_is_a_gaussian_along_each_axis_on_its_own() -> None:
    dot = PAPER.copy()
    dot[:, 14, 14] = 1.0
    found = changed(changes.blur, dot)
    assert found.sum(axis=(1, 2)) == pytest.approx(np.ones(N), abs=1e-3)
    places = np.arange(SIDE) - 14.0
    down = (found.sum(axis=2) * places**2).sum(axis=1) ** 0.5
    across = (found.sum(axis=1) * places**2).sum(axis=1) ** 0.5
    for sigma in (down, across):
        assert sigma.min() < 0.3
        assert sigma.max() == pytest.approx(2.0, abs=0.05)
    assert abs(np.corrcoef(down, across)[0, 1]) < 0.2
    edge = PAPER.copy()
    edge[:, :, :] = 0.5
    assert changed(changes.blur, edge) == pytest.approx(edge, abs=1e-5)  # to the margin


def test_a_pen_is_thicker_or_thinner_and_its_edge_no_softer() -> None:
    area = changed(changes.pen, SQUARE).clip(0.0, 1.0).sum(axis=(1, 2))
    assert area.min() == pytest.approx(100.0 - 36.0, abs=15.0)
    assert area.max() == pytest.approx(144.0, abs=1.0)
    assert 0.3 < (area > 100.0).mean() < 0.7
    slope = np.broadcast_to(np.linspace(0.0, 1.0, SIDE, dtype=np.float32), SQUARE.shape)
    steepest = np.diff(changed(changes.pen, slope), axis=2).max(axis=(1, 2)) * (SIDE - 1)
    assert steepest.min() == pytest.approx(1.0, abs=0.3)
    assert steepest.max() > 3.5


def test_outlines_leave_edges_alone() -> None:
    found = changed(changes.outlines, SQUARE)
    assert not found[:, 11:17, 11:17].any()
    assert not found[:, :8].any()
    assert (found[:, 9, 9:19] >= 1.0).all()
    outside = found[:, 8, 12] > 0.0
    assert 0.3 < outside.mean() < 0.7  # thick ones reach beyond the ink


def test_negatives_are_one_side_of_a_line() -> None:
    found = changed(changes.negatives, SQUARE)
    kept, turned = abs(found - SQUARE) < 1e-3, abs(found - 1.0 + SQUARE) < 1e-3
    assert (kept | turned).mean() > 0.94  # all but the line
    assert 0.3 < turned.mean() < 0.7
    share = turned.mean(axis=(1, 2))
    assert share.min() < 0.05
    assert share.max() > 0.95
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for image in range(0, N, 24):  # a line parts the two
        if 0.1 < share[image] < 0.9:
            sides = [
                np.array([rows[which[image]].mean(), columns[which[image]].mean()])
                for which in (kept, turned)
            ]
            normal = sides[1] - sides[0]
            along = rows * normal[0] + columns * normal[1]
            assert along[kept[image]].mean() < along[turned[image]].mean()
