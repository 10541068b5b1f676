"""The IDX reader: what it takes, and the one line it gives for everything else."""

import contextlib
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sevenfold.data.readers import idx
from sevenfold.data.readers.files import read_bytes
from sevenfold.errors import DataError

IMAGES = np.arange(3 * 30 * 20, dtype=np.uint32).astype(np.uint8).reshape(3, 30, 20)


def header(magic: int, *lengths: int) -> bytes:
    return struct.pack(f">{1 + len(lengths)}I", magic, *lengths)


@given(
    npst.arrays(np.uint8, st.tuples(st.integers(0, 5), st.integers(1, 40), st.integers(1, 40))),
    st.booleans(),
)
def test_images_come_back_as_they_were(images: np.ndarray, zipped: bool) -> None:
    data = idx.to_bytes(images)
    unpacked = idx.unpack(gzip.compress(data) if zipped else data, "images", "x")
    assert unpacked == data
    np.testing.assert_array_equal(idx.parse(unpacked, "images"), images)


@given(npst.arrays(np.uint8, st.integers(0, 50)))
def test_labels_come_back_as_they_were(labels: np.ndarray) -> None:
    np.testing.assert_array_equal(
        idx.parse(idx.unpack(idx.to_bytes(labels), "labels", "x"), "labels"), labels
    )


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", header(2049, 3), header(2051, 0, 28, 28)]
    ),
)
def test_any_bytes_give_labels_and_images_or_a_data_error(tail: bytes, start: bytes) -> None:
    for data in (start + tail, gzip.compress(start + tail)):
        with contextlib.suppress(DataError):
            assert idx.parse(idx.unpack(data, "labels", "x"), "labels").dtype == np.uint8
        with contextlib.suppress(DataError):
            height, width = idx.parse(idx.unpack(data, "images", "x"), "images").shape[1:]
            assert 1 <= height <= 128
            assert 1 <= width <= 128


@given(st.integers(0, 2000), st.integers(0, 255))
def test_one_damaged_byte_in_a_gzip_file_is_never_taken_for_good(position: int, value: int) -> None:
    good = idx.to_bytes(IMAGES)
    data = bytearray(gzip.compress(good, mtime=0))
    data[position % len(data)] = value
    with contextlib.suppress(DataError):
        assert idx.unpack(bytes(data), "images", "x") == good


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            header(2050, 3, 28, 28),
            r"^x: expected IDX images \(magic number 2051\), got IDX of uint8 in 2 dim",
        ),
        (header(2049, 3, 28, 28), r"got IDX labels \(2049\)"),
        (header(2051, 3, 28, 28)[:9], r"expected a header of 16 bytes, got 9 in all"),
        (b"", r"got 0 in all"),
        (header(2051, 1, 28, 129), r"at most 128x128 pixels, got 28x129\. Scale them first"),
        (header(2051, 1, 0, 28), r"expected images of at least 1x1 .* got 0x28"),
        (header(2051, 1, 2**31, 2**31), r"at most 128x128 pixels, got 2147483648x2147483648"),
        (header(2051, 999_999, 128, 128), r"and 1,073,741,824 bytes of pixels, got 999,999 images"),
        (
            header(2051, 2, 28, 28) + bytes(1000),
            r"expected 1,584 bytes as its header says, got 1,016\. The file is cut off",
        ),
        (header(2051, 1, 28, 28) + bytes(785), r"expected 800 bytes as its header says, got more"),
        (
            header(2051, 2**31, 28, 28),
            r"expected at most 1,000,000 images, but its header says 2,147,483,648",
        ),
        (b"\n<!DOCTYPE html><html>sorry</html>", r"got an HTML page"),
        (gzip.compress(b"<html><body>not here</body></html>", mtime=0), r"got an HTML page"),
        (
            gzip.compress(idx.to_bytes(IMAGES), mtime=0)[:-12],
            r"expected a whole gzip file, got a damaged one",
        ),
        (
            gzip.compress(idx.to_bytes(IMAGES), mtime=0) + b"more",
            r"expected a whole gzip file, got a damaged one",
        ),
        (b"\x1f\x8b" + bytes(30), r"expected a whole gzip file, got a damaged one"),
    ],
)
def test_bad_images_give_one_line_that_says_what_is_wrong(data: bytes, expected: str) -> None:
    with pytest.raises(DataError, match=expected) as caught:
        idx.unpack(data, "images", "x")
    assert "\n" not in str(caught.value)


def test_a_gzip_bomb_is_inflated_no_further_than_its_header_announces() -> None:
    bomb = gzip.compress(header(2051, 1, 28, 28) + bytes(200_000_000))
    with pytest.raises(DataError, match=r"got more"):
        idx.unpack(bomb, "images", "x")


def test_a_header_that_promises_too_much_allocates_nothing() -> None:
    with pytest.raises(DataError, match=r"expected 784,000,016 bytes as its header says, got 16"):
        idx.unpack(gzip.compress(header(2051, 1_000_000, 28, 28)), "images", "x")


def write(folder: Path, **changed: np.ndarray) -> Path:
    arrays = {"train-images": IMAGES, "train-labels": np.array([0, 1, 255], np.uint8)}
    arrays |= {name.replace("train", "t10k"): array for name, array in arrays.items()}
    arrays |= {name.replace("_", "-"): array for name, array in changed.items()}
    for name in idx.FILES:
        (folder / name).write_bytes(idx.to_bytes(arrays[name.split("-idx")[0]]))
    return folder


def test_a_folder_with_one_of_the_four_files_is_claimed(tmp_path: Path) -> None:
    assert not idx.claims(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(b"")
    assert idx.claims(tmp_path)
    assert not idx.claims(tmp_path / "t10k-labels-idx1-ubyte.gz")


def test_sizes_and_classes_come_from_the_files(tmp_path: Path) -> None:
    images, digests = idx.read(write(tmp_path), "development")
    np.testing.assert_array_equal(images.pixels, IMAGES)
    assert images.shape == (30, 20)
    assert (images.n_classes, images.classes[255], images.labels.dtype) == (256, "255", np.uint8)
    written = (tmp_path / "train-images-idx3-ubyte").read_bytes()
    assert digests["train-images-idx3-ubyte"] == hashlib.sha256(written).hexdigest()
    assert list(digests) == list(idx.PARTS["development"])


def test_images_without_a_label_and_files_without_an_image_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train-labels.*: expected as many labels as images \(3\)"):
        idx.read(write(tmp_path, train_labels=np.zeros(2, np.uint8)), "development")
    none = write(tmp_path, t10k_images=IMAGES[:0], t10k_labels=np.zeros(0, np.uint8))
    with pytest.raises(DataError, match=r"t10k-labels.*: expected at least one example, got none"):
        idx.read(none, "test")


def test_labels_beyond_a_byte_take_four(tmp_path: Path) -> None:
    assert idx.to_bytes(np.array([300], np.uint16)) == header(0x0C01, 1, 300)


def test_a_folder_or_a_missing_file_is_no_idx_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected a file, got a folder"):
        read_bytes(tmp_path)
    with pytest.raises(DataError, match=r"cannot be read: No such file"):
        read_bytes(tmp_path / "absent")
