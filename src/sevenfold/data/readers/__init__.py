"""The formats that data sets come in: one module each. A new one has the names of
`Reader` and stands in `READERS`.
"""

from pathlib import Path
from typing import Protocol

from sevenfold.data.images import Images, Part
from sevenfold.data.readers import bitmaps, hdf5, idx, npz, refusals
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


READERS: tuple[Reader, ...] = (idx, npz, bitmaps, hdf5)
KNOWN = " or ".join(reader.WHAT for reader in READERS if reader.WHAT)


def reader_of(path: Path) -> Reader:
    """The reader that claims `path`.

    Raises:
        DataError: there is nothing that any of them can read.
    """
    if not is_there(path):
        raise DataError(
            f"{path}: expected {KNOWN}, found nothing that can be read. Check the path."
        )
    for reader in READERS:
        if reader.claims(path):
            return reader
    raise DataError(refusals.why(path, KNOWN))


def is_there(path: Path) -> bool:
    """Whether there is something at `path` that we may look at."""
    try:
        return path.exists()
    except OSError:  # no permission to look, or a name longer than names can be
        return False
