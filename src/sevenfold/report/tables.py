"""The tables of the page as CSV: their heads in one line, their figures as shown."""

import csv
import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

from sevenfold.report.numbers import MINUS

PREFIX = "table-"
"""What the id of every table on the page begins with."""


@dataclass
class _Cell:
    text: str = ""
    columns: int = 1
    rows: int = 1


@dataclass
class _Table:
    name: str
    head: list[list[_Cell]] = field(default_factory=list)
    body: list[list[_Cell]] = field(default_factory=list)


def tables(page: str) -> dict[str, str]:
    """Each table of the page by its name, as CSV (RFC 4180: commas, quotes doubled,
    CRLF), UTF-8 with the mark that spreadsheets look for; equal pages give equal texts.

    A head of several lines becomes one, whose names are joined by a colon. True minus
    signs become those that programs read; cells are otherwise as on the page.
    """
    reader = _Reader()
    reader.feed(page)
    return {table.name: _csv(table) for table in reader.tables}


def _csv(table: _Table) -> str:
    lines = [[": ".join(names) for names in _columns(table.head)]] if table.head else []
    lines += [
        [text for cell in row for text in (_plain(cell.text), *[""] * (cell.columns - 1))]
        for row in table.body
    ]
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return "\ufeff" + text.getvalue()


def _columns(head: list[list[_Cell]]) -> list[list[str]]:
    """The names that stand over each column, from the top."""
    names: list[list[str]] = [[] for _ in range(sum(cell.columns for cell in head[0]))]
    covered = [0] * len(names)
    for level, row in enumerate(head):
        cells = iter(row)
        column = 0
        while column < len(names):
            if covered[column] > level:
                column += 1
                continue
            cell = next(cells)
            for place in range(column, column + cell.columns):
                covered[place] = level + cell.rows
                if text := _plain(cell.text):
                    names[place].append(text)
            column += cell.columns
    return names


def _plain(text: str) -> str:
    return " ".join(text.replace(MINUS, "-").split())


class _Reader(HTMLParser):
    """Gathers the tables; what stands in a cell that only eyes see (a picture) is no
    text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = []
        self._name = ""
        self._rows: list[list[_Cell]] | None = None
        self._cell: _Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "figure" and values.get("id", "").startswith(PREFIX):
            self._name = values["id"].removeprefix(PREFIX)
        elif tag == "table" and self._name:
            self.tables.append(_Table(self._name))
            self._rows = self.tables[-1].body
        elif self._rows is None:
            return
        elif tag in ("thead", "tbody", "tfoot"):
            table = self.tables[-1]
            self._rows = table.head if tag == "thead" else table.body
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            self._cell = _Cell(
                columns=int(values.get("colspan", "1")), rows=int(values.get("rowspan", "1"))
            )
            self._rows[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._cell = None
        elif tag == "table":
            self._name, self._rows = "", None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.text += data
