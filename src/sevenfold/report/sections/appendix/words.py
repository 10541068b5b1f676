"""The record of a run: its ledger, and the names of its steps."""

from sevenfold.report.describe import errors
from sevenfold.report.numbers import count, whole
from sevenfold.report.sections import WORKFLOW
from sevenfold.report.terms import Terms
from sevenfold.runs.ledger import LedgerLine
from sevenfold.steps.saved_network import SavedNetwork

PARTS = {"ablation": "single remedies"}
"""Where the name of a step says too little."""


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


def saved_network(found: SavedNetwork, terms: Terms) -> str:
    """What plain Keras on TensorFlow made of the saved network."""
    if found.failed:
        return f"Warning: {found.warning}"
    if found.largest_difference is None or found.n_other_answers is None:
        return (
            "The saved network was not opened by plain Keras on TensorFlow at the end of this"
            f" run: {found.why_not}."
        )
    largest = f"{found.largest_difference:.1e}" if found.largest_difference else "0"
    allowed = "" if found.agrees else f", more than the {found.allowed:.0e} that is allowed"
    verb = "differs" if found.n_other_answers == 1 else "differ"
    answers = (
        f"{count(found.n_other_answers, 'answer')} {verb}"
        if found.n_other_answers
        else "every answer is the same"
    )
    return (
        f"At its end the run had the saved network opened by plain Keras {found.keras} on"
        f" TensorFlow {found.tensorflow}, in a process of its own. On {whole(found.n)} validation"
        f" {terms.images} its probabilities differ from those of this run by at most"
        f" {largest}{allowed}; {answers}."
    )


def step_name(step: str) -> str:
    """The heading of a step's section, and which part of it the step is; its own name
    where no section shows it.
    """
    section = next((section for section in WORKFLOW if step in section.parts), None)
    if section is None:
        return step.replace("_", " ").capitalize()
    part = f": {PARTS.get(step, step.replace('_', ' '))}" if len(section.parts) > 1 else ""
    return f"{section.heading}{part}"
