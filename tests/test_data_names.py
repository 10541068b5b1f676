"""IDX files under the names people have them: which is which, where that is plain, and
what is said where it is not.
"""

import gzip
import lzma
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sevenfold import data
from sevenfold.data.catalogue import ENTRIES
from sevenfold.data.images import numbered
from sevenfold.data.published.emnist import upright
from sevenfold.data.readers import idx
from sevenfold.data.readers.idx_names import role_of
from sevenfold.data.reading import read_source
from sevenfold.errors import DataError

rng = np.random.default_rng(0)
LABELS = {"train": np.arange(80, dtype=np.uint8) % 4, "t10k": np.arange(8, dtype=np.uint8) % 4}
IMAGES = {part: rng.integers(0, 256, (len(y), 6, 5), np.uint8) for part, y in LABELS.items()}
FILES = {
    **{f"{part}-images-idx3-ubyte": idx.to_bytes(x) for part, x in IMAGES.items()},
    **{f"{part}-labels-idx1-ubyte": idx.to_bytes(y) for part, y in LABELS.items()},
}
CASES: dict[str, Callable[[str], str]] = {
    "torchvision": lambda name: f"MNIST/raw/{name}",
    "kaggle": lambda name: f"{name}/{name}",
    "dotted": lambda name: name.replace("-idx", ".idx"),
    "test-": lambda name: name.replace("t10k", "test"),
    "upper": lambda name: name.upper(),
    "qmnist": lambda name: "qmnist-" + name.replace("t10k", "test"),
    "underscored": lambda name: name.replace("-", "_"),
    "kannada": lambda name: (
        f"{'X' if 'images' in name else 'y'}_kannada_MNIST_"
        f"{'train' if 'train' in name else 'test'}{name[name.index('-idx') :]}"
    ),
    "folders of parts": lambda name: name.replace("-", "/", 1).replace("t10k", "Test"),
    "a copy by a browser": lambda name: f"{name} (1)",
    "below": lambda name: f"archive/{name}",
}


def write(folder: Path, name_of: Callable[[str], str], pack: Callable[[bytes], bytes]) -> Path:
    for name, content in FILES.items():
        path = folder / name_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(content))
    return folder


def require_read(path: Path) -> None:
    source = data.load(str(path))
    np.testing.assert_array_equal(source.development.pixels, IMAGES["train"])
    np.testing.assert_array_equal(source.development.labels, LABELS["train"])
    np.testing.assert_array_equal(source.read_test().pixels, IMAGES["t10k"])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("case", CASES)
def test_names_that_people_have_are_understood(
    tmp_path: Path, case: str, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    require_read(write(tmp_path, lambda name: CASES[case](name) + suffix, pack))


@pytest.mark.parametrize("case", CASES)
def test_a_zip_is_read_where_it_lies(tmp_path: Path, case: str) -> None:
    with zipfile.ZipFile(tmp_path / "d.ZIP", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            packed = gzip.compress(content) if "images" in name else content
            archive.writestr(CASES[case](name), packed)
            archive.writestr(f"__MACOSX/._{name}", b"what a Mac adds")
    require_read(tmp_path / "d.ZIP")
    assert [path.name for path in tmp_path.iterdir()] == ["d.ZIP"]


@pytest.mark.parametrize(
    "name",
    [
        *("train-images.png", "train-images-idx3-ubyte.part", "train-labels.csv", "x_train.npy"),
        *("images-idx3-ubyte", "train.gz", "train-images-labels", "README", "latest-images-idx3"),
    ],
)
def test_other_files_are_none_of_the_four(name: str) -> None:
    expected = "t10k-images-idx3-ubyte" if name.startswith("latest") else None
    assert role_of(name) == expected


def test_train_counts_before_a_word_that_holds_test() -> None:
    assert role_of("latest-train-images-idx3-ubyte") == "train-images-idx3-ubyte"


def test_what_lies_nearest_is_taken_and_files_beside_it_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path, str, bytes)
    write(tmp_path, lambda name: f"{name}.d/{name}", lambda content: content + b"more")
    (tmp_path / "emnist-letters-train-images-idx3-ubyte").write_bytes(b"alone")
    write(tmp_path, lambda name: f".ipynb_checkpoints/{name}", bytes)
    require_read(tmp_path)


def test_half_of_a_set_counts_before_a_single_file_of_another(tmp_path: Path) -> None:
    write(tmp_path, str, bytes)
    for name in idx.PARTS["test"]:
        (tmp_path / name).unlink()
    (tmp_path / "emnist-letters-train-images-idx3-ubyte").write_bytes(b"alone")
    assert data.load(str(tmp_path)).provenance.set_aside


def test_a_part_is_there_where_both_of_its_files_are(tmp_path: Path) -> None:
    write(tmp_path, str, bytes)
    assert idx.parts(tmp_path) == ("development", "test")
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    assert idx.parts(tmp_path) == ("development",)


def test_two_data_sets_in_one_folder_are_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, lambda name: f"MNIST/raw/{name}", bytes)
    write(tmp_path, lambda name: f"FashionMNIST/raw/{name}", bytes)
    with pytest.raises(
        DataError, match=r"one data set, got those of 2, such as MNIST/raw/.*, FashionMNIST/raw/"
    ):
        data.load(str(tmp_path))


