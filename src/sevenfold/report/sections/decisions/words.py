"""Each decision of a run as it was made: by which rule, on which figures, and why not
otherwise.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sevenfold.errors import listed
from sevenfold.report.numbers import count, difference, percent, points, whole, word
from sevenfold.report.sections.evaluation_protocol.words import METHODS
from sevenfold.report.sections.final_test.words import times
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.success import Success


class Decision(NamedTuple):
    """One decision. section: the number of the section that tells of it. works: keys of
    what the rule is taken from; none where it is the workflow's own.
    """

    question: str
    rule: str
    threshold: str
    value: str
    choice: str
    instead: str
    section: str
    works: tuple[str, ...] = ()


def decisions(run: FinishedRun, terms: Terms) -> list[Decision]:
    """Those that were made so far, in the order of the workflow."""
    return list(_made(run, terms))


def _made(run: FinishedRun, terms: Terms) -> Iterator[Decision]:
    if run.success:
        yield _measure(run.success, run.final_test, terms)
    if run.evaluation_protocol:
        yield _protocol(run, run.evaluation_protocol, terms)
        yield _groups(run.evaluation_protocol, run.baseline, terms)
    if run.baseline:
        yield _goes_on(run.baseline, terms)
    if run.overfit:
        yield _overfits(run.overfit)
    if run.search and run.finalists:
        yield _searched(run)
    if run.finalists:
        yield _finalist(run.finalists)
    if run.final_test:
        yield _epochs(run.final_test, terms)
        yield _tested(run.final_test)


def _measure(success: Success, final: FinalTest | None, terms: Terms) -> Decision:
    even = success.accuracy_suffices
    instead = f"accuracy alone would favour the most frequent {terms.class_noun}"
    if even:
        instead = f"where {terms.class_nouns} are even, macro F1 says the same"
    if even and final:
        apart = abs(final.scores.macro_f1 - final.scores.accuracy.value)
        instead += f" (in the test {percent(apart, final.n_test)} points apart)"
    return Decision(
        "Which measure of success?",
        f"Accuracy alone while no {terms.class_noun} dominates",
        f"most frequent at most {success.balanced_ratio:.2f} times the rarest",
        f"{success.imbalance_ratio:.2f} times; the rarest {terms.class_noun} has"
        f" {100 * success.smallest_share:.1f} %",
        "accuracy" if even else "accuracy, and macro F1 beside it",
        instead,
        "2",
        ("book",),
    )


def _protocol(run: FinishedRun, protocol: EvaluationProtocol, terms: Terms) -> Decision:
    widths = {
        option.method: f"{METHODS[option.method]} ±{100 * option.half_width:.2f}"
        for option in protocol.options
    }
    limits = [
        f"±{100 * option.limit:.2f} for {METHODS[option.method]}"
        for option in protocol.options
        if option.limit is not None
    ]
    folds = run.config.protocol.n_folds
    others = [text for method, text in widths.items() if method != protocol.method]
    instead = {
        "holdout": f"{widths['kfold']} costs {word(folds)} trainings for each one",
        "kfold": f"{widths['holdout']} is too wide; another round costs as much again",
        "iterated-kfold": f"{listed(others)} are too wide",
    }[protocol.method]
    return Decision(
        "How is validation done?",
        "As the settings ask" if protocol.asked else "The simplest protocol precise enough",
        "none" if protocol.asked else f"{'; '.join(limits)} (points)",
        f"{widths[protocol.method]} on {whole(protocol.n_scored)} of"
        f" {whole(run.problem.n_development)} {terms.images}",
        METHODS[protocol.method],
        "the rule was not applied" if protocol.asked else instead,
        "3",
        ("book",),
    )


def _groups(protocol: EvaluationProtocol, baseline: Baseline | None, terms: Terms) -> Decision:
    found, seen = protocol.groups, baseline.seen_groups if baseline else None
    instead = f"no {terms.group} is named that could be kept apart"
    if found and found.apart:
        instead = f"single {terms.images} would validate on {terms.groups} that were trained on"
    if found and found.apart and seen:
        gap = seen.difference
        instead = f"mixed, the baseline looks {points(gap.value, gap.n)} points better"
        if gap.ci_low <= 0.0 <= gap.ci_high:
            instead += ", which chance explains"
    if found and not found.apart:
        instead = "the settings ask for it"
    return Decision(
        "What stays together in a split?",
        f"{terms.images.capitalize()} of one {terms.group}, where known",
        f"any {terms.group} on both sides",
        f"{count(found.n, terms.group)}, {_none(found.n_across)} on both sides"
        if found
        else f"no {terms.groups} known",
        f"{terms.groups} apart" if found and found.apart else f"single {terms.images}, by class",
        instead,
        "3",
    )


def _goes_on(baseline: Baseline, terms: Terms) -> Decision:
    linear = difference(baseline.over_softmax)
    told = "beats" if "softmax" not in baseline.unbeaten else "is not told from"
    if baseline.over_softmax.ci_high < 0.0:
        told = "is worse than"
    network = baseline.network.configuration.network
    return Decision(
        "Is there something to learn?",
        f"A small network must beat the most frequent {terms.class_noun}",
        "interval of the gain above 0",
        difference(baseline.over_majority),
        "go on" if baseline.has_power else "stop here",
        f"{network} {told} softmax regression ({linear})",
        "5",
        ("book",),
    )


def _overfits(overfit: Overfit) -> Decision:
    turn, network = overfit.model.turn, overfit.model.at_end.configuration.network
    n_smaller = len(overfit.attempts) - 1
    smaller = count(n_smaller, "smaller network")
    return Decision(
        "How large must a network be?",
        "The first of a ladder whose validation loss turns",
        f"rise above {turn.threshold:.4f}",
        f"{turn.rise.mean:.4f}, from epoch {turn.epoch} on",
        f"{network}" if overfit.reached else f"{network}, which did not turn",
        "no smaller one was on the ladder" if not n_smaller else f"{smaller} did not turn",
        "6",
        ("book",),
    )


def _searched(run: FinishedRun) -> Decision:
    assert run.search is not None
    assert run.finalists is not None
    n_told, of = 0, 0
    if run.ablation is not None:
        rows = run.ablation.at_best.rows
        n_told, of = sum(row.detectable and row.value > 0 for row in rows), len(rows)
    rungs = listed([str(rung) for rung in run.search.rungs])
    return Decision(
        "Which settings?",
        "Successive halving over a space fixed beforehand",
        f"the best 1 in {run.config.regularize.search.reduction} of each rung go on",
        f"{count(len(run.search.trials), 'trial')}, judged after {rungs} epochs",
        count(len(run.finalists.finalists), "finalist"),
        f"one remedy at a time: {_none(n_told)} of {word(of)}"
        f" {'helps' if n_told == 1 else 'help'} beyond chance",
        "7",
        ("halving", "tpe"),
    )


def _finalist(judged: Finalists) -> Decision:
    winner, others = judged.winner, [one for one in judged.finalists if not one.chosen]
    n_tied = sum(one.within_one_se for one in judged.finalists)
    n = winner.fresh.accuracy.n
    behind = [
        f"trial {one.trial} ({one.fresh.configuration.network})"
        f" {_against_best(one.behind_best, n)}{'' if one.within_one_se else ', beyond it'}"
        for one in others
    ]
    largest = max((one.standard_error for one in judged.finalists), default=0.0)
    return Decision(
        "Which finalist?",
        "The smallest within one standard error of the best, on fresh seeds",
        f"{percent(largest, n)} points" if others else "none",
        f"{word(n_tied)} of {word(len(judged.finalists))} within it",
        f"trial {winner.trial} ({winner.fresh.configuration.network})",
        "; ".join(behind[:3]) or "there was no other",
        "7",
        ("one_se",),
    )


def _epochs(final: FinalTest, terms: Terms) -> Decision:
    longer = final.diagnosis == "trained_longer"
    epochs = count(final.configuration.training.n_epochs, "epoch")
    return Decision(
        "How long to train in the end?",
        "As the settings say" if longer else "As validation found best, fixed before the test",
        "none",
        f"{epochs}; all {whole(final.n_trained_on)} development {terms.images}",
        epochs,
        f"to stop by test {terms.images} would be to tune on them",
        "8",
        ("book",),
    )


def _tested(final: FinalTest) -> Decision:
    seeds, n = final.seed_accuracies, final.n_test
    first, best = percent(final.scores.accuracy.value, n), percent(max(seeds.values), n)
    known = f"{count(seeds.n, 'seed')}"
    picked = f"it happens to be the best of {known}"
    if best != first:
        picked = f"the best of {known} has {best} %, which is known by looking alone"
    return Decision(
        "Which result counts?",
        "That of the first seed, at an opening after the plan was frozen",
        "one opening",
        f"opened {times(final.n_openings)}",
        f"{first} %",
        picked if seeds.n > 1 else "there is no other seed",
        "8",
    )


def _none(n: int) -> str:
    return word(n) if n else "none"


def _against_best(behind: float, n: int) -> str:
    return f"{percent(behind, n)} points behind the best" if behind else "is the best"
