"""Whether the small network beats common sense."""

from sevenfold.errors import listed
from sevenfold.report.numbers import count, p_value, points, points_interval, whole
from sevenfold.report.terms import Terms
from sevenfold.statistics import Difference
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
        f"Of {whole(majority.n)} validation {terms.images}, {whole(majority.only_first)} are"
        f" classified correctly by the small network alone and {whole(majority.only_second)}"
        f" only by {rival('majority', baseline, terms)} ({p_value(majority.p_value)}); against"
        f" softmax regression it is {whole(softmax.only_first)} to {whole(softmax.only_second)}"
        f" ({p_value(softmax.p_value)})."
    )


def verdict(baseline: Baseline, terms: Terms) -> str:
    """What the differences over all seeds say where the network has power."""
    over: dict[Rival, Difference] = {
        "majority": baseline.over_majority,
        "softmax": baseline.over_softmax,
    }
    gains = [
        f"{points(gain.value, gain.n)} points {points_interval(gain)} against"
        f" {rival(name, baseline, terms)}"
        for name, gain in over.items()
    ]
    power = (
        f"so it has statistical power: the {terms.class_noun} can indeed be predicted from the"
        " pixels, and this data suffices to begin learning how"
    )
    seen = f"Over {count(baseline.over_softmax.n_seeds, 'training')}, the network stands at"
    if not baseline.unbeaten:
        return f"{seen} {listed(gains)}. It beats both rivals beyond chance, {power}."
    worse = baseline.over_softmax.ci_high < 0.0
    other = "is worse than softmax regression" if worse else "cannot be told from the second"
    return (
        f"{seen} {listed(gains)}. It beats the first rival beyond chance, {power}; it {other}, a"
        " finding about so small a network on these examples, and the workflow goes on."
    )


def no_power(baseline: Baseline, terms: Terms) -> str:
    """That the small network is no better than the most frequent class."""
    gain = baseline.over_majority
    worse = "worse" if gain.ci_high < 0.0 else "not better beyond chance"
    return (
        "The small network does not beat common sense: against"
        f" {rival('majority', baseline, terms)} it is {worse} ({points(gain.value, gain.n)} points"
        f" {points_interval(gain)})."
    )


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
