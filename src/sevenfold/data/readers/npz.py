"""`.npz` files with x_train, y_train, x_test and y_test, as Keras keeps them, and their
like; one member read at a time, nothing unpickled.

NumPy's own reader of arrays allocates what a header declares before it looks at the
data. Here the header, read by NumPy, is held against the member's real size first.
"""

import hashlib
import io
import math
import tokenize
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from sevenfold.data.group_names import groups_digest, groups_of
from sevenfold.data.images import Images, Part, joined, numbered
from sevenfold.data.readers import idx
from sevenfold.data.readers._npz_names import Role, roles
from sevenfold.data.readers.arrays import Stored, labels_of, pixels_of
from sevenfold.data.readers.files import MAX_BYTES, foreign, require_pairs
from sevenfold.data.readers.idx_names import role_of
from sevenfold.data.readers.members import ZIP_ERRORS, is_plain, zip_at
from sevenfold.errors import DataError

WHAT = "an .npz file"

# What `ast.literal_eval`, which reads headers for NumPy, raises for made-up ones.
_HEADER_ERRORS = (
    *(ValueError, TypeError, SyntaxError, MemoryError, RecursionError),
    *(KeyError, tokenize.TokenError),
)
_MAX_HEADER_BYTES = 10_000
_BLOCK_BYTES = 1 << 20
_MAX_LABEL_BYTES = 1 << 26
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def claims(path: Path) -> bool:
    """Whether `path` is a file whose name ends in `.npz`."""
    return path.suffix.lower() == ".npz" and not path.is_dir()


def parts(path: Path) -> tuple[Part, ...]:
    """The parts whose images and labels are both there."""
    with opened(path) as archive:
        found = _roles(archive, path)
    return ("development", "test") if ("x", "test") in found else ("development",)


