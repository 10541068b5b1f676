"""The fifteen corruptions: each does what its name says, at the published severity, and
to every image the same whatever is beside it.
"""

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.examination import blur, corruptions
from sevenfold.examination.corruptions import CORRUPTIONS, corrupted
from sevenfold.examination.draws import Draws

IMAGES = made_up_digits(40, seed=3).pixels
rng = np.random.default_rng(5)


def blank(n: int = 1, value: int = 0) -> np.ndarray:
    return np.full((n, 28, 28), value, np.uint8)


def block(n: int = 1) -> np.ndarray:
    """A filled square in the middle."""
    images = blank(n)
    images[:, 9:19, 9:19] = 255
    return images


def middle_of(image: np.ndarray) -> np.ndarray:
    """Row and column of the centre of mass."""
    mass = image.astype(float)
    return np.array([np.average(places, weights=mass) for places in np.indices(image.shape)])


def slant_of(image: np.ndarray) -> float:
    """The angle of the long axis from upright, in radians."""
    mass, (row, column) = image.astype(float), middle_of(image)
    places = np.indices(image.shape)
    y, x = places[0] - row, places[1] - column
    xx, yy, xy = ((mass * product).sum() for product in (x * x, y * y, x * y))
    return 0.5 * float(np.arctan2(2 * xy, yy - xx))


def test_they_are_those_of_mnist_c() -> None:
    assert len(CORRUPTIONS) == 15


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_an_image_is_corrupted_alike_whatever_is_beside_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = corrupted(IMAGES, name)
    assert (whole.shape, whole.dtype) == (IMAGES.shape, np.uint8)
    assert not np.array_equal(whole, IMAGES)
    assert np.array_equal(corrupted(IMAGES, name), whole)
    assert np.array_equal(corrupted(IMAGES[:7], name), whole[:7])
    monkeypatch.setattr(corruptions, "AT_ONCE", 25)
    assert np.array_equal(corrupted(IMAGES, name), whole)
    assert corrupted(IMAGES[:0], name).shape == (0, 28, 28)


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("shape", [(16, 16), (20, 33), (64, 48, 3), (28, 28, 1)])
def test_images_of_any_size_and_their_channels_alike(name: str, shape: tuple[int, ...]) -> None:
    images = rng.integers(0, 256, (3, *shape), np.uint8)
    if shape[2:] == (3,):
        images[...] = images[..., :1]
    found = corrupted(images, name)
    assert (found.shape, found.dtype) == (images.shape, np.uint8)
    if shape[2:] == (3,):
        assert np.array_equal(found[..., 0], found[..., 2])


def test_brightness_adds_half_of_the_range() -> None:
    images = np.array([0, 100, 127, 200], np.uint8).reshape(1, 2, 2)
    assert corrupted(images, "brightness").ravel().tolist() == [128, 227, 254, 255]


def test_stripes_are_negatives_of_the_outer_quarters() -> None:
    found = corrupted(IMAGES, "stripe")
    for columns in (slice(None, 7), slice(21, None)):
        assert np.array_equal(found[:, :, columns], 255 - IMAGES[:, :, columns])
    assert np.array_equal(found[:, :, 7:21], IMAGES[:, :, 7:21])


def test_impulses_are_a_sixth_of_all_pixels_half_black_half_white() -> None:
    found = corrupted(blank(200, 100), "impulse_noise")
    black, white = (found == 0).mean(), (found == 255).mean()
    assert black == pytest.approx(0.085, abs=0.003)
    assert white == pytest.approx(0.085, abs=0.003)
    assert ((found == 100) | (found == 0) | (found == 255)).all()


def test_shot_noise_counts_three_photons_at_full_brightness() -> None:
    found = corrupted(blank(200, 255), "shot_noise")
    assert set(np.unique(found)) == {0, 85, 170, 255}
    chances = np.array([np.exp(-3), 3 * np.exp(-3), 4.5 * np.exp(-3)])
    shares = [(found == value).mean() for value in (0, 85, 170)]
    assert shares == pytest.approx(chances, abs=0.004)
    assert corrupted(blank(200, 85), "shot_noise").mean() == pytest.approx(85, rel=0.03)
    assert not corrupted(blank(), "shot_noise").any()


def test_translation_is_by_three_pixels_towards_each_corner() -> None:
    images = blank(60)
    images[:, 14, 14] = 255
    moves = {
        tuple(np.argwhere(image)[0] - 14)
        for image in corrupted(images, "translate")
        if np.count_nonzero(image) == 1
    }
    assert moves == {(-3, -3), (-3, 3), (3, -3), (3, 3)}
    edge = blank(20)
    edge[:, 0, 0] = 255
    counts = [np.count_nonzero(image) for image in corrupted(edge, "translate")]
    assert set(counts) == {0, 1}  # out of the image, and never in again


def test_scale_keeps_the_centre_and_leaves_half_of_the_area() -> None:
    (found,) = corrupted(block(), "scale")
    assert found.sum() / block().sum() == pytest.approx(0.49, abs=0.02)
    assert middle_of(found) == pytest.approx([13.5, 13.5], abs=0.01)


