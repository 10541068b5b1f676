"""A test part for data that came without one."""

from pathlib import Path

import numpy as np
import pytest

from sevenfold import data
from sevenfold.data.images import Images, numbered
from sevenfold.data.setting_aside import n_set_aside, separate
from sevenfold.errors import DataError


def made_up(counts: tuple[int, ...], seed: int = 0) -> Images:
    labels = np.repeat(np.arange(len(counts)), counts)
    rng = np.random.default_rng(seed)
    return numbered(rng.integers(0, 256, (len(labels), 4, 5), np.uint8), labels)


def contents(images: Images) -> set[bytes]:
    return {image.tobytes() for image in images.pixels}


@pytest.mark.parametrize("counts", [(10, 10), (12, 30, 61, 600)])
def test_a_share_of_each_class_is_set_aside(counts: tuple[int, ...]) -> None:
    images = made_up(counts)
    parts = separate(images, "x")
    wanted = [n_set_aside(n) for n in counts]
    assert parts["test"].class_counts.tolist() == wanted
    rest = [n - out for n, out in zip(counts, wanted, strict=True)]
    assert parts["development"].class_counts.tolist() == rest
    assert not contents(parts["development"]) & contents(parts["test"])
    assert contents(parts["development"]) | contents(parts["test"]) == contents(images)


def test_the_order_of_the_images_plays_no_part() -> None:
    images = made_up((40, 50))
    mixed = np.random.default_rng(1).permutation(len(images))
    first, second = separate(images, "x"), separate(images[mixed], "x")
    assert contents(first["test"]) == contents(second["test"])
    positions = [images.pixels.tolist().index(p) for p in first["test"].pixels.tolist()]
    assert positions == sorted(positions)


def test_which_are_set_aside_is_the_same_for_ever() -> None:
    labels = np.repeat([0, 1], 12)
    pixels = np.arange(24, dtype=np.uint8).repeat(6).reshape(24, 2, 3)
    test = separate(numbered(pixels, labels), "x")["test"]
    assert test.pixels[:, 0, 0].tolist() == [1, 5, 7, 9, 14, 16, 18, 23]


@pytest.mark.parametrize("counts", [(12, 30), (900, 700, 800)])
def test_done_in_place_nothing_of_it_is_left_in_memory(counts: tuple[int, ...]) -> None:
    images = made_up(counts)
    images.pixels.flags.writeable = False  # as IDX files are read
    expected, memory = separate(images, "x"), images.pixels
    parts = separate(images, "x", in_place=True)
    for part, images_of_part in parts.items():
        np.testing.assert_array_equal(images_of_part.pixels, expected[part].pixels)
        np.testing.assert_array_equal(images_of_part.labels, expected[part].labels)
    assert np.shares_memory(parts["development"].pixels, memory)
    assert not memory[len(parts["development"]) :].any()


def test_what_may_not_be_written_to_is_copied() -> None:
    before = contents(made_up((12, 30)))
    pixels = np.frombuffer(made_up((12, 30)).pixels.tobytes(), np.uint8).reshape(42, 4, 5)
    images = numbered(pixels, made_up((12, 30)).labels)
    separate(images, "x", in_place=True)
    assert contents(images) == before


def test_copies_stay_on_one_side() -> None:
    images = made_up((20, 20))
    four = images[np.repeat(np.arange(40), 4)]
    parts = separate(four, "x")
    assert not contents(parts["development"]) & contents(parts["test"])
    assert parts["test"].class_counts.tolist() == [12, 12]


def test_one_image_with_two_labels_stays_on_one_side() -> None:
    images = made_up((30, 30))
    pixels = images.pixels.copy()
    pixels[30:] = pixels[:30]
    parts = separate(numbered(pixels, images.labels), "x")
    assert not contents(parts["development"]) & contents(parts["test"])
    assert parts["test"].class_counts.tolist() == [10, 10]


