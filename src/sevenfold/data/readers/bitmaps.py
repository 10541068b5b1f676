"""The text bitmaps of UCI's optical characters: after a head, 32 lines of 32 zeros and
ones for each image, then a line with its label; gzipped or not.

Alpaydin and Kaynak (1998). Their writer-independent file is the test part; the training
and the validation file are for development.
"""

import hashlib
import re
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images, Part, numbered
from sevenfold.data.readers.packing import packed_or_not, read_unpacked
from sevenfold.errors import DataError

WHAT = ""
FILES: dict[Part, tuple[str, ...]] = {
    "development": ("optdigits-orig.tra", "optdigits-orig.tes"),
    "test": ("optdigits-orig.windep",),
}

_SIDE = 32
_MAX_BYTES = 1 << 24
"""Four times the largest of the three files, unpacked."""

_IMAGE = re.compile(rb"((?:[01]{32}\r?\n){32}) *(\d)(?:\r?\n|$)")
_HEAD = re.compile(rb"(?:(?![01]{32}\r?\n).*\n)*")


def claims(path: Path) -> bool:
    """Whether `path` is a folder with one of the files."""
    return path.is_dir() and any(
        packed_or_not(path, name) for names in FILES.values() for name in names
    )


def parts(path: Path) -> tuple[Part, ...]:
    """The parts of which every file is there."""
    return tuple(
        part for part, names in FILES.items() if all(packed_or_not(path, n) for n in names)
    )


def read(path: Path, part: Part) -> tuple[Images, dict[str, str]]:
    """One part, 0 and 255 for zeros and ones, and the SHA-256 of its files as
    unpacked.
    """
    pixels, labels, digests = [], [], {}
    for name in FILES[part]:
        file = packed_or_not(path, name)
        if file is None:
            raise DataError(f"{path}: expected {name} (.gz or not), found none. Put it there.")
        text = _unpacked(file)
        images = _IMAGE.findall(text, _end_of_head(text))
        if sum(len(rows) for rows, _ in images) == 0 or not _is_all(text, len(images)):
            raise DataError(
                f"{file}: expected a head, then {_SIDE} lines of {_SIDE} zeros and ones and a label"
                " for each image, got something else. Fetch it again."
            )
        rows = np.frombuffer(b"".join(rows for rows, _ in images), np.uint8)
        rows = rows[(rows == ord("0")) | (rows == ord("1"))]
        pixels.append((rows.reshape(-1, _SIDE, _SIDE) - ord("0")) * np.uint8(255))
        labels += [int(label) for _, label in images]
        digests[name] = hashlib.sha256(text).hexdigest()
    return numbered(np.concatenate(pixels), np.array(labels)), digests


def _end_of_head(text: bytes) -> int:
    found = _HEAD.match(text)
    return found.end() if found else 0


def _is_all(text: bytes, n_images: int) -> bool:
    """Whether nothing but so many images follows the head."""
    return text.count(b"\n", _end_of_head(text)) in (
        n_images * (_SIDE + 1),
        n_images * (_SIDE + 1) - 1,
    )


def _unpacked(path: Path) -> bytes:
    text = read_unpacked(path, _MAX_BYTES + 1)
    if len(text) > _MAX_BYTES:
        raise DataError(
            f"{path}: expected at most {_MAX_BYTES:,} bytes, unpacked, got more. Fetch it again."
        )
    return text
