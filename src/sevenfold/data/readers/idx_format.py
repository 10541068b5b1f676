"""The bytes of one IDX file: unpacked, measured by their header, taken as an array.

Images: magic 2051, count, height, width (16 bytes), then the pixels. Labels: magic
2049, count (8 bytes), then the labels. Described on the MNIST page of LeCun, Cortes
and Burges. Labels of four bytes each (magic 3073), and QMNIST's eight numbers for each
image, of which the first is the label (magic 3074), are read as well.
"""

import hashlib
import io
import math
import struct
from typing import BinaryIO, cast

import numpy as np

from sevenfold.data.readers.files import MAX_EXAMPLES, foreign, require_size
from sevenfold.data.readers.idx_names import Kind
from sevenfold.data.readers.packing import UNPACKING_ERRORS, unpacked
from sevenfold.errors import DataError

_NAMES = {8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}
_BYTES = {8: 1, 12: 4}
_KINDS: dict[int, Kind] = {2051: "images", 2049: "labels", 3073: "labels", 3074: "labels"}
"""What may stand behind each magic number: the type's code, and how many dimensions."""

_QMNIST_COLUMNS = 8
_CHUNK_BYTES = 1 << 20


def unpack(data: bytes | BinaryIO, kind: Kind, name: str) -> bytearray:
    """The IDX bytes in `data`, packed by gzip or xz or not at all; never inflates more
    than the header announces. `name` is for messages.
    """
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    packing = "zip"
    try:
        with cast(io.BufferedReader, io.BufferedReader(cast(io.RawIOBase, source))) as stream:
            packing, opened = unpacked(stream)
            packing = packing or "zip"
            body = bytearray(opened.read(4 + 4 * 3))
            n_wanted = announced_bytes(body, kind, name) + 1
            while len(body) < n_wanted and (
                chunk := opened.read(min(n_wanted - len(body), _CHUNK_BYTES))
            ):
                body += chunk
    except UNPACKING_ERRORS as error:
        raise DataError(
            f"{name}: expected a whole {packing} file, got a damaged one ({_first_line(error)})."
            " Fetch it again."
        ) from None
    return _require_length(body, kind, name)


def announced_bytes(header: bytes | bytearray, kind: Kind, name: str) -> int:
    """How many bytes an IDX file with this header has.

    Raises:
        DataError: too short, not IDX, the wrong kind, images of a size beyond our
        bounds, or more examples than anyone has.
    """
    if instead := foreign(bytes(header), unpacked=True) or _text(bytes(header)):
        what, advice = instead
        raise DataError(f"{name}: expected IDX {kind}, got {what}. {advice}")
    n_dimensions = header[3] if len(header) >= 4 else 0
    if len(header) < 4 or (n_dimensions in (1, 2, 3) and len(header) < 4 + 4 * n_dimensions):
        raise DataError(
            f"{name}: expected a header of {16 if kind == 'images' else 8} bytes, got"
            f" {len(header)} in all. The file is cut off; fetch it again."
        )
    (magic,) = struct.unpack(">I", header[:4])
    if _KINDS.get(magic) != kind:
        raise DataError(_of_another_kind(magic, kind, name))
    n_examples, *shape = struct.unpack(f">{n_dimensions}I", header[4 : 4 + 4 * n_dimensions])
    if n_examples > MAX_EXAMPLES:
        raise DataError(
            f"{name}: expected at most {MAX_EXAMPLES:,} {kind}, but its header says {n_examples:,}."
            " Fetch it again."
        )
    if kind == "images":
        require_size(n_examples, tuple(shape), name)
    elif shape not in ([], [_QMNIST_COLUMNS]):
        raise DataError(
            f"{name}: expected one label for each image, or QMNIST's {_QMNIST_COLUMNS} numbers, got"
            f" {shape[0]}. Save the labels alone."
        )
    n_numbers: int = math.prod((n_examples, *shape))
    return 4 + 4 * n_dimensions + n_numbers * _BYTES[magic >> 8]


def parse(data: bytes | bytearray, kind: Kind) -> np.ndarray:
    """The array in bytes that `unpack` returned: images, shape (n, h, w), uint8, or
    labels, shape (n,), uint8 or int32; read-only.
    """
    code, n_dimensions = data[2:4]
    shape = struct.unpack(f">{n_dimensions}I", data[4 : 4 + 4 * n_dimensions])
    dtype = f">{'u' if code == 8 else 'i'}{_BYTES[code]}"
    values = np.frombuffer(data, dtype, offset=4 + 4 * n_dimensions).reshape(shape)
    values.flags.writeable = False
    return values[:, 0] if kind == "labels" and n_dimensions == 2 else values


def to_bytes(array: np.ndarray) -> bytes:
    """The unpacked IDX file of images, shape (n, h, w) or (n, h, w, c), or labels,
    shape (n,). One byte for each number, or four (type 12) where labels are larger than
    uint8.

    >>> to_bytes(np.array([7], np.uint8))
    b'\\x00\\x00\\x08\\x01\\x00\\x00\\x00\\x01\\x07'
    """
    code, dtype = (8, ">u1") if array.dtype == np.uint8 else (12, ">i4")
    header = struct.pack(f">{1 + array.ndim}I", code << 8 | array.ndim, *array.shape)
    return header + array.astype(dtype, casting="safe").tobytes()


def sha256_as_file(array: np.ndarray) -> str:
    """SHA-256 (hex) of what `to_bytes` gives, which is not made where the array is
    bytes already: it may have a gigabyte.
    """
    if array.dtype != np.uint8:
        return hashlib.sha256(to_bytes(array)).hexdigest()
    digest = hashlib.sha256(struct.pack(f">{1 + array.ndim}I", 8 << 8 | array.ndim, *array.shape))
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _require_length(data: bytearray, kind: Kind, name: str) -> bytearray:
    expected = announced_bytes(data[:16], kind, name)
    if len(data) > expected:
        raise DataError(
            f"{name}: expected {expected:,} bytes as its header says, got more. Something was"
            " added; fetch it again."
        )
    if len(data) < expected:
        raise DataError(
            f"{name}: expected {expected:,} bytes as its header says, got {len(data):,}. The file"
            " is cut off; fetch it again."
        )
    return data


def _of_another_kind(magic: int, kind: Kind, name: str) -> str:
    code, n_dimensions = divmod(magic, 1 << 8)
    what, advice = f"{magic}", "Put the right file there."
    if magic == 0:
        what, advice = "zeros", "It was never written whole; fetch it again."
    elif int.from_bytes(magic.to_bytes(4), "little") in _KINDS:
        what, advice = "one with its bytes from behind", "Write the header big-endian ('>i4')."
    elif magic in _KINDS:
        what = f"IDX {_KINDS[magic]} ({magic})"
    elif code in _NAMES and 0 < n_dimensions <= 8:
        what = f"IDX of {_NAMES[code]} in {n_dimensions} dimensions ({magic})"
        advice = (
            "Save the pixels as uint8, shape (n, height, width), those of colours in an .npz."
            if kind == "images"
            else "Save the labels as uint8, shape (n,)."
        )
    usual = {"images": 2051, "labels": 2049}[kind]
    return f"{name}: expected IDX {kind} (magic number {usual}), got {what}. {advice}"


def _text(header: bytes) -> tuple[str, str] | None:
    """What to say of a text in place of a data file, such as a server's "Not Found"."""
    if len(header) < 4 or not header.isascii() or not header.decode().isprintable():
        return None
    return f"a text ({header.decode()!r} ...)", "A server may have sent it; fetch it again."


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
