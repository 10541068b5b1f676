"""The record of a run: its ledger, and the names of its steps."""

from sevenfold.report.describe import errors
from sevenfold.report.numbers import whole
from sevenfold.report.sections import WORKFLOW
from sevenfold.report.terms import Terms
from sevenfold.runs.ledger import LedgerLine

PARTS = {"ablation": "single remedies"}


def event(line: LedgerLine, terms: Terms) -> str:
    """A line of the test ledger in words."""
    match line.event:
        case "frozen":
            return "Plan frozen: data, settings, network and weights"
        case "opened":
            return f"Test set opened again: {line.reason}" if line.reason else "Test set opened"
        case "rescored":
            return "Scored again with the same plan, to restore lost files"
        case "resumed":
            return "An opening that was cut off, taken up again with the same plan"
        case "result":
            return f"Result: {errors(line.n_errors or 0)} on {whole(line.n or 0)} {terms.images}"


def step_name(step: str) -> str:
    """The heading of a step's section, and which part of it the step is; its own name
    where no section shows it.
    """
    section = next((section for section in WORKFLOW if step in section.parts), None)
    if section is None:
        return step.replace("_", " ").capitalize()
    part = f": {PARTS.get(step, step)}" if len(section.parts) > 1 else ""
    return f"{section.heading}{part}"
