"""What a row of the table of hostile inputs is, and the good files that rows spoil."""

import gzip
import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from PIL import Image


class Row(NamedTuple):
    """An input and its one right line.

    files: contents by name, below a folder of the row's own. give: which of them is
    given to the command; empty: the folder. line: a regular expression for what the
    line says.
    """

    name: str
    files: Mapping[str, bytes]
    give: str
    line: str


_rng = np.random.default_rng(0)
X = _rng.integers(0, 256, (60, 12, 10), np.uint8)
Y = (np.arange(60) % 3).astype(np.uint8)
TX = _rng.integers(0, 256, (9, 12, 10), np.uint8)
TY = (np.arange(9) % 3).astype(np.uint8)
ARRAYS = {"x_train": X, "y_train": Y, "x_test": TX, "y_test": TY}


def header(magic: int, *lengths: int) -> bytes:
    return struct.pack(f">{1 + len(lengths)}I", magic, *lengths)


def idx(array: np.ndarray) -> bytes:
    return header(0x800 | array.ndim, *array.shape) + array.tobytes()


IDX = {
    "train-images-idx3-ubyte": idx(X),
    "train-labels-idx1-ubyte": idx(Y),
    "t10k-images-idx3-ubyte": idx(TX),
    "t10k-labels-idx1-ubyte": idx(TY),
}


def npz(**changed: Any) -> bytes:
    """The arrays as an `.npz`; None leaves one out."""
    stream = io.BytesIO()
    arrays = {**ARRAYS, **changed}
    np.savez(stream, **{name: array for name, array in arrays.items() if array is not None})
    return stream.getvalue()


FLAT = X[:, :10].reshape(60, -1)
"""Squares, as the rows of tables are."""


def csv(images: np.ndarray = FLAT, labels: Any = Y, head: str = "") -> bytes:
    """A table; `head` is its first line, by default of good names."""
    names = head or ",".join(["label", *(f"pixel{i}" for i in range(images.shape[1]))])
    rows = [",".join(map(str, (label, *row))) for label, row in zip(labels, images, strict=True)]
    return "\n".join([names, *rows, ""]).encode()


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


PICTURES = {f"{y}/{i}.png": png(x) for i, (x, y) in enumerate(zip(X, Y, strict=True))}


def zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