def test_groups_stay_whole() -> None:
    images = made_up((60, 60))
    writers = np.tile(np.arange(20), 6)
    grouped = Images(images.pixels, images.labels, images.classes, groups=writers)
    parts = separate(grouped, "x")
    sides = [set(part.groups.tolist()) for part in parts.values() if part.groups is not None]
    assert not sides[0] & sides[1]
    assert parts["test"].class_counts.tolist() == [9, 9]


def test_copies_tie_groups_together() -> None:
    images = made_up((30, 30))
    pixels = images.pixels.copy()
    pixels[59] = pixels[0]
    groups = np.arange(60) // 2
    parts = separate(Images(pixels, images.labels, images.classes, groups=groups), "x")
    sides = [set(part.groups.tolist()) for part in parts.values() if part.groups is not None]
    assert not sides[0] & sides[1]
    assert any({0, 29} <= side for side in sides)


def test_large_groups_give_one_of_themselves() -> None:
    images = made_up((40, 40))
    groups = np.tile(np.arange(4).repeat(10), 2)
    parts = separate(Images(images.pixels, images.labels, images.classes, groups=groups), "x")
    assert parts["test"].class_counts.tolist() == [10, 10]
    groups = np.tile(np.arange(2).repeat(20), 2)
    parts = separate(Images(images.pixels, images.labels, images.classes, groups=groups), "x")
    assert parts["test"].class_counts.tolist() == [20, 20]


def test_a_class_of_copies_of_one_image_is_refused() -> None:
    images = made_up((20, 20))
    pixels = images.pixels.copy()
    pixels[20:] = pixels[20]
    with pytest.raises(DataError, match=r"x: expected images of class 1 that can be set aside"):
        separate(numbered(pixels, images.labels), "x")


# Sealed like any other


def write_table(path: Path, images: Images) -> Path:
    rows = [
        ",".join(map(str, [label, *image.ravel()]))
        for label, image in zip(images.labels.tolist(), images.pixels, strict=True)
    ]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_development_never_holds_what_was_set_aside(tmp_path: Path) -> None:
    images = numbered(
        np.random.default_rng(0).integers(0, 256, (90, 4, 4), np.uint8), np.arange(90) % 3
    )
    source = data.load(str(write_table(tmp_path / "d.csv", images)))
    test = source.read_test()
    assert source.provenance.set_aside == pytest.approx(1 / 3)
    assert (len(source.development), len(test)) == (60, 30)
    assert data.overlap(source.development, test) == 0
    assert contents(source.development) | contents(test) == contents(images)
    assert data.Provenance.from_json(source.provenance.to_json()) == source.provenance


def test_turned_images_have_the_same_test_part(tmp_path: Path) -> None:
    path = write_table(tmp_path / "d.csv", made_up((30, 30, 30)))
    plain, turned = (data.load(str(path), size=(4, 5), invert=invert) for invert in (False, True))
    assert (255 - turned.development.pixels == plain.development.pixels).all()
    assert (255 - turned.read_test().pixels == plain.read_test().pixels).all()
    assert turned.provenance.digest != plain.provenance.digest


def test_a_test_part_that_is_brought_later_makes_other_data(tmp_path: Path) -> None:
    write_table(tmp_path / "train.csv", made_up((30, 30)))
    before = data.load(str(tmp_path), size=(4, 5))
    write_table(tmp_path / "test.csv", made_up((10, 10), seed=1))
    after = data.load(str(tmp_path), size=(4, 5))
    assert (len(before.development), len(after.development)) == (40, 60)
    assert before.provenance.digest != after.provenance.digest


def test_files_that_changed_before_the_opening_are_refused(tmp_path: Path) -> None:
    images = numbered(
        np.random.default_rng(0).integers(0, 256, (90, 4, 4), np.uint8), np.arange(90) % 3
    )
    path = write_table(tmp_path / "d.csv", images)
    source = data.load(str(path))
    write_table(path, images[np.arange(89)])
    with pytest.raises(DataError, match=r"expected the files that were there when a test part"):
        source.read_test()
