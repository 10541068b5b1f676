"""matplotlib figures as SVG that follows the page's light or dark palette, with the
same bytes for the same numbers.
"""

import io
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from sevenfold.colours import DARK, LIGHT, css_variables
from sevenfold.report.spelling import american, speller

# In the SVG each becomes the CSS variable of that name; a PNG has these.
PAPER, INK, MUTED, RULE, BLUE, ORANGE = (
    LIGHT[name] for name in ("paper", "ink", "muted", "rule", "blue", "orange")
)
COLOURS = {
    PAPER: "paper",
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    BLUE: "blue",
    ORANGE: "orange",
}

FONT_SIZE = 12.0
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sevenfold",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": FONT_SIZE,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": FONT_SIZE,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": FONT_SIZE - 1,
    "ytick.labelsize": FONT_SIZE - 1,
    "legend.frameon": False,
    "legend.fontsize": FONT_SIZE - 1,
}


@dataclass(frozen=True)
class Panel:
    """One drawing. width: its natural width in CSS pixels. svg: to be put into the
    page. label: what it shows, for those who hear it. drawn: what `raster` draws anew.
    """

    name: str
    label: str
    width: int
    svg: str
    drawn: Canvas = field(repr=False, compare=False)


@dataclass(frozen=True)
class Picture:
    """A small picture of a gallery. source: a data address. width, height: on the page,
    in CSS pixels. label: what it shows. caption, note: two lines below it.
    """

    source: str
    width: int
    height: int
    label: str
    caption: str
    note: str


@dataclass(frozen=True)
class Figure:
    """One numbered figure: drawings beside each other, a gallery of small pictures
    (with one picture of them all), or one picture. name: as its section declares it.
    """

    name: str
    panels: tuple[Panel, ...] = ()
    pictures: tuple[Picture, ...] = ()
    png: bytes | None = None


def canvas(width: int, height: int) -> tuple[Canvas, Axes]:
    """An empty drawing of so many CSS pixels with one pair of axes; call and draw
    inside `style()`.
    """
    figure = Canvas(
        figsize=(width / 72, height / 72), layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03)
    )
    FigureCanvasSVG(figure)
    return figure, figure.subplots()


@contextmanager
def style() -> Iterator[None]:
    """The context in which every drawing is made, whatever a `matplotlibrc` says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def panel(name: str, label: str, figure: Canvas) -> Panel:
    """The drawing as SVG with colours and font taken from the page around it; ids carry
    `name`, so that no two are alike.
    """
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
    )
    width, height = (round(72 * inches) for inches in figure.get_size_inches())
    svg = buffer.getvalue()
    body = svg[svg.index(">", svg.index("<svg")) + 1 :].rstrip()
    body = re.sub(r"<style.*?</style>", "", body, count=1, flags=re.DOTALL)
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
    )
    return Panel(name, label, width, head + _in_page_style(_own_ids(body, name)), figure)


def standalone(panel: Panel) -> str:
    """The drawing as a file of its own, with both palettes inside."""
    style = (
        f"<style>svg {{ {css_variables(LIGHT)} background: var(--paper); }} "
        f"@media (prefers-color-scheme: dark) {{ svg {{ {css_variables(DARK)} }} }}</style>"
    )
    head, rest = panel.svg.split(">", 1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head} width="{panel.width}">{style}{rest}\n'


def in_american(figure: Figure, names: Collection[str]) -> Figure:
    """The figure with its words in American spelling, but for `names`; see
    `spelling.american`.
    """
    spelt = speller(names)
    for panel in figure.panels:
        for text in panel.drawn.findobj(Text):
            if (new := spelt(text.get_text())) != text.get_text():
                text.set_text(new)
    return replace(
        figure,
        panels=tuple(
            replace(panel, label=spelt(panel.label), svg=american(panel.svg, names))
            for panel in figure.panels
        ),
        pictures=tuple(
            replace(
                picture,
                label=spelt(picture.label),
                caption=spelt(picture.caption),
                note=spelt(picture.note),
            )
            for picture in figure.pictures
        ),
    )


def raster(panel: Panel) -> bytes:
    """The drawing as a PNG in the light palette on white, three pixels to each of
    CSS's, for documents that take no SVG.
    """
    buffer = io.BytesIO()
    with style():
        panel.drawn.savefig(
            buffer, format="png", dpi=3 * 72, facecolor="white", metadata={"Software": "sevenfold"}
        )
    return buffer.getvalue()


def _own_ids(body: str, name: str) -> str:
    """Drop ids that nothing refers to and prefix the others."""
    used = set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', body))
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", body)
    return re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", body)


def _in_page_style(body: str) -> str:
    for colour, name in COLOURS.items():
        body = body.replace(colour, f"var(--{name})")
    body = re.sub(r"font-family: [^;\"]+", "font-family: var(--figure-font, sans-serif)", body)
    body = re.sub(
        r"(font: [^;\"]*?)('DejaVu Sans'[^;\"]*)", r"\1var(--figure-font, sans-serif)", body
    )
    return re.sub(r"\s*\n\s*", "\n", body)
