"""The conclusions, composed from measured facts; each names the place that shows it."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from sevenfold.report.describe import MODELS
from sevenfold.report.numbers import accuracy as with_interval
from sevenfold.report.numbers import count, listed, p_value, percent, whole
from sevenfold.report.numbers import difference as in_points
from sevenfold.report.sections.ablation.words import NAMES
from sevenfold.report.sections.final_test.words import confusion, gap, over_seeds
from sevenfold.report.sections.finalists.words import choice, consultations, optimism
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import SIGNIFICANCE
from sevenfold.steps.ablation import Ablation
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.final_test import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.problem import Problem
from sevenfold.steps.production import Reference
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
EVEN = 5.0
"""Points of recall between the easiest and the hardest class that count as few."""


class Statement(NamedTuple):
    """One conclusion. anchor: the id of the figure or table that it rests on."""

    theme: Theme
    text: str
    anchor: str


def conclusions(run: FinishedRun, terms: Terms) -> list[tuple[str, list[Statement]]]:
    """The heading of each theme with its statements, in reading order."""
    found = list(_statements(run, terms))
    themes = [
        (
            heading.format(images=terms.images.capitalize()),
            [statement for statement in found if statement.theme == theme],
        )
        for theme, heading in THEMES.items()
    ]
    return [(heading, statements) for heading, statements in themes if statements]


def _statements(run: FinishedRun, terms: Terms) -> Iterator[Statement]:
    assert run.baseline is not None
    assert run.overfit is not None
    assert run.ablation is not None
    assert run.search is not None
    assert run.finalists is not None
    assert run.final_test is not None
    final, judged = run.final_test, run.finalists
    yield from (_comparison(reference, final, terms) for reference in final.comparisons)
    yield _remedies(run.ablation, terms)
    yield _search_gain(judged, terms)
    yield _overfitting(run.overfit)
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


def _comparison(reference: Reference, final: FinalTest, terms: Terms) -> Statement:
    comparison = final.comparisons[reference]
    test, network = comparison.test, comparison.network
    gained = test.only_first - test.only_second
    detectable = test.p_value < SIGNIFICANCE
    makes, certainty = "as many errors", ""
    if gained:
        makes = f"{count(abs(gained), 'error')} {'fewer' if gained > 0 else 'more'}"
        certainty = ", which chance explains as well"
    if detectable:
        certainty = ", more than chance explains"
    return Statement(
        _theme(gained, detectable),
        f"Against the {MODELS[reference]} ({network}, {comparison.accuracy.percent} %), the final"
        f" network ({final.scores.accuracy.percent} %) makes {makes} on {whole(final.n_test)} test"
        f" {terms.images}{certainty} (exact McNemar {p_value(test.p_value)}).",
        "table-comparisons",
    )


def _theme(gain: float, detectable: bool) -> Theme:
    """Where a difference belongs that should be above zero."""
    if not detectable:
        return "uncertain"
    return "worked" if gain > 0 else "limitation"


def _remedies(ablation: Ablation, terms: Terms) -> Statement:
    effects = [(NAMES[row.remedy], row.difference_at_best) for row in ablation.rows]
    helped, hurt = (
        [f"{name} ({in_points(d)})" for name, d in effects if d.detectable and sign * d.value > 0]
        for sign in (1, -1)
    )
    unclear = [name for name, d in effects if not d.detectable]
    parts = [
        f"{listed(names)} {verb} the overfitting model"
        for names, verb in ((helped, "helped"), (hurt, "hurt"))
        if names
    ]
    if len(unclear) == len(effects):
        parts.append("no remedy alone can be told from no effect")
    elif unclear:
        parts.append(f"the intervals of {listed(unclear)} include zero")
    text = f"{'; '.join(parts)}, at each variant's best epoch on validation {terms.images}."
    theme: Theme = "worked" if helped else "limitation" if hurt else "uncertain"
    return Statement(theme, text[0].upper() + text[1:], "table-ablation")


def _search_gain(judged: Finalists, terms: Terms) -> Statement:
    gain = judged.gain_over_overfit
    model = "the overfitting model at its most accurate epoch"
    if not gain.detectable:
        text = (
            f"Whether the search paid is open: against {model} the chosen network stands at"
            f" {in_points(gain)}, an interval that includes zero."
        )
    elif gain.value > 0:
        text = (
            f"The search paid: on validation {terms.images} the chosen network gains"
            f" {in_points(gain)} on {model}."
        )
    else:
        text = f"The search did not pay: the chosen network loses {in_points(gain)} to {model}."
    return Statement(_theme(gain.value, gain.detectable), text, "table-finalists")


def _overfitting(overfit: Overfit) -> Statement:
    turn, end = overfit.model.turn, overfit.model.at_end
    network = end.configuration.network
    if not overfit.reached:
        text = (
            "Overfitting was not reached within the budget; the largest network tried was"
            f" {network}, for {count(end.epoch, 'epoch')}."
        )
        return Statement("limitation", text, "figure-overfit")
    ratio = f"{turn.rise.mean / turn.threshold:.1f} times" if turn.threshold > 0 else "beyond"
    text = (
        f"Overfitting was reached, and not by chance: the validation loss of {network} is least at"
        f" epoch {turn.epoch} and then rises by {turn.rise.mean:.4f}, {ratio} what the spread over"
        f" {count(turn.rise.n, 'repeat')} would excuse."
    )
    return Statement("worked", text, "figure-overfit")


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
            f"The {terms.names[hardest.label]} is hardest (recall {with_interval(low)}, n ="
            f" {whole(low.n)}) and the {terms.names[easiest.label]} easiest ({with_interval(high)},"
            f" n = {whole(high.n)}); the two intervals {overlap}."
        )
    return Statement("confused", text, "table-classes")


def _error_cut(baseline: Baseline, final: FinalTest, terms: Terms) -> Statement:
    n = final.validation_accuracy.n
    before, after = (
        percent(1 - accuracy.value, n)
        for accuracy in (baseline.network.accuracy, final.validation_accuracy)
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
    more = next(row.difference_at_best for row in ablation.rows if row.remedy == "more_capacity")
    if more.detectable:
        verb = "helped" if more.value > 0 else "hurt"
        text = (
            f"Look at size again: doubling the overfitting model's width {verb}"
            f" ({in_points(more)})."
        )
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
