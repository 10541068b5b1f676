"""How far the network's probabilities may be trusted."""

import math

from sevenfold.report.numbers import accuracy, count, interval, percent, whole, word
from sevenfold.report.terms import Terms
from sevenfold.statistics import Calibration, GroupedProportion, Proportion, Unsure
from sevenfold.statistics.calibration import N_BINS
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.self_knowledge import SelfKnowledge

NEAR_ONE = 0.05


def share(p: GroupedProportion) -> str:
    """A share with the interval that counts, for a sentence."""
    return accuracy(plain(p))


def plain(p: GroupedProportion) -> Proportion:
    """A share with the interval that counts, as the page prints one."""
    return Proportion(value=p.value, ci_low=p.ci_low, ci_high=p.ci_high, n=p.n)


def range_of(p: GroupedProportion) -> str:
    """The interval that counts, for a table cell."""
    return interval(plain(p))


def n_of(p: GroupedProportion) -> int:
    """How many there are of what is counted."""
    return round(p.value * p.n)


def threshold(t: float) -> str:
    """A threshold in percent, as exact as its distance from certainty asks for.

    >>> threshold(0.7982), threshold(0.99772), threshold(0.99995)
    ('79.8', '99.77', '99.9950')
    """
    return f"{100 * t:.{max(1, math.ceil(-math.log10(1.0 - t)) - 1)}f}"


def bound_of(value: float) -> str:
    """What is promised, in percent.

    >>> bound_of(0.005), bound_of(0.2)
    ('0.5', '20')
    """
    return f"{100 * value:.3g}"


def judges(protocol: EvaluationProtocol | None) -> str:
    """Whose probabilities were looked at, as the subject of a sentence."""
    if protocol is None or protocol.n_folds == 1:
        return "one network of the chosen configuration"
    return f"one network of the chosen configuration for each of {word(protocol.n_folds)} folds"


def temperature(confidence: Confidence, terms: Terms) -> str:
    """What the temperature says of the network on validation images."""
    value, on = confidence.temperature.value, f"{whole(confidence.n)} validation {terms.images}"
    if confidence.n_errors == 0:
        return (
            f"There is no error among the {on}, so nothing says how sure the network ought to be:"
            " the temperature stays 1 and changes nothing."
        )
    fitted = f"On the {on} the temperature of least log loss is {value:.2f}"
    if abs(value - 1.0) < NEAR_ONE:
        return f"{fitted}, close to 1: the network was about as sure as it should have been."
    if value > 1.0:
        return f"{fitted}, above 1: there the network was surer than it was right."
    return f"{fitted}, below 1: there the network was less sure than it could have been."


def effect(found: SelfKnowledge, terms: Terms) -> str:
    """What the temperature does to the test images' log loss."""
    before, after = found.before.log_loss, found.after.log_loss
    if math.isclose(before, after, rel_tol=5e-3, abs_tol=1e-9):
        return f"On the test {terms.images} it leaves the log loss about as it was."
    verb = "lowers" if after < before else "raises"
    return f"On the test {terms.images} it {verb} the log loss from {before:.4f} to {after:.4f}."


def mean_confidence(scored: Calibration) -> float:
    """The mean probability of the answers."""
    return sum(b.n * b.confidence for b in scored.bins) / scored.n


def confident(scored: Calibration, terms: Terms) -> str:
    """Errors made with a probability above 99 %, beside the right answers there."""
    n, wrong = scored.n_confident, scored.n_confident_errors
    if n == 0:
        return f"No answer on the test {terms.images} has a probability above 99\u00a0%."
    all_of = f"Of the {whole(scored.n)} answers {whole(n)} have a probability above 99\u00a0%"
    if wrong == 0:
        return f"{all_of}, and none of these is wrong."
    return (
        f"{all_of}; {word(wrong)} of these {'is' if wrong == 1 else 'are'} wrong and"
        f" {whole(n - wrong)} right, so {percent(wrong / n, n)}\u00a0% of such answers are errors,"
        " where their probabilities allow for less than 1\u00a0%."
    )


