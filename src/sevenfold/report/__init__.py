"""The report of a run, drawn from the numbers stored in its folder and from nothing
else.
"""

from pathlib import Path

from jinja2.exceptions import TemplateError

from sevenfold.errors import RunError
from sevenfold.report.drawing import standalone
from sevenfold.report.figures import draw_figures
from sevenfold.report.folder import read_run
from sevenfold.report.page import render
from sevenfold.storage import write_atomically


def draw(folder: Path | str) -> Path:
    """Write `report.html` and `figures/` into a run folder, and give the path of the
    report. Equal runs give equal bytes.

    A run that stopped early gets a report that ends where it stopped and says why.

    Raises:
        RunError: the folder is not a run, holds no finished step, or is damaged.
        LedgerError: its test ledger was altered.
    """
    folder = Path(folder)
    run = read_run(folder)
    try:
        figures = draw_figures(run)
        report = render(run, figures)
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        TemplateError,
    ) as error:
        # Whatever a value does that no run ever writes; `sevenfold.records` keeps such
        # values out of a run.
        raise RunError(
            f"{folder} is damaged: a stored result lacks a value that the report prints, or holds"
            f" one of another kind ({error}). Delete the step's file in steps/, and the same"
            " command runs it again."
        ) from error
    for panel in (panel for figure in figures.values() for panel in figure.panels):
        write_atomically(folder / "figures" / f"{panel.name}.svg", standalone(panel))
    for figure in figures.values():
        if figure.png is not None:
            write_atomically(
                folder / "figures" / f"{figure.name.removeprefix('figure-')}.png", figure.png
            )
    write_atomically(folder / "report.html", report)
    return folder / "report.html"
