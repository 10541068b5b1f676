"""The report of a run, drawn from the numbers stored in its folder and from nothing else."""

from pathlib import Path

from sevenfold.report.drawing import standalone
from sevenfold.report.figures import draw_figures
from sevenfold.report.folder import read_run
from sevenfold.report.page import render
from sevenfold.storage import write_atomically


def draw(folder: Path) -> Path:
    """Write `report.html` and `figures/` into a run folder, and give the path of the report. Equal runs give equal bytes.

    A run that stopped early gets a report that ends where it stopped and says why.

    Raises:
        RunError: the folder is not a run, holds no finished step, or is damaged.
        LedgerError: its test ledger was altered.
    """
    run = read_run(folder)
    figures = draw_figures(run)
    report = render(run, figures)
    for panel in (panel for figure in figures.values() for panel in figure.panels):
        write_atomically(folder / "figures" / f"{panel.name}.svg", standalone(panel))
    for figure in figures.values():
        if figure.png is not None:
            write_atomically(folder / "figures" / f"{figure.name.removeprefix('figure-')}.png", figure.png)
    write_atomically(folder / "report.html", report)
    return folder / "report.html"
