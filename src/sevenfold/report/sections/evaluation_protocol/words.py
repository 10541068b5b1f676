"""Which protocol was taken, and why."""

from collections.abc import Mapping

from sevenfold.protocol import Method
from sevenfold.report.numbers import count, percent, points, whole, word
from sevenfold.report.terms import Terms
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.evaluation_protocol import EvaluationProtocol, Option

METHODS: Mapping[Method, str] = {
    "holdout": "hold-out",
    "kfold": "K-fold cross-validation",
    "iterated-kfold": "iterated K-fold",
}


def choice(protocol: EvaluationProtocol, terms: Terms) -> str:
    """The protocol in force, and what the rule saw."""
    name = METHODS[protocol.method]
    if protocol.asked:
        return f"The choice is {name}, because the settings ask for it; the rule was not applied."
    return f"The choice is {name}: {_reason(protocol, terms)}."


def _reason(protocol: EvaluationProtocol, terms: Terms) -> str:
    holdout, kfold, _ = protocol.options
    accuracy = f"an accuracy of {100 * protocol.expected_accuracy:.0f} %"

    def width(option: Option) -> str:
        return f"±{100 * option.half_width:.2f} points on {whole(option.n_scored)} {terms.images}"

    def limit(option: Option) -> str:
        return f"±{100 * (option.limit or 0.0):.2f}"

    if protocol.method == "holdout":
        return (
            f"hold-out gives {accuracy} an interval of {width(holdout)}, within the"
            f" {limit(holdout)} allowed"
        )
    too_wide = (
        f"hold-out would give {accuracy} an interval of {width(holdout)}, beyond the"
        f" {limit(holdout)} allowed"
    )
    if protocol.method == "kfold":
        return f"{too_wide}; K-fold scores every {terms.image} once and gives {width(kfold)}"
    return (
        f"{too_wide}, and K-fold {width(kfold)}, beyond {limit(kfold)}; repeated shuffled rounds"
        " average the luck of the folds out"
    )


def groups(protocol: EvaluationProtocol, terms: Terms) -> str:
    """How groups were divided, and what that cost; empty where they are not known."""
    found = protocol.groups
    if found is None:
        return ""
    which = "the split" if protocol.method == "holdout" else "the first split"
    come = f"The {terms.images} come from {count(found.n, terms.group)}."
    if not found.apart:
        n = found.n_across
        across = f"{word(n)} of them {'is' if n == 1 else 'are'}" if n else "none of them is"
        trained = f", so that it validates on {terms.groups} that it trained on" if n else ""
        return (
            f"{come} The settings ask to ignore that: {across} on both sides of {which}{trained}."
        )
    return (
        f"{come} Those of one {terms.group} may be more alike than those of two, so each"
        f" {terms.group} is on one side of every split: in {which}, {word(found.n_train)} in"
        f" training and {word(found.n_validation)} in validation. {_exactness(protocol, terms)}"
    )


def _exactness(protocol: EvaluationProtocol, terms: Terms) -> str:
    """How far sizes and strata are from what single images would allow."""
    found = protocol.groups
    assert found is not None
    n, exact = protocol.n_validation, found.n_exact
    size = f"{whole(n)} {terms.images} validate where {whole(exact)} would be exact"
    if n == exact:
        size = f"{whole(n)} {terms.images} validate, which is exact"
    return (
        f"Whole {terms.groups} cannot be dealt out as evenly as single {terms.images}: {size}, and"
        f" the share of a {terms.class_noun} among validation {terms.images} differs from its"
        f" share among all by at most {100 * found.largest_offset:.2f} percentage points."
    )


def represented(protocol: EvaluationProtocol, terms: Terms) -> str:
    """How nearly the classes have their shares on both sides."""
    if protocol.groups and protocol.groups.apart:
        return (
            f"every {terms.class_noun} represented as nearly in proportion as whole"
            f" {terms.groups} allow"
        )
    return f"every {terms.class_noun} represented in proportion"


def hidden(baseline: Baseline, terms: Terms) -> str:
    """What a split of single images would have hidden, by the baseline's errors."""
    found = baseline.seen_groups
    assert found is not None
    gap, n = found.difference, found.difference.n
    low, high = (points(end, n) for end in (gap.ci_low, gap.ci_high))
    verdict = "Whether there is a difference these numbers cannot tell."
    if gap.ci_low > 0.0:
        verdict = (
            f"A network that is validated on {terms.groups} it knows looks that much better than it"
            " is."
        )
    elif gap.ci_high < 0.0:
        verdict = f"Here knowing the {terms.groups} did harm, which needs an explanation."
    shared = f"{100 * found.share_seen:.0f}\u00a0% of the same {terms.groups}’ {terms.images}"
    return (
        f"What a split of single {terms.images} would have hidden was measured with the baseline of"
        f" section 5 ({count(gap.n_seeds, 'seed')}, mean over the later half of its epochs): on the"
        f" same {whole(n)} validation"
        f" {terms.images} it errs in {percent(found.unseen, n)}\u00a0% where, as everywhere in this"
        f" report, no {terms.image} of their {terms.groups} was trained on, and in"
        f" {percent(found.seen, n)}\u00a0% where {shared}, never those scored, took the places of"
        f" as many training {terms.images}: a difference of {points(gap.value, n)} points"
        f" [{low}, {high}] (95\u00a0% interval over {terms.groups} and seeds). {verdict}"
    )
