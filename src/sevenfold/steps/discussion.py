"""Section 9: discussion and conclusions, composed from measured facts; each statement
names the place that shows it.
"""

from typing import Literal, get_args

from sevenfold.records import Record
from sevenfold.runs.writing import Run
from sevenfold.statistics import SIGNIFICANCE, Difference
from sevenfold.steps.ablation import Ablation
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.final_test import Comparison, FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.problem import Problem
from sevenfold.steps.search import Search

Theme = Literal["worked", "uncertain", "confused", "strength", "limitation", "extension"]


class Statement(Record):
    """One conclusion. `anchor` is the id of the figure or table in the report that it
    rests on.
    """

    theme: Theme
    text: str
    anchor: str


class Discussion(Record):
    """The conclusions in reading order."""

    verdict: str
    statements: tuple[Statement, ...]


def discuss(
    run: Run,
    problem: Problem,
    baseline: Baseline,
    overfit: Overfit,
    ablation: Ablation,
    searched: Search,
    chosen: Finalists,
    final: FinalTest,
) -> Discussion:
    """Say what the numbers say, and what they cannot tell apart."""
    statements = (
        *(_comparison(comparison, final) for comparison in final.comparisons),
        _remedies(ablation),
        _search_gain(chosen),
        _overfitting(overfit),
        *_ties(chosen),
        _winners_curse(ablation, searched, chosen),
        _two_uncertainties(final),
        _validation_gap(final),
        *_confused_pairs(final),
        _hardest_digit(final),
        _error_cut(baseline, final),
        _evenness(final),
        _confident_errors(final),
        *_subset(problem, final),
        *_resolution(final),
        *_extensions(ablation, searched, chosen, final),
    )
    order = list(get_args(Theme))
    ordered = tuple(sorted(statements, key=lambda statement: order.index(statement.theme)))
    return Discussion(
        verdict=f"{len(ordered)} conclusions, each tied to its figure or table", statements=ordered
    )


def _comparison(comparison: Comparison, final: FinalTest) -> Statement:
    gained = comparison.test.only_first - comparison.test.only_second
    detectable = comparison.test.p_value < SIGNIFICANCE
    difference = (
        f"{_count(abs(gained), 'error')} {'fewer' if gained > 0 else 'more'}"
        if gained
        else "as many errors"
    )
    certainty = (
        ", more than chance explains"
        if detectable
        else ", which chance explains as well"
        if gained
        else ""
    )
    return Statement(
        theme=(
            "worked" if detectable and gained > 0 else "limitation" if detectable else "uncertain"
        ),
        text=(
            f"Against the {comparison.name} ({comparison.network}, {comparison.accuracy.percent}"
            f" %), the final network ({final.scores.accuracy.percent} %) makes {difference} on"
            f" {final.n_test:,} test digits{certainty} (exact McNemar p"
            f" {_p(comparison.test.p_value)})."
        ),
        anchor="table-comparisons",
    )


def _remedies(ablation: Ablation) -> Statement:
    effects = [
        (row, row.difference_at_best) for row in ablation.rows if row.difference_at_best is not None
    ]
    helped = [f"{row.name} ({_points(d)})" for row, d in effects if d.detectable and d.value > 0]
    hurt = [f"{row.name} ({_points(d)})" for row, d in effects if d.detectable and d.value < 0]
    unclear = [row.name for row, d in effects if not d.detectable]
    sentences = [
        f"{_list(names)} {verb} the overfitting model"
        for names, verb in ((helped, "helped"), (hurt, "hurt"))
        if names
    ]
    if unclear:
        all_unclear = len(unclear) == len(effects)
        sentences.append(
            "no remedy alone can be told from no effect"
            if all_unclear
            else f"the intervals of {_list(unclear)} include zero"
        )
    text = "; ".join(sentences) + ", at each variant's best epoch on validation digits."
    theme: Theme = "worked" if helped else "limitation" if hurt else "uncertain"
    return Statement(theme=theme, text=text[0].upper() + text[1:], anchor="table-ablation")