def read(path: Path, part: Part) -> tuple[Images, dict[str, str]]:
    """One part, and the SHA-256 of the two IDX files that its arrays would make.
    Members of the other part are not read. A validation part, as medmnist has, joins
    the development images, behind those of the training part. Where there are groups,
    their SHA-256 comes beside.
    """
    with opened(path) as archive:
        found = _roles(archive, path)
        kinds = ("test",) if part == "test" else ("train", "val")
        pieces = [
            _piece(archive, {holds: found.get((holds, kind), "") for holds in "xyg"}, path)
            for kind in kinds
            if ("x", kind) in found
        ]
    if not pieces:
        raise DataError(f"{path}: expected a test part, got none. Save it with x_test and y_test.")
    _require_one_size(pieces, path)
    images = joined(pieces)
    if len(pieces) > 1:
        said = "The validation part of the file joined the development images."
        images = replace(images, notes=(*images.notes, said))
    digests = [idx.sha256_as_file(array) for array in (images.pixels, images.labels)]
    named = dict(zip(idx.PARTS[part], digests, strict=True))
    if images.classes != tuple(str(number) for number in range(images.n_classes)):
        named["classes"] = hashlib.sha256("\n".join(images.classes).encode()).hexdigest()
    if images.groups is not None:
        named[f"groups of {part}"] = groups_digest(images.groups)
    return images, named


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive in a file.

    Raises:
        DataError: it cannot be read, or is no zip.
    """
    try:
        with zip_at(path) as archive:
            yield archive
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}. Check the path and its"
            " permissions."
        ) from None
    except ZIP_ERRORS as error:
        raise DataError(_no_zip(path, error)) from None


def _roles(archive: zipfile.ZipFile, path: Path) -> dict[Role, str]:
    """The members' names by their role; images and labels of each part that is there,
    the training part among them.
    """
    names = [name.removesuffix(".npy") for name in archive.namelist()]
    found = roles(names, str(path))
    lacking = [
        f"{one}_{part}"
        for part in ("train", "val", "test")
        for one, other in (("x", "y"), ("y", "x"), ("x", "g"))
        if (one, part) not in found and ((other, part) in found or part == "train")
    ]
    if any(holds == "g" for holds, _ in found):
        lacking += [
            f"groups_{part}"
            for part in ("train", "val")
            if ("x", part) in found and ("g", part) not in found
        ]
    if lacking:
        held = ", ".join(sorted(names)[:8]) or "nothing"
        advice = f"Save it again with {', '.join(dict.fromkeys(lacking))}."
        if any(role_of(name) for name in names):
            advice = "It is an archive of IDX files by another name: call it .zip."
        raise DataError(
            f"{path}: expected arrays x_train, y_train, x_test and y_test, got {held}. {advice}"
        )
    return found


def _piece(archive: zipfile.ZipFile, names: dict[str, str], path: Path) -> Images:
    """The images of one part of the file; names: of its arrays, empty for what there is
    not.
    """
    pixels, notes = pixels_of(stored(archive, names["x"], path, "uifb"), f"{path}: {names['x']}")
    labels = f"{path}: {names['y']}"
    places, classes = labels_of(_short_values(archive, names["y"], path, "labels"), labels)
    require_pairs(len(pixels), len(places), labels)
    known = numbered(pixels, places) if classes is None else Images(pixels, places, classes)
    groups = None
    if own := names["g"]:
        groups = groups_of(_short_values(archive, own, path, "groups"), f"{path}: {own}")
        require_pairs(len(pixels), len(groups), f"{path}: {own}", "groups")
    return replace(known, notes=notes, groups=groups)


def _require_one_size(pieces: list[Images], path: Path) -> None:
    if len({piece.shape for piece in pieces}) > 1:
        raise DataError(
            f"{path}: expected validation images of the size of the training images, got another."
            " Scale them alike."
        )


def _short_values(archive: zipfile.ZipFile, member: str, path: Path, what: str) -> np.ndarray:
    """An array of numbers or short texts."""
    array = stored(archive, member, path, "uifbUS")
    n_bytes = array.size * array.dtype.itemsize
    if n_bytes > _MAX_LABEL_BYTES:
        raise DataError(
            f"{path}: {member}: expected {what} of at most {_MAX_LABEL_BYTES:,} bytes, got"
            f" {n_bytes:,}. Save one short name or number each."
        )
    values = np.concatenate(list(array.blocks()))
    return values.reshape(array.shape, order="F" if array.in_columns else "C")


def stored(archive: zipfile.ZipFile, member: str, path: Path, kinds: str) -> Stored:
    """An array of one of these kinds of NumPy's types, not read yet.

    Raises:
        DataError: it is something else, damaged, or larger than it may be.
    """
    name = f"{path}: {member}"
    info = archive.getinfo(f"{member}.npy" if f"{member}.npy" in archive.namelist() else member)
    if info.file_size > MAX_BYTES:
        raise DataError(
            f"{name}: expected at most {MAX_BYTES:,} bytes, got {info.file_size:,}. Use fewer"
            " examples, as uint8."
        )
    if not is_plain(info):
        raise DataError(
            f"{name}: expected a plain zip member, got an encrypted or unusually compressed one."
            " Save it with numpy.savez."
        )
    with _damage(name), archive.open(info) as stream:
        start = stream.read(_MAX_HEADER_BYTES)
        shape, in_columns, dtype, offset = _header(start, info.file_size, name, kinds)

    def blocks() -> Iterator[np.ndarray]:
        with _damage(name), archive.open(info) as stream:
            stream.read(offset)
            n_left = info.file_size - offset
            n_block = max(1, _BLOCK_BYTES // dtype.itemsize) * dtype.itemsize
            while n_left > 0:
                data = stream.read(min(n_left, n_block))
                if len(data) != min(n_left, n_block):
                    raise EOFError("it ends too early")
                n_left -= len(data)
                yield np.frombuffer(data, dtype)

    return Stored(shape, dtype, in_columns, blocks)


@contextmanager
def _damage(name: str) -> Iterator[None]:
    try:
        yield
    except ZIP_ERRORS as error:
        raise DataError(
            f"{name}: expected a whole array, got a damaged one ({error}). Fetch or save it again."
        ) from None


def _header(
    start: bytes, n_member: int, name: str, kinds: str
) -> tuple[tuple[int, ...], bool, np.dtype, int]:
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
    if dtype.kind not in kinds:
        asked = (
            ("numbers or texts", "x.astype(str)") if "U" in kinds else ("numbers (uint8)", "uint8")
        )
        pickled = "Pickled objects are never loaded; save" if dtype.hasobject else "Save"
        raise DataError(
            f"{name}: expected {asked[0]}, got {dtype.str!r}. {pickled} it as {asked[1]}."
        )
    if dtype.itemsize == 0 or min(shape, default=1) < 1:
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


def _no_zip(path: Path, error: Exception) -> str:
    with path.open("rb") as file:
        known = foreign(file.read(64))
    what, advice = known or (f"something else ({error})", "Save it again with numpy.savez.")
    return f"{path}: expected a whole .npz file (a zip), got {what}. {advice}"
