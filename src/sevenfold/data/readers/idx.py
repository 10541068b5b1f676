"""The IDX format of MNIST's files: a big-endian header, then one byte for each pixel or
label.

Images: magic 2051, count, 28, 28 (16 bytes), then count * 784 bytes. Labels: magic
2049, count (8 bytes), then count bytes. Described on the MNIST page of LeCun, Cortes
and Burges.
"""

import gzip
import io
import struct
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

from sevenfold.errors import DataError

Kind = Literal["images", "labels"]

MAX_EXAMPLES = 1_000_000
"""More than the largest relative of MNIST has (EMNIST, 814,255); bounds what a header
may ask for.
"""

_MAGIC: dict[Kind, int] = {"images": 2051, "labels": 2049}
_HEADER_BYTES: dict[Kind, int] = {"images": 16, "labels": 8}
_CHUNK_BYTES = 1 << 20


def read_file(path: Path, kind: Kind) -> bytes:
    """The unpacked bytes of one IDX file, gzipped or not (its content decides, not its
    name), as long as its header says.

    Raises:
        DataError: the file cannot be read, is no IDX file of this kind, or is longer or
        shorter than its header says.
    """
    return unpack(read_bytes(path), kind, str(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of a sensible size."""
    try:
        if path.exists() and not path.is_file():
            raise DataError(
                f"{path}: expected a file, got a {'folder' if path.is_dir() else 'special file'}."
                " Give the file itself."
            )
        if path.stat().st_size > MAX_EXAMPLES * 784 + 16:
            raise DataError(
                f"{path}: expected at most {MAX_EXAMPLES:,} images, got {path.stat().st_size:,}"
                " bytes. Use fewer examples."
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}. Check the path and its"
            " permissions."
        ) from None


def unpack(data: bytes, kind: Kind, name: str) -> bytes:
    """The IDX bytes in `data`, gzipped or not; never inflates more than the header
    announces. `name` is for messages.
    """
    if not data.startswith(b"\x1f\x8b"):
        return _require_length(data, kind, name)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            header = stream.read(_HEADER_BYTES[kind])
            n_left = announced_bytes(header, kind, name) - len(header) + 1
            body = [header]
            while n_left > 0 and (chunk := stream.read(min(n_left, _CHUNK_BYTES))):
                body.append(chunk)
                n_left -= len(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{name}: expected a whole gzip file, got a damaged one ({_first_line(error)}). Fetch"
            " it again."
        ) from None
    return _require_length(b"".join(body), kind, name)


def announced_bytes(header: bytes, kind: Kind, name: str) -> int:
    """How many bytes an IDX file with this header has.

    Raises:
        DataError: too short, not IDX, the wrong kind, not 28x28, or more examples than
        anyone has.
    """
    if looks_like_html(header):
        raise DataError(
            f"{name}: expected IDX {kind}, got an HTML page. A server answered with a page instead"
            " of the file; fetch it again."
        )
    n_header = _HEADER_BYTES[kind]
    if len(header) < n_header:
        raise DataError(
            f"{name}: expected a header of {n_header} bytes, got {len(header)} in all. The file is"
            " cut off; fetch it again."
        )
    magic, n_examples = struct.unpack(">II", header[:8])
    if magic != _MAGIC[kind]:
        raise DataError(
            f"{name}: expected IDX {kind} (magic number {_MAGIC[kind]}), got {_what(magic)}. Put"
            " the right file there."
        )
    if n_examples > MAX_EXAMPLES:
        raise DataError(
            f"{name}: expected at most {MAX_EXAMPLES:,} {kind}, but its header says {n_examples:,}."
            " Fetch it again."
        )
    if kind == "labels":
        return n_header + int(n_examples)
    height, width = struct.unpack(">II", header[8:16])
    if (height, width) != (28, 28):
        raise DataError(
            f"{name}: expected images of 28x28 pixels, got {height}x{width}. Scale them to 28x28"
            " first."
        )
    return n_header + int(n_examples) * 784


def parse_images(data: bytes) -> np.ndarray:
    """Images from bytes that `unpack` returned: shape (n, 28, 28), uint8, read-only."""
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)


def parse_labels(data: bytes, name: str) -> np.ndarray:
    """Labels from bytes that `unpack` returned: shape (n,), uint8, 0 to 9,
    read-only.
    """
    labels = np.frombuffer(data, np.uint8, offset=8)
    if len(labels) and labels.max() > 9:
        first = int(np.argmax(labels > 9))
        raise DataError(
            f"{name}: expected labels from 0 to 9, got {labels[first]} at position {first}. Remove"
            " or relabel what is no digit."
        )
    return labels


def to_bytes(array: np.ndarray) -> bytes:
    """The unpacked IDX file of images, shape (n, 28, 28), or labels, shape (n,); uint8.

    >>> to_bytes(np.array([7], np.uint8))
    b'\\x00\\x00\\x08\\x01\\x00\\x00\\x00\\x01\\x07'
    """
    magic = _MAGIC["images"] if array.ndim == 3 else _MAGIC["labels"]
    return (
        struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
        + array.astype(np.uint8, casting="safe").tobytes()
    )


def looks_like_html(data: bytes) -> bool:
    """Whether these first bytes are those of a web page, as some servers send in place
    of a file.
    """
    return data.lstrip().lower().startswith((b"<!doct", b"<html", b"<head", b"<?xml"))


def _require_length(data: bytes, kind: Kind, name: str) -> bytes:
    expected = announced_bytes(data[: _HEADER_BYTES[kind]], kind, name)
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


def _what(magic: int) -> str:
    kinds = [kind for kind, known in _MAGIC.items() if known == magic]
    return f"IDX {kinds[0]} ({magic})" if kinds else f"{magic}"


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