def _search_gain(chosen: Finalists) -> Statement:
    gain = chosen.gain_over_overfit
    if gain.detectable and gain.value > 0:
        text = (
            f"The search paid: on validation digits the chosen network gains {_points(gain)} on the"
            " overfitting model at its most accurate epoch."
        )
    elif gain.detectable:
        text = (
            f"The search did not pay: the chosen network loses {_points(gain)} to the overfitting"
            " model at its most accurate epoch."
        )
    else:
        text = (
            "Whether the search paid is open: against the overfitting model at its most accurate"
            f" epoch the chosen network stands at {_points(gain)}, an interval that includes zero."
        )
    theme: Theme = (
        "uncertain" if not gain.detectable else "worked" if gain.value > 0 else "limitation"
    )
    return Statement(theme=theme, text=text, anchor="table-finalists")


def _overfitting(overfit: Overfit) -> Statement:
    network, turn = overfit.model.at_end.configuration.network, overfit.model.turn
    if not overfit.reached:
        text = (
            "Overfitting was not reached within the budget; the largest network tried was"
            f" {network}, for {overfit.model.at_end.epoch} epochs."
        )
        return Statement(theme="limitation", text=text, anchor="figure-overfit")
    text = (
        f"Overfitting was reached, and not by chance: the validation loss of {network} is least at"
        f" epoch {turn.epoch} and then rises by {turn.rise.mean:.4f},"
        f" {_times(turn.rise.mean, turn.threshold)} what the spread over {turn.rise.n} repeats"
        " would excuse."
    )
    return Statement(theme="worked", text=text, anchor="figure-overfit")


def _ties(chosen: Finalists) -> list[Statement]:
    tied = [finalist for finalist in chosen.finalists if finalist.within_one_se]
    if len(tied) < 2:
        return []
    winner = chosen.winner.fresh
    n, n_tied = len(chosen.finalists), len(tied)
    who = (
        "Both finalists"
        if n == n_tied == 2
        else f"All {n} finalists"
        if n == n_tied
        else f"{n_tied} of the {n} finalists"
    )
    alone = sum(finalist.fresh.n_parameters == winner.n_parameters for finalist in tied) == 1
    why = "the smallest of them" if alone else "the most accurate of the smallest among them"
    text = (
        f"{who} lie within one standard error of the best; {winner.configuration.network} was taken"
        f" as {why} ({winner.n_parameters:,} parameters)."
    )
    return [Statement(theme="uncertain", text=text, anchor="table-finalists")]


def _winners_curse(ablation: Ablation, searched: Search, chosen: Finalists) -> Statement:
    winner = chosen.winner
    seen, fresh = 100 * winner.search_accuracy, 100 * winner.fresh.accuracy.value
    curse = f"{abs(seen - fresh):.2f} points {'less' if seen > fresh else 'more'}"
    n_consultations = ablation.n_consultations + searched.n_consultations + chosen.n_consultations
    text = (
        f"The search saw {seen:.2f} % for the winner after {_count(winner.search_epoch, 'epoch')};"
        f" fresh seeds gave {fresh:.2f} % after {winner.fresh.epoch}, {curse}; validation digits"
        f" were consulted {n_consultations} times in section 7."
    )
    return Statement(theme="uncertain", text=text, anchor="table-finalists")


def _two_uncertainties(final: FinalTest) -> Statement:
    half = 100 * (final.scores.accuracy.ci_high - final.scores.accuracy.ci_low) / 2
    text = (
        f"The test accuracy is uncertain by ±{half:.2f} points because there are only"
        f" {final.n_test:,} test digits"
    )
    if final.seed_accuracies.n == 1:
        text += "; how much it owes to the seed was not measured, since there was only one."
        return Statement(theme="uncertain", text=text, anchor="table-final")
    by_seed = 196 * final.seed_accuracies.sd
    larger = (
        "The finite test set matters more"
        if half > by_seed
        else "The choice of the seed matters more"
    )
    text += (
        f", and by ±{by_seed:.2f} points (1.96 standard deviations over {final.seed_accuracies.n}"
        f" seeds) because training is random. {larger}."
    )
    return Statement(theme="uncertain", text=text, anchor="table-final")


