"""A folder of pictures for each class: what is taken, and what is
refused by name.
"""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sevenfold import data
from sevenfold.data.images import Images
from sevenfold.data.readers import folders
from sevenfold.errors import DataError

CLASSES = ("apple", "dog 9", "dog 10")


def save(file: Path, pixels: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)


def made_up(folder: Path, n: int = 12, seed: int = 0, shape: tuple[int, ...] = (9, 7, 3)) -> Path:
    """`n` pictures in each of three classes."""
    rng = np.random.default_rng(seed)
    for name in CLASSES:
        for i in range(n):
            save(folder / name / f"{i}.png", rng.integers(0, 256, shape, np.uint8))
    return folder


def both_parts(folder: Path, train: str = "train", test: str = "test") -> Path:
    made_up(folder / train, seed=1)
    made_up(folder / test, n=4, seed=2)
    return folder


def read(path: Path) -> Images:
    return folders.read(path, "development", None, None)[0]


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        data.load(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("train", "test"), [("train", "test"), ("Training", "TESTING"), ("train", "testing")]
)
def test_both_parts_are_read_from_their_folders(tmp_path: Path, train: str, test: str) -> None:
    path = both_parts(tmp_path / "own", train, test)
    source = data.load(str(path))
    development, found = source.development, source.read_test()
    assert development.classes == found.classes == CLASSES
    assert development.class_counts.tolist() == [12] * 3
    assert found.class_counts.tolist() == [4] * 3
    assert development.shape == found.shape == (9, 7, 3)
    assert source.provenance.set_aside is None
    assert list(source.provenance.sha256) == ["pictures of development"]
    first = np.asarray(Image.open(path / train / "apple" / "0.png"))
    np.testing.assert_array_equal(development.pixels[0], first)
    tenth = np.asarray(Image.open(path / train / "dog 10" / "10.png"))
    np.testing.assert_array_equal(development.pixels[34], tenth)


def test_the_folder_that_an_archive_adds_is_passed_through(tmp_path: Path) -> None:
    both_parts(tmp_path / "own" / "archive")
    (tmp_path / "own" / "__MACOSX" / "archive").mkdir(parents=True)
    assert len(data.load(str(tmp_path / "own")).development) == 36
    made_up(tmp_path / "plain" / "archive")
    assert read(tmp_path / "plain").classes == CLASSES


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    path = made_up(tmp_path / "own")
    (path / "apple").rename(path / "train")
    assert folders.parts(path) == ("development",)
    assert read(path).classes == ("dog 9", "dog 10", "train")


