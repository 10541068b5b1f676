"""The model card of a finished run, in the words that hubs read."""

import json
import re

from sevenfold.data import OWN
from sevenfold.data.entry import NO_LICENCE
from sevenfold.report import describe, numbers
from sevenfold.report.author import Author
from sevenfold.report.page import FILTERS, not_ours
from sevenfold.report.sections.evaluation_protocol.words import METHODS
from sevenfold.report.spelling import american_markdown
from sevenfold.report.terms import Terms
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun
from sevenfold.scores import ClassScores
from sevenfold.templates import environment

N_CLASSES = 30
"""Classes that are listed one by one; of more, those with the lowest recall."""


def card(run: FinishedRun, author: Author | None = None) -> str | None:
    """Markdown after YAML that names licence, tags, data set and results; None where
    the run has no final network.

    Every number is one that the run measured. No path or host is named, and no person
    but the author: of the user's own data it says the name alone.
    """
    if run.final_test is None or run.evaluation_protocol is None:
        return None
    # Markdown, whose own signs `plain` spells out.
    templates = environment("sevenfold.report", autoescape=False)
    templates.filters |= {name: getattr(numbers, name) for name in FILTERS}
    templates.filters |= {"yaml": _yaml, "plain": plain}
    provenance = run.problem.provenance
    name = provenance.name.removeprefix(OWN)
    author = author or Author()
    text = templates.get_template("card.md.j2").render(
        run=run,
        author=author,
        final=run.final_test,
        protocol=run.evaluation_protocol,
        provenance=provenance,
        is_own=provenance.name.startswith(OWN),
        licence_of_data="" if provenance.licence == NO_LICENCE else provenance.licence,
        data_name=name,
        model_name=f"sevenfold-{run.config.preset}-{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}",
        terms=Terms.of(run.problem),
        classes=_listed(run.final_test.scores.per_class),
        describe=describe,
        METHODS=METHODS,
        files=layout,
    )
    if author.spelling == "american":
        names = not_ours(run, author)
        return american_markdown(text, (*names, *map(plain, names), author.name))
    return text


def _listed(classes: tuple[ClassScores, ...]) -> tuple[ClassScores, ...]:
    known = [scored for scored in classes if scored.n]
    worst = sorted(known, key=lambda scored: scored.recall.value)[:N_CLASSES]
    return tuple(sorted(worst, key=lambda scored: scored.label))


def plain(text: object) -> str:
    """Text that Markdown shows as it is.

    >>> print(plain("a_b <i>"))
    a\\_b &lt;i>
    """
    one_line = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", one_line)


def _yaml(value: object) -> str:
    """A value of YAML, which reads JSON's."""
    return json.dumps(value, ensure_ascii=False)
