"""The conclusions, composed from measured facts; each names the place that shows it."""

from collections.abc import Iterator, Mapping

from sevenfold.report.numbers import accuracy, count, percent, whole, word
from sevenfold.report.sections.discussion.statements import Statement, Theme, theme_of
from sevenfold.report.sections.discussion.tuning import (
    extensions,
    more_data,
    owed_to,
    remedies,
    search_gain,
)
from sevenfold.report.sections.final_test.words import against, confusion, gap, over_seeds
from sevenfold.report.sections.finalists.words import choice, consultations, optimism
from sevenfold.report.sections.overfit.words import overfitting
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.problem import Problem

THEMES: Mapping[Theme, str] = {
    "worked": "What worked",
    "uncertain": "What the intervals cannot tell apart",
    "confused": "{images} confused",
    "strength": "Strengths",
    "limitation": "Limitations",
    "extension": "Possible extensions",
}
NORMAL = 1.96
"""Standard deviations to either side of a normal mean that hold 95 % of all values."""
EVEN = 5.0
"""Points of recall between the easiest and the hardest class that count as few."""


def conclusions(run: FinishedRun, terms: Terms) -> dict[str, list[Statement]]:
    """The heading of each theme with its statements, in reading order."""
    found = list(_statements(run, terms))
    return {
        heading.format(images=terms.images.capitalize()): statements
        for theme, heading in THEMES.items()
        if (statements := [statement for statement in found if statement.theme == theme])
    }


def _statements(run: FinishedRun, terms: Terms) -> Iterator[Statement]:
    assert run.evaluation_protocol is not None
    assert run.baseline is not None
    assert run.overfit is not None
    assert run.ablation is not None
    assert run.search is not None
    assert run.finalists is not None
    assert run.leave_one_out is not None
    assert run.learning_curve is not None
    assert run.final_test is not None
    final, judged = run.final_test, run.finalists
    for reference, comparison in final.comparisons.items():
        d = comparison.over_seeds
        theme = theme_of(d.value, d.detectable)
        yield Statement(theme, against(reference, final, terms), "table-comparisons")
    yield from remedies(run.ablation)
    yield search_gain(judged, terms)
    yield from owed_to(run.leave_one_out)
    reached: Theme = "worked" if run.overfit.reached else "limitation"
    yield Statement(reached, overfitting(run.overfit, run.evaluation_protocol), "figure-overfit")
    if sum(finalist.within_one_se for finalist in judged.finalists) > 1:
        yield Statement("uncertain", choice(judged), "table-finalists")
    yield _winners_curse(run, judged, terms)
    yield _two_uncertainties(final, terms)
    # That nothing was seen is no strength.
    agrees = final.diagnosis == "agrees"
    yield Statement("uncertain" if agrees else "limitation", gap(final, terms), "table-final")
    if final.confused_pairs:
        yield Statement("confused", confusion(final, terms), "figure-confusion")
    yield _hardest_class(final, terms)
    yield _error_cut(run.baseline, final, terms)
    yield _evenness(final, terms)
    yield _confident_errors(final, terms)
    yield from _subset(run.problem, final, terms)
    yield from _resolution(final, terms)
    yield from more_data(run.learning_curve, terms)
    yield from extensions(run.ablation, run.search, judged, final, terms)


def _winners_curse(run: FinishedRun, judged: Finalists, terms: Terms) -> Statement:
    up_to_finalists, _ = consultations(run)
    n = up_to_finalists + sum(
        step.n_consultations for step in (run.leave_one_out, run.learning_curve) if step
    )
    looks = f"Validation {terms.images} were consulted {count(n, 'time')} in section 7."
    return Statement("uncertain", f"{optimism(judged)} {looks}", "table-finalists")