def test_what_systems_leave_in_folders_is_passed_over(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.png"):
        (path / "train" / "apple" / name).write_bytes(b"junk")
    (path / ".git").mkdir()
    (path / "train" / ".ipynb_checkpoints").mkdir()
    assert read(path).class_counts.tolist() == [12] * 3
    assert folders.left_out(path) == ()


def test_texts_are_left_alone_and_said(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    (path / "README.md").write_text("mine")
    (path / "train" / "apple" / "LICENSE").write_text("mine")
    left_out = data.load(str(path)).provenance.left_out
    assert left_out == ("Pictures alone are read, not LICENSE, README.md.",)


def test_a_test_folder_without_classes_is_left_alone_and_said(tmp_path: Path) -> None:
    path = tmp_path / "own"
    made_up(path / "train", n=30)
    save(path / "test" / "1.png", np.zeros((9, 7, 3), np.uint8))
    source = data.load(str(path))
    assert source.provenance.left_out == ("test/ has no folders of classes: it is left alone.",)
    assert source.provenance.set_aside == pytest.approx(1 / 3)


def test_pictures_are_brought_to_the_median_size_of_development(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    for name in CLASSES:
        for i in range(7):
            save(path / "train" / name / f"{i}.png", np.full((20, 30), 9, np.uint8))
    source = data.load(str(path))
    assert source.development.shape == source.read_test().shape == (20, 30, 3)
    sized = data.load(str(path), size=(5, 6))
    assert sized.development.shape == sized.read_test().shape == (5, 6, 3)
    assert sized.provenance.digest != source.provenance.digest
    assert sized.provenance.sha256 == source.provenance.sha256


def test_large_pictures_are_scaled_down(tmp_path: Path) -> None:
    assert read(made_up(tmp_path, n=2, shape=(300, 200))).shape == (128, 85)


def test_colour_is_decided_by_development(tmp_path: Path) -> None:
    path = tmp_path / "own"
    made_up(path / "train", shape=(9, 7))
    made_up(path / "test", n=4, seed=3, shape=(9, 7, 3))
    source = data.load(str(path))
    assert source.development.shape == source.read_test().shape == (9, 7)
    shutil.rmtree(path)
    made_up(path / "train")
    made_up(path / "test", n=4, seed=3, shape=(9, 7))
    source = data.load(str(path))
    assert source.development.shape == source.read_test().shape == (9, 7, 3)


def test_other_names_and_suffixes_of_pictures_are_taken(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    (path / "apple" / "0.png").rename(path / "apple" / "0.JPG")
    (path / "apple" / "1.png").rename(path / "apple" / "one")
    assert read(path).class_counts.tolist() == [12] * 3
    for file in path.rglob("*.png"):
        file.rename(file.with_suffix(".PNG"))
    assert folders.claims(path)
    assert read(path).class_counts.tolist() == [12] * 3


def test_files_and_size_are_part_of_what_the_data_are(tmp_path: Path) -> None:
    path = str(made_up(tmp_path / "own"))
    digests = {data.load(path).provenance.digest, data.load(path, size=(5, 5)).provenance.digest}
    save(tmp_path / "own" / "apple" / "0.png", np.zeros((9, 7, 3), np.uint8))
    assert len({*digests, data.load(path).provenance.digest}) == 3


def test_digests_tell_of_class_name_and_file(tmp_path: Path) -> None:
    def digest() -> str:
        return folders.read(path, "development", None, None)[1]["pictures of development"]

    path = made_up(tmp_path / "own")
    first = digest()
    made_up(tmp_path / "other")
    shutil.copytree(tmp_path / "other", tmp_path / "own", dirs_exist_ok=True)
    assert digest() == first
    (path / "apple" / "0.png").rename(path / "apple" / "zero.png")
    second = digest()
    (path / "apple" / "zero.png").rename(path / "dog 9" / "zero.png")
    third = digest()
    save(path / "dog 9" / "zero.png", np.zeros((9, 7, 3), np.uint8))
    assert len({first, second, third, digest()}) == 4


def test_loading_decodes_no_test_picture(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    (path / "test" / "apple" / "0.png").write_bytes(b"\x89PNG damaged")
    source = data.load(str(path))
    with pytest.raises(DataError, match=r"test/apple/0.png: expected a picture"):
        source.read_test()


# What is refused


def test_one_class_or_none_is_refused(tmp_path: Path) -> None:
    path = made_up(tmp_path / "own")
    for name in CLASSES[1:]:
        shutil.rmtree(path / name)
    assert "expected two classes or more, got only class apple" in refusal(path)
    (tmp_path / "flat").mkdir()
    save(tmp_path / "flat" / "1.png", np.zeros((9, 7), np.uint8))
    assert "got pictures (1.png, ...) without folders of classes" in refusal(tmp_path / "flat")


def test_pictures_beside_the_classes_are_refused(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    save(path / "stray.png", np.zeros((9, 7), np.uint8))
    assert "(stray.png, ...) beside the folders of classes" in refusal(path)


@pytest.mark.parametrize("left", [(), ("notes.txt",), ("Thumbs.db",)])
def test_a_class_without_pictures_is_named(tmp_path: Path, left: tuple[str, ...]) -> None:
    path = made_up(tmp_path)
    (path / "pear").mkdir()
    for name in left:
        (path / "pear" / name).write_text("x")
    assert "pear: expected pictures of class 'pear', got none" in refusal(path)


def test_a_class_that_one_part_lacks_is_named_before_any_training(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    shutil.rmtree(path / "test" / "apple")
    assert "test: expected a folder for each class of development, lacks apple" in refusal(path)
    (path / "test" / "dog 9").rename(path / "test" / "cat")
    shutil.copytree(path / "train" / "apple", path / "test" / "apple")
    shutil.copytree(path / "train" / "dog 9", path / "test" / "dog 9")
    assert "test: expected only classes that development has, got also cat" in refusal(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cat", "cat"),
        ("cat", "cat "),
        ("a_cat", "a cat"),
        ("caf\u00e9", "cafe\u0301"),
        ("x1", "x\u00b9"),
    ],
)
def test_nearly_equal_class_names_are_refused(tmp_path: Path, one: str, other: str) -> None:
    path = made_up(tmp_path)
    (path / "dog 9").rename(path / one)
    (path / "dog 10").rename(path / other)
    if len(list(path.iterdir())) < 3:
        pytest.skip("this file system takes the two for one")
    assert "expected classes that are told apart by their names, got" in refusal(path)


def test_accents_may_be_spelled_in_two_ways(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    for part, name in (("train", "caf\u00e9"), ("test", "cafe\u0301")):  # as on a Mac
        (path / part / "apple").rename(path / part / name)
    source = data.load(str(path))
    assert source.development.classes[0] == "caf\u00e9"
    assert len(source.read_test()) == 12


def test_single_letters_may_differ_by_their_case(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    (path / "dog 9").rename(path / "a")
    (path / "dog 10").rename(path / "A")
    if len(list(path.iterdir())) < 3:
        pytest.skip("this file system takes the two for one")
    assert read(path).classes == ("A", "a", "apple")


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_unprintable_class_names_are_refused(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    (path / "dog 9").rename(path / "dog\n9")
    assert r"got 'dog\n9'. Rename it" in refusal(path)


def test_a_thousand_classes_are_the_most(tmp_path: Path) -> None:
    for number in range(1_001):
        save(tmp_path / str(number) / "0.png", np.zeros((2, 2), np.uint8))
    assert "expected at most 1,000 classes, got 1,001 ('0', '1', ...)" in refusal(tmp_path)
    shutil.rmtree(tmp_path / "0")
    assert "expected at least 10 examples of each class" in refusal(tmp_path)


@pytest.mark.parametrize("other", ["val", "validation", "apple"])
def test_a_third_folder_beside_train_and_test_is_named(tmp_path: Path, other: str) -> None:
    path = both_parts(tmp_path / "own")
    made_up(path / other, n=2)
    assert f"expected train/ and test/ and no more, got also {other}/. Move" in refusal(path)


def test_two_folders_for_one_part_are_refused(tmp_path: Path) -> None:
    path = both_parts(tmp_path / "own")
    made_up(path / "training")
    assert "expected one folder called train or training, got train/, training/" in refusal(path)
    path = tmp_path / "alone"
    made_up(path / "test")
    made_up(path / "dev")
    assert "expected train/ beside test/, got dev/, test/" in refusal(path)


def test_folders_inside_a_class_are_refused(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    save(path / "apple" / "red" / "0.png", np.zeros((9, 7), np.uint8))
    assert "apple: expected pictures of one class, got folders (red/)" in refusal(path)


@pytest.mark.parametrize("name", ["a.pdf", "a.svg", "a.npy", "a.zip"])
def test_other_files_among_the_pictures_are_refused_by_name(tmp_path: Path, name: str) -> None:
    path = made_up(tmp_path)
    (path / "apple" / name).write_bytes(b"%PDF-1.4")
    assert f"apple/{name}: expected a picture (PNG, JPEG," in refusal(path).replace("\\", "/")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_does_not_hang(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    os.mkfifo(path / "apple" / "pipe.png")
    assert "pipe.png: expected a picture, got no file" in refusal(path)
    (path / "apple" / "pipe.png").rename(path / "apple" / "pipe")
    os.mkfifo(path / "apple" / "pipe.x")
    assert "pipe.x: expected a picture" in refusal(path)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    file = path / "dog 9" / "3.png"
    file.write_bytes(file.read_bytes()[:-40])
    assert "3.png: expected a whole picture, got a damaged" in refusal(path)


def test_too_few_of_a_class_is_refused(tmp_path: Path) -> None:
    path = made_up(tmp_path, n=10)
    (path / "apple" / "0.png").unlink()
    assert "expected at least 10 examples of each class, got 9 of class apple" in refusal(path)


def test_a_folder_of_something_else_is_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.txt").write_text("x")
    assert not folders.claims(tmp_path)
    assert "a folder of pictures for each class" in refusal(tmp_path)


def test_a_folder_called_testing_may_be_without_labels_too(tmp_path: Path) -> None:
    made_up(tmp_path / "own" / "train")
    save(tmp_path / "own" / "testing" / "1.png", np.zeros((9, 7, 3), np.uint8))
    left_out = data.load(str(tmp_path / "own")).provenance.left_out
    assert left_out == ("testing/ has no folders of classes: it is left alone.",)
