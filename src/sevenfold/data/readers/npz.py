"""`.npz` files with x_train, y_train, x_test and y_test, as Keras keeps them; one
member read at a time, nothing unpickled.

NumPy's own reader of arrays allocates what a header declares before it looks at the
data. Here the header, read by NumPy, is held against the member's real size first.
"""

import hashlib
import io
import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from sevenfold.data.images import Images, Part, numbered
from sevenfold.data.readers import idx
from sevenfold.data.readers.files import (
    MAX_BYTES,
    MAX_CLASSES,
    looks_like_html,
    require_pairs,
    require_size,
)
from sevenfold.errors import DataError

WHAT = "an .npz file"
MEMBERS: dict[Part, tuple[str, str]] = {
    "development": ("x_train", "y_train"),
    "test": ("x_test", "y_test"),
}

# What Python's zipfile raises for made-up archives; found by changing single bytes.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)
# What `ast.literal_eval`, which reads headers for NumPy, raises for made-up ones.
_HEADER_ERRORS = (
    *(ValueError, TypeError, SyntaxError, MemoryError, RecursionError),
    *(KeyError, tokenize.TokenError),
)
_MAX_HEADER_BYTES = 10_000
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def claims(path: Path) -> bool:
    """Whether `path` is a file whose name ends in `.npz`."""
    return path.suffix == ".npz" and not path.is_dir()


def read(path: Path, part: Part) -> tuple[Images, dict[str, str]]:
    """One part, and the SHA-256 of the two IDX files that its arrays would make. All
    four members must be there; those of the other part are not read.
    """
    images_name, labels_name = MEMBERS[part]
    images, labels = _read_members(path, MEMBERS[part])
    pixels = _pixels(images, f"{path}: {images_name}")
    classes = _labels(labels, f"{path}: {labels_name}")
    require_pairs(len(pixels), len(classes), f"{path}: {labels_name}")
    found = numbered(pixels, classes)
    digests = [
        hashlib.sha256(idx.to_bytes(array)).hexdigest() for array in (found.pixels, found.labels)
    ]
    return found, dict(zip(idx.PARTS[part], digests, strict=True))


def _read_members(path: Path, names: tuple[str, str]) -> list[np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            _require_members(archive, path)
            return [_read_member(archive, name, path) for name in names]
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}. Check the path and its"
            " permissions."
        ) from None
    except _ZIP_ERRORS as error:
        raise DataError(
            f"{path}: expected a whole .npz file (a zip), got {_instead(path, error)}. Save it"
            " again with numpy.savez."
        ) from None


def _require_members(archive: zipfile.ZipFile, path: Path) -> None:
    present = {name.removesuffix(".npy") for name in archive.namelist()}
    missing = [name for pair in MEMBERS.values() for name in pair if name not in present]
    if missing:
        held = ", ".join(sorted(present)[:8]) or "nothing"
        raise DataError(
            f"{path}: expected arrays x_train, y_train, x_test and y_test, got {held}. Save it"
            f" again with {', '.join(missing)}."
        )