@pytest.mark.parametrize(("name", "slant"), [("rotate", 0.4), ("shear", np.arctan(np.tan(0.4)))])
def test_turning_and_leaning_are_by_their_angle_to_either_side(name: str, slant: float) -> None:
    bars = blank(40)
    bars[:, 5:23, 13:15] = 255
    slants = np.array([slant_of(image) for image in corrupted(bars, name)])
    assert np.abs(slants) == pytest.approx(slant, abs=0.03)
    assert 8 <= (slants > 0).sum() <= 32
    centres = np.array([middle_of(image) for image in corrupted(bars, name)])
    assert np.abs(centres - 13.5).max() < 0.1


def test_motion_smears_one_way_within_45_degrees() -> None:
    images = blank(100)
    images[:, 14, 20] = 255
    found = corrupted(images, "motion_blur").astype(float)
    assert found.sum(axis=(1, 2)) == pytest.approx(np.full(100, 255), abs=8)
    rows, columns = np.array([middle_of(image) for image in found]).T - [[14], [20]]
    assert (columns < 0).all()  # each pixel looks ahead, so what it sees moves back
    assert np.abs(rows / columns).max() < 1.1
    assert rows.min() < -1.0
    assert rows.max() > 1.0
    assert np.hypot(rows, columns) == pytest.approx(np.full(100, 2.2), abs=0.5)


def test_glass_blurs_and_shuffles_without_moving() -> None:
    found = corrupted(block(30), "glass_blur")
    assert found.max() < 256
    assert found.mean() == pytest.approx(block().mean(), rel=0.02)
    assert found[:, 14, 14].min() > 200
    assert 0 < found[:, 14, 8].mean() < 128
    assert found[:, 14, 8].std() > 5  # which a blur alone would leave at 0


def test_glass_shuffles_pixels_and_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blur, "GLASS_SIGMA", 0.0)
    found = corrupted(IMAGES, "glass_blur")
    assert not np.array_equal(found, IMAGES)
    for image, shuffled in zip(IMAGES, found, strict=True):
        assert sorted(shuffled.ravel()) == sorted(image.ravel())


def test_fog_leaves_a_quarter_of_the_contrast_and_differs_from_place_to_place() -> None:
    found = corrupted(block(100), "fog").astype(float)
    contrast = found[:, 9:19, 9:19].mean() - found[:, 5:8].mean()
    assert contrast == pytest.approx(255 / 4, rel=0.15)
    assert found[:, 0, 0].std() > 20
    assert not np.array_equal(found[0], found[1])
    steps = np.abs(np.diff(found[:, :5], axis=2)).mean()
    assert steps < 6  # smooth


def test_mud_covers_a_share_of_the_image_in_its_own_shade() -> None:
    black, white = (corrupted(blank(100, value), "spatter") for value in (0, 255))
    assert black.max() <= 63
    covered = (black > 0).mean()
    assert 0.03 < covered < 0.4
    assert np.array_equal(white < 255, black > 0)
    assert white[black > 0].max() <= 255 * 0.2 + 63


def test_a_dotted_line_goes_from_edge_to_edge_by_twos() -> None:
    found = corrupted(blank(50), "dotted_line")
    has_ink = found.any(axis=1)
    dots = np.arange(28) // 2 % 2 == 1
    assert not has_ink[:, ~dots].any()
    assert has_ink[:, dots][:, :-1].mean() > 0.95
    assert (found.max(axis=(1, 2)) > 150).all()


def test_a_zigzag_turns_six_times_between_columns_2_and_25() -> None:
    found = corrupted(blank(50), "zigzag")
    columns = found.any(axis=(0, 1))
    assert not columns[:1].any()
    assert columns[3:24].all()
    draws = Draws("zigzag", 0, 50)
    inside = np.abs(draws.integers("row", 0, 27) - 13) < 8
    (level, *_) = np.flatnonzero((draws.integers("fall", -5, 5) == 0) & inside)
    peaks = found[level, :, [4, 8, 12, 16, 20, 24]].argmax(axis=1)
    assert np.diff(peaks).tolist() == [-4, 4, -4, 4, -4]


def test_edges_are_thin_and_around_what_was_there() -> None:
    (found,) = corrupted(block(), "canny_edges")
    assert set(np.unique(found)) == {0, 255}
    assert not found[12:16, 12:16].any()
    assert not found[:6].any()
    assert 30 <= np.count_nonzero(found) <= 48  # a ring of about 4 x 10, one pixel wide
    for line in (found[14], found[:, 14]):
        assert np.count_nonzero(line) == 2
    faint = blank()
    faint[:, 9:19, 9:19] = 12  # a slope between the two thresholds
    assert not corrupted(faint, "canny_edges").any()
    beside = corrupted(np.concatenate([faint, block(), faint]), "canny_edges")
    assert not beside[[0, 2]].any()  # what is strong beside it is of another image
    faint[:, 9:19, 5:23] = np.linspace(40, 12, 18)  # strong at its left end
    assert corrupted(faint, "canny_edges")[0, 14, 22]