def _two_uncertainties(final: FinalTest, terms: Terms) -> Statement:
    a, seeds, n = final.scores.accuracy, final.seed_deviation, final.n_test
    half = (a.ci_high - a.ci_low) / 2
    text = (
        f"{over_seeds(final)} That there are only {whole(n)} test {terms.images} makes it uncertain"
        f" by ±{percent(half, n)} points"
    )
    if seeds is not None:
        by_seed = [NORMAL * value for value in (seeds.value, seeds.ci_low, seeds.ci_high)]
        larger = "Which of the two matters more cannot be told from so few seeds"
        if half > by_seed[2]:
            larger = "The finite test set matters more"
        elif half < by_seed[1]:
            larger = "The choice of the seed matters more"
        text += (
            f", that training is random by ±{percent(by_seed[0], n)} (1.96 standard deviations)."
            f" {larger}"
        )
    return Statement("uncertain", f"{text}.", "table-final")


def _hardest_class(final: FinalTest, terms: Terms) -> Statement:
    hardest = min(final.scores.per_class, key=lambda c: c.recall.value)
    easiest = max(final.scores.per_class, key=lambda c: c.recall.value)
    low, high = hardest.recall, easiest.recall
    text = f"No {terms.class_noun} is harder than another: the recall of each is {low.percent} %."
    if low.value < high.value:
        text = (
            f"The {terms.names[hardest.label]} is hardest (recall {accuracy(low)}, n ="
            f" {whole(low.n)}) and the {terms.names[easiest.label]} easiest ({accuracy(high)},"
            f" n = {whole(high.n)}). They were picked for being furthest apart, so chance has a"
            " part in how far that is."
        )
    return Statement("confused", text, "table-classes")


def _error_cut(baseline: Baseline, final: FinalTest, terms: Terms) -> Statement:
    n = final.validation_accuracy.n
    before, after = (
        percent(1 - score.value, n)
        for score in (baseline.network.accuracy, final.validation_accuracy)
    )
    cut = baseline.network.accuracy.value < final.validation_accuracy.value
    text = (
        f"On the same validation {terms.images} the baseline's error of {before} %"
        f" ({whole(baseline.network.n_parameters)} parameters) was"
        f" {'cut to' if cut else 'not cut: it is'} {after} % ({whole(final.n_parameters)}"
        " parameters)."
    )
    return Statement("strength" if cut else "limitation", text, "table-ladder")


def _evenness(final: FinalTest, terms: Terms) -> Statement:
    scores, n = final.scores, final.n_test
    recalls = [c.recall.value for c in scores.per_class]
    apart = 100 * (max(recalls) - min(recalls))
    from_accuracy = percent(abs(scores.macro_f1 - scores.accuracy.value), n)
    text = (
        f"Between the easiest and the hardest {terms.class_noun} lie {apart:.1f} points of recall;"
        f" macro-averaged F1 is {percent(scores.macro_f1, n)} %, {from_accuracy} points from"
        " accuracy."
    )
    return Statement("strength" if apart <= EVEN else "limitation", text, "table-classes")


def _confident_errors(final: FinalTest, terms: Terms) -> Statement:
    n, sure = final.scores.n_errors, final.n_confident_errors
    came = f"its {count(n, 'error')} came with a probability above 99 %"
    if n == 0:
        text = (
            f"There was no error among {whole(final.n_test)} test {terms.images}, so this test says"
            " nothing about how the network fails."
        )
    elif sure == 0:
        text = f"Where the network is wrong it is not sure: none of {came}."
    else:
        text = f"The network can be wrong and sure of it: {whole(sure)} of {came}."
    theme: Theme = "strength" if n and not sure else "limitation"
    return Statement(theme, text, "figure-mistakes")


def _subset(problem: Problem, final: FinalTest, terms: Terms) -> Iterator[Statement]:
    if problem.provenance.embedded_subset:
        text = (
            f"Only the embedded subset was used ({whole(problem.n_development)} development and"
            f" {whole(final.n_test)} test {terms.images}), so the result says little about the full"
            " MNIST."
        )
        yield Statement("limitation", text, "table-data")


def _resolution(final: FinalTest, terms: Terms) -> Iterator[Statement]:
    if final.resolution is not None:
        n, won, net = final.resolution.n_differing, final.resolution.n_won, final.resolution.net
        text = (
            f"A rival that differs from this network on {whole(n)} test {terms.images}, as many as"
            f" it has errors, would have to win at least {whole(won)} of them, {word(net)} more"
            " than it loses, before the exact McNemar test called it better; one that differs on"
            " fewer needs fewer."
        )
        yield Statement("limitation", text, "table-final")
