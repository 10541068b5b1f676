"""The rows of a CSV file as bytes of pixels, places of labels and names of groups.

NumPy reads the numbers, some megabytes at a time, and is stricter than pandas about
what is one (docs/decisions.md).
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from sevenfold.data.class_names import MAX_CLASSES
from sevenfold.data.group_names import group_name
from sevenfold.data.readers._table_layout import MAX_LINE, Layout, endless, opened
from sevenfold.data.readers.files import require_bounds, require_memory
from sevenfold.errors import DataError

_BLOCK = 4 << 20
_FREE_BYTES, _MAX_CELL = 16 << 20, 24
"""Longer than a float in full, with its separator."""


def read_rows(file: Path, layout: Layout) -> "Rows":
    """All rows of a table, at least one.

    Raises:
        DataError: the first row or cell that is not as it should be, or more than fit
        into memory.
    """
    rows = Rows(layout, file)
    with opened(file) as stream:
        for lines in _blocks(stream, file):
            rows.add(lines)
    if not rows.n:
        raise DataError(f"{file}: expected a row for each image, got none. Add some.")
    return rows


class Rows:
    """The n rows read so far. pixels: their bytes. labels: for each its class's place
    in `codes`, which has the names in the order in which they came; none where the
    layout has no labels. groups: for each its group's name, where the layout says in
    which column.
    """

    def __init__(self, layout: Layout, file: Path) -> None:
        self.layout, self.file = layout, file
        self.n = 0
        self.pixels = bytearray()
        self.labels: list[int] = []
        self.codes: dict[str, int] = {}
        self._known: dict[bytes, int] = {}
        self.groups: list[str] = []
        self._names: dict[bytes, str] = {}
        self._n_lines = self._n_bytes = 0

    def add(self, lines: list[bytes]) -> None:
        """Take up the next lines of the file.

        Raises:
            DataError: the first row or cell that is not as it should be.
        """
        start = self._n_lines
        self._n_lines += len(lines)
        self._n_bytes += sum(map(len, lines)) + len(lines)
        self._require_content()
        numbered = [(start + n, line) for n, line in enumerate(lines, 1) if line.strip()]
        if start == 0 and self.layout.has_header:
            numbered = numbered[1:]
        if not numbered:
            return
        separator = self.layout.separator
        cells = [self._pixels_of(line, number) for number, line in numbered]
        values = _whole_numbers(separator.join(cells), separator)
        if (
            len(values) != len(cells) * self.layout.n_pixels
            or values.min() < 0
            or values.max() > 255
        ):
            raise self._wrong_cell(cells, [number for number, _ in numbered])
        self.pixels += values.astype(np.uint8).tobytes()
        require_bounds(self.n, len(self.pixels), str(self.file))
        require_memory(len(self.pixels), str(self.file))

    def _require_content(self) -> None:
        """Nothing, if the text so far is not many times longer than its rows need."""
        n_cells = (self.n + 1) * len(self.layout.columns)
        if self._n_bytes > _FREE_BYTES + _MAX_CELL * n_cells:
            raise DataError(
                f"{self.file}, line {self._n_lines:,}: expected a row for each image, got more than"
                f" {_MAX_CELL} characters for each cell on average, or empty lines. Save the table"
                " again without them."
            )

    def _pixels_of(self, line: bytes, number: int) -> bytes:
        layout, separator = self.layout, self.layout.separator
        n_cells = line.count(separator) + 1
        if n_cells != len(layout.columns):
            raise DataError(
                f"{self.file}, line {number:,}: expected {len(layout.columns):,} cells as in the"
                f" first, got {n_cells:,}. Mend that row."
            )
        self.n += 1
        label, group = layout.label, layout.group
        if group is not None:
            line, name = _without(line, group, separator)
            self.groups.append(self._group(name, number))
            label = label and label - (group < label)
        if label is None:
            return line
        line, name = _without(line, label, separator)
        code = self._known.get(name)
        self.labels.append(self._code(name, number) if code is None else code)
        return line

    def _group(self, cell: bytes, number: int) -> str:
        if cell not in self._names:
            name = group_name(self._text(cell, number, "group"), f"{self.file}, line {number:,}")
            self._names[cell] = name
        return self._names[cell]

    def _text(self, cell: bytes, number: int, what: str) -> str:
        try:
            return cell.decode().strip()
        except UnicodeDecodeError:
            raise DataError(
                f"{self.file}, line {number:,}: expected a {what} in UTF-8, got {cell!r}. Save the"
                " table as UTF-8."
            ) from None

    def _code(self, label: bytes, number: int) -> int:
        name = self._text(label, number, "label")
        if not name:
            raise DataError(f"{self.file}, line {number:,}: expected a label, got none. Add it.")
        whole = re.fullmatch(r"(\d+)\.0+", name)  # as pandas writes a column that had gaps
        name = whole[1] if whole else name
        if name not in self.codes and len(self.codes) == MAX_CLASSES:
            column = self.layout.columns[self.layout.label or 0]
            raise DataError(
                f"{self.file}: expected at most {MAX_CLASSES:,} classes in column {column}, got"
                " more. Is that the column of labels?"
            )
        code = self.codes.setdefault(name, len(self.codes))
        if len(self._known) < MAX_CLASSES:
            self._known[label] = code
        return code

    def _wrong_cell(self, rows: list[bytes], numbers: list[int]) -> DataError:
        for number, row in zip(numbers, rows, strict=True):
            for column, cell in zip(
                self.layout.pixels, row.split(self.layout.separator), strict=True
            ):
                text = cell.decode(errors="replace").strip()
                if not re.fullmatch(r"[+]?[0-9]+", text) or int(text[:9]) > 255:
                    return DataError(
                        f"{self.file}, line {number:,}, column {column}: expected a whole number"
                        f" from 0 to 255, got {text[:20]!r}.{_advice(text)}"
                    )
        return DataError(f"{self.file}: expected whole numbers from 0 to 255, got others.")


def _without(line: bytes, place: int, separator: bytes) -> tuple[bytes, bytes]:
    """The line without the cell at `place`, and that cell; read from the nearer end."""
    n_cells = line.count(separator) + 1
    if 2 * place < n_cells:
        cells, nearer = line.split(separator, place + 1), place
    else:
        cells, nearer = line.rsplit(separator, n_cells - place), min(place, 1)
    cell = cells.pop(nearer)
    return separator.join(cells), cell


def _advice(text: str) -> str:
    if not text:
        return " Fill that cell, or remove the row."
    with suppress(ValueError):
        if 0 < float(text) < 1:
            return " Multiply the pixels by 255 and round them."
    if re.fullmatch(r"[0-9]{1,3}\.0*", text):
        return " Write whole numbers, without a point; where 1 is the most, times 255."
    return " Mend that cell."


def _whole_numbers(text: bytes, separator: bytes) -> np.ndarray:
    """The numbers that `text` spells out, int64; fewer where something is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy before 2.3 warns where it now raises
        try:
            return np.fromstring(text, np.int64, sep=separator.decode())
        except ValueError:
            return np.empty(0, np.int64)


def _blocks(stream: BinaryIO, file: Path) -> Iterator[list[bytes]]:
    """The lines, a few megabytes at a time, without quotation marks."""
    rest = b""
    while data := stream.read(_BLOCK):
        whole, newline, rest = (rest + data).rpartition(b"\n")
        if len(rest) > MAX_LINE:
            raise endless(file)
        yield whole.replace(b'"', b"").splitlines() if newline else []
    if rest:
        yield rest.replace(b'"', b"").splitlines()
