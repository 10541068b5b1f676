"""Confidence against accuracy, error against coverage, and labels in doubt."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from sevenfold.report.drawing import BLUE, INK, MUTED, ORANGE, Figure, Panel, Picture, canvas, panel
from sevenfold.report.numbers import percent, with_article
from sevenfold.report.pictures import on_paper
from sevenfold.report.sections.final_test.figures import contact_sheet, in_gallery
from sevenfold.report.terms import Terms
from sevenfold.runs.layout import SUSPECTS
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import Calibration, Suspect
from sevenfold.steps.self_knowledge import SelfKnowledge

SIZE = (340, 290)


def draw_self_knowledge(run: FinishedRun, terms: Terms) -> Figure | None:
    """Reliability beside error against coverage; nothing where a run knows neither."""
    found = run.final_test.self_knowledge if run.final_test else None
    if found is None or run.confidence is None:
        return None
    unsure = run.confidence.unsure
    panels = (_reliability(found), _coverage(found, unsure.bound if unsure else None, terms))
    return Figure("self-knowledge", panels)


def _reliability(found: SelfKnowledge) -> Panel:
    """Each bin's accuracy against its mean confidence; larger marks hold more."""
    figure, axes = canvas(*SIZE)
    axes.plot([0, 100], [0, 100], color=MUTED, linewidth=0.9, linestyle=":")
    for scored, look, mark, name in (
        (found.before, BLUE, "o", "as it is"),
        (found.after, ORANGE, "s", "at the temperature"),
    ):
        x, y = np.array([(100 * b.confidence, 100 * b.accuracy) for b in scored.bins]).T
        line = "-" if mark == "o" else "--"
        axes.plot(x, y, color=look, linewidth=1.2, linestyle=line, marker=mark, label=name)
    low = min(10 * int(10 * b.low) for b in (*found.before.bins, *found.after.bins))
    axes.set(xlim=(low, 101), ylim=(-2, 102))
    axes.set_title("right (%)")
    axes.set_xlabel("probability of the answer (%)")
    axes.grid(axis="y")
    axes.legend(loc="upper left")
    label = (
        "Reliability: share of right answers against their mean probability,"
        f" {_bins(found.before)} before and {_bins(found.after)} after the temperature."
    )
    return panel("reliability", label, figure)


def _bins(scored: Calibration) -> str:
    return f"{len(scored.bins)} bin{'s' if len(scored.bins) != 1 else ''}"


def _coverage(found: SelfKnowledge, bound: float | None, terms: Terms) -> Panel:
    """The error among the surest, and the promise with what became of it."""
    figure, axes = canvas(*SIZE)
    curve = found.curve
    axes.plot(100 * np.array(curve.coverage), 100 * np.array(curve.risk), color=BLUE, linewidth=1.6)
    if bound is not None and found.answered is not None:
        axes.axhline(100 * bound, color=INK, linewidth=1.0, linestyle=":", label="promised")
        if found.answered.error is not None:
            axes.plot(
                [100 * found.answered.coverage.value],
                [100 * found.answered.error.value],
                color=ORANGE,
                linestyle="none",
                marker="s",
                label="at the threshold",
            )
        axes.legend(loc="upper left")
    axes.set(xlim=(0, 102))
    axes.set_ylim(bottom=0.0)
    axes.set_title("wrong among answers (%)")
    axes.set_xlabel(f"{terms.images} answered (%), the surest first")
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="y")
    label = (
        f"Error among answered test {terms.images} against the share that is answered; with all"
        f" answered it is {percent(curve.risk[-1], curve.n)} per cent."
    )
    return panel("coverage", label, figure)


def draw_suspects(run: FinishedRun, terms: Terms) -> Figure | None:
    """The labels most in doubt, one by one for the page, and all in one file."""
    worst = run.confidence.suspects.worst if run.confidence else ()
    if not worst:
        return None
    drawn = on_paper(run.arrays(SUSPECTS)["images"], terms.image_shape, is_ink=terms.is_ink)
    pictures = tuple(_picture(*pair, terms) for pair in zip(drawn, worst, strict=True))
    return Figure("suspects", pictures=pictures, png=contact_sheet(drawn, pictures))


def _picture(image: np.ndarray, suspect: Suspect, terms: Terms) -> Picture:
    label, suggested = terms.names[suspect.label], terms.names[suspect.suggested]
    return in_gallery(
        image,
        label=f"An image labelled {label} that looks like {with_article(suggested)} to networks",
        caption=f"{label} → {suggested}?",
        note=f"number {suspect.index:,}",
    )


FIGURES = {"self_knowledge": draw_self_knowledge, "suspects": draw_suspects}
