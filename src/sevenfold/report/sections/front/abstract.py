"""The abstract: problem, method, result and meaning, a sentence each."""

from collections.abc import Mapping
from typing import NamedTuple

from sevenfold.errors import listed
from sevenfold.report.describe import MODELS
from sevenfold.report.numbers import accuracy, count, difference, percent, whole
from sevenfold.report.sections.evaluation_protocol.words import METHODS
from sevenfold.report.sections.final_test.words import interval_of
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import RecipeDifference
from sevenfold.steps.final_result import Diagnosis, FinalTest


class Line(NamedTuple):
    """One sentence of the abstract, and what it is about."""

    name: str
    text: str


def abstract(run: FinishedRun, terms: Terms) -> list[Line]:
    """The four sentences of a run whose test set was opened."""
    final = run.final_test
    assert final is not None
    return [
        Line("Problem", _problem(run, final, terms)),
        Line("Method", _method(run, final, terms)),
        Line("Result", _result(final, terms)),
        Line("What it means", _meaning(final, terms)),
    ]


def _problem(run: FinishedRun, final: FinalTest, terms: Terms) -> str:
    kind = "colour" if terms.is_colour else "grey"
    return (
        f"To say which of the {terms.which} an image of {terms.size} {kind} pixels shows, with"
        f" fully connected layers alone, from {whole(run.problem.n_development)} development"
        f" {terms.images}; {whole(final.n_test)} more were sealed for the test."
    )


def _method(run: FinishedRun, final: FinalTest, terms: Terms) -> str:
    assert run.evaluation_protocol is not None
    assert run.search is not None
    assert run.finalists is not None
    tried = count(len(run.search.trials), "configuration")
    finalists = count(len(run.finalists.finalists), "finalist")
    judged = f"{METHODS[run.evaluation_protocol.method]} on validation {terms.images} alone"
    epochs = count(final.configuration.training.n_epochs, "epoch")
    return (
        f"A baseline, a model driven until it overfits, then {tried} searched and {finalists}"
        f" trained afresh, all judged by {judged}; the chosen network was trained for {epochs} on"
        f" all {whole(final.n_trained_on)} and tested."
    )


def _result(final: FinalTest, terms: Terms) -> str:
    seeds = count(final.seed_accuracies.n, "seed")
    over = f"on average over {seeds}" if final.seed_accuracies.n > 1 else f"with {seeds}"
    compared = [
        _standing(comparison.over_seeds, MODELS[name])
        for name, comparison in final.comparisons.items()
    ]
    return (
        f"The network {final.configuration.network} ({whole(final.n_parameters)} parameters)"
        f" classifies {accuracy(final.scores.accuracy)} of the test {terms.images} correctly;"
        f" {over} its recipe is {listed(compared)}."
    )


def _standing(d: RecipeDifference, other: str) -> str:
    if not d.detectable:
        return f"not to be told from the {other} ({difference(d)})"
    return f"{'better' if d.value > 0 else 'worse'} than the {other} ({difference(d)})"


def _meaning(final: FinalTest, terms: Terms) -> str:
    if final.is_no_better_than_chance:
        chance = percent(final.chance, final.n_test)
        return (
            f"Nothing was shown: one answer to every {terms.image} would be right in {chance} % of"
            f" cases, within the interval or above it."
        )
    clauses = [_errors_to_expect(final, terms), _paid(final), *_kept(final, terms)]
    return f"{'; '.join(clauses)}."


def _errors_to_expect(final: FinalTest, terms: Terms) -> str:
    """Errors in a thousand, from the interval of the recipe where seeds tell of it."""
    known = final.recipe if final.recipe.n_seeds > 1 else final.scores.accuracy
    anew = "Trained anew, it" if final.recipe.n_seeds > 1 else "It"
    least, most = (round(1_000 * (1.0 - end)) for end in (known.ci_high, known.ci_low))
    range_ = f"{least} to {most}" if least < most else f"about {most}"
    return f"{anew} should misclassify {range_} of 1,000 {interval_of(final, terms)}"


def _paid(final: FinalTest) -> str:
    d = final.comparisons["overfit"].over_seeds
    if not d.detectable:
        return "whether regularization and tuning helped at all cannot be told"
    if d.value < 0:
        return "regularization and tuning did harm"
    share = d.value / (1.0 - final.recipe.value + d.value)
    return (
        f"the network that tuning chose makes {100 * share:.0f} % fewer errors than the overfitting"
        " model"
    )


def _kept(final: FinalTest, terms: Terms) -> list[str]:
    said = KEPT.get(final.diagnosis, "")
    return [said.format(images=terms.images)] if said else []


KEPT: Mapping[Diagnosis, str] = {
    "agrees": "the test does not contradict the accuracy that validation promised",
    "test_worse": "validation had promised more than the test found",
    "other_data": "the test {images} seem to be other data than those for development",
    "test_better": "the test found more than validation had promised",
}
"""What became of the accuracy that validation promised; a network that trained longer
than validation could follow was promised nothing.
"""