def test_files_of_two_sets_are_never_mixed(tmp_path: Path) -> None:
    def name_of(name: str) -> str:
        return f"{'emnist' if 'train' in name else 'kmnist'}-{name}"

    with pytest.raises(DataError, match=r"one data set, got those of 2, such as"):
        data.load(str(write(tmp_path, name_of, bytes)))


def test_what_is_lacking_is_said_with_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, str.upper, bytes)
    (tmp_path / "T10K-LABELS-IDX1-UBYTE").unlink()
    with pytest.raises(
        DataError, match=r"lacks t10k-labels-idx1-ubyte \(.*\), has T10K-IMAGES-IDX3-UBYTE, TRAIN"
    ):
        data.load(str(tmp_path))
    (tmp_path / "T10K-IMAGES-IDX3-UBYTE").unlink()
    assert idx.parts(tmp_path) == ("development",)
    assert data.load(str(tmp_path)).provenance.set_aside
    with pytest.raises(DataError, match=r"the test part of mnist, got development images alone"):
        read_source(tmp_path, "a folder", ENTRIES["mnist"])


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (("x_train.npy", "y_train.npy"), r"got x_train.npy, y_train.npy. It is an .npz by another"),
        (("cat/1.png", "dog/2.png"), r"got cat/1.png, dog/2.png. Unpack it and give the folder"),
        ((), r"got nothing. Unpack it"),
    ],
)
def test_a_zip_of_something_else_says_so(
    tmp_path: Path, members: tuple[str, ...], expected: str
) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for name in members:
            archive.writestr(name, b"x")
    with pytest.raises(DataError, match=expected):
        data.load(str(tmp_path / "d.zip"))


def test_a_zip_that_is_none_and_a_bomb_in_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "d.zip").write_bytes(b"PK but not really")
    with pytest.raises(DataError, match=r"expected a whole zip archive"):
        data.load(str(tmp_path / "d.zip"))
    bomb = FILES["train-images-idx3-ubyte"] + bytes(300_000_000)
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(name, bomb if name.startswith("train-images") else content)
    with pytest.raises(DataError, match=r"e.zip: train-images.*: expected .* bytes .* got more"):
        data.load(str(tmp_path / "e.zip"))


def test_a_damaged_member_of_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    raw = bytearray((tmp_path / "d.zip").read_bytes())
    raw[500] ^= 1
    (tmp_path / "d.zip").write_bytes(raw)
    with pytest.raises(DataError, match=r"expected a whole zip file, got a damaged one"):
        data.load(str(tmp_path / "d.zip"))


# EMNIST and QMNIST


def test_emnist_is_turned_upright_and_its_letters_named_by_its_files_names(tmp_path: Path) -> None:
    x = rng.integers(0, 256, (26 * 20, 4, 4), np.uint8)
    y = np.arange(26 * 20, dtype=np.uint8) % 26 + 1
    for prefix in ("emnist-letters-", ""):
        folder = tmp_path / (prefix or "unnamed")
        folder.mkdir()
        for part in ("train", "test"):
            (folder / f"{prefix}{part}-images-idx3-ubyte").write_bytes(idx.to_bytes(x))
            (folder / f"{prefix}{part}-labels-idx1-ubyte").write_bytes(idx.to_bytes(y))
    images, _ = idx.read(tmp_path / "emnist-letters-", "development")
    np.testing.assert_array_equal(images.pixels, x.transpose(0, 2, 1))
    assert (images.classes[0], images.classes[-1], images.labels[0]) == ("A", "Z", 0)
    with pytest.raises(DataError, match=r"none of 0. The labels are 1 to 26: number them from 0"):
        data.load(str(tmp_path / "unnamed"))


