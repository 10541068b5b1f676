"""The report of a run, drawn from the numbers stored in its folder and from nothing
else.
"""

from pathlib import Path

from sevenfold.notebook import notebook
from sevenfold.report.drawing import standalone
from sevenfold.report.page import render
from sevenfold.runs.layout import FIGURES, NOTEBOOK, REPORT
from sevenfold.runs.reading import read_run
from sevenfold.storage import write_atomically
from sevenfold.surroundings import settled


@settled()
def draw(folder: Path | str) -> Path:
    """Write `report.html`, `report.ipynb` and `figures/` into a run folder, and give
    the path of the report. Equal runs give equal bytes.

    A run that stopped early gets a report that ends where it stopped and says why.

    Raises:
        RunError: the folder is not a run, holds no finished step, or is damaged.
        LedgerError: its test ledger was altered.
    """
    run = read_run(folder)
    page, figures = render(run)
    pictures = {panel.label: standalone(panel) for figure in figures for panel in figure.panels}
    for figure in figures:
        for panel in figure.panels:
            path = run.folder / FIGURES / f"{panel.name}.svg"
            write_atomically(path, pictures[panel.label])
        if figure.png is not None:
            write_atomically(run.folder / FIGURES / f"{figure.name}.png", figure.png)
    write_atomically(run.folder / NOTEBOOK, notebook(run, page, pictures))
    write_atomically(run.folder / REPORT, page)
    return run.folder / REPORT
