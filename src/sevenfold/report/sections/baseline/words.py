"""Whether the small network beats common sense."""

from sevenfold.report.numbers import listed, p_value, whole
from sevenfold.report.terms import Terms
from sevenfold.steps.baseline import Baseline, Rival


def rival(name: Rival, baseline: Baseline, terms: Terms) -> str:
    """A kind of common sense in words."""
    if name == "softmax":
        return "softmax regression"
    return f"always answering {terms.names[baseline.majority_class]}"


def power(baseline: Baseline, terms: Terms) -> str:
    """The two exact tests."""
    majority, softmax = baseline.against_majority, baseline.against_softmax
    return (
        f"Of {whole(majority.n)} validation {terms.images}, {whole(majority.only_first)} are read"
        f" correctly by the small network alone and {whole(majority.only_second)} only by"
        f" {rival('majority', baseline, terms)} ({p_value(majority.p_value)}); against softmax"
        f" regression it is {whole(softmax.only_first)} to {whole(softmax.only_second)}"
        f" ({p_value(softmax.p_value)})."
    )


def no_power(baseline: Baseline, terms: Terms) -> str:
    """Which rivals the small network does not beat, and which of them beat it."""
    names = [rival(name, baseline, terms) for name in baseline.unbeaten]
    beaten_by = [
        rival(name, baseline, terms)
        for name in baseline.unbeaten
        if baseline.tests[name].only_first < baseline.tests[name].only_second
        and baseline.tests[name].p_value < baseline.significance
    ]
    seen = f"The small network does not beat common sense: against {listed(names)}"
    if beaten_by == names:
        return f"{seen} it is worse, by more than chance explains."
    worse = (
        f" (against {beaten_by[0]} it is worse by more than chance explains)" if beaten_by else ""
    )
    return f"{seen} it is not better by more than chance explains{worse}."


def ends(baseline: Baseline) -> str:
    """Where the two curves end."""
    small, softmax = baseline.network, baseline.softmax
    higher = small.accuracy.value > softmax.accuracy.value
    if small.val_loss < softmax.val_loss:
        joint = " and" if higher else ", though not"
        return f"The small network ends lower in loss{joint} higher in accuracy."
    return (
        "The small network ends no lower in"
        f" loss{', though' if higher else ' and no'} higher in accuracy."
    )
