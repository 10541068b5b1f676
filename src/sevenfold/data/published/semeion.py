"""Semeion's one text file: a line for each image, 16 x 16 zeros and ones, then ten
numbers of which the one that is 1 says which digit it is; gzipped or not.
"""

import hashlib
import io
import re
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images, numbered
from sevenfold.data.readers.packing import packed_or_not, read_unpacked
from sevenfold.errors import DataError

NAME = "semeion.data"
_SIDE, _CLASSES = 16, 10
_MAX_BYTES = 1 << 22
"""Half as much again as the file has, unpacked."""
_LINE = re.compile(rb"(?:[01](?:\.0+)? +){256}(?:[01] *){10}\r?")


def read_semeion(folder: Path) -> tuple[Images, dict[str, str]]:
    """The images, 0 and 255 for zeros and ones, and the SHA-256 of the file as
    unpacked.

    Raises:
        DataError: there is no such file, or it holds something else.
    """
    file = packed_or_not(folder, NAME)
    if file is None:
        raise DataError(f"{folder}: expected {NAME} (.gz or not), found none. Put it there.")
    text = _unpacked(file)
    lines = text.split(b"\n")[: -1 if text.endswith(b"\n") else None]
    if not all(_LINE.fullmatch(line) for line in lines):
        raise DataError(
            f"{file}: expected {_SIDE * _SIDE} zeros and ones and {_CLASSES} more for the label on"
            " every line, got something else. Fetch it again."
        )
    values = np.loadtxt(io.BytesIO(text), ndmin=2).astype(np.uint8)
    pixels = values[:, : _SIDE * _SIDE].reshape(-1, _SIDE, _SIDE) * np.uint8(255)
    images = numbered(pixels, values[:, _SIDE * _SIDE :].argmax(axis=1))
    return images, {NAME: hashlib.sha256(text).hexdigest()}


def _unpacked(path: Path) -> bytes:
    text = read_unpacked(path, _MAX_BYTES + 1)
    if not text or len(text) > _MAX_BYTES:
        raise DataError(
            f"{path}: expected 1 to {_MAX_BYTES:,} bytes, unpacked, got"
            f" {'none' if not text else 'more'}. Fetch it again."
        )
    return text
