"""The formats that data sets come in: one module each. A new one has the names of
`Reader` or `LooseReader` and stands in `READERS` or `LOOSE_READERS`.
"""

from pathlib import Path
from typing import Protocol

from sevenfold.data.images import Images, Part, Size
from sevenfold.data.readers import (
    bitmaps,
    folders,
    hdf5,
    idx,
    npz,
    parquet,
    refusals,
    tables,
)
from sevenfold.data.readers.files import require_ordinary
from sevenfold.errors import DataError


class Reader(Protocol):
    """What a module of this folder offers. WHAT: the format in words, with its article;
    empty where it reads one published data set alone.
    """

    WHAT: str

    def claims(self, path: Path) -> bool:
        """Whether what lies at `path` is for this reader. Opens no file of data."""

    def parts(self, path: Path) -> tuple[Part, ...]:
        """The parts that are there. Opens no file of data."""

    def read(self, path: Path, part: Part) -> tuple[Images, dict[str, str]]:
        """One part, and SHA-256 digests (hex) by name that prove what was read. Nothing
        of the other part is opened. A class is called the same in both parts.

        Raises:
            DataError: the first thing wrong, in one line.
        """


class LooseReader(Protocol):
    """What a module of this folder offers where the format says less: there may be no
    test part, and images may have no size of their own.
    """

    WHAT: str

    def claims(self, path: Path) -> bool:
        """Whether what lies at `path` is for this reader. Opens no file of data."""

    def parts(self, path: Path) -> tuple[Part, ...]:
        """Those that are there, development first. No test image is looked at.

        Raises:
            DataError: it is not plain what is what.
        """

    def left_out(self, path: Path) -> tuple[str, ...]:
        """What lies there and is not read, one sentence each."""

    def read(
        self,
        path: Path,
        part: Part,
        size: Size | None,
        colour: bool | None,
        group: str | None = None,
    ) -> tuple[Images, dict[str, str]]:
        """As `Reader.read`; images of `size` and with three channels, or one, as
        `colour` says. None: as the part itself suggests. group: the column that names
        the group of each image; None where nobody asked, and where there are no
        columns.
        """


READERS: tuple[Reader, ...] = (idx, npz, bitmaps, hdf5)
LOOSE_READERS: tuple[LooseReader, ...] = (folders, tables, parquet)
WITH_COLUMNS: tuple[LooseReader, ...] = (tables, parquet)
_WHATS = [*(r.WHAT for r in READERS if r.WHAT), *(r.WHAT for r in LOOSE_READERS)]
KNOWN = f"{', '.join(_WHATS[:-1])} or {_WHATS[-1]}"


def parts_of(path: Path) -> tuple[Part, ...]:
    """The parts that lie at `path`; development alone means that nobody made a test
    part.

    Raises:
        DataError: no reader claims it, or it is not plain what is what.
    """
    return (loose_reader_of(path) or reader_of(path)).parts(path)


def left_out_of(path: Path) -> tuple[str, ...]:
    """What lies at `path` and is not read, one sentence each."""
    if loose := loose_reader_of(path):
        return loose.left_out(path)
    return idx.left_out(path) if reader_of(path) is idx else ()


def read_part(
    path: Path,
    part: Part,
    size: Size | None = None,
    colour: bool | None = None,
    group: str | None = None,
) -> tuple[Images, dict[str, str]]:
    """One part of what lies at `path`, by the reader that claims it; see `LooseReader`
    for `size`, `colour` and `group`, which mean nothing to other readers.

    Raises:
        DataError: the first thing wrong, in one line.
    """
    if loose := loose_reader_of(path):
        return loose.read(path, part, size, colour, group)
    return reader_of(path).read(path, part)


def require_no_size(path: Path, size: Size | None) -> None:
    """Nothing, if no size was asked for, or what lies at `path` can be brought to one.

    Raises:
        DataError: its images have their own.
    """
    if size is not None and not loose_reader_of(path):
        raise DataError(
            f"{path}: --size goes with pictures and tables; the images of"
            f" {reader_of(path).WHAT or 'this data set'} have their own. Leave it out."
        )


def require_no_column(path: Path, group: str | None) -> None:
    """Nothing, if no column of groups was asked for, or there are columns at `path`.

    Raises:
        DataError: it has none.
    """
    if group is None or loose_reader_of(path) in WITH_COLUMNS:
        return
    what = (loose_reader_of(path) or reader_of(path)).WHAT or "this data set"
    advice = "Save them as groups_train beside x_train" if what == npz.WHAT else "Leave it out"
    raise DataError(
        f"{path}: --group names a column of {tables.WHAT} or of {parquet.WHAT}, got {what}."
        f" {advice}."
    )


def reader_of(path: Path) -> Reader:
    """The reader of images with their own size that claims `path`.

    Raises:
        DataError: there is nothing that any reader can read.
    """
    if not is_there(path):
        raise DataError(
            f"{path}: expected {KNOWN}, found nothing that can be read. Check the path."
        )
    require_ordinary(path)
    for reader in READERS:
        if reader.claims(path):
            return reader
    raise DataError(refusals.why(path, KNOWN))


def loose_reader_of(path: Path) -> LooseReader | None:
    """The reader of images that may have no size of their own that claims `path`; None
    where one of the others does, or nothing can be read.
    """
    if not is_there(path):
        return None
    require_ordinary(path)
    if any(reader.claims(path) for reader in READERS):
        return None
    return next((reader for reader in LOOSE_READERS if reader.claims(path)), None)


def is_there(path: Path) -> bool:
    """Whether there is something at `path` that we may look at."""
    try:
        return path.exists()
    except OSError:  # no permission to look, or a name longer than names can be
        return False
