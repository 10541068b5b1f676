"""The `.npz` reader: shapes and types it takes, and what it refuses without allocating
or unpickling.
"""

import contextlib
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenfold.data.readers.npz import read_npz
from sevenfold.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
LABELS = (np.arange(40) % 10).astype(np.uint8)


def save(folder: Path, **changed: Any) -> Path:
    arrays: dict[str, Any] = {
        "x_train": IMAGES,
        "y_train": LABELS,
        "x_test": IMAGES[:10],
        "y_test": LABELS[:10],
        **changed,
    }
    np.savez_compressed(folder / "d.npz", **arrays)
    return folder / "d.npz"


def save_raw(folder: Path, x_train: bytes) -> Path:
    """A file whose x_train has exactly these bytes."""
    path = save(folder)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**members, "x_train.npy": x_train}.items():
            archive.writestr(name, data)
    return path


def npy_bytes(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "images",
    [
        IMAGES,
        IMAGES.reshape(40, 784),
        IMAGES[..., None],
        IMAGES.astype(np.float32),
        IMAGES.astype(">i8"),
        IMAGES.astype(np.float64).reshape(40, 784),
        np.asfortranarray(IMAGES),
    ],
)
@pytest.mark.parametrize(
    "labels", [LABELS, LABELS.astype(np.int64), LABELS.astype(np.float32), LABELS[:, None]]
)
def test_whole_numbers_of_any_type_and_shape_become_bytes(
    tmp_path: Path, images: np.ndarray, labels: np.ndarray
) -> None:
    found = read_npz(save(tmp_path, x_train=images, y_train=labels), "train")
    assert found.pixels.dtype == found.labels.dtype == np.uint8
    np.testing.assert_array_equal(found.pixels, IMAGES)
    np.testing.assert_array_equal(found.labels, LABELS)


def test_the_other_part_is_not_read(tmp_path: Path) -> None:
    """A pickle in x_test does not disturb the development part, because nobody looks at
    it.
    """
    path = save(tmp_path, x_test=np.array([{}], dtype=object))
    assert len(read_npz(path, "train")) == 40
    with pytest.raises(DataError, match=r"x_test: expected numbers"):
        read_npz(path, "t10k")


with_nan = IMAGES.astype(np.float32)
with_nan[3, 4, 5] = np.nan


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"x_train": np.array([{"a": 1}] * 40, dtype=object)},
            r"x_train: expected numbers \(uint8\), got '\|O'. Pickled objects are never",
        ),
        ({"x_train": np.array(["a"] * 40)}, r"x_train: expected numbers \(uint8\), got '<U1'"),
        ({"x_train": with_nan}, r"x_train: expected whole numbers from 0 to 255, got NaN"),
        (
            {"x_train": IMAGES / np.float32(255)},
            r"got values from 0.0 to 1.0. Multiply them by 255",
        ),
        ({"x_train": IMAGES + 0.5}, r"expected whole numbers from 0 to 255, got \d+.5"),
        ({"x_train": IMAGES.astype(np.int16) - 1}, r"expected whole numbers from 0 to 255, got -1"),
        (
            {"x_train": IMAGES.astype(np.int64) + 1},
            r"expected whole numbers from 0 to 255, got 256",
        ),
        (
            {"x_train": np.zeros((40, 32, 32), np.uint8)},
            r"expected shape \(n, 28, 28\).* got \(40, 32, 32\)",
        ),
        ({"x_train": np.zeros((40, 28, 28, 3), np.uint8)}, r"got \(40, 28, 28, 3\)"),
        ({"x_train": np.uint8(3)}, r"expected shape .* got \(\)"),
        ({"y_train": LABELS + 1}, r"y_train: expected whole numbers from 0 to 9, got 10"),
        ({"y_train": np.eye(10)[LABELS]}, r"one-hot rows \(40, 10\)"),
        ({"y_train": LABELS.reshape(2, 20)}, r"expected shape \(n,\), got \(2, 20\)"),
        (
            {"y_train": LABELS[:39]},
            r"expected as many y_train as x_train, got 40 images and 39 labels",
        ),
    ],
)
def test_unusable_arrays_give_one_line(
    tmp_path: Path, changed: dict[str, Any], expected: str
) -> None:
    with pytest.raises(DataError, match=expected) as caught:
        read_npz(save(tmp_path, **changed), "train")
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "d.npz") in str(caught.value)


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES)
    with pytest.raises(DataError, match=r"got x_test, x_train, y_train. Save it again with y_test"):
        read_npz(tmp_path / "d.npz", "train")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"PK but not really", "got something else"),
        (b"", "got something else"),
        (b"<html>busy</html>", "got an HTML page"),
    ],
)
def test_a_zip_that_is_none_is_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    (tmp_path / "d.npz").write_bytes(data)
    with pytest.raises(DataError, match=f"expected a whole .npz file.*{expected}"):
        read_npz(tmp_path / "d.npz", "train")


def test_a_huge_declared_shape_is_held_against_the_data_first(tmp_path: Path) -> None:
    honest = npy_bytes(IMAGES)
    lying = honest.replace(b"(40, 28, 28)", b"(9999999999, 28, 28)".ljust(12))
    path = save_raw(
        tmp_path, lying[:8] + (len(lying) - len(honest) + 118).to_bytes(2, "little") + lying[10:]
    )
    with pytest.raises(DataError, match=r"x_train: expected 7,839,999,999,216 bytes for its shape"):
        read_npz(path, "train")


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"expected a whole .npz file"):
        read_npz(path, "train")


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path)
    data = bytearray(path.read_bytes())
    data[2000:2010] = bytes(10)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"x_train: expected a whole array, got a damaged one"):
        read_npz(path, "train")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
@given(data=st.data())
def test_any_member_gives_digits_or_a_data_error(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(npy_bytes(IMAGES[:2])[:300])
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, 140))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, 300))]
    with pytest.raises(DataError):
        read_npz(save_raw(tmp_path, bytes(raw)), "train")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
@given(position=st.integers(0, 10**6), value=st.integers(0, 255))
def test_any_byte_of_the_archive_may_be_wrong(tmp_path: Path, position: int, value: int) -> None:
    """Zip archives protect members by CRC; whatever else breaks must come out as a
    DataError.
    """
    np.savez_compressed(
        tmp_path / "d.npz",
        x_train=IMAGES[:1],
        y_train=LABELS[:1],
        x_test=IMAGES[:1],
        y_test=LABELS[:1],
    )
    raw = bytearray((tmp_path / "d.npz").read_bytes())
    raw[position % len(raw)] = value
    (tmp_path / "d.npz").write_bytes(raw)
    with contextlib.suppress(DataError):
        assert len(read_npz(tmp_path / "d.npz", "train")) == 1
