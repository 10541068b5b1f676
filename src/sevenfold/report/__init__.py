"""The report of a run, drawn from the numbers stored in its folder and from nothing
else.
"""

from pathlib import Path

from sevenfold.demo import page as demo_page
from sevenfold.demo import shown
from sevenfold.errors import RunError
from sevenfold.notebook import notebook
from sevenfold.notebook.executing import executed, require_executable
from sevenfold.notebook.html import notebook_page
from sevenfold.notebook.keeping import is_edited, is_of, write_unless_used
from sevenfold.report.author import read_author
from sevenfold.report.card import card
from sevenfold.report.drawing import Figure, standalone
from sevenfold.report.page import render
from sevenfold.report.tables import tables
from sevenfold.runs.layout import CARD, DEMO, FIGURES, NOTEBOOK, NOTEBOOK_PAGE, REPORT, TABLES
from sevenfold.runs.reading import read_run
from sevenfold.storage import write_atomically
from sevenfold.surroundings import settled


@settled()
def draw(folder: Path | str) -> Path:
    """Write `report.html`, `report.ipynb`, `figures/`, `tables/` and, where the run is
    finished, `demo.html` and `model_card.md` into a run folder, and give the path of
    the report. Equal runs give equal bytes.

    A run that stopped early gets a report that ends where it stopped and says why.

    Raises:
        RunError: the folder is not a run, holds no finished step, or is damaged.
        LedgerError: its test ledger was altered.
    """
    run = read_run(folder)
    author = read_author(run.folder)
    page, figures = render(run, author)
    pictures = _pictures(figures)
    for figure in figures:
        for panel in figure.panels:
            path = run.folder / FIGURES / f"{panel.name}.svg"
            write_atomically(path, pictures[panel.label])
        if figure.png is not None:
            write_atomically(run.folder / FIGURES / f"{figure.name}.png", figure.png)
    for name, table in tables(page).items():
        write_atomically(run.folder / TABLES / f"{name}.csv", table)
    if (about := card(run, author)) is not None:
        write_atomically(run.folder / CARD, about)
    if (network := shown(run, report=REPORT)) is not None:
        write_atomically(run.folder / DEMO, demo_page([network]))
    write_unless_used(run.folder / NOTEBOOK, notebook(run, page, pictures))
    write_atomically(run.folder / REPORT, page)
    return run.folder / REPORT


@settled()
def draw_notebook(
    folder: Path | str, *, execute: bool = False, html: bool = False
) -> tuple[Path, ...]:
    """Write `report.ipynb` alone, executed where that is asked for, and with `html`
    also `notebook.html`, which shows it with its outputs; gives the paths written.

    Raises:
        RunError: as of `draw`, or somebody has changed the cells of the notebook there.
        SettingsError: what executes notebooks is not installed.
        SevenfoldError: a cell ended with an error.
    """
    if execute:
        require_executable()
    run = read_run(folder)
    path = run.folder / NOTEBOOK
    if is_edited(path):
        raise RunError(
            f"{path} has other cells than it was written with, so it is not written over. Move or"
            " rename it."
        )
    page, figures = render(run, read_author(run.folder))
    text = notebook(run, page, _pictures(figures))
    if execute:
        text = executed(text, run.folder)
    elif is_of(path, text):  # with the outputs that it may have
        text = path.read_text(encoding="utf-8")
    write_atomically(path, text)
    if not html:
        return (path,)
    write_atomically(run.folder / NOTEBOOK_PAGE, notebook_page(run, page, text))
    return path, run.folder / NOTEBOOK_PAGE


def _pictures(figures: list[Figure]) -> dict[str, str]:
    """Each drawing as an SVG file of its own, by what it shows."""
    return {panel.label: standalone(panel) for figure in figures for panel in figure.panels}
