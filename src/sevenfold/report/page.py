"""The page: Jinja2 templates, one per section, filled from a stored run."""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from sevenfold.report import describe, numbers, sentences, tuning
from sevenfold.report.colours import DARK, LIGHT, css_variables
from sevenfold.report.figures import Figure
from sevenfold.report.folder import STEPS, Json, StoredRun
from sevenfold.report.gallery import address, probability
from sevenfold.report.labels import Labels
from sevenfold.report.references import Bibliography, credits
from sevenfold.report.space import L2_NONE_BELOW, SETTINGS, columns, space_rows, value_of

TITLE = "Handwritten Digit Classification on the MNIST Dataset"
HEADINGS = {
    "problem": "1. Problem definition and dataset",
    "success": "2. Measure of success",
    "evaluation_protocol": "3. Evaluation protocol",
    "preparation": "4. Data preparation",
    "baseline": "5. Baseline model: small dense network",
    "overfit": "6. Overfitting model: larger dense network",
    "finalists": "7. Regularization and hyperparameter tuning",
    "final_test": "8. Final model evaluation on the test set",
    "discussion": "9. Discussion and conclusions",
}
PARTS_OF_7 = {"ablation": "single remedies", "search": "search", "finalists": "finalists"}
STEP_NAMES = {
    **HEADINGS,
    **{step: f"{HEADINGS['finalists']}: {part}" for step, part in PARTS_OF_7.items()},
}
THEMES = {
    "worked": "What worked",
    "uncertain": "What the intervals cannot tell apart",
    "confused": "Images confused",
    "strength": "Strengths",
    "limitation": "Limitations",
    "extension": "Possible extensions",
}
MNIST_NAMES = ("mnist", "mnist-5k")


def render(run: StoredRun, figures: Mapping[str, Figure]) -> str:
    """The whole page as one self-contained HTML text."""
    return (
        _environment().get_template("report.html.j2").render(_context(run, figures)).strip() + "\n"
    )


def prose(text: str) -> Markup:
    """Text for the page: true minus signs and apostrophes, powers of ten, L1 and L2,
    italic p and n, and network shapes that do not break.
    """
    html = str(escape(re.sub(r"(?<=\w)'(?=\w)", "’", numbers.minus_signs(text))))
    html = re.sub(
        r"\bp (=|&lt;) (\d[\d.]*(?<=\d))", r'<span class="whole"><i>p</i> \1 \2</span>', html
    )
    html = re.sub(r"\bn = ([\d,]+\d)", r'<span class="whole"><i>n</i> = \1</span>', html)
    html = re.sub(r"\bp(?=-value)", "<i>p</i>", html)
    html = re.sub(r"\b\d(?:\.\d+)?e-\d+\b", lambda m: numbers.short(float(m[0])), html)
    html = re.sub(r"(?<=\d) (?=%)", "&nbsp;", html)
    html = re.sub(r"\bl(?=[12]\b)", "L", html)
    return Markup(re.sub(r"\b\d+(?:-\d+)+\b", r'<span class="whole">\g<0></span>', html))


def statement(text: str, place: Markup) -> Markup:
    """A conclusion that ends with the place that shows it, inside the parentheses that
    it ends with, if any.

    >>> statement("It helped (p = 0.01).", Markup("Table 1"))
    Markup('It helped (<span class="whole"><i>p</i> = 0.01</span>; Table 1).')
    """
    text = text.rstrip(".")
    if text.endswith(")"):
        return Markup("{}; {}).").format(prose(text.removesuffix(")")), place)
    return Markup('{} <span class="whole">({}).</span>').format(prose(text), place)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sevenfold.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    for name in (
        "accuracy",
        "interval",
        "percent",
        "points",
        "points_interval",
        "spread",
        "p_value",
        "p_cell",
        "whole",
        "count",
    ):
        environment.filters[name] = getattr(numbers, name)
    for name in (
        "word",
        "short",
        "power",
        "loss",
        "duration",
        "day",
        "moment",
        "shape",
        "sentence",
        "listed",
    ):
        environment.filters[name] = getattr(numbers, name)
    environment.filters["probability"] = probability
    environment.filters["address"] = address
    return environment


def _context(run: StoredRun, figures: Mapping[str, Figure]) -> dict[str, Any]:
    provenance = run.steps["problem"]["provenance"]
    labels = Labels(run.steps, figures, ledger=bool(run.ledger))
    cited = {"data": provenance["citation"]} if provenance["citation"] else {}
    bibliography = Bibliography(cited)
    is_mnist = provenance["name"] in MNIST_NAMES
    ended_at = sentences.ended_at(run)
    names = {"evaluation_protocol": "protocol", "final_test": "final"}
    return {
        **{names.get(step, step): run.steps.get(step) for step in STEPS},
        "title": (
            TITLE
            if is_mnist
            else f"Handwritten Digit Classification on the Data Set {provenance['name']}"
        ),
        "is_mnist": is_mnist,
        "provenance": provenance,
        "description": run.description,
        "config": run.config,
        "ledger": run.ledger,
        "seconds": run.seconds,
        "stopped_at": run.stopped_at,
        "ended_at": ended_at,
        "why_stopped": sentences.why_stopped(run) if run.stopped_at else None,
        "headings": dict(list(HEADINGS.items())[: list(HEADINGS).index(ended_at) + 1]),
        "section_ids": {step: f"section-{number}" for number, step in enumerate(HEADINGS, start=1)},
        "step_names": STEP_NAMES,
        "themes": _by_theme(run.steps.get("discussion")),
        "light": Markup(css_variables(LIGHT)),
        "dark": Markup(css_variables(DARK)),
        "figures": figures,
        "svg": {
            panel.name: Markup(panel.svg) for figure in figures.values() for panel in figure.panels
        },
        "say": sentences,
        "describe": describe,
        "tuning": tuning,
        "label": labels.name,
        "link": labels.link,
        "statement": statement,
        "cite": bibliography.cite,
        "bibliography": bibliography.entries,
        "libraries": credits(run.description["versions"], provenance["name"]),
        "n_test": _n_test(run),
        "unit": (
            "seed" if run.steps.get("evaluation_protocol", {}).get("n_rounds", 1) == 1 else "repeat"
        ),
        "settings": SETTINGS,
        "value_of": value_of,
        "columns": columns(run.steps["search"]["space"]) if "search" in run.steps else [],
        "l2_none_below": L2_NONE_BELOW,
        "space_rows": space_rows(run.steps["search"]["space"]) if "search" in run.steps else [],
    }


def _by_theme(discussion: Json | None) -> list[tuple[str, list[Json]]]:
    statements = discussion["statements"] if discussion else []
    grouped = [
        (heading, [s for s in statements if s["theme"] == theme])
        for theme, heading in THEMES.items()
    ]
    return [(heading, members) for heading, members in grouped if members]


def _n_test(run: StoredRun) -> int | None:
    """The number of test digits, as far as anything stored tells it."""
    final = run.steps.get("final_test")
    n: int | None = (
        final["n_test"]
        if final
        else run.steps["problem"]["n_test"] or run.steps["problem"]["provenance"].get("n_test")
    )
    return n
