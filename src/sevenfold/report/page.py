"""The page: one template per part of a section, filled from a finished run."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sevenfold.colours import DARK, LIGHT, css_variables
from sevenfold.report import describe, numbers
from sevenfold.report.code import in_keras, in_use
from sevenfold.report.drawing import Figure, style
from sevenfold.report.labels import Labels
from sevenfold.report.pictures import address
from sevenfold.report.prose import prose, statement, web
from sevenfold.report.references import Bibliography
from sevenfold.report.sections import ended_at, shown, stopped_at
from sevenfold.report.sections.front.words import title, why_stopped
from sevenfold.report.terms import Terms
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun

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


def render(run: FinishedRun) -> tuple[str, list[Figure]]:
    """The whole page as one self-contained HTML text, and the figures on it."""
    sections, stopped, terms = shown(run), stopped_at(run), Terms.of(run.problem)
    labels, bibliography = Labels(), Bibliography(run.problem.provenance.citation)
    environment = _environment(labels, bibliography)
    context = _context(run, terms) | {
        "sections": sections,
        "why_stopped": why_stopped(run, terms) if stopped else None,
    }
    figures: list[Figure] = []

    def part(name: str) -> Markup:
        words, drawn = _module(name, "words"), _drawn(name, run, terms)
        figures.extend(drawn.values())
        template = environment.get_template(f"sections/{name}/section.html.j2")
        return Markup(template.render(context, words=words, figures=drawn))

    page = environment.get_template("page.html.j2").render(
        context,
        part=part,
        title=title(run.problem.provenance),
        stopped_at=stopped,
        light=Markup(css_variables(LIGHT)),
        dark=Markup(css_variables(DARK)),
    )
    return labels.resolve(page).strip() + "\n", figures


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
    environment = Environment(
        loader=PackageLoader("sevenfold.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(numbers, name) for name in FILTERS}
    environment.filters |= {"prose": prose, "address": address, "web": web}
    environment.globals |= {
        "number": labels.number,
        "name_of": labels.name,
        "link": labels.link,
        "cite": bibliography.cite,
        "bibliography": bibliography.entries,
        "describe": describe,
        "in_keras": in_keras,
        "in_use": in_use,
        "statement": statement,
    }
    return environment


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
