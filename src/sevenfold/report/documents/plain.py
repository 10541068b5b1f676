"""The page in plain HTML, as converters read it: pictures are files, captions belong to
what they stand at.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Literal

from sevenfold.report.drawing import Figure
from sevenfold.runs.layout import FIGURES

Target = Literal["docx", "markdown"]

TEXT_WIDTH = 600
"""CSS pixels of a line of text on A4 between the margins of `word_style`."""

_LEFT_OUT = re.compile(r"<nav\b.*?</nav>|<script\b.*?</script>", re.DOTALL)
_TITLE = re.compile(r'\s*<h1>.*?</h1>\s*(?:<p class="author">.*?</p>)?', re.DOTALL)
_TABLE = re.compile(
    r'<figure class="table[^"]*" id="(?P<id>[^"]+)">\s*<figcaption>(?P<caption>.*?)</figcaption>'
    r"\s*<div[^>]*>\s*<table>(?P<rows>.*?)</table>\s*</div>\s*</figure>",
    re.DOTALL,
)
_FIGURE = re.compile(
    r'<figure\b[^>]*\bid="figure-(?P<name>[^"]+)"[^>]*>.*?'
    r"<figcaption>(?P<caption>.*?)</figcaption>\s*</figure>",
    re.DOTALL,
)
_NUMBER = re.compile(r'(<t[dh]\b[^>]*?) class="[^"]*\bnumber\b[^"]*"')
_CODE = re.compile(
    r'<details class="code"><summary>(.*?)</summary>(<pre.*?</pre>)</details>', re.DOTALL
)
_REFERENCE = re.compile(r'<li id="(ref-\d+)"[^>]*>(.*?)</li>', re.DOTALL)
_SECTION = re.compile(r'<section[^>]*\bid="([^"]+)"[^>]*>\s*<h2[^>]*>')
_WRAPPINGS = re.compile(r"</?(?:section|div|aside|header)\b[^>]*>")
_SPAN = re.compile(r'<span class="(?:whole|cite|cite named)">((?:(?!</?span).)*)</span>', re.DOTALL)
_HEADLINE = re.compile(r'<p class="number">(.*?)</p>', re.DOTALL)


def plain(page: str, figures: Sequence[Figure], target: Target) -> str:
    """The body of the page for a converter: without contents and scripts; each drawing
    and gallery as one picture of `figures/`. For Word the title is left to it, and
    captions carry its styles.
    """
    body = page[page.index("<main>") + len("<main>") : page.index("</main>")]
    body = _LEFT_OUT.sub("", body)
    named = {figure.name: figure for figure in figures}
    body = _FIGURE.sub(lambda match: _figure(match, named, target), body)
    body = _TABLE.sub(lambda match: _table(match, target), body)
    body = _NUMBER.sub(r'\1 style="text-align: right"', body)
    body = _CODE.sub(r"<p><b>\1</b></p>\2", body)
    body = _REFERENCE.sub(r'<li><p><span id="\1"></span>\2</p></li>', body)
    if target == "docx":
        body = _TITLE.sub("", body, count=1)
        body = _HEADLINE.sub(r'<div custom-style="Headline"><p>\1</p></div>', body)
    else:
        # What Markdown has no sign for would stay in it as HTML.
        body = _SECTION.sub(r'<h2><span id="\1"></span>', body)
        body = _SPAN.sub(r"\1", _WRAPPINGS.sub("", body))
        body = re.sub(r' data-reference="[^"]*"', "", body)
    return f"<html><body>{body}</body></html>"


def _figure(match: re.Match[str], named: dict[str, Figure], target: Target) -> str:
    figure = named[match["name"]]
    n = max(1, len(figure.panels))
    shown = [
        (panel.name, panel.label, min(panel.width, TEXT_WIDTH // n)) for panel in figure.panels
    ] or [(figure.name, f"All pictures of figure {figure.name}.", TEXT_WIDTH)]
    sized = ' width="{}"' if target == "docx" else ""
    pictures = " ".join(
        f'<img src="{FIGURES}/{name}.png" alt="{escape(label)}"{sized.format(width)}>'
        for name, label, width in shown
    )
    anchor, caption = f"figure-{match['name']}", match["caption"]
    if target == "markdown":
        return f'<p><span id="{anchor}"></span>{pictures}</p><p>{caption}</p>'
    return (
        f'<div id="{anchor}" custom-style="Captioned Figure"><p>{pictures}</p></div>'
        f'<div custom-style="Image Caption"><p>{caption}</p></div>'
    )


def _table(match: re.Match[str], target: Target) -> str:
    anchor, caption, rows = match["id"], match["caption"], match["rows"]
    if target == "markdown":
        return f'<p><span id="{anchor}"></span>{caption}</p><table>{rows}</table>'
    return f'<div id="{anchor}"><table><caption>{caption}</caption>{rows}</table></div>'
