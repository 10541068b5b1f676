"""The IDX format of MNIST's files: a big-endian header, then one byte for each pixel or
label; four files in a folder.

Images: magic 2051, count, height, width (16 bytes), then the pixels. Labels: magic
2049, count (8 bytes), then the labels. Described on the MNIST page of LeCun, Cortes
and Burges.
"""

import gzip
import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Literal

import numpy as np

from sevenfold.data.images import Images, Part, numbered
from sevenfold.data.readers.files import (
    MAX_EXAMPLES,
    exists,
    looks_like_html,
    read_bytes,
    require_pairs,
    require_size,
)
from sevenfold.errors import DataError

Kind = Literal["images", "labels"]

WHAT = "a folder of IDX files"
PARTS: dict[Part, tuple[str, str]] = {
    "development": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
"""The files of images and of labels of each part."""

FILES = (*PARTS["development"], *PARTS["test"])

_MAGIC: dict[Kind, int] = {"images": 2051, "labels": 2049}
_HEADER_BYTES: dict[Kind, int] = {"images": 16, "labels": 8}
_CHUNK_BYTES = 1 << 20


def claims(path: Path) -> bool:
    """Whether `path` is a folder with at least one of the four files."""
    return path.is_dir() and len(missing_files(path)) < len(FILES)


def read(path: Path, part: Part) -> tuple[Images, dict[str, str]]:
    """One part, and the SHA-256 of its two files as unpacked. All four must be there;
    those of the other part are not opened.
    """
    if missing := missing_files(path):
        raise DataError(
            f"{path}: expected four IDX files, lacks {', '.join(missing)} (.gz or not). Put them"
            " there."
        )
    files = present_files(path)
    images_path, labels_path = (files[name] for name in PARTS[part])
    image_bytes = unpack(read_bytes(images_path), "images", str(images_path))
    label_bytes = unpack(read_bytes(labels_path), "labels", str(labels_path))
    pixels, labels = parse(image_bytes, "images"), parse(label_bytes, "labels")
    require_pairs(len(pixels), len(labels), str(labels_path))
    digests = [hashlib.sha256(data).hexdigest() for data in (image_bytes, label_bytes)]
    return numbered(pixels, labels), dict(zip(PARTS[part], digests, strict=True))


def present_files(folder: Path) -> dict[str, Path]:
    """Those of the four files that `folder` has, by canonical name; gzipped or not,
    with `-idx` or `.idx` in the name.
    """
    return {
        name: path for name in FILES for path in [_first_existing(folder, name)] if path is not None
    }


def missing_files(folder: Path) -> list[str]:
    """The names of those of the four files that `folder` lacks."""
    present = present_files(folder)
    return [name for name in FILES if name not in present]


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
        DataError: too short, not IDX, the wrong kind, images of a size beyond our
        bounds, or more examples than anyone has.
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
    require_size(n_examples, (height, width), name)
    return n_header + int(n_examples * height * width)


def parse(data: bytes, kind: Kind) -> np.ndarray:
    """The array in bytes that `unpack` returned: images, shape (n, h, w), or labels,
    shape (n,); uint8, read-only.
    """
    values = np.frombuffer(data, np.uint8, offset=_HEADER_BYTES[kind])
    return values.reshape(struct.unpack(">III", data[4:16])) if kind == "images" else values


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


def _first_existing(folder: Path, name: str) -> Path | None:
    dotted = name.replace("-idx", ".idx")
    names = (name, f"{name}.gz", dotted, f"{dotted}.gz")
    paths = [folder / candidate for candidate in names if exists(folder / candidate)]
    # Archives of MNIST from Kaggle have folders with the files' names beside the files.
    return next((path for path in paths if path.is_file()), paths[0] if paths else None)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