def promise(confidence: Confidence, terms: Terms) -> str:
    """From when on the network answers, and what is promised then."""
    unsure = confidence.unsure
    if unsure is None:
        return (
            f"All validation {terms.images} come from one {terms.group}, so nothing can be promised"
            f" for another one: no threshold is chosen."
        )
    rate, certain = f"{bound_of(unsure.bound)}\u00a0%", f"{100 * unsure.certainty:.0f}\u00a0%"
    others = "" if confidence.n_groups is None else f" by other {terms.groups}"
    if unsure.threshold is None:
        return (
            f"No threshold of those tried keeps the error among answers at most {rate} with a"
            f" certainty of {certain}: {whole(unsure.n)} validation {terms.images} with"
            f" {count(confidence.n_errors, 'error')} cannot vouch for it while at least half of"
            " them are answered. So the network never says that it is unsure."
        )
    where = "every answer counts as sure"
    if unsure.threshold > 0.0:
        where = f"an answer below {threshold(unsure.threshold)}\u00a0% counts as unsure"
    return (
        f"From now on {where}. It is the lowest threshold of those tried in turn for which, with a"
        f" certainty of {certain}, at most {rate} of the sure answers on {terms.images} of the same"
        f" kind{others} are wrong. On validation {terms.images} it leaves"
        f" {percent(unsure.coverage, unsure.n)}\u00a0% answered, with"
        f" {count(unsure.n_errors, 'error')} among {whole(unsure.n_answered)} answers; the upper"
        f" bound for others is {percent(unsure.error_high, unsure.n)}\u00a0%."
    )


def kept(confidence: Confidence, found: SelfKnowledge, terms: Terms) -> str:
    """What became of the promise on the test images; empty where none was made."""
    if found.answered is None or confidence.unsure is None:
        return ""
    answered, bound = found.answered, confidence.unsure.bound
    if answered.error is None:
        return f"On the test {terms.images} too few are answered to check it."
    withheld = found.curve.n - answered.error.n
    n_errors, n_wrong = round(found.curve.risk[-1] * found.curve.n), n_of(answered.error)
    said = (
        f"On the test {terms.images} {share(answered.coverage)} are answered, and"
        f" {share(answered.error)} of these answers are wrong: {verdict(answered.error, bound)}."
    )
    if not withheld:
        return said
    verb = "is" if n_errors - n_wrong == 1 else "are"
    return (
        f"{said} Of the {count(withheld, 'answer')} withheld,"
        f" {word(n_errors - n_wrong) if n_errors > n_wrong else 'none'} {verb} wrong."
    )


def verdict(error: GroupedProportion, bound: float) -> str:
    """An error among answers against what was promised."""
    if error.ci_high <= bound:
        return "well within the promise"
    if error.value <= bound:
        return "as promised"
    if error.ci_low <= bound:
        return "above the promise, as chance may have it"
    return "the promise is broken"


def origin(confidence: Confidence, unsure: Unsure) -> str:
    """Where the bound comes from."""
    if not confidence.bound_of_data:
        return f"The {bound_of(unsure.bound)}\u00a0% were asked for in the settings."
    return (
        f"The {bound_of(unsure.bound)}\u00a0% are the first of a short list of round numbers that"
        " are at least a third of the validation error and could be vouched for by half as many"
        " images without any error."
    )


def sets(confidence: Confidence, found: SelfKnowledge, terms: Terms) -> str:
    """The sets of classes on the test images."""
    rule, level = confidence.conformal, f"{100 * confidence.conformal.level:.3g}\u00a0%"
    if rule.quantile is None:
        needed = math.ceil(rule.level / (1.0 - rule.level))
        return (
            f"For sets that hold the right {terms.class_noun} in {level} of cases"
            f" {whole(rule.n)} validation {terms.images} are too few (at least {whole(needed)} are"
            f" needed), so every set holds all {terms.class_nouns}."
        )
    c = found.sets.coverage
    verdict = "as promised"
    if c.ci_high < rule.level:
        verdict = "less often than promised"
    elif c.ci_low > rule.level:
        verdict = "more often than promised"
    held = f"On the test {terms.images} they hold it in {share(c)} of cases, {verdict}"
    sizes = (
        f"{whole(found.sets.n_single)} sets hold one {terms.class_noun},"
        f" {whole(found.sets.n_several)} hold several"
    )
    if found.sets.n_empty:
        sizes = f"{sizes}, and {whole(found.sets.n_empty)} none"
    empty = ""
    if found.sets.n_empty:
        empty = (
            f" An empty set says that no {terms.class_noun} is likely enough: the {terms.image} is"
            " unlike those that the network is sure of."
        )
    return f"{held}. {sizes}; {found.sets.mean_size:.2f} on average.{empty}"


def suspects(confidence: Confidence, final: FinalTest, terms: Terms) -> str:
    """How many labels are in doubt, and where they were looked for."""
    found = confidence.suspects
    seeds = count(confidence.n_seeds, "network")
    if found.n == final.n_trained_on:
        looked = (
            f"Every development {terms.image} was judged by {seeds} that had not been trained on it"
            " (out of fold)"
        )
    else:
        looked = (
            f"The {whole(found.n)} validation {terms.images} were judged by {seeds} that had not"
            f" been trained on them; the other development {terms.images} were not"
        )
    if found.n_suspect == 0:
        return f"{looked}. No label is in doubt."
    verb = "is" if found.n_suspect == 1 else "are"
    return f"{looked}. {count(found.n_suspect, 'label').capitalize()} {verb} in doubt"


BINS = f"{N_BINS} bins of equal width"
