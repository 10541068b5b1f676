"""A folder with one subfolder of pictures per class, below `train/` and `test/` or
without them.

A class is called as its folder; classes and pictures stand in natural order, whatever
the file system's.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from sevenfold import pictures
from sevenfold.data.class_names import natural, require_class_names
from sevenfold.data.images import Images, Part, Size
from sevenfold.data.readers._folder_listing import (
    files_in,
    has_picture,
    is_named_picture,
    picture_files,
    starts_as_picture,
    subfolders,
    subfolders_called,
)
from sevenfold.data.readers.files import MAX_EXAMPLES, MAX_SIDE, require_size
from sevenfold.data.readers.stacks import Stack
from sevenfold.errors import DataError, some_of
from sevenfold.machine import n_cores

WHAT = "a folder of pictures for each class"
PART_FOLDERS: dict[Part, tuple[str, ...]] = {
    "development": ("train", "training"),
    "test": ("test", "testing"),
}

_TEXT = frozenset(
    {"", ".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".toml", ".html"}
)
_MAX_DEPTH = 4
_MAX_THREADS, _BLOCK = 4, 256


def claims(path: Path) -> bool:
    """Whether `path` is a folder with a picture in it or in folders below, by the names
    alone. A single folder of pictures beside a table is taken for the table's.
    """
    if not path.is_dir() or not has_picture(path):
        return False
    inner, files = subfolders(path), files_in(path)
    is_part = any(subfolders_called(path, names) for names in PART_FOLDERS.values())
    return len(inner) > 1 or is_part or not any(".csv" in file.name.lower() for file in files)


def parts(path: Path) -> tuple[Part, ...]:
    """The parts that are there: development alone where nobody made a test part.

    Raises:
        DataError: it is not plain which folder is which.
    """
    return tuple(_part_folders(path))


def left_out(path: Path) -> tuple[str, ...]:
    """What lies there and is not read, one sentence each."""
    folders = _part_folders(path)
    found = []
    unlabelled = subfolders_called(_root(path), PART_FOLDERS["test"])
    if unlabelled and "test" not in folders:
        found.append(f"{unlabelled[0].name}/ has no folders of classes: it is left alone.")
    others = [
        file.name
        for folder in {_root(path), *folders.values()}
        for file in (*files_in(folder), *(f for sub in subfolders(folder) for f in files_in(sub)))
        if not is_named_picture(file)
    ]
    if others:
        named = some_of(sorted(others, key=natural), 3)
        found.append(f"Pictures alone are read, not {named}.")
    return tuple(found)


def read(
    path: Path, part: Part, size: Size | None, colour: bool | None, group: str | None = None
) -> tuple[Images, dict[str, str]]:
    """One part, and a SHA-256 over its classes, names and files.

    Pictures are brought to `size`, or else to the median of this part's, at most 128 a
    side. They are of one channel where none has a colour, else of three; `colour` says
    which where that is settled. Folders have no column `group`.
    """
    folders = _part_folders(path)
    folder = folders[part]
    names = _class_names(folder)
    if part == "development" and "test" in folders:
        _require_same_classes(names, _class_names(folders["test"]), folders["test"])
    files = [(label, file) for label, own in enumerate(names.values()) for file in _taken(own)]
    if len(files) > MAX_EXAMPLES:
        raise DataError(
            f"{folder}: expected at most {MAX_EXAMPLES:,} pictures, got {len(files):,}. Use fewer."
        )
    with ThreadPoolExecutor(min(n_cores(), _MAX_THREADS)) as pool:
        height, width = size or _median_size([file for _, file in files], pool)
        require_size(len(files), (height, width), str(folder))
        stack, digests = Stack(len(files), (height, width), colour), []
        for block in _blocks([file for _, file in files]):
            fitted, own_digests = zip(
                *pool.map(lambda file: _read(file, height, width), block), strict=True
            )
            stack.add(fitted)
            digests += own_digests
    labels = np.array([label for label, _ in files], np.min_scalar_type(len(names) - 1))
    images = Images(stack.pixels(), labels, tuple(names))
    require_size(len(images), images.shape, str(folder))
    lines = sorted(
        b"\0".join((os.fsencode(file.relative_to(folder)), digest))
        for (_, file), digest in zip(files, digests, strict=True)
    )
    digest = hashlib.sha256(b"\n".join(lines)).hexdigest()
    return images, {f"pictures of {part}": digest}


def _read(file: Path, height: int, width: int) -> tuple[np.ndarray, bytes]:
    """The picture brought to one size, and the SHA-256 of its file."""
    data = pictures.read_file(file)
    fitted = pictures.fit(pictures.decode(data, str(file)), height, width)
    return fitted, hashlib.sha256(data).hexdigest().encode()


def _median_size(files: Sequence[Path], pool: ThreadPoolExecutor) -> Size:
    def size_of(file: Path) -> Size:
        return pictures.picture_size(pictures.read_file(file), str(file))

    sizes = [size for block in _blocks(files) for size in pool.map(size_of, block)]
    return pictures.median_size(sizes, MAX_SIDE)


def _blocks(files: Sequence[Path]) -> Iterator[Sequence[Path]]:
    """The files, some at a time, so that no more wait with their results."""
    for start in range(0, len(files), _BLOCK):
        yield files[start : start + _BLOCK]


def _root(path: Path) -> Path:
    """The folder in which train/, test/ or the classes lie: `path`, or the one folder
    below that an archive put around them.
    """
    for _ in range(_MAX_DEPTH):
        inner = subfolders(path)
        if len(inner) != 1 or not subfolders(inner[0]) or any(picture_files(path)):
            break
        if any(subfolders_called(path, names) for names in PART_FOLDERS.values()):
            break
        path = inner[0]
    return path


def _part_folders(path: Path) -> dict[Part, Path]:
    root = _root(path)
    inner = subfolders(root)
    found: dict[Part, Path] = {}
    for part, names in PART_FOLDERS.items():
        # A class may be called "train": it holds pictures, not folders of classes.
        folders = [folder for folder in subfolders_called(root, names) if subfolders(folder)]
        if len(folders) > 1:
            raise DataError(
                f"{root}: expected one folder called {' or '.join(names)}, got"
                f" {_listed(folders)}. Keep one."
            )
        if folders:
            found[part] = folders[0]
    if not found:
        return {"development": root}
    if "development" not in found:
        raise DataError(
            f"{root}: expected train/ beside {found['test'].name}/, got {_listed(inner)}. Rename"
            " the folder to develop with."
        )
    others = [
        f
        for f in inner
        if f not in found.values() and f not in subfolders_called(root, PART_FOLDERS["test"])
    ]
    if others:
        raise DataError(
            f"{root}: expected train/ and test/ and no more, got also {_listed(others)}. Move what"
            " is to develop with into train/, which is divided into training and validation later."
        )
    return found


def _class_names(folder: Path) -> dict[str, Path]:
    """The folders of classes by name, in natural order.

    Raises:
        DataError: pictures lie outside them, or one has no picture or an unusual name.
    """
    loose = picture_files(folder)
    inner = subfolders(folder)
    if loose:
        where = "beside the folders of classes" if inner else "without folders of classes"
        raise DataError(
            f"{folder}: expected a subfolder of pictures for each class, got pictures"
            f" ({loose[0].name}, ...) {where}. Put each into the folder of its class."
        )
    names = [unicodedata.normalize("NFC", own.name) for own in inner]
    require_class_names(names, str(folder))
    for own in inner:
        if deeper := subfolders(own):
            raise DataError(
                f"{own}: expected pictures of one class, got folders ({_listed(deeper)}). Move the"
                " pictures up, or make each folder a class."
            )
        if not files_in(own):
            raise _empty(own)
    return dict(zip(names, inner, strict=True))


def _taken(own: Path) -> list[Path]:
    """The pictures of one class.

    Raises:
        DataError: there is none, or a file that is neither picture nor text.
    """
    files = []
    for file in files_in(own):
        if is_named_picture(file) or starts_as_picture(file):
            files.append(file)
        elif file.suffix.lower() not in _TEXT:
            raise DataError(
                f"{file}: expected a picture ({', '.join(pictures.FORMATS)}), got another file."
                " Remove it, or save it again as PNG."
            )
    if not files:
        raise _empty(own)
    return files


def _require_same_classes(own: dict[str, Path], test: dict[str, Path], folder: Path) -> None:
    """What the names of folders tell of the test part is said before anything is
    trained.
    """
    if lacking := sorted(own.keys() - test.keys(), key=natural):
        raise DataError(
            f"{folder}: expected a folder for each class of development, lacks"
            f" {', '.join(lacking[:5])}. Add pictures of each to both parts."
        )
    if unknown := sorted(test.keys() - own.keys(), key=natural):
        raise DataError(
            f"{folder}: expected only classes that development has, got also"
            f" {', '.join(unknown[:5])}. Add pictures of each to both parts."
        )


def _listed(folders: Sequence[Path]) -> str:
    return some_of([f"{folder.name}/" for folder in folders], 5)


def _empty(own: Path) -> DataError:
    return DataError(
        f"{own}: expected pictures of class {own.name!r}, got none. Add some, or remove the folder."
    )
