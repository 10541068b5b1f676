"""The page: one template per part of a section, filled from a finished run."""

from base64 import b64encode
from hashlib import sha256
from importlib import import_module, resources
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from sevenfold.colours import DARK, LIGHT, css_variables
from sevenfold.report import describe, numbers
from sevenfold.report.author import Author
from sevenfold.report.code import in_keras, in_use
from sevenfold.report.drawing import Figure, in_american, style
from sevenfold.report.labels import Labels
from sevenfold.report.own_words import with_own_words
from sevenfold.report.pictures import address
from sevenfold.report.prose import prose, statement, web
from sevenfold.report.references import Bibliography
from sevenfold.report.sections import ended_at, shown, stopped_at
from sevenfold.report.sections.front.words import title, why_stopped
from sevenfold.report.spelling import american
from sevenfold.report.terms import Terms
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun
from sevenfold.templates import environment

SCRIPT = resources.files("sevenfold.report").joinpath("contents.js").read_text("utf-8").strip()
"""The only script of the page, which reads as well without it."""

FILTERS = (
    *(
        "accuracy",
        "interval",
        "percent",
        "points",
        "points_interval",
        "spread",
        "deviation",
        "p_cell",
    ),
    *("whole", "count", "word", "short", "loss", "duration", "day", "moment"),
)


def render(run: FinishedRun, author: Author | None = None) -> tuple[str, list[Figure]]:
    """The whole page as one self-contained HTML text, and the figures on it. author:
    who hands it in, and their own words.
    """
    author = author or Author()
    sections, stopped, terms = shown(run), stopped_at(run), Terms.of(run.problem)
    labels = Labels()
    bibliography = Bibliography(run.problem.provenance.citation, author.references)
    templates = _environment(labels, bibliography)
    context = _context(run, terms) | {
        "author": author,
        "title": author.title or title(run.problem.provenance),
        "sections": sections,
        "why_stopped": why_stopped(run, terms) if stopped else None,
    }
    figures: list[Figure] = []
    written: list[str] = []
    own = {
        section.parts[0]: text
        for section in sections
        for text in author.texts
        if text.section == section.anchor
    }
    templates.globals["bibliography"] = lambda: bibliography.entries("".join(written))

    def part(name: str) -> Markup:
        words, drawn = _module(name, "words"), _drawn(name, run, terms)
        figures.extend(drawn.values())
        template = templates.get_template(f"sections/{name}/section.html.j2")
        html = Markup(template.render(context, words=words, figures=drawn))
        if name in own:
            html = with_own_words(html, own[name], author)
        written.append(html)
        return html

    page = templates.get_template("page.html.j2").render(
        context,
        part=part,
        script=Markup(SCRIPT),
        script_digest=Markup(b64encode(sha256(SCRIPT.encode()).digest()).decode()),
        page_foot=Markup(page_foot(author)),
        stopped_at=stopped,
        light=Markup(css_variables(LIGHT)),
        dark=Markup(css_variables(DARK)),
    )
    page = bibliography.resolve(labels.resolve(page)).strip() + "\n"
    if author.spelling == "american":
        names = not_ours(run, author)
        return american(page, names), [in_american(figure, names) for figure in figures]
    return page, figures


def page_foot(author: Author) -> str:
    """CSS for the foot of printed pages: the author and the course, and the number of
    the page.
    """
    said = ", ".join(text for text in (author.name, author.course) if text)
    # Whatever is not alphanumeric in ASCII, spelt out: nothing can end the string.
    safe = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in said)
    left = f'@bottom-left {{ content: "{safe}"; {FOOT} }} ' if said else ""
    return f"@page {{ {left}@bottom-right {{ content: counter(page); {FOOT} }} }}"


FOOT = f"font: 8.5pt sans-serif; color: {LIGHT['muted']};"


def not_ours(run: FinishedRun, author: Author) -> tuple[str, ...]:
    """Texts that the data brought or the author gave, whose spelling is their own."""
    known, terms = run.problem.provenance, Terms.of(run.problem)
    told = known.name, known.title, known.source, known.noun, known.class_noun
    return (*terms.names, *told, author.title)


def _context(run: FinishedRun, terms: Terms) -> dict[str, Any]:
    """What every part may read, beside its own words and figures."""
    protocol, provenance = run.evaluation_protocol, run.problem.provenance
    return {
        "run": run,
        "files": layout,
        "terms": terms,
        "image": terms.image,
        "images": terms.images,
        "class_noun": terms.class_noun,
        "class_nouns": terms.class_nouns,
        "n_test": run.final_test.n_test if run.final_test else provenance.n_test,
        "unit": "seed" if protocol is None or protocol.n_rounds == 1 else "repeat",
        "ended_at": ended_at(run),
        # Only ink on paper may be turned into light on dark.
        "ink": Markup('class="ink"') if terms.is_ink else "",
    }


def _environment(labels: Labels, bibliography: Bibliography) -> Environment:
    made = environment("sevenfold.report")
    made.filters |= {name: getattr(numbers, name) for name in FILTERS}
    made.filters |= {"prose": prose, "address": address, "web": web}
    made.globals |= {
        "number": labels.number,
        "name_of": labels.name,
        "link": labels.link,
        "cite": bibliography.cite,
        "describe": describe,
        "in_keras": in_keras,
        "in_use": in_use,
        "statement": statement,
    }
    return made


def _module(part: str, name: str) -> ModuleType | None:
    """A module of a part's folder, if it has one of that name."""
    path = f"sevenfold.report.sections.{part}.{name}"
    return import_module(path) if find_spec(path) else None


def _drawn(part: str, run: FinishedRun, terms: Terms) -> dict[str, Figure]:
    """The figures that a part declares, but for those that have nothing to show."""
    module = _module(part, "figures")
    if module is None:
        return {}
    with style():
        drawn = {name: draw(run, terms) for name, draw in module.FIGURES.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}