def _validation_gap(final: FinalTest) -> Statement:
    gap = (
        f"Test accuracy differs from validation accuracy by {100 * final.gap:+.2f} points (p"
        f" {_p(final.gap_p_value)})"
    )
    diagnosis = {
        "agrees": (
            "no sign that tuning overfitted the validation digits or that the protocol misled"
        ),
        "test_worse": (
            "either the protocol was unreliable or tuning overfitted the validation digits;"
            " iterated K-fold is the next thing to try"
        ),
        "test_better": (
            "the test digits are easier than the development digits, or the refit on all of them"
            " helped"
        ),
        "trained_longer": (
            "the final network was trained longer than validation could afford, so the two say"
            " little about one another"
        ),
    }
    theme: Theme = "strength" if final.diagnosis == "agrees" else "limitation"
    return Statement(
        theme=theme, text=f"{gap}: {diagnosis[final.diagnosis]}.", anchor="table-final"
    )


def _confused_pairs(final: FinalTest) -> list[Statement]:
    if not final.confused_pairs:
        return []
    named = _list(
        [f"{pair.digit} read as {pair.predicted} ({pair.n})" for pair in final.confused_pairs[:3]]
    )
    share = sum(pair.n for pair in final.confused_pairs[:3]) / final.scores.n_errors
    text = (
        f"Most often confused: {named}; together {100 * share:.0f} % of all"
        f" {_count(final.scores.n_errors, 'error')}."
    )
    return [Statement(theme="confused", text=text, anchor="figure-confusion")]


def _hardest_digit(final: FinalTest) -> Statement:
    hardest = min(final.scores.per_class, key=lambda c: c.recall.value)
    easiest = max(final.scores.per_class, key=lambda c: c.recall.value)
    if hardest.recall.value == easiest.recall.value:
        text = f"No digit is harder than another: the recall of each is {hardest.recall.percent} %."
    else:
        overlap = "overlap" if hardest.recall.ci_high > easiest.recall.ci_low else "do not overlap"
        text = (
            f"The {hardest.digit} is hardest (recall {hardest.recall}, n = {hardest.n:,}) and the"
            f" {easiest.digit} easiest ({easiest.recall}, n = {easiest.n:,}); the two intervals"
            f" {overlap}."
        )
    return Statement(theme="confused", text=text, anchor="table-classes")


def _error_cut(baseline: Baseline, final: FinalTest) -> Statement:
    before, after = (
        100 * (1 - baseline.network.accuracy.value),
        100 * (1 - final.validation_accuracy.value),
    )
    change = f"cut to {after:.2f} %" if after < before else f"not cut: it is {after:.2f} %"
    text = (
        f"On the same validation digits the baseline's error of {before:.2f} %"
        f" ({baseline.network.n_parameters:,} parameters) was {change} ({final.n_parameters:,}"
        " parameters)."
    )
    return Statement(
        theme="strength" if after < before else "limitation", text=text, anchor="table-ladder"
    )


def _evenness(final: FinalTest) -> Statement:
    recalls = [c.recall.value for c in final.scores.per_class]
    apart = 100 * (max(recalls) - min(recalls))
    text = (
        f"Between the easiest and the hardest digit lie {apart:.1f} points of recall;"
        f" macro-averaged F1 is {100 * final.scores.macro_f1:.2f} %,"
        f" {100 * abs(final.scores.macro_f1 - final.scores.accuracy.value):.2f} points from"
        " accuracy."
    )
    return Statement(
        theme="strength" if apart <= 5.0 else "limitation", text=text, anchor="table-classes"
    )


