"""`.npz` files with x_train, y_train, x_test and y_test, as Keras keeps them; one
member read at a time, nothing unpickled.

NumPy's own reader allocates what a header declares before it looks at the data, and
evaluates the header as Python. Here a header is matched, and held against the member's
real size first. The format: numpy.org, `numpy.lib.format`.
"""

import math
import re
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images
from sevenfold.data.mnist.catalogue import CLASSES, Part
from sevenfold.data.readers.idx import MAX_EXAMPLES, looks_like_html
from sevenfold.errors import DataError

MEMBERS: dict[Part, tuple[str, str]] = {
    "train": ("x_train", "y_train"),
    "t10k": ("x_test", "y_test"),
}

_MAX_MEMBER_BYTES = MAX_EXAMPLES * 784 * 2
# What Python's zipfile raises for made-up archives; found by changing single bytes.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)
_MAX_HEADER_BYTES = 10_000
_DESCR, _FORTRAN, _SHAPE = (
    r"'descr': *'([<>|=]\w+)'",
    r"'fortran_order': *(True|False)",
    r"'shape': *\(([\d, L]{0,80})\)",
)
_NUMBERS = ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8")
_IMAGE_SHAPES = "(n, 28, 28), (n, 784) or (n, 28, 28, 1)"


def read_npz(path: Path, part: Part) -> Images:
    """The images and labels of one part; the other part's members are not read.

    Raises:
        DataError: not a zip file, a member missing, or arrays that are not images of
        28x28 bytes and digits 0 to 9.
    """
    images_name, labels_name = MEMBERS[part]
    image_bytes, label_bytes = _read_members(path, MEMBERS[part])
    images = _images(_parse(image_bytes, f"{path}: {images_name}"), f"{path}: {images_name}")
    labels = _labels(_parse(label_bytes, f"{path}: {labels_name}"), f"{path}: {labels_name}")
    if len(images) != len(labels):
        raise DataError(
            f"{path}: expected as many {labels_name} as {images_name}, got {len(images):,} images"
            f" and {len(labels):,} labels."
        )
    return Images(images, labels, CLASSES)


def _read_members(path: Path, names: tuple[str, str]) -> list[bytes]:
    """The bytes of these two `.npy` files in the archive."""
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


def _read_member(archive: zipfile.ZipFile, member: str, path: Path) -> bytes:
    name = f"{path}: {member}"
    info = archive.getinfo(f"{member}.npy" if f"{member}.npy" in archive.namelist() else member)
    if info.file_size > _MAX_MEMBER_BYTES:
        raise DataError(
            f"{name}: expected at most {_MAX_MEMBER_BYTES:,} bytes, got {info.file_size:,}. Use"
            " fewer examples, as uint8."
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
        raise DataError(
            f"{name}: expected a plain zip member, got an encrypted or unusually compressed one."
            " Save it with numpy.savez."
        )
    try:
        return archive.read(info)
    except _ZIP_ERRORS as error:
        raise DataError(
            f"{name}: expected a whole array, got a damaged one ({error}). Fetch or save it again."
        ) from None


def _parse(data: bytes, name: str) -> np.ndarray:
    """The array in the bytes of an `.npy` file, without trust in its header."""
    header, offset = _header(data, name)
    found = [re.search(pattern, header) for pattern in (_DESCR, _FORTRAN, _SHAPE)]
    if not data.startswith(b"\x93NUMPY") or not all(found):
        raise DataError(
            f"{name}: expected a NumPy array of plain numbers, got something else. Save it again"
            " with numpy.savez."
        )
    descr, fortran_order, lengths = (match[1] for match in found if match)
    if descr[1:] not in _NUMBERS:
        raise DataError(
            f"{name}: expected numbers (uint8), got {descr!r}. Pickled objects are never loaded;"
            " save it as uint8."
        )
    dtype, shape = np.dtype(descr), tuple(int(length) for length in re.findall(r"\d+", lengths))
    if 0 in shape:
        raise DataError(
            f"{name}: expected at least one example, got shape {shape}. Save it again with examples"
            " in it."
        )
    n_bytes = math.prod(shape) * dtype.itemsize
    if n_bytes != len(data) - offset:
        raise DataError(
            f"{name}: expected {n_bytes:,} bytes for its shape {shape}, got {len(data) - offset:,}."
            " Save it again."
        )
    array = np.frombuffer(data, dtype, offset=offset)
    return array.reshape(shape, order="F" if fortran_order == "True" else "C")


def _header(data: bytes, name: str) -> tuple[str, int]:
    """The text of an `.npy` header, and where the data begins. Format 1 has two bytes
    for its length, later ones four.
    """
    form, start = ("<H", 10) if data[6:7] == b"\x01" else ("<I", 12)
    if len(data) < start:
        raise DataError(
            f"{name}: expected a NumPy array, got {len(data)} bytes. Save it again with"
            " numpy.savez."
        )
    (length,) = struct.unpack(form, data[start - struct.calcsize(form) : start])
    return data[start : start + min(length, _MAX_HEADER_BYTES)].decode("latin-1"), start + length


def _images(array: np.ndarray, name: str) -> np.ndarray:
    if array.shape[1:] not in ((28, 28), (784,), (28, 28, 1)):
        raise DataError(
            f"{name}: expected shape {_IMAGE_SHAPES}, got {array.shape}. Scale the images to 28x28"
            " and keep one channel."
        )
    images = array.reshape(-1, 28, 28)
    if images.dtype == np.uint8 or not images.size:
        return np.ascontiguousarray(images, dtype=np.uint8)
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
    return _whole_numbers(images, 255, name)


def _labels(array: np.ndarray, name: str) -> np.ndarray:
    if array.ndim == 2 and array.shape[1] == 10:
        raise DataError(
            f"{name}: expected one label from 0 to 9 for each image, got one-hot rows"
            f" {array.shape}. Save labels.argmax(1)."
        )
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise DataError(
            f"{name}: expected shape (n,), got {array.shape}. Save one label from 0 to 9 for each"
            " image."
        )
    return _whole_numbers(array.reshape(-1), 9, name)


def _whole_numbers(array: np.ndarray, largest: int, name: str) -> np.ndarray:
    """`array` as uint8, if every value is a whole number from 0 to `largest`."""
    fits = (array >= 0) & (array <= largest) & (array == np.floor(array))
    if not fits.all():
        wrong = array[~fits][0]
        raise DataError(
            f"{name}: expected whole numbers from 0 to {largest}, got {wrong}. Remove or mend what"
            " is outside."
        )
    return np.ascontiguousarray(array.astype(np.uint8))


def _instead(path: Path, error: Exception) -> str:
    with path.open("rb") as file:
        return "an HTML page" if looks_like_html(file.read(64)) else f"something else ({error})"
