"""The `.npz` reader: shapes and types it takes, and what it refuses without allocating
or unpickling.
"""

import contextlib
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenfold.data.images import Images, Part
from sevenfold.data.readers import idx, npz
from sevenfold.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
LABELS = (np.arange(40) % 10).astype(np.uint8)


def read(path: Path, part: Part = "development") -> Images:
    return npz.read(path, part)[0]


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
    found = read(save(tmp_path, x_train=images, y_train=labels))
    assert found.pixels.dtype == found.labels.dtype == np.uint8
    np.testing.assert_array_equal(found.pixels, IMAGES)
    np.testing.assert_array_equal(found.labels, LABELS)


@pytest.mark.parametrize(
    ("images", "shape"),
    [
        (np.zeros((4, 9, 17), np.uint8), (9, 17)),
        (np.zeros((4, 9, 17, 3), np.uint8), (9, 17, 3)),
        (np.zeros((4, 9, 17, 4), np.uint8), (9, 17, 4)),
        (np.zeros((4, 9, 17, 1), np.uint8), (9, 17)),
        (np.zeros((4, 128 * 128), np.uint8), (128, 128)),
    ],
)
def test_sizes_come_from_the_arrays(
    tmp_path: Path, images: np.ndarray, shape: tuple[int, ...]
) -> None:
    found = read(save(tmp_path, x_train=images, y_train=LABELS[:4]))
    assert (found.shape, found.classes) == (shape, ("0", "1", "2", "3"))


def test_three_hundred_classes_take_two_bytes(tmp_path: Path) -> None:
    labels = np.arange(300, dtype=np.int64)
    path = save(tmp_path, x_train=np.zeros((300, 2, 2), np.uint8), y_train=labels)
    images, digests = npz.read(path, "development")
    assert (images.labels.dtype, images.n_classes, images.classes[-1]) == (np.uint16, 300, "299")
    np.testing.assert_array_equal(images.labels, labels)
    written = idx.to_bytes(images.labels)
    assert digests["train-labels-idx1-ubyte"] == hashlib.sha256(written).hexdigest()


def test_a_file_is_claimed_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "folder.npz").mkdir()
    assert npz.claims(tmp_path / "d.npz")
    assert not npz.claims(tmp_path / "folder.npz")
    assert not npz.claims(tmp_path / "d.npy")


def test_the_other_part_is_not_read(tmp_path: Path) -> None:
    """A pickle in x_test does not disturb the development part, because nobody looks at
    it.
    """
    path = save(tmp_path, x_test=np.array([{}], dtype=object))
    assert len(read(path)) == 40
    with pytest.raises(DataError, match=r"x_test: expected numbers"):
        read(path, "test")


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
            {"x_train": IMAGES / np.float32(256)},
            r"such as [\d.]+, which is no multiple of 1/255. Save np.rint",
        ),
        ({"x_train": IMAGES * 0.5}, r"to 127.5 with fractions such as \d+.5, as resizing leaves"),
        (
            {"x_train": IMAGES.astype(np.int16) - 1},
            r"0 to 255, got values from -1 to 254, as where",
        ),
        ({"x_train": IMAGES.astype(np.int64) + 1}, r"0 to 255, got values from 1 to 256: 16 bits"),
        ({"x_train": np.zeros((40, 129, 9), np.uint8)}, r"at most 128x128 pixels, got 129x9"),
        ({"x_train": np.zeros((40, 9, 9, 5), np.uint8)}, r"expected 1 to 4 channels, got 5"),
        ({"x_train": np.zeros((40, 785), np.uint8)}, r"a square number of pixels, got 785"),
        ({"x_train": np.zeros((40, 2, 2, 1, 1))}, r"expected shape \(n, height, .* got \(40, 2,"),
        ({"x_train": np.zeros((0, 28, 28))}, r"expected at least one example, got shape \(0, 28"),
        ({"x_train": np.uint8(3)}, r"expected shape .* got \(\)"),
        ({"x_train": np.zeros(40, "u1,u1")}, r"expected numbers \(uint8\), got '\|V2'"),
        ({"y_train": LABELS.astype(np.int64) - 1}, r"y_train: .* from 0 to 65,534, got -1. Number"),
        ({"y_train": np.full(40, 65_535)}, r"whole numbers from 0 to 65,534, got 65535"),
        ({"y_train": np.eye(10)[LABELS]}, r"got \(40, 10\).* of one-hot rows, labels.argmax\(1\)"),
        ({"y_train": LABELS.reshape(2, 20)}, r"expected shape \(n,\), got \(2, 20\)"),
        (
            {"y_train": np.resize(LABELS, 41)},
            r"y_train: expected as many labels as images \(40\), got 41",
        ),
        (
            {"y_train": LABELS[:39]},
            r"y_train: expected as many labels as images \(40\), got 39",
        ),
    ],
)
def test_unusable_arrays_give_one_line(
    tmp_path: Path, changed: dict[str, Any], expected: str
) -> None:
    with pytest.raises(DataError, match=expected) as caught:
        read(save(tmp_path, **changed))
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "d.npz") in str(caught.value)


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES)
    with pytest.raises(DataError, match=r"got x_test, x_train, y_train. Save it again with y_test"):
        read(tmp_path / "d.npz")


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '|u1', 'fortran_order': False, 'shape': (40, 28, 28), [1]: 2}",
        b"{'descr': '|u1', 'fortran_order': 1, 'shape': (40, 28, 28)}",
        b"{'descr': '|u1', 'fortran_order': False, 'shape': (-40, -28, 28)}",
        b"{'descr': '|u1', 'fortran_order': False, 'shape': 40}",
        b"{'descr': 7, 'fortran_order': False, 'shape': (40, 28, 28)}",
        b"__import__('os').abort()",
        b"(" * 9000,
        b"{" + b" " * 20_000 + b"}",
        b"\xff",
    ],
)
def test_a_made_up_header_is_refused(tmp_path: Path, header: bytes) -> None:
    array = b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header + IMAGES.tobytes()
    with pytest.raises(DataError, match=r"x_train: expected (a NumPy array of plain|at least one)"):
        read(save_raw(tmp_path, array))


def test_a_header_of_python_2_is_read_without_a_word(tmp_path: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (40L, 28L, 28L), }\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + IMAGES.tobytes()
    np.testing.assert_array_equal(read(save_raw(tmp_path, array)).pixels, IMAGES)


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
        read(tmp_path / "d.npz")


def test_a_huge_declared_shape_is_held_against_the_data_first(tmp_path: Path) -> None:
    honest = npy_bytes(IMAGES)
    lying = honest.replace(b"(40, 28, 28)", b"(9999999999, 28, 28)".ljust(12))
    path = save_raw(
        tmp_path, lying[:8] + (len(lying) - len(honest) + 118).to_bytes(2, "little") + lying[10:]
    )
    with pytest.raises(DataError, match=r"x_train: expected 7,839,999,999,216 bytes for its shape"):
        read(path)


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=r"expected a whole .npz file"):
        read(path)


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path)
    data = bytearray(path.read_bytes())
    data[2000:2010] = bytes(10)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"x_train: expected a whole array, got a damaged one"):
        read(path)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
@given(data=st.data())
def test_any_member_gives_images_or_a_data_error(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(npy_bytes(IMAGES[:2])[:300])
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, 140))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, 300))]
    with pytest.raises(DataError):
        read(save_raw(tmp_path, bytes(raw)))


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
        assert len(read(tmp_path / "d.npz")) == 1
