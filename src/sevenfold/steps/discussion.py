"""Section 9: discussion and conclusions, composed from measured facts; each statement names the place that shows it."""

from typing import Literal

from sevenfold.records import Record
from sevenfold.run import Run
from sevenfold.statistics import Difference, PairedTest
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.final_test import Comparison, FinalTest
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.problem import Problem
from sevenfold.steps.regularize import AblationRow, Regularize

Theme = Literal["worked", "uncertain", "confused", "strength", "limitation", "extension"]


class Statement(Record):
    """One conclusion. `anchor` is the id of the figure or table in the report that it rests on."""

    theme: Theme
    text: str
    anchor: str


class Discussion(Record):
    """The conclusions in reading order."""

    verdict: str
    statements: tuple[Statement, ...]


def discuss(
    run: Run, problem: Problem, baseline: Baseline, overfit: Overfit, chosen: Regularize, final: FinalTest
) -> Discussion:
    """Say what the numbers say, and what they cannot tell apart."""
    statements = (
        *_worked(overfit, chosen, final),
        *_uncertain(chosen, final),
        *_confused(final),
        *_strengths(baseline, overfit, final),
        *_limitations(problem, chosen, final),
        *_extensions(chosen),
    )
    return Discussion(verdict=f"{len(statements)} conclusions, each tied to its figure or table", statements=statements)


def _worked(overfit: Overfit, chosen: Regularize, final: FinalTest) -> list[Statement]:
    statements = [Statement(theme="worked", text=_compare(c, final), anchor="table-comparisons") for c in final.comparisons]
    rows = [row for row in chosen.ablation if row.difference_at_best is not None]
    best = max(rows, key=_gain)
    worst = min(rows, key=_gain)
    at_best = best.difference_at_best
    assert at_best is not None
    statements.append(
        Statement(
            theme="worked",
            text=(
                f"Of the single remedies, {best.name} did most for the overfitting model: {_points(at_best)} of validation accuracy at "
                f"the turning point, while {worst.name} did least ({100 * _gain(worst):+.2f} points)."
            ),
            anchor="table-ablation",
        )
    )
    gain = chosen.gain_over_overfit
    statements.append(
        Statement(
            theme="worked",
            text=(
                f"The search added to that: the chosen network is {_points(gain)} from the overfitting model's best epoch"
                f"{'' if gain.detectable else ', which the validation digits cannot tell from no gain'}."
            ),
            anchor="table-finalists",
        )
    )
    if overfit.reached:
        turn = overfit.model.turn
        statements.append(
            Statement(
                theme="worked",
                text=(
                    f"Overfitting was reached and proved: after epoch {turn.epoch} (sd {turn.epochs.sd:.1f}) the validation loss of "
                    f"{overfit.model.at_end.configuration.network} rose by {turn.rise.mean:.3f}, {_times(turn.rise.mean, turn.threshold)} "
                    f"the spread over repeats."
                ),
                anchor="figure-overfit",
            )
        )
    else:
        statements.append(
            Statement(
                theme="limitation",
                text=f"Overfitting was not reached within the budget; the largest network tried was {overfit.model.at_end.configuration.network}.",
                anchor="figure-overfit",
            )
        )
    return statements


def _compare(comparison: Comparison, final: FinalTest) -> str:
    gained = comparison.test.only_first - comparison.test.only_second
    verdict = (
        f"{abs(gained)} {'fewer' if gained > 0 else 'more'} errors of {final.n_test:,}"
        if gained
        else f"the same number of errors of {final.n_test:,}"
    )
    certainty = (
        f"more than chance explains (exact McNemar p {_p(comparison.test)})"
        if comparison.test.p_value < 0.05
        else f"a difference that chance explains as well (exact McNemar p {_p(comparison.test)})"
    )
    return (
        f"Against the {comparison.name} ({comparison.network}, {100 * comparison.accuracy.value:.2f} %), the final network "
        f"({100 * final.scores.accuracy.value:.2f} %) makes {verdict}: {certainty}."
    )


