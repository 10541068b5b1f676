"""The result in a few sentences, and what must be said before it."""

from sevenfold.config import Config
from sevenfold.data import OWN, Provenance
from sevenfold.data.mnist import words as mnist
from sevenfold.report.sections import ended_at
from sevenfold.report.sections.baseline.words import no_power
from sevenfold.report.sections.final_test.words import (
    chance,
    gap,
    interval_of,
    other_data,
    times,
)
from sevenfold.report.sections.front.abstract import abstract
from sevenfold.report.sections.overfit.words import overfitting
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.final_result import FinalTest

__all__ = [
    "abstract",
    "chance",
    "gap",
    "interval_of",
    "no_power",
    "other_data",
    "overfitting",
]


def title(provenance: Provenance) -> str:
    """The title of the page."""
    if provenance.name in mnist.NAMES:
        return mnist.TITLE
    return f"Image Classification on the Data Set {provenance.name.removeprefix(OWN)}"


def subset_reason(provenance: Provenance, config: Config) -> str:
    """Why the run has only the embedded subset."""
    if config.dataset == provenance.name:
        return f"The subset was asked for by name (dataset = {provenance.name})."
    if provenance.reason:
        return f"The full MNIST could not be had: {ended(provenance.reason)}"
    return "The full MNIST was not at hand."


def why_stopped(run: FinishedRun, terms: Terms) -> str:
    """Why a run is not finished, from its status."""
    status, error = run.description.status, run.description.error or ""
    if run.baseline is not None and "baseline" in ended_at(run).parts:
        return (
            f"{no_power(run.baseline, terms)} The two hypotheses of section 1 are in question, and"
            " the workflow goes no further."
        )
    if status == "failed":
        reason = error.partition(": ")[2] or error or "no reason was recorded"
        return f"The run failed: {ended(reason)}"
    if status == "interrupted":
        return "The run was interrupted by its user. The same command goes on from there."
    return (
        "The run had not finished when this report was drawn. The same command goes on from there."
    )


def ended(text: str) -> str:
    """Text with a full stop, unless it has one.

    >>> ended("disk full"), ended("Stopped.")
    ('disk full.', 'Stopped.')
    """
    return text if text.endswith((".", "!", "?")) else f"{text}."


def opened(final: FinalTest) -> str:
    """How often the test set was opened, in a line."""
    return f"Test set opened {times(final.n_openings)} in this folder"
