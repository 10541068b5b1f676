"""What others reached on the same test images."""

from sevenfold.data.mnist.published_results import RESULTS, PublishedResult
from sevenfold.report.describe import regularization, training
from sevenfold.report.numbers import percent
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.final_result import FinalTest


def results(run: FinishedRun) -> tuple[PublishedResult, ...]:
    """Published results on the very test images of this run; none for other data."""
    return RESULTS if run.problem.provenance.name == "mnist" else ()


def place(final: FinalTest, terms: Terms) -> str:
    """Which of them the run's interval leaves below and above."""
    a = final.scores.accuracy
    low, high = 100 * (1.0 - a.ci_high), 100 * (1.0 - a.ci_low)
    below = sum(result.error < low for result in RESULTS)
    above = sum(result.error > high for result in RESULTS)
    within = len(RESULTS) - below - above
    return (
        f"This network’s error of {percent(1.0 - a.value, a.n)}\u00a0% has an interval from"
        f" {low:.2f} to {high:.2f}\u00a0%: {above} of the {len(RESULTS)} published errors lie"
        f" above it, {below} below it, and {within} within it, from which this test cannot tell it."
        f" The others are given without an interval, and some were the best of several trials on"
        f" these test {terms.images}."
    )


def means(final: FinalTest) -> str:
    """By what means the run's network was trained."""
    configuration = final.configuration
    return f"{regularization(configuration.network)}; {training(configuration.training)}"