def _uncertain(chosen: Regularize, final: FinalTest) -> list[Statement]:
    statements = []
    unclear = [row.name for row in chosen.ablation if row.difference_at_best and not row.difference_at_best.detectable]
    clear = [row.name for row in chosen.ablation if row.difference_at_best and row.difference_at_best.detectable]
    if unclear:
        but = f"; only {_list(clear)} can be told from no effect" if clear else "; no remedy alone can be told from no effect"
        statements.append(
            Statement(theme="uncertain", text=f"The intervals of {_list(unclear)} include zero{but}.", anchor="table-ablation")
        )
    tied = [finalist for finalist in chosen.finalists if finalist.within_one_se]
    if len(tied) > 1:
        smallest = chosen.winner.fresh
        statements.append(
            Statement(
                theme="uncertain",
                text=(
                    f"{len(tied)} of the {len(chosen.finalists)} finalists lie within one standard error of the best; "
                    f"{smallest.configuration.network} was taken because it is the smallest of them ({smallest.n_parameters:,} weights)."
                ),
                anchor="table-finalists",
            )
        )
    winner = chosen.winner
    curse = winner.search_accuracy - winner.fresh.accuracy.value
    statements.append(
        Statement(
            theme="uncertain",
            text=(
                f"The search saw {100 * winner.search_accuracy:.2f} % for the winner and fresh seeds gave "
                f"{100 * winner.fresh.accuracy.value:.2f} %: {'an optimism' if curse > 0 else 'a pessimism'} of {100 * abs(curse):.2f} points, "
                f"after validation data had been consulted {chosen.n_consultations} times in this step."
            ),
            anchor="table-finalists",
        )
    )
    interval = 100 * (final.scores.accuracy.ci_high - final.scores.accuracy.ci_low) / 2
    sd = 100 * final.seed_accuracies.sd
    larger, smaller = (
        ("sampling of test digits", "choice of the seed")
        if interval > sd
        else ("choice of the seed", "sampling of test digits")
    )
    statements.append(
        Statement(
            theme="uncertain",
            text=(
                f"The test accuracy is uncertain by ±{interval:.2f} points because the test set is finite and by {sd:.2f} (one sd over "
                f"{final.seed_accuracies.n} seeds) because training is random; the {larger} matters more than the {smaller}."
            ),
            anchor="table-final",
        )
    )
    statements.append(Statement(theme="uncertain", text=_diagnosis(final), anchor="table-final"))
    return statements


def _diagnosis(final: FinalTest) -> str:
    gap = f"Test accuracy differs from validation accuracy by {100 * final.gap:+.2f} points (p = {final.gap_p_value:.2f})"
    if final.diagnosis == "agrees":
        return f"{gap}: no sign that the tuning overfitted the validation digits or that the protocol misled."
    if final.diagnosis == "test_worse":
        return f"{gap}: either the protocol was unreliable or the tuning overfitted the validation digits; iterated K-fold is the next thing to try."
    return f"{gap}: the test digits are easier than the development digits, or the refit on all of them helped."


def _confused(final: FinalTest) -> list[Statement]:
    statements = []
    if final.confused_pairs:
        named = _list([f"{pair.digit} read as {pair.predicted} ({pair.n})" for pair in final.confused_pairs[:3]])
        share = sum(pair.n for pair in final.confused_pairs[:3]) / final.scores.n_errors
        statements.append(
            Statement(
                theme="confused",
                text=f"Most often confused: {named}; together {100 * share:.0f} % of all errors.",
                anchor="figure-confusion",
            )
        )
    hardest = min(final.scores.per_class, key=lambda c: c.recall.value)
    easiest = max(final.scores.per_class, key=lambda c: c.recall.value)
    statements.append(
        Statement(
            theme="confused",
            text=(
                f"The {hardest.digit} is hardest (recall {100 * hardest.recall.value:.1f} %, n = {hardest.n}), the {easiest.digit} easiest "
                f"({100 * easiest.recall.value:.1f} %, n = {easiest.n})"
                f"{'; their intervals overlap' if hardest.recall.ci_high > easiest.recall.ci_low else '; their intervals do not overlap'}."
            ),
            anchor="table-classes",
        )
    )
    return statements


