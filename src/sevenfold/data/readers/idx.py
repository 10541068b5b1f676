"""The IDX format of MNIST's files: a big-endian header, then one number for each pixel
or label; four files in a folder or a zip archive, each of them packed or not.
"""

import hashlib
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images, Part, numbered
from sevenfold.data.published.emnist import upright
from sevenfold.data.readers.files import (
    MAX_CLASSES,
    require_pairs,
)
from sevenfold.data.readers.idx_format import parse, sha256_as_file, to_bytes, unpack
from sevenfold.data.readers.idx_names import (
    FILES,
    PARTS,
    Kind,
    located,
    missing_files,
    present_files,
    role_of,
)
from sevenfold.data.readers.members import Member, is_zip, members
from sevenfold.errors import DataError, some_of

__all__ = ["FILES", "PARTS", "WHAT", "claims", "missing_files", "parts", "present_files"]
__all__ += ["parse", "read", "sha256_as_file", "to_bytes", "unpack"]

WHAT = "a folder of IDX files"


def claims(path: Path) -> bool:
    """Whether `path` is a zip archive or a folder with at least one of the four files
    in it or not far below.
    """
    return is_zip(path) or (path.is_dir() and bool(_located_or_several(path)))


def parts(path: Path, only: str = "") -> tuple[Part, ...]:
    """The parts of which both files are there."""
    files = located(path, only)
    return tuple(part for part, names in PARTS.items() if set(names) <= set(files))


def read(path: Path, part: Part, only: str = "") -> tuple[Images, dict[str, str]]:
    """One part, and the SHA-256 of its two files as unpacked. Those of the other part
    are not opened. only: what the files' names must contain.
    """
    files = _required(path, part, only)
    images_file, labels_file = (files[name] for name in PARTS[part])
    image_bytes, label_bytes = _unpacked(images_file, "images"), _unpacked(labels_file, "labels")
    pixels, labels = parse(image_bytes, "images"), parse(label_bytes, "labels")
    require_pairs(len(pixels), len(labels), labels_file.where)
    digests = [hashlib.sha256(data).hexdigest() for data in (image_bytes, label_bytes)]
    images = numbered(pixels, _checked(labels, labels_file.where))
    return upright(images, images_file.name), dict(zip(PARTS[part], digests, strict=True))


def left_out(path: Path) -> tuple[str, ...]:
    """What lies there under the names of IDX files and is neither of a training nor of
    a test part, in a sentence.
    """
    others = members(path, lambda name: "idx" in name.lower() and role_of(name) is None)
    if not others:
        return ()
    named = some_of([member.name for member in others], 4)
    return (f"Files called train and test alone are read, not {named}.",)


def packed_digests(path: Path, part: Part) -> dict[str, str]:
    """SHA-256 of the files of one part as they lie, packed or not."""
    files = located(path)
    digests = {}
    for name in PARTS[part]:
        with files[name].open() as stream:
            digests[name] = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    return digests


def _located_or_several(path: Path) -> bool:
    try:
        return bool(located(path))
    except DataError:  # of several data sets; `read` says so
        return True


def _required(path: Path, part: Part, only: str) -> dict[str, Member]:
    """The files that are there, those of `part` among them, and none without its
    fellow.
    """
    files = located(path, only)
    if not files and is_zip(path):
        raise DataError(_without_idx(path))
    pairs = [names for own, names in PARTS.items() if own == part or set(names) & set(files)]
    if missing := [name for names in pairs for name in names if name not in files]:
        held = ", ".join(member.name for member in files.values())
        raise DataError(
            f"{path}: expected four IDX files, lacks {', '.join(missing)} (.gz or not), has"
            f" {held or 'none of them'}. Put them there."
        )
    return files


def _without_idx(path: Path) -> str:
    names = [member.name for member in members(path)]
    held = f"{', '.join(names[:4])}{' and more' if len(names) > 4 else ''}" if names else "nothing"
    if names and all(name.endswith(".npy") for name in names):
        advice = "It is an .npz by another name: call it so."
    elif len(names) == 1 and names[0].lower().endswith(".npz"):
        advice = "Unpack it and give the .npz."
    else:
        advice = "Unpack it and give the folder."
    return f"{path}: expected the four IDX files in this zip archive, got {held}. {advice}"


def _unpacked(member: Member, kind: Kind) -> bytearray:
    with member.open() as stream:
        return unpack(stream, kind, member.where)


def _checked(labels: np.ndarray, name: str) -> np.ndarray:
    """`labels`, if every one is a number that a class may have."""
    outside = (labels < 0) | (labels >= MAX_CLASSES)
    if outside.any():
        raise DataError(
            f"{name}: expected labels from 0 to {MAX_CLASSES - 1:,}, got {labels[outside][0]}."
            " Number the classes from 0."
        )
    return labels
