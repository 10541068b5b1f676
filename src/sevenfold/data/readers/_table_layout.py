"""How the rows of a CSV file are built, told by its first line."""

import codecs
import difflib
import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast

from sevenfold.data.class_names import natural
from sevenfold.data.readers.files import foreign
from sevenfold.data.readers.packing import unpacked
from sevenfold.errors import DataError

LABELS = ("label", "labels", "class", "target", "y")
"""What a column of labels is called, in capitals or not."""

_NO_PIXELS = ("", "id", "index", "unnamed: 0", "filename", "file", "usage", "split")
_SEPARATORS = (b",", b";", b"\t")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|", re.IGNORECASE)
MAX_LINE = 1 << 20
"""Bytes; more than 128 x 128 columns with long names take."""


@dataclass(frozen=True)
class Layout:
    """How the rows of one file are built.

    columns: names, or numbers from 1 in a file without a header. label: which of them
    holds labels, None where none does. group: which says what images belong together,
    None where nobody asked.
    """

    separator: bytes
    columns: tuple[str, ...]
    label: int | None
    has_header: bool
    group: int | None = None

    @property
    def n_pixels(self) -> int:
        return len(self.pixels)

    @property
    def pixels(self) -> tuple[str, ...]:
        """The columns of pixels."""
        return tuple(c for i, c in enumerate(self.columns) if i not in (self.label, self.group))


def layout_of(file: Path, group: str | None = None) -> Layout:
    """How the rows of `file` are built; group: the name of its column of groups, or its
    number from 1 in a file without a header.

    Raises:
        DataError: the first line is none of a table, or it has no such column.
    """
    with opened(file) as stream:
        first = stream.readline(MAX_LINE + 1)
    _require_text(first, file)
    separator = max(_SEPARATORS, key=first.count)
    cells = tuple(cell.strip(' \r\n"') for cell in first.decode().split(separator.decode()))
    if len(cells) < 3:
        advice = "Write a row for each image."
        if {cell.lower() for cell in cells} & {"file", "filename", "image", "path"}:
            advice = "Put the pictures that it names into one folder for each class, and give that."
        raise DataError(
            f"{file}: expected a label and pixels in cells apart by commas, got"
            f" {first[:40].decode(errors='replace')!r}. {advice}"
        )
    place = _group_column(cells, group, file)
    rest = [i for i in range(len(cells)) if i != place]
    label, has_header = _label_column(tuple(cells[i] for i in rest), file)
    label = None if label is None else rest[label]
    if not has_header:
        cells = tuple(str(number) for number in range(1, len(cells) + 1))
    return Layout(separator, cells, label, has_header, place)


def require_pixels(layout: Layout, file: Path) -> None:
    """Nothing, if the columns that are neither label nor group are named as pixels are,
    in their order, or not named at all.

    Raises:
        DataError: one is something else.
    """
    columns = layout.pixels if layout.has_header else ()
    numbered = [column for column in columns if re.search(r"\d", column)]
    others = [column for column in columns if column.lower() in _NO_PIXELS]
    if 2 * len(numbered) > len(columns):
        others = [column for column in columns if column not in numbered]
    if others:
        raise DataError(
            f"{file}: expected a column of labels and columns of pixels, got also a column"
            f" {others[0]!r}. Remove it; or if it says which images belong together (a writer, a"
            f" page), give --group {others[0]}."
        )
    for one, other in pairwise(numbered) if len(numbered) == len(columns) else ():
        if natural(one) > natural(other):
            raise DataError(
                f"{file}: expected the columns of pixels in their order, got {one} before {other}."
                " Sort them, and keep one of labels."
            )


def _group_column(cells: tuple[str, ...], group: str | None, file: Path) -> int | None:
    """Where the column of groups is that was asked for."""
    if group is None:
        return None
    number = int(group) - 1 if group.isdecimal() else len(cells)
    is_header = any(cell.lower() in LABELS for cell in cells)
    if not is_header and number in range(len(cells)):
        return number
    if cells.count(group) == 1 and group.lower() not in LABELS:
        return cells.index(group)
    close = difflib.get_close_matches(group, cells, n=1) or [*cells[:3], "..."]
    raise DataError(
        f"{file}: expected one column of groups called {group!r}, got {', '.join(close)}. Give"
        " --group the name of a column that is neither label nor pixel, or without a header its"
        " number from 1."
    )


def _label_column(cells: tuple[str, ...], file: Path) -> tuple[int | None, bool]:
    """Which column holds labels, and whether the first row is a header."""
    labels = [i for i, cell in enumerate(cells) if cell.lower() in LABELS]
    if len(labels) > 1:
        raise DataError(
            f"{file}: expected one column of labels, got {', '.join(cells[i] for i in labels)}."
            " Keep one."
        )
    if labels:
        return labels[0], True
    words = [i for i, cell in enumerate(cells) if not _NUMBER.fullmatch(cell)]
    for counted in (cells, cells[1:]):
        if list(counted) in ([str(n) for n in range(len(counted))], _from_1(len(counted))):
            raise DataError(
                f"{file}: expected a header that names the column of labels, got numbers of"
                " columns. Call that column label."
            )
    if not words or words == [0]:
        return 0, False
    return (len(cells) - 1, False) if words == [len(cells) - 1] else (None, True)


def _from_1(n: int) -> list[str]:
    return [str(number) for number in range(1, n + 1)]


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """The bytes of a table, unpacked where they are gzipped, without the mark that some
    programs put in front.
    """
    try:
        if not file.is_file():
            raise DataError(f"{file}: expected a CSV file, got none. Give the file itself.")
        with file.open("rb") as raw:
            _, stream = unpacked(raw)
            if stream.peek(3).startswith(codecs.BOM_UTF8):
                stream.read(3)
            yield cast(BinaryIO, stream)
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise DataError(
            f"{file}: expected a whole gzip file, got a damaged one ({error}). Fetch it again."
        ) from None
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read: {error.strerror or error}. Check its permissions."
        ) from None
    except MemoryError:
        raise DataError(f"{file}: there is no memory for it. Use fewer rows.") from None


def endless(file: Path) -> DataError:
    return DataError(
        f"{file}: expected lines of at most {MAX_LINE:,} bytes, got a longer one. Write a row for"
        " each image."
    )


def _require_text(first: bytes, file: Path) -> None:
    if len(first) > MAX_LINE:
        raise endless(file)
    if not first.strip():
        came = "an empty line" if first else "an empty file"
    elif instead := foreign(first, unpacked=True):
        came = ". ".join(instead).rstrip(".")
    elif first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        came = "text in UTF-16; save it as UTF-8"
    elif b"\r" in first.rstrip(b"\r\n"):
        came = "lines that end with a carriage return alone; save it with line feeds"
    elif b"\0" in first:
        came = "something else"
    else:
        try:
            first.decode()
            return
        except UnicodeDecodeError:
            came = "text in another encoding; save it as UTF-8"
    raise DataError(f"{file}: expected a CSV table of labels and pixels, got {came}.")