def _strengths(baseline: Baseline, overfit: Overfit, final: FinalTest) -> list[Statement]:
    errors_before = 1.0 - baseline.network.accuracy.value
    errors_after = 1.0 - final.validation_accuracy.value
    shares = [c.recall.value for c in final.scores.per_class]
    return [
        Statement(
            theme="strength",
            text=(
                f"On the same validation digits the workflow cut the error from {100 * errors_before:.2f} % (baseline, "
                f"{baseline.network.n_parameters:,} weights) to {100 * errors_after:.2f} % ({final.n_parameters:,} weights), "
                f"{_times(errors_before, errors_after)} fewer."
            ),
            anchor="table-ladder",
        ),
        Statement(
            theme="strength",
            text=(
                f"No digit is left behind: recall lies between {100 * min(shares):.1f} and {100 * max(shares):.1f} %, "
                f"and macro-averaged F1 ({100 * final.scores.macro_f1:.2f} %) equals accuracy to "
                f"{100 * abs(final.scores.macro_f1 - final.scores.accuracy.value):.2f} points."
            ),
            anchor="table-classes",
        ),
    ]


def _limitations(problem: Problem, chosen: Regularize, final: FinalTest) -> list[Statement]:
    sure = [mistake for mistake in final.mistakes if mistake.probability > 0.99]
    statements = [
        Statement(
            theme="limitation",
            text=(
                f"The network can be wrong and sure: {len(sure)} of its {final.scores.n_errors} errors were made with a probability above "
                f"99 %, the surest with {100 * final.mistakes[0].probability:.2f} %."
                if final.mistakes
                else f"There was no error among {final.n_test:,} test digits, so its failures cannot be described from them."
            ),
            anchor="figure-mistakes",
        ),
    ]
    if problem.provenance.embedded_subset:
        statements.append(
            Statement(
                theme="limitation",
                text=(
                    f"Only the embedded subset was at hand ({problem.n_development:,} development and {final.n_test:,} test digits), so the "
                    f"result says little about the full MNIST."
                ),
                anchor="table-data",
            )
        )
    detectable = _detectable(final)
    statements.append(
        Statement(
            theme="limitation",
            text=(
                f"With {final.scores.n_errors} errors, another network would need about {detectable} errors fewer on these "
                f"{final.n_test:,} digits before a paired test could call it better."
            ),
            anchor="table-final",
        )
    )
    return statements


def _detectable(final: FinalTest) -> int:
    """The smallest net difference that the exact McNemar test calls significant if half of today's errors are in dispute."""
    from scipy.stats import binomtest

    discordant = max(6, final.scores.n_errors)
    for k in range(discordant // 2, discordant + 1):
        if binomtest(k, discordant, 0.5).pvalue < 0.05:
            return 2 * k - discordant
    return discordant


def _extensions(chosen: Regularize) -> list[Statement]:
    statements = []
    winner = chosen.winner.fresh.configuration
    longest = max(trial.configuration.training.n_epochs for trial in chosen.trials)
    if winner.training.n_epochs >= 0.9 * longest:
        statements.append(
            Statement(
                theme="extension",
                text=f"Train longer: the best epoch read was {winner.training.n_epochs} of {longest}, at the edge of the budget.",
                anchor="table-finalists",
            )
        )
    else:
        statements.append(
            Statement(
                theme="extension",
                text=(
                    f"More epochs would not help this network: its validation accuracy was best at epoch {winner.training.n_epochs} "
                    f"of {longest}. Distorting the training digits is what the literature tries next."
                ),
                anchor="table-finalists",
            )
        )
    if max(winner.network.hidden) == max(chosen.space.width):
        text = (
            f"Widen the space: the winner's layers have {max(winner.network.hidden):,} units, the most that the search allowed."
        )
        statements.append(Statement(theme="extension", text=text, anchor="table-space"))
    more = next(row for row in chosen.ablation if row.name == "more capacity")
    if more.difference_at_best is not None and more.difference_at_best.detectable:
        direction = "helped" if more.difference_at_best.value > 0 else "hurt"
        text = f"Doubling the overfitting model's width {direction} ({_points(more.difference_at_best)}), so size is worth a closer look."
        statements.append(Statement(theme="extension", text=text, anchor="table-ablation"))
    return statements


def _gain(row: AblationRow) -> float:
    return row.difference_at_best.value if row.difference_at_best is not None else 0.0


def _points(difference: Difference) -> str:
    return f"{100 * difference.value:+.2f} points [{100 * difference.ci_low:+.2f}, {100 * difference.ci_high:+.2f}]"


def _p(test: PairedTest) -> str:
    return "< 0.001" if test.p_value < 0.001 else f"= {test.p_value:.3f}"


def _times(larger: float, smaller: float) -> str:
    return f"{larger / smaller:.1f} times" if smaller > 0 else "beyond"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