def test_emnists_classes_are_as_published_and_only_its_files_are_turned() -> None:
    images = numbered(rng.integers(0, 256, (47, 3, 4), np.uint8), np.arange(47))
    found = upright(images, "EMNIST-Balanced-train-images-idx3-ubyte")
    assert "".join(found.classes) == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"
    assert found.shape == (4, 3)
    for name in ("hemnist-balanced-train", "emnist-balancedx", "balanced-emnist", "emnist-digits"):
        assert upright(images, name) is images
    eleven = images[np.arange(11)]
    assert upright(eleven, "emnist-digits-train") is eleven


def int_labels(columns: int) -> bytes:
    table = np.zeros((80, columns), ">i4")
    table[:, 0], table[:, -1] = LABELS["train"], 7
    return struct.pack(">3I", 3074, *table.shape) + table.tobytes()


def test_the_first_of_qmnists_columns_is_the_label(tmp_path: Path) -> None:
    folder = write(tmp_path, lambda name: "qmnist-" + name.replace("t10k", "test"), bytes)
    (folder / "qmnist-train-labels-idx1-ubyte").unlink()
    (folder / "qmnist-train-labels-idx2-int").write_bytes(int_labels(8))
    require_read(folder)
    (folder / "qmnist-train-labels-idx2-int").write_bytes(int_labels(3))
    with pytest.raises(DataError, match=r"one label for each image, or QMNIST's 8 numbers, got 3"):
        data.load(str(folder))


def test_labels_of_four_bytes_are_read_and_held_to_their_bounds(tmp_path: Path) -> None:
    folder = write(tmp_path, str, bytes)
    labels = LABELS["train"].astype(">i4")
    file = folder / "train-labels-idx1-ubyte"
    file.write_bytes(struct.pack(">2I", 3073, len(labels)) + labels.tobytes())
    require_read(folder)
    for wrong in (-1, 65_535):
        labels[3] = wrong
        file.write_bytes(struct.pack(">2I", 3073, len(labels)) + labels.tobytes())
        with pytest.raises(DataError, match=rf"expected labels from 0 to 65,534, got {wrong}"):
            data.load(str(folder))
    file.write_bytes(struct.pack(">2I", 0x0901, len(labels)))
    with pytest.raises(DataError, match=r"got IDX of int8 in 1 dim.*Save the labels as uint8, sh"):
        data.load(str(folder))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", r"a Git LFS pointer. Run `git lfs pull`"),
        (
            gzip.compress(gzip.compress(b"x", mtime=0), mtime=0),
            r"a gzip file inside another. It was packed twice",
        ),
        (struct.pack(">4I", 0x0903, 80, 6, 5), r"got IDX of int8 in 3 dimensions \(2307\)"),
        (struct.pack(">5I", 0x0804, 80, 6, 5, 1), r"got IDX of uint8 in 4 dim.* shape \(n, height"),
        (struct.pack(">3I", 0x0802, 80, 30), r"got IDX of uint8 in 2 dimensions \(2050\)"),
        (struct.pack(">4I", 0x0D03, 80, 6, 5), r"got IDX of float32 in 3 dimensions"),
        (b"<!DOCTYPE html>", r"got an HTML page"),
        (
            b"404: Not Found\n"[:14],
            r"got a text \('404: Not Found' ...\). A server may have sent it",
        ),
        (b'{"message":"Not Found"}', r"got a JSON text. Fetch it again"),
        (bytes(100), r"got zeros. It was never written whole"),
        (struct.pack("<4I", 2051, 80, 6, 5), r"bytes from behind. Write the header big-endian"),
        (b"BZh91AY&SY" + bytes(50), r"got a bzip2 file. Unpack it first"),
        (b"(\xb5/\xfd" + bytes(50), r"got a Zstandard file"),
    ],
)
def test_what_a_file_is_instead_is_said_by_name(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    folder = write(tmp_path, str, bytes)
    (folder / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=expected) as caught:
        data.load(str(folder))
    assert "\n" not in str(caught.value)


def test_a_validation_part_is_left_alone_and_said(tmp_path: Path) -> None:
    folder = write(tmp_path, str, bytes)
    assert data.load(str(folder)).provenance.left_out == ()
    for name, content in FILES.items():
        if "t10k" in name:
            (folder / name.replace("t10k", "val")).write_bytes(content)
    require_read(folder)
    (said,) = data.load(str(folder)).provenance.left_out
    assert said.endswith("not val-images-idx3-ubyte, val-labels-idx1-ubyte.")
