"""The report of a run, drawn from the numbers stored in its folder and from nothing
else.
"""

from pathlib import Path

from sevenfold.report.drawing import standalone
from sevenfold.report.page import render
from sevenfold.runs.layout import FIGURES, REPORT
from sevenfold.runs.reading import read_run
from sevenfold.storage import write_atomically
from sevenfold.surroundings import settled


@settled()
def draw(folder: Path | str) -> Path:
    """Write `report.html` and `figures/` into a run folder, and give the path of the
    report. Equal runs give equal bytes.

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
    write_atomically(run.folder / REPORT, page)
    return run.folder / REPORT
