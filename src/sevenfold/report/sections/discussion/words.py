"""The conclusions, composed from measured facts; each names the place that shows it."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from sevenfold.report.numbers import accuracy, count, difference, percent, whole
from sevenfold.report.sections.ablation.words import effects_at
from sevenfold.report.sections.final_test.words import against, confusion, gap, over_seeds
from sevenfold.report.sections.finalists.words import choice, consultations, gain, optimism
from sevenfold.report.sections.overfit.words import overfitting
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import SIGNIFICANCE
from sevenfold.steps.ablation import Ablation, Moment
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.final_test import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.problem import Problem
from sevenfold.steps.search import Search

Theme = Literal["worked", "uncertain", "confused", "strength", "limitation", "extension"]
THEMES: Mapping[Theme, str] = {
    "worked": "What worked",
    "uncertain": "What the intervals cannot tell apart",
    "confused": "{images} confused",
    "strength": "Strengths",
    "limitation": "Limitations",
    "extension": "Possible extensions",
}
MOMENTS: tuple[Moment, ...] = ("at_best", "at_end")
EVEN = 5.0
"""Points of recall between the easiest and the hardest class that count as few."""


class Statement(NamedTuple):
    """One conclusion. anchor: the id of the figure or table that it rests on."""

    theme: Theme
    text: str
    anchor: str


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
    assert run.final_test is not None
    final, judged = run.final_test, run.finalists
    for reference, comparison in final.comparisons.items():
        test = comparison.test
        theme = _theme(test.only_first - test.only_second, test.p_value < SIGNIFICANCE)
        yield Statement(theme, against(reference, final, terms), "table-comparisons")
    yield from _remedies(run.ablation)
    yield _search_gain(judged, terms)
    reached: Theme = "worked" if run.overfit.reached else "limitation"
    yield Statement(reached, overfitting(run.overfit, run.evaluation_protocol), "figure-overfit")
    if sum(finalist.within_one_se for finalist in judged.finalists) > 1:
        yield Statement("uncertain", choice(judged), "table-finalists")
    yield _winners_curse(run, judged, terms)
    yield _two_uncertainties(final, terms)
    agrees = final.diagnosis == "agrees"
    yield Statement("strength" if agrees else "limitation", gap(final, terms), "table-final")
    if final.confused_pairs:
        yield Statement("confused", confusion(final, terms), "figure-confusion")
    yield _hardest_class(final, terms)
    yield _error_cut(run.baseline, final, terms)
    yield _evenness(final, terms)
    yield _confident_errors(final, terms)
    yield from _subset(run.problem, final, terms)
    yield from _resolution(final, terms)
    yield from _extensions(run.ablation, run.search, judged, final, terms)


def _theme(gain: float, detectable: bool) -> Theme:
    """Where a difference belongs that should be above zero."""
    if not detectable:
        return "uncertain"
    return "worked" if gain > 0 else "limitation"


def _remedies(ablation: Ablation) -> Iterator[Statement]:
    """Both readings of the table, so that neither is picked."""
    for moment in MOMENTS:
        gains = [d.value for d in ablation.differences(moment).values() if d.detectable]
        theme = _theme(max(gains, default=0.0), bool(gains))
        yield Statement(theme, effects_at(ablation, moment), "table-ablation")
    text = (
        "The table of single remedies finds with probability 0.8 a true difference of"
        f" {100 * ablation.reach_at_best.most:.2f} points in any row; that an interval includes"
        " zero does not show that there is no effect."
    )
    yield Statement("uncertain", text, "table-ablation")


def _search_gain(judged: Finalists, terms: Terms) -> Statement:
    d = judged.gain_over_overfit
    theme = _theme(d.value, d.detectable)
    paid = {"worked": "The search paid", "limitation": "The search did not pay"}
    verdict = paid.get(theme, "Whether the search paid is open")
    text = gain(judged, terms)
    return Statement(theme, f"{verdict}: {text[0].lower()}{text[1:]}", "table-finalists")


def _winners_curse(run: FinishedRun, judged: Finalists, terms: Terms) -> Statement:
    n, _ = consultations(run)
    looks = f"Validation {terms.images} were consulted {count(n, 'time')} in section 7."
    return Statement("uncertain", f"{optimism(judged)} {looks}", "table-finalists")


def _two_uncertainties(final: FinalTest, terms: Terms) -> Statement:
    a, seeds, n = final.scores.accuracy, final.seed_accuracies, final.n_test
    half = (a.ci_high - a.ci_low) / 2
    by_seed = 1.96 * seeds.sd
    text = (
        f"{over_seeds(final)} That there are only {whole(n)} test {terms.images} makes it uncertain"
        f" by ±{percent(half, n)} points"
    )
    if seeds.n > 1:
        larger = "The finite test set" if half > by_seed else "The choice of the seed"
        text += (
            f", that training is random by ±{percent(by_seed, n)} (1.96 standard deviations)."
            f" {larger} matters more"
        )
    return Statement("uncertain", f"{text}.", "table-final")


def _hardest_class(final: FinalTest, terms: Terms) -> Statement:
    hardest = min(final.scores.per_class, key=lambda c: c.recall.value)
    easiest = max(final.scores.per_class, key=lambda c: c.recall.value)
    low, high = hardest.recall, easiest.recall
    text = f"No {terms.class_noun} is harder than another: the recall of each is {low.percent} %."
    if low.value < high.value:
        overlap = "overlap" if low.ci_high > high.ci_low else "do not overlap"
        text = (
            f"The {terms.names[hardest.label]} is hardest (recall {accuracy(low)}, n ="
            f" {whole(low.n)}) and the {terms.names[easiest.label]} easiest ({accuracy(high)},"
            f" n = {whole(high.n)}); the two intervals {overlap}."
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
            f"A rival that differs from this network on {whole(n)} test {terms.images} would have"
            f" to win at least {whole(won)} of them before a paired test could call it better:"
            f" differences below {count(net, terms.image)} of {whole(final.n_test)} stay invisible."
        )
        yield Statement("limitation", text, "table-final")


def _extensions(
    ablation: Ablation, search: Search, judged: Finalists, final: FinalTest, terms: Terms
) -> Iterator[Statement]:
    yield _longer(judged, final, terms)
    network, space = judged.winner.fresh.configuration.network, search.space
    widths = {width for hidden in space.hidden or [space.width] for width in hidden}
    if max(network.hidden) == max(widths) and len(space.hidden) != 1:
        text = (
            f"Widen the space: the winner's widest layer has {whole(max(widths))} units, the most"
            " that the search allowed."
        )
        yield Statement("extension", text, "table-space")
    more = ablation.differences("at_best")["more_capacity"]
    if more.detectable:
        verb = "helped" if more.value > 0 else "hurt"
        text = f"Look at size again: doubling the overfitting model's width {verb}"
        text += f" ({difference(more)})."
        yield Statement("extension", text, "table-ablation")


def _longer(judged: Finalists, final: FinalTest, terms: Terms) -> Statement:
    training, longest = judged.winner.fresh.configuration.training, judged.winner.search_epoch
    n_epochs = training.n_epochs
    if final.diagnosis == "trained_longer":
        ran_for = count(final.configuration.training.n_epochs, "epoch")
        text = (
            f"See where longer training stops paying: it ran for {ran_for}, and no validation"
            f" {terms.images} were left to tell."
        )
        return Statement("extension", text, "table-ladder")
    read = f"validation accuracy was best at epoch {n_epochs} of {longest}"
    if n_epochs >= 0.9 * longest:
        text = f"Train longer: {read}, at the edge of the budget."
    else:
        other = "other" if training.distortion else "more or distorted"
        text = f"More epochs would not help this network: {read}; {other} {terms.images} might."
    return Statement("extension", text, "table-finalists")
