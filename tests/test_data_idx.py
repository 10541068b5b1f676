"""The IDX reader: what it takes, and the one line it gives for everything else."""

import contextlib
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from sevenfold.data.readers import idx
from sevenfold.errors import DataError

IMAGES = np.arange(3 * 784, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)


def header(magic: int, *lengths: int) -> bytes:
    return struct.pack(f">{1 + len(lengths)}I", magic, *lengths)


@given(npst.arrays(np.uint8, st.tuples(st.integers(0, 5), st.just(28), st.just(28))), st.booleans())
def test_images_come_back_as_they_were(images: np.ndarray, zipped: bool) -> None:
    data = idx.to_bytes(images)
    unpacked = idx.unpack(gzip.compress(data) if zipped else data, "images", "x")
    assert unpacked == data
    np.testing.assert_array_equal(idx.parse_images(unpacked), images)


@given(npst.arrays(np.uint8, st.integers(0, 50), elements=st.integers(0, 9)))
def test_labels_come_back_as_they_were(labels: np.ndarray) -> None:
    np.testing.assert_array_equal(
        idx.parse_labels(idx.unpack(idx.to_bytes(labels), "labels", "x"), "x"), labels
    )


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", header(2049, 3), header(2051, 0, 28, 28)]
    ),
)
def test_any_bytes_give_labels_and_images_or_a_data_error(tail: bytes, start: bytes) -> None:
    for data in (start + tail, gzip.compress(start + tail)):
        try:
            labels = idx.parse_labels(idx.unpack(data, "labels", "x"), "x")
            assert labels.dtype == np.uint8
            assert (labels <= 9).all()
        except DataError:
            pass
        with contextlib.suppress(DataError):
            assert idx.parse_images(idx.unpack(data, "images", "x")).shape[1:] == (28, 28)


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
        (header(2050, 3, 28, 28), r"^x: expected IDX images \(magic number 2051\), got 2050\. "),
        (header(2049, 3, 28, 28), r"got IDX labels \(2049\)"),
        (header(2051, 3, 28, 28)[:9], r"expected a header of 16 bytes, got 9 in all"),
        (b"", r"got 0 in all"),
        (header(2051, 1, 32, 32) + bytes(1024), r"expected images of 28x28 pixels, got 32x32"),
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
        (gzip.compress(b"<html><body>not here</body></html>"), r"got an HTML page"),
        (
            gzip.compress(idx.to_bytes(IMAGES))[:-12],
            r"expected a whole gzip file, got a damaged one",
        ),
        (
            gzip.compress(idx.to_bytes(IMAGES)) + b"more",
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


def test_a_label_that_is_no_digit_is_named_with_its_position() -> None:
    with pytest.raises(DataError, match=r"^x: expected labels from 0 to 9, got 11 at position 2"):
        idx.parse_labels(idx.to_bytes(np.array([1, 2, 11], np.uint8)), "x")


def test_a_folder_or_a_missing_file_is_no_idx_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected a file, got a folder"):
        idx.read_file(tmp_path, "images")
    with pytest.raises(DataError, match=r"cannot be read: No such file"):
        idx.read_file(tmp_path / "absent", "images")
