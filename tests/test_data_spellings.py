"""`.npz` files as people save them: names, axes, scales and types that are plain, and
one line for what is not.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sevenfold import data
from sevenfold.data.readers import npz
from sevenfold.errors import DataError

X = np.random.default_rng(0).integers(0, 256, (80, 6, 5), np.uint8)
X[0, 0, :2] = 0, 255
Y = np.arange(80, dtype=np.uint8) % 4
USUAL = ("x_train", "y_train", "x_test", "y_test")


def save(folder: Path, names: tuple[str, ...] = USUAL, **changed: Any) -> str:
    arrays = dict(zip(USUAL, (X, Y, 255 - X[:8], Y[:8]), strict=True)) | changed
    renamed = {new: arrays.pop(old) for old, new in zip(USUAL, names, strict=True)}
    np.savez(folder / "d.npz", **renamed, **arrays)
    return str(folder / "d.npz")


@pytest.mark.parametrize(
    "names",
    [
        ("X_train", "Y_train", "X_test", "Y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("images_train", "labels_train", "images_test", "labels_test"),
        ("train_x", "train_y", "test_x", "test_y"),
        ("trainX", "trainY", "testX", "testY"),
        ("XTRAIN", "YTRAIN", "XTEST", "YTEST"),
        ("training-images", "training-labels", "testing-images", "testing-labels"),
        ("x_tr", "y_tr", "x_te", "y_te"),
        ("trainingImages", "trainingLabels", "testingImages", "testingLabels"),
        ("data_train", "target_train", "data_test", "targets_test"),
        ("x", "y", "x_test", "y_test"),
    ],
)
def test_names_of_arrays_are_understood(tmp_path: Path, names: tuple[str, ...]) -> None:
    source = data.load(save(tmp_path, names))
    np.testing.assert_array_equal(source.development.pixels, X)
    np.testing.assert_array_equal(source.read_test().pixels, 255 - X[:8])


def test_two_arrays_for_one_thing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"one array of each kind, got x_train and train_images"):
        data.load(save(tmp_path, train_images=X))


def test_other_arrays_are_left_alone(tmp_path: Path) -> None:
    path = save(tmp_path, ids_train=np.arange(3), x_train_extra=X, weights=np.ones(3))
    assert len(data.load(path).development) == 80


def test_a_validation_part_joins_the_development_images_and_that_is_said(tmp_path: Path) -> None:
    names = ("train_images", "train_labels", "test_images", "test_labels")
    path = save(tmp_path, names, val_images=X[:4] // 2, val_labels=Y[:4][:, None])
    source = data.load(path)
    np.testing.assert_array_equal(source.development.pixels, np.concatenate([X, X[:4] // 2]))
    assert len(source.development) == 84
    assert len(source.read_test()) == 8
    assert "validation part of the file joined" in data.warnings(source.development)[0]


def test_a_validation_part_is_counted_among_the_classes_of_both(tmp_path: Path) -> None:
    names, own = np.array(["b", "c", "d", "e"])[Y], np.array(["a", "b"] * 20)
    path = save(tmp_path, y_train=names, y_test=names[:8], x_val=X[:40] // 2, y_val=own)
    images, _ = npz.read(Path(path), "development")
    assert images.classes == ("a", "b", "c", "d", "e")
    assert [images.classes[label] for label in images.labels] == [*names, *own]


def test_classes_of_both_parts_count_as_numbers_do(tmp_path: Path) -> None:
    many = np.arange(80) % 12
    images, _ = npz.read(Path(save(tmp_path, y_train=many, x_val=X, y_val=Y)), "development")
    assert images.classes == tuple(str(n) for n in range(12))


def test_validation_images_of_another_size_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path, x_val=X[:, :5], y_val=Y)
    with pytest.raises(DataError, match=r"validation images of the size of the training images"):
        data.load(path)


def test_half_a_part_is_named_and_no_test_part_is_set_aside(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=X, y_train=Y, val_images=X)
    with pytest.raises(DataError, match=r"Save it again with y_val"):
        data.load(str(tmp_path / "d.npz"))
    np.savez(tmp_path / "d.npz", x_train=X, y_train=Y)
    assert npz.parts(tmp_path / "d.npz") == ("development",)
    source = data.load(str(tmp_path / "d.npz"))
    assert len(source.development) + len(source.read_test()) == len(X)


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (X[:, None], X),
        (X[..., None], X),
        (X.astype(np.float32) / 255, X),
        (X / 255, X),
        ((X / 255).astype(np.float16), X),
        (X * np.float32(1 / 255), X),
        (X * np.nextafter(np.float32(1 / 255), np.float32(0)), X),
        (X > 100, (X > 100) * np.uint8(255)),
        ((X > 100).astype(np.float32), (X > 100) * np.uint8(255)),
        (np.stack([X] * 3, axis=1), np.stack([X] * 3, axis=-1)),
        (np.stack([X] * 3, axis=-1), np.stack([X] * 3, axis=-1)),
    ],
)
def test_plain_axes_and_scales_are_taken_exactly(
    tmp_path: Path, images: np.ndarray, expected: np.ndarray
) -> None:
    found, _ = npz.read(Path(save(tmp_path, x_train=images)), "development")
    assert found.pixels.dtype == np.uint8
    np.testing.assert_array_equal(found.pixels, expected)
    changed = images.dtype != np.uint8 or images.shape[1] == 3
    assert bool(found.notes) == changed


def test_every_step_of_grey_comes_back_from_its_share_of_one(tmp_path: Path) -> None:
    steps = np.resize(np.arange(256, dtype=np.uint8), (80, 16, 16))
    for dtype in (np.float16, np.float32, np.float64):
        path = save(tmp_path, x_train=(steps / 255).astype(dtype))
        np.testing.assert_array_equal(npz.read(Path(path), "development")[0].pixels, steps)


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ((X / 127.5 - 1).astype(np.float32), r"from -1 to 1: scaled to -1..1. Save np.rint\(\(x"),
        (X / 255 - 0.5, r"from -0.5 to 0.5: scaled to -0.5..0.5. Save"),
        (X / 50 - 2, r"from -2 to .*, as where a mean was taken off"),
        (X / 256, r"such as .*, which is no multiple of 1/255. Save np.rint\(x \* 255\)"),
        (X * 0.997, r"from 0 to 254.235 with fractions such as .*, as resizing leaves"),
        (X.astype(np.uint16) * 257, r"from 0 to 65535: 16 bits. Save \(x // 257\)"),
        (X * 1000.5, r"from 0 to 255128. Save x \* 255 / x.max\(\)"),
        (np.moveaxis(np.resize(X, (200, 6, 5)), 0, -1), r"got \(6, 5, 200\), with the images last"),
        (X.reshape(80, -1)[:, :17], r"got 17. Where one column is the label, save it apart, as y"),
        (np.zeros((9, 80)), r"got 80. Where each column is an image, save x.T"),
        (np.where(X > 0, np.inf, 0), r"from 0 to 255, got NaN or infinity. Remove or mend"),
        (X.astype(complex), r"x_train: expected numbers \(uint8\), got '<c16'. Save it as uint8"),
        (X[:, None, :, :1], r"\(80, 1, 6, 1\), which may as well have its channels first"),
        (X[:, None, :1, :3], r"\(80, 1, 1, 3\), which may as well have its channels first"),
    ],
)
def test_what_is_not_plain_is_named_with_the_line_that_mends_it(
    tmp_path: Path, images: np.ndarray, expected: str
) -> None:
    with pytest.raises(DataError, match=expected) as caught:
        data.load(save(tmp_path, x_train=images))
    assert "\n" not in str(caught.value)


def test_texts_as_labels_name_the_classes_in_natural_order(tmp_path: Path) -> None:
    names = np.array(["b 10", "b 9", "Cat", "a"])
    for kind in (names, names.astype("S")):
        source = data.load(save(tmp_path, y_train=kind[Y], y_test=kind[Y[:8]]))
        assert source.development.classes == ("a", "b 9", "b 10", "Cat")
        found = [source.development.classes[label] for label in source.development.labels]
        assert found == list(names[Y])
        assert source.read_test().labels.tolist() == source.development.labels[:8].tolist()
    numbers = data.load(save(tmp_path)).provenance
    texts = data.load(save(tmp_path, y_train=Y.astype(str), y_test=Y[:8].astype(str))).provenance
    assert numbers.sha256 == texts.sha256
    assert source.provenance.digest != numbers.digest
    others = data.load(save(tmp_path, y_train=names[::-1][Y], y_test=names[Y[:8]])).provenance
    renamed = np.array(["p", "q", "r", "s"])
    first = data.load(save(tmp_path, y_train=renamed[Y], y_test=renamed[Y[:8]])).provenance
    renamed = np.array(["t", "u", "v", "w"])
    second = data.load(save(tmp_path, y_train=renamed[Y], y_test=renamed[Y[:8]])).provenance
    assert len({p.digest for p in (others, first, second, source.provenance)}) == 4


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (np.array([b"\xff", b"\xfe"])[Y % 2], r"expected labels that are texts in UTF-8"),
        (np.array(["a\n", "b"])[Y % 2], r"a class name that can be printed, got 'a\\n'"),
        (np.array(["a", "\u00a0"])[Y % 2], r"a class name that can be printed, got '\\xa0'"),
        (np.array(["a", " "])[Y % 2], r"a class name that can be printed, got ' '"),
        (np.array(["cat", "Cat "])[Y % 2], r"told apart by their names, got 'Cat ' and 'cat'"),
        (
            np.array(["a", "b"], object)[Y % 2],
            r"got '\|O'. Pickled .* loaded; save it as x.astype\(str",
        ),
        (Y.astype("M8[D]"), r"expected numbers or texts, got '<M8\[D\]'. Save it as x.astype"),
        (np.where(Y == 0, 4, Y), r"The labels are 1 to 4: .* or where 4 stands for 0, labels % 4"),
        (Y + 0.5, r"expected whole numbers from 0 to 65,534, got 0.5. Number the classes"),
        (np.where(Y == 3, 4, Y), r"none of 3. Add some of each, or number .* without gaps"),
    ],
)
def test_unusable_labels_are_named(tmp_path: Path, labels: np.ndarray, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        data.load(save(tmp_path, y_train=labels))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("x.npy", b"\x93NUMPY", r"got one NumPy array. .*np.savez\('mine.npz', x_train"),
        ("mnist.pkl.gz", b"\x1f\x8b", r"got a pickle. It is never loaded"),
        ("m.pickle", b"\x80", r"got a pickle. It is never loaded"),
        ("e.mat", b"MATLAB", r"got a MATLAB file. scipy.io.loadmat"),
        ("m.arff", b"@RELATION", r"got an ARFF table"),
        ("m.tar.gz", b"\x1f\x8b", r"got a packed archive. Unpack it and give the folder"),
        ("m.unknown", b"<html>", r"got an HTML page"),
        ("m.h5", b"\x89HDF", r"expected USPS .*, the one HDF5 file that is read.*h5py"),
        ("m.PNG", b"\x89PNG", r"got one picture. A data set is a folder of many"),
        ("m.npz", b"\x1f\x8b", r"a zip\), got a gzip file. Unpack it first"),
        ("m.npz", b"\x93NUMPY", r"got one NumPy array. np.load it, and save"),
        ("m.npz", b"\x80\x04\x95", r"got a pickle. None is ever loaded"),
        ("images.gz", b"\x1f\x8b", r"got a gzip file. Unpack it first"),
        ("m.xlsx", b"PK\x03\x04", r"got a spreadsheet. Save it as CSV"),
        ("m.tsv", b"1\t2", r"got a text. A table of labels .* is called .csv"),
        ("m.pth", b"PK\x03\x04", r"got a pickle of PyTorch's. It is never loaded"),
        ("m.dump", b"PK\x03\x04", r"got a damaged zip archive"),
        ("m.npz", b"version https://git-lfs.github.com/spec/v1", r"got a Git LFS pointer"),
    ],
)
def test_other_files_are_named_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=expected) as caught:
        data.load(str(tmp_path / name))
    assert "Give the folder that holds it." not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_of_other_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "x_train.npy").write_bytes(b"")
    with pytest.raises(DataError, match=r"a folder with .npy files, each one NumPy array"):
        data.load(str(tmp_path))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), r"got an empty folder. Check the path"),
        (("a.NPZ", "readme.md"), r"got a folder with a.NPZ. Give the file itself"),
        (("a.zip",), r"got a folder with a.zip. Give the file itself"),
        (("a.zip", "b.zip"), r"got a folder with a.zip, b.zip. Give one, or unpack them"),
        (("notes.txt", "b.bin"), r"a folder of something else \(b.bin, notes.txt\)"),
    ],
)
def test_a_folder_is_named_by_what_it_holds(
    tmp_path: Path, names: tuple[str, ...], expected: str
) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match=expected):
        data.load(str(tmp_path))


@pytest.mark.parametrize(
    ("member", "name", "expected"),
    [
        ("x_train.npy", "d", r"got an .npz by another name. Call it .npz"),
        ("a.png", "d", r"got a zip archive by another name. Call it .zip, or unpack it"),
        ("train-images-idx3-ubyte", "d.npz", r"IDX files by another name: call it .zip"),
        ("mnist.npz", "d.zip", r"got mnist.npz. Unpack it and give the .npz"),
    ],
)
def test_an_archive_by_another_name_is_told(
    tmp_path: Path, member: str, name: str, expected: str
) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr(member, b"x")
    with pytest.raises(DataError, match=expected):
        data.load(str(tmp_path / name))
