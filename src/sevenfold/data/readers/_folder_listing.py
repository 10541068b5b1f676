"""What a person put into folders of pictures, by the names of files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sevenfold import pictures
from sevenfold.data.class_names import natural
from sevenfold.errors import DataError

_JUNK = ("thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "__macosx")
_MAX_DEPTH, _MAX_LOOKED_AT = 4, 20_000


def has_picture(path: Path) -> bool:
    """Whether a file in `path` or a few folders below is called as pictures are; after
    20,000 names, no.
    """
    looked_at, waiting = 0, [(path, 0)]
    while waiting and looked_at < _MAX_LOOKED_AT:
        folder, depth = waiting.pop()
        for entry in _visible(folder):
            looked_at += 1
            if entry.is_dir():
                waiting += [(entry, depth + 1)] if depth < _MAX_DEPTH else []
            elif is_named_picture(entry):
                return True
    return False


def _visible(folder: Path) -> Iterator[Path]:
    """What a person put into `folder`, in no order."""
    try:
        for entry in folder.iterdir():
            if not entry.name.startswith(".") and entry.name.lower() not in _JUNK:
                yield entry
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be looked into: {error.strerror or error}. Check its permissions."
        ) from None


def subfolders(folder: Path) -> list[Path]:
    """In natural order."""
    return _in_order(entry for entry in _visible(folder) if entry.is_dir())


def files_in(folder: Path) -> list[Path]:
    """What is no folder, in natural order."""
    return _in_order(entry for entry in _visible(folder) if not entry.is_dir())


def _in_order(entries: Iterable[Path]) -> list[Path]:
    return sorted(entries, key=lambda entry: natural(entry.name))


def picture_files(folder: Path) -> list[Path]:
    """Those that are called as pictures are."""
    return [file for file in files_in(folder) if is_named_picture(file)]


def subfolders_called(folder: Path, names: tuple[str, ...]) -> list[Path]:
    """Those with one of these names, in capitals or not."""
    return [inner for inner in subfolders(folder) if inner.name.lower() in names]


def is_named_picture(file: Path) -> bool:
    """Whether its suffix is that of a picture."""
    return file.suffix.lower() in pictures.SUFFIXES


def starts_as_picture(file: Path) -> bool:
    """Whether its first bytes are those of a picture."""
    try:
        if not file.is_file():
            return False
        with file.open("rb") as stream:
            return pictures.is_picture(stream.read(16))
    except OSError:
        return False