def _confident_errors(final: FinalTest) -> Statement:
    n = final.scores.n_errors
    if n == 0:
        text = (
            f"There was no error among {final.n_test:,} test digits, so this test says nothing"
            " about how the network fails."
        )
        return Statement(theme="limitation", text=text, anchor="figure-mistakes")
    share = f"{final.n_confident_errors} of its {_count(n, 'error')}"
    text = f"The network can be wrong and sure of it: {share} came with a probability above 99 %."
    if final.n_confident_errors == 0:
        text = (
            f"Where the network is wrong it is not sure: none of its {_count(n, 'error')} came with"
            " a probability above 99 %."
        )
    return Statement(
        theme="limitation" if final.n_confident_errors else "strength",
        text=text,
        anchor="figure-mistakes",
    )


def _subset(problem: Problem, final: FinalTest) -> list[Statement]:
    if not problem.provenance.embedded_subset:
        return []
    text = (
        f"Only the embedded subset was used ({problem.n_development:,} development and"
        f" {final.n_test:,} test digits), so the result says little about the full MNIST."
    )
    return [Statement(theme="limitation", text=text, anchor="table-data")]


def _resolution(final: FinalTest) -> list[Statement]:
    """The smallest net difference that an exact McNemar test would call significant if
    as many digits as today's errors differed.
    """
    from scipy.stats import binomtest

    n = final.scores.n_errors
    net = (
        next(
            (
                2 * k - n
                for k in range((n + 1) // 2, n + 1)
                if binomtest(k, n, 0.5).pvalue < SIGNIFICANCE
            ),
            None,
        )
        if n
        else None
    )
    if net is None:
        return []
    text = (
        f"A rival that differs from this network on {n} test digits would have to win at least"
        f" {(n + net) // 2} of them before a paired test could call it better: differences below"
        f" {_count(net, 'digit')} of {final.n_test:,} stay invisible."
    )
    return [Statement(theme="limitation", text=text, anchor="table-final")]


def _extensions(
    ablation: Ablation, searched: Search, chosen: Finalists, final: FinalTest
) -> list[Statement]:
    statements = []
    winner = chosen.winner.fresh.configuration
    longest = chosen.winner.search_epoch
    read = f"validation accuracy was best at epoch {winner.training.n_epochs} of {longest}"
    at_edge = winner.training.n_epochs >= 0.9 * longest
    text = (
        f"Train longer: {read}, at the edge of the budget."
        if at_edge
        else (
            f"More epochs would not help this network: {read};"
            f" {'other' if winner.training.distortion else 'more or distorted'} digits might."
        )
    )
    anchor = "table-finalists"
    if final.diagnosis == "trained_longer":
        text = (
            "See where longer training stops paying: it ran for"
            f" {final.configuration.training.n_epochs} epochs, and no validation digits were left"
            " to tell."
        )
        anchor = "table-ladder"
    statements.append(Statement(theme="extension", text=text, anchor=anchor))
    widest = max(winner.network.hidden)
    widths = {
        width for hidden in searched.space.hidden or [searched.space.width] for width in hidden
    }
    if widest == max(widths) and len(searched.space.hidden) != 1:
        text = (
            f"Widen the space: the winner's widest layer has {widest:,} units, the most that the"
            " search allowed."
        )
        statements.append(Statement(theme="extension", text=text, anchor="table-space"))
    more = next(
        (row.difference_at_best for row in ablation.rows if row.name == "more capacity"), None
    )
    if more is not None and more.detectable:
        verb = "helped" if more.value > 0 else "hurt"
        text = (
            f"Look at size again: doubling the overfitting model's width {verb} ({_points(more)})."
        )
        statements.append(Statement(theme="extension", text=text, anchor="table-ablation"))
    return statements


def _points(difference: Difference) -> str:
    return (
        f"{100 * difference.value:+.2f} points [{100 * difference.ci_low:+.2f},"
        f" {100 * difference.ci_high:+.2f}]"
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _times(larger: float, smaller: float) -> str:
    return f"{larger / smaller:.1f} times" if smaller > 0 else "beyond"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