def _read_member(archive: zipfile.ZipFile, member: str, path: Path) -> np.ndarray:
    name = f"{path}: {member}"
    info = archive.getinfo(f"{member}.npy" if f"{member}.npy" in archive.namelist() else member)
    if info.file_size > MAX_BYTES:
        raise DataError(
            f"{name}: expected at most {MAX_BYTES:,} bytes, got {info.file_size:,}. Use fewer"
            " examples, as uint8."
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
        raise DataError(
            f"{name}: expected a plain zip member, got an encrypted or unusually compressed one."
            " Save it with numpy.savez."
        )
    try:
        with archive.open(info) as stream:
            start = stream.read(_MAX_HEADER_BYTES)
            shape, order, dtype, offset = _header(start, info.file_size, name)
            values = np.frombuffer(start[offset:] + stream.read(), dtype)
        return values.reshape(shape, order="F" if order else "C")
    except _ZIP_ERRORS as error:
        raise DataError(
            f"{name}: expected a whole array, got a damaged one ({error}). Fetch or save it again."
        ) from None


def _header(start: bytes, n_member: int, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, whether in Fortran's order, type and place of the numbers in the `.npy`
    file of `n_member` bytes that begins with `start`.

    Raises:
        DataError: it is no array of plain numbers, or not as long as its header says.
    """
    stream = io.BytesIO(start)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as those about files of Python 2
            shape, fortran_order, dtype = _READ_HEADER[npy.read_magic(stream)](
                stream, max_header_size=_MAX_HEADER_BYTES
            )
    except _HEADER_ERRORS:
        raise DataError(
            f"{name}: expected a NumPy array of plain numbers, got something else. Save it again"
            " with numpy.savez."
        ) from None
    if dtype.kind not in "uif":
        raise DataError(
            f"{name}: expected numbers (uint8), got {dtype.str!r}. Pickled objects are never"
            " loaded; save it as uint8."
        )
    if min(shape, default=1) < 1:
        raise DataError(
            f"{name}: expected at least one example, got shape {shape}. Save it again with examples"
            " in it."
        )
    offset = stream.tell()
    n_bytes = math.prod(shape) * dtype.itemsize
    if n_bytes != n_member - offset:
        raise DataError(
            f"{name}: expected {n_bytes:,} bytes for its shape {shape}, got {n_member - offset:,}."
            " Save it again."
        )
    return shape, fortran_order, dtype, offset


def _pixels(array: np.ndarray, name: str) -> np.ndarray:
    """The images as (n, h, w) or, with two channels or more, (n, h, w, c); uint8."""
    shape = _shape(array, name)
    require_size(len(array), shape, name)
    images = array.reshape(-1, *shape)
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    low, high = images.min(), images.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(
            f"{name}: expected whole numbers from 0 to 255, got NaN or infinity. Remove or mend"
            " those images."
        )
    if low >= 0 and high <= 1:
        raise DataError(
            f"{name}: expected whole numbers from 0 to 255, got values from {low} to {high}."
            " Multiply them by 255 and round."
        )
    return _whole_numbers(images, 255, name).astype(np.uint8, order="C")


def _shape(array: np.ndarray, name: str) -> tuple[int, ...]:
    """Of one image; a flat one, (k,), is taken for a square."""
    shape = array.shape[1:]
    if len(shape) not in (1, 2, 3):
        raise DataError(
            f"{name}: expected shape (n, height, width), (n, height, width, channels) or (n,"
            f" pixels), got {array.shape}. Save it again in one of them."
        )
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        if side * side != shape[0]:
            raise DataError(
                f"{name}: expected rows of a square number of pixels, got {shape[0]}. Save the"
                " images with shape (n, height, width)."
            )
        return (side, side)
    return shape[:2] if shape[2:] == (1,) else shape


def _labels(array: np.ndarray, name: str) -> np.ndarray:
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise DataError(
            f"{name}: expected shape (n,), got {array.shape}. Save one label for each image; of"
            " one-hot rows, labels.argmax(1)."
        )
    return _whole_numbers(array.reshape(-1), MAX_CLASSES - 1, name)


def _whole_numbers(array: np.ndarray, largest: int, name: str) -> np.ndarray:
    """`array`, if every value is a whole number from 0 to `largest`."""
    fits = (array >= 0) & (array <= largest) & (array == np.floor(array))
    if not fits.all():
        wrong = array[~fits][0]
        raise DataError(
            f"{name}: expected whole numbers from 0 to {largest:,}, got {wrong}. Remove or mend"
            " what is outside."
        )
    return array


def _instead(path: Path, error: Exception) -> str:
    with path.open("rb") as file:
        return "an HTML page" if looks_like_html(file.read(64)) else f"something else ({error})"
