"""The report as files that people ask for: Word, Markdown and PDF."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from sevenfold.report.author import read_author
from sevenfold.report.documents import browser, pandoc
from sevenfold.report.documents.plain import plain
from sevenfold.report.drawing import Figure, raster
from sevenfold.report.page import render
from sevenfold.runs.layout import FIGURES
from sevenfold.runs.reading import FinishedRun, read_run
from sevenfold.storage import write_atomically
from sevenfold.surroundings import settled

Format = Literal["docx", "markdown", "pdf"]
FILES: Mapping[Format, str] = {
    "docx": "report.docx",
    "markdown": "report.md",
    "pdf": "report.pdf",
}


@settled()
def write_documents(folder: Path | str, formats: Sequence[Format]) -> tuple[Path, ...]:
    """Write the report of a run as each of these, beside `report.html`, with its
    pictures in `figures/` as PNG; gives the paths written.

    Raises:
        SettingsError: what makes one of them is not installed.
        RunError: as of `draw`.
        SevenfoldError: what makes it ended with an error.
    """
    programs = require(formats)
    run = read_run(folder)
    author = read_author(run.folder)
    page, figures = render(run, author)
    if set(formats) & {"docx", "markdown"}:
        _write_pictures(run, figures)
    written = []
    for name in formats:
        if name == "docx":
            content = pandoc.docx(programs[name], plain(page, figures, name), run, author)
        elif name == "markdown":
            content = pandoc.markdown(programs[name], plain(page, figures, name), run)
        else:
            content = browser.pdf(programs[name], page)
        write_atomically(run.folder / FILES[name], content)
        written.append(run.folder / FILES[name])
    return tuple(written)


def require(formats: Sequence[Format]) -> dict[Format, str]:
    """The program that makes each of these.

    Raises:
        SettingsError: one is not installed.
    """
    return {
        name: browser.program() if name == "pdf" else pandoc.program(f"--{name}")
        for name in formats
    }


def _write_pictures(run: FinishedRun, figures: Sequence[Figure]) -> None:
    for figure in figures:
        if figure.png is not None:
            write_atomically(run.folder / FIGURES / f"{figure.name}.png", figure.png)
        for panel in figure.panels:
            write_atomically(run.folder / FIGURES / f"{panel.name}.png", raster(panel))
