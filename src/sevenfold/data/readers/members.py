"""What lies in a folder or in a zip archive: names at once, bytes when they are asked
for.
"""

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sevenfold.data.readers.files import MAX_BYTES, open_file
from sevenfold.errors import DataError

ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)
"""What Python's zipfile raises for made-up archives; found by changing single bytes."""

_MAX_DEPTH = 3
_MAX_AT_ONCE = 1 << 23
"""Bytes; the names of a hundred thousand members take as many."""

_IGNORED = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Member:
    """One file. name: relative to the folder or archive, with `/` between folders.
    where: the whole of it, for messages. open: gives a stream of its bytes.
    """

    name: str
    where: str
    open: Callable[[], BinaryIO]

    @property
    def depth(self) -> int:
        """How many folders it lies in, below the one that was asked for."""
        return self.name.count("/")


def members(path: Path, keep: Callable[[str], bool] = bool) -> list[Member]:
    """The files in a folder and in those below it, or in a zip archive, whose names
    `keep` wants, by name; hidden ones left out.

    Raises:
        DataError: it cannot be looked into, or is no archive.
    """
    found = _of_folder(path, keep) if path.is_dir() else _of_zip(path, keep)
    return sorted(found, key=lambda member: member.name)


def is_zip(path: Path) -> bool:
    """Whether `path` is a file whose name ends in `.zip`."""
    return path.suffix.lower() == ".zip" and not path.is_dir()


def _of_folder(folder: Path, keep: Callable[[str], bool], above: str = "") -> Iterator[Member]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        if above:
            return
        raise DataError(
            f"{folder}: cannot be looked into: {error.strerror or error}. Check its permissions."
        ) from None
    for entry in entries:
        if _is_hidden(entry.name):
            continue
        name = above + entry.name
        if not _is_folder(entry):
            if keep(name):
                yield Member(name, entry.path, partial(_open_file, Path(entry.path)))
        elif name.count("/") < _MAX_DEPTH:
            yield from _of_folder(Path(entry.path), keep, f"{name}/")


def _open_file(path: Path) -> BinaryIO:
    return open_file(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _of_zip(path: Path, keep: Callable[[str], bool]) -> Iterator[Member]:
    try:
        with zip_at(path) as archive:
            infos = archive.infolist()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror or error}. Check the path and its"
            " permissions."
        ) from None
    except ZIP_ERRORS as error:
        raise DataError(
            f"{path}: expected a whole zip archive, got something else ({error}). Fetch it again."
        ) from None
    for info in infos:
        is_hidden = any(map(_is_hidden, info.filename.split("/")))
        if not info.is_dir() and not is_hidden and keep(info.filename):
            yield Member(
                info.filename,
                f"{path}: {info.filename}",
                partial(_open_in_zip, path, info),
            )


def _open_in_zip(path: Path, info: zipfile.ZipInfo) -> BinaryIO:
    if info.file_size > MAX_BYTES or not is_plain(info):
        raise DataError(
            f"{path}: {info.filename}: expected a plain member of at most {MAX_BYTES:,} bytes, got"
            " an encrypted, an unusually compressed or a larger one. Unpack the archive and give"
            " the folder."
        )
    try:
        with zip_at(path) as archive:
            return archive.open(info)  # type: ignore[return-value]
    except (OSError, *ZIP_ERRORS) as error:
        raise DataError(
            f"{path}: {info.filename}: cannot be read ({error}). Unpack the archive and give the"
            " folder."
        ) from None


class _Careful:
    """A file that reads no more than some megabytes at once, because Python's zipfile
    takes as much for an archive's list of members as the archive says. It is closed
    with the last archive or member that uses it.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.seek, self.tell, self.seekable = self._file.seek, self._file.tell, self._file.seekable

    def read(self, n: int = -1) -> bytes:
        content = self._file.read(n if 0 <= n <= _MAX_AT_ONCE else _MAX_AT_ONCE + 1)
        if len(content) > _MAX_AT_ONCE:
            raise zipfile.BadZipFile(f"a list of members of more than {_MAX_AT_ONCE:,} bytes")
        return content

    def close(self) -> None:
        self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


def zip_at(path: Path) -> zipfile.ZipFile:
    """The archive at `path`; what lies in it is read some megabytes at a time, no more.

    Raises:
        OSError: it cannot be read.
        ZIP_ERRORS: it is no archive, or its list of members is too long.
    """
    return zipfile.ZipFile(_Careful(path))


def is_plain(info: zipfile.ZipInfo) -> bool:
    """Whether a member is not encrypted, and stored or deflated: of other kinds a few
    bytes may become gigabytes at once.
    """
    return info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not (
        info.flag_bits & 1
    )


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in _IGNORED
