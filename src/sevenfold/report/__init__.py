"""The report of a run, drawn from the numbers stored in its folder and from nothing
else.
"""

from pathlib import Path

from sevenfold.report.card import card
from sevenfold.report.drawing import standalone
from sevenfold.report.page import render
from sevenfold.report.tables import tables
from sevenfold.runs.layout import CARD, FIGURES, REPORT, TABLES
from sevenfold.runs.reading import read_run
from sevenfold.storage import write_atomically
from sevenfold.surroundings import settled


@settled()
def draw(folder: Path | str) -> Path:
    """Write `report.html`, `figures/`, `tables/` and, where the run is finished,
    `model_card.md` into a run folder, and give the path of the report. Equal runs give
    equal bytes.

    A run that stopped early gets a report that ends where it stopped and says why.

    Raises:
        RunError: the folder is not a run, holds no finished step, or is damaged.
        LedgerError: its test ledger was altered.
    """
    run = read_run(folder)
    page, figures = render(run)
    for figure in figures:
        for panel in figure.panels:
            write_atomically(run.folder / FIGURES / f"{panel.name}.svg", standalone(panel))
        if figure.png is not None:
            write_atomically(run.folder / FIGURES / f"{figure.name}.png", figure.png)
    for name, table in tables(page).items():
        write_atomically(run.folder / TABLES / f"{name}.csv", table)
    if (about := card(run)) is not None:
        write_atomically(run.folder / CARD, about)
    write_atomically(run.folder / REPORT, page)
    return run.folder / REPORT
