"""The report of a run as a notebook: its sections, and between them cells of plain
Keras that build its networks anew without sevenfold.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sevenfold.notebook.cells import START, Code, code_cells
from sevenfold.notebook.keeping import DIGEST, digest_of_cells
from sevenfold.notebook.prose import FRONT, sections_of
from sevenfold.runs.reading import FinishedRun

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(run: FinishedRun, page: str, pictures: Mapping[str, str]) -> str:
    """The notebook of a run as JSON of format 4.5; equal runs give equal bytes.

    page: the report as HTML. pictures: each drawing on it as an SVG file, by the words
    that say what it shows.

    Raises:
        RunError: a file whose numbers it needs is gone or changed.
    """
    import nbformat

    v4: Any = nbformat.v4  # which has no types
    cells = []
    for number, (kind, source, metadata) in enumerate(_cells(run, page, pictures)):
        make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
        cells.append(make(source, id=f"cell-{number:03}", metadata=metadata))
    made = v4.new_notebook(cells=cells, metadata=METADATA)
    made.nbformat_minor = 5
    made.metadata[DIGEST] = digest_of_cells(made.cells)
    return f"{v4.writes(made)}\n"


def _cells(
    run: FinishedRun, page: str, pictures: Mapping[str, str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Kind, source and metadata of each cell."""
    codes = code_cells(run)
    for section, text in sections_of(page, pictures).items():
        yield "markdown", text.strip(), {}
        for cell in codes.get(START if section == FRONT else section, ()):
            yield from _with_words(cell)


def _with_words(cell: Code) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if cell.words:
        yield "markdown", cell.words, {}
    hidden = {"jupyter": {"source_hidden": True}, "cellView": "form"} if cell.hidden else {}
    yield "code", cell.source, hidden
