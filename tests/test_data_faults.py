"""What is said of images before anything is trained on them, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sevenfold import data
from sevenfold.config import load_config
from sevenfold.data.contents import require_alike, require_development
from sevenfold.data.faults import are_opposite, first_alike, seems_inverted, warnings
from sevenfold.data.images import Images, numbered
from sevenfold.errors import DataError

rng = np.random.default_rng(0)


def drawn(n: int, *, paper: int = 0, ink: int = 255, shape: tuple[int, int] = (12, 10)) -> Images:
    """Strokes of ink in the middle, no two images alike."""
    pixels = np.full((n, *shape), paper, np.uint8)
    inner = pixels[:, 2:-2, 2:-2]
    inner[rng.random(inner.shape) < 0.3] = ink
    return numbered(pixels, np.arange(n) % 4)


def test_good_images_are_nothing_to_speak_of() -> None:
    assert warnings(drawn(80)) == []


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (170, 30), (200, 120), (140, 0)])
def test_dark_ink_on_bright_or_grey_paper_is_said_with_both(paper: int, ink: int) -> None:
    (text,) = warnings(drawn(80, paper=paper, ink=ink))
    assert f"dark ink ({ink}) on bright paper ({paper})" in text
    assert "--invert" in text
    images = drawn(80, paper=paper, ink=ink)
    assert seems_inverted(Images(np.stack([images.pixels] * 3, -1), images.labels, images.classes))


@pytest.mark.parametrize(("paper", "ink"), [(0, 255), (60, 255), (110, 250), (200, 255), (100, 0)])
def test_bright_ink_and_flat_paper_are_not_turned(paper: int, ink: int) -> None:
    assert not seems_inverted(drawn(80, paper=paper, ink=ink))


def test_more_bright_than_dark_is_no_dark_ink() -> None:
    images = drawn(80, paper=150, ink=255)
    images.pixels[:, 5, 5] = 0
    assert not seems_inverted(images)


def test_images_without_a_paper_are_opposite_to_nothing() -> None:
    ink = drawn(80, paper=255, ink=0)
    photographs = replace(ink, pixels=rng.integers(0, 256, ink.pixels.shape, np.uint8))
    assert not are_opposite(ink, photographs)
    assert not are_opposite(photographs, ink)
    assert are_opposite(drawn(80), ink)


def test_photographs_are_not_taken_for_ink_on_paper() -> None:
    pixels = rng.integers(0, 256, (80, 12, 10), np.uint8)
    assert not seems_inverted(numbered(pixels, np.arange(80) % 4))


@pytest.mark.parametrize("brightest", [1, 15, 16, 64])
def test_images_that_count_to_16_are_refused_with_the_factor(brightest: int) -> None:
    with pytest.raises(
        DataError, match=rf"got none above {brightest}. Multiply .* by {255 // brightest}\."
    ):
        require_development(drawn(80, ink=brightest), "x")


def test_dark_images_are_said_but_not_refused() -> None:
    images = require_development(drawn(80, ink=100), "x")
    assert warnings(images) == [
        "No pixel is brighter than 100 of 255. If the images are not meant to be so dark, multiply"
        " them by 2."
    ]


def test_copies_are_counted_and_many_are_a_fault() -> None:
    images = drawn(400)
    one = images[np.r_[0, 0:400]]
    assert warnings(one) == ["1 of 401 images is an exact copy of another."]
    (text,) = warnings(images[np.repeat(np.arange(100), 4)])
    assert text.startswith(
        "A fault of the data: 300 of 400 images are exact copies of another (75.0 %)"
    )
    assert first_alike(one)[:3].tolist() == [0, 0, 2]


def test_one_image_with_two_labels_is_said() -> None:
    images = drawn(400)
    pixels = images.pixels.copy()
    pixels[1] = pixels[0]
    text = warnings(Images(pixels, images.labels, images.classes))[-1]
    assert text.startswith("1 image has two labels or more in copies of itself")


def test_a_class_of_one_image_and_images_of_one_value_are_said() -> None:
    images = drawn(80)
    pixels = images.pixels.copy()
    pixels[images.labels == 2] = pixels[2]
    pixels[0] = 7
    texts = warnings(Images(pixels, images.labels, images.classes))
    assert "Every image of class 2 is the same." in texts
    assert "1 image has the same value in every pixel." in texts


def test_a_test_part_the_other_way_round_or_darker_is_refused() -> None:
    images = drawn(80)
    with pytest.raises(DataError, match=r"x, test: .* got them the other way round"):
        require_alike(images, drawn(8, paper=255, ink=0), "x")
    with pytest.raises(DataError, match=r"x, test: .* got none above 16. Scale them alike"):
        require_alike(images, drawn(8, ink=16), "x")


def write(path: Path, **changed: np.ndarray) -> str:
    train, test = drawn(80, paper=170, ink=30), drawn(8, paper=170, ink=30)
    arrays = {"x_train": train.pixels, "y_train": train.labels}
    np.savez(path, **{**arrays, "x_test": test.pixels, "y_test": test.labels, **changed})
    return str(path)


def test_nothing_is_turned_unless_asked_and_then_both_parts_are(tmp_path: Path) -> None:
    path = write(tmp_path / "d.npz")
    plain, turned = data.load(path), data.load(path, invert=True)
    np.testing.assert_array_equal(turned.development.pixels, 255 - plain.development.pixels)
    np.testing.assert_array_equal(turned.read_test().pixels, 255 - plain.read_test().pixels)
    assert (plain.provenance.inverted, turned.provenance.inverted) == (False, True)
    assert plain.provenance.digest != turned.provenance.digest
    assert plain.provenance.sha256 == turned.provenance.sha256
    assert data.check(path).warnings[0].startswith("The images seem to be dark ink")
    assert data.check(path, invert=True).warnings == ()
    other = write(tmp_path / "e.npz", x_test=drawn(8).pixels)
    with pytest.raises(DataError, match=r"test: .* got them the other way round"):
        data.load(other).read_test()


def test_the_setting_is_part_of_a_runs_identity() -> None:
    assert load_config("quick", {"invert": True}).digest != load_config("quick").digest


def test_copies_in_the_test_part_are_said_as_its_own(tmp_path: Path) -> None:
    x = drawn(8).pixels[np.r_[0:8, 0]]
    path = write(tmp_path / "d.npz", x_train=drawn(80).pixels, x_test=x, y_test=np.arange(9) % 4)
    found = data.check(path)
    assert any(text.startswith("Test part: A fault") for text in found.warnings)
    assert (found.n_development_duplicates, found.n_test_duplicates) == (0, 1)
