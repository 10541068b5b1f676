"""How the rows of a CSV file are built, told by its first line."""

import codecs
import gzip
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
    holds labels, None where none does.
    """

    separator: bytes
    columns: tuple[str, ...]
    label: int | None
    has_header: bool

    @property
    def n_pixels(self) -> int:
        return len(self.columns) - (self.label is not None)


def layout_of(file: Path) -> Layout:
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
    label, has_header = _label_column(cells, file)
    if not has_header:
        columns = tuple(str(number) for number in range(1, len(cells) + 1))
        return Layout(separator, columns, label, has_header)
    pixels = [cell for i, cell in enumerate(cells) if i != label]
    if others := [cell for cell in pixels if cell.lower() in _NO_PIXELS]:
        raise DataError(
            f"{file}: expected a column of labels and columns of pixels, got also a column"
            f" {others[0]!r}. Remove it."
        )
    for one, other in pairwise(pixels) if all(re.search(r"\d", p) for p in pixels) else ():
        if natural(one) > natural(other):
            raise DataError(
                f"{file}: expected the columns of pixels in their order, got {one} before {other}."
                " Sort them, and keep one of labels."
            )
    return Layout(separator, cells, label, has_header)


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
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.GzipFile(fileobj=raw) if packed else raw as stream:
                if stream.read(3) != codecs.BOM_UTF8:
                    stream.seek(0)
                yield cast(BinaryIO, stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
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
