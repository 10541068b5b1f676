"""What the opened test set said."""

from collections.abc import Mapping

from sevenfold.data.mnist import words as mnist
from sevenfold.data.mnist.writers import HALF, POPULATION
from sevenfold.errors import listed
from sevenfold.report.describe import MODELS
from sevenfold.report.numbers import (
    accuracy,
    count,
    deviation,
    difference,
    interval,
    p_value,
    percent,
    points,
    short,
    spread,
    whole,
    with_article,
    word,
)
from sevenfold.report.terms import Terms
from sevenfold.statistics import SIGNIFICANCE, GroupedProportion
from sevenfold.steps.final_result import Diagnosis, FinalTest
from sevenfold.steps.findings import AspectScore, Comparison, ConfusedPair
from sevenfold.steps.likeness import Likeness, Unlike
from sevenfold.steps.production import Reference

ENOUGH_SEEDS = 5
"""Fewer say little of other seeds: three leave a standard deviation unknown to a factor
of six.
"""


def chosen_on(final: FinalTest, terms: Terms) -> str:
    """What decided over the network, before the test."""
    epochs = count(final.configuration.training.n_epochs, "epoch")
    alone = f"chosen on validation {terms.images} alone"
    if final.diagnosis == "trained_longer":
        return f"The network was {alone}; that it trains for {epochs} was in the settings."
    return f"The network, its {epochs} of training and all settings searched were {alone}."


def averaged(final: FinalTest, terms: Terms) -> str:
    """The second number, and that it is one."""
    second = final.averaged
    assert second is not None
    test = second.test
    if not test.only_first + test.only_second:
        change = "no answer for better or worse"
    else:
        change = (
            f"{count(test.only_first, 'error')} fewer and {test.only_second} more,"
            f" {p_value(test.p_value)}"
        )
    share = short(second.dose / final.configuration.training.distortion)
    return (
        "A second number, which counts for nothing else here: asked about"
        f" {count(second.n_draws, 'copy', 'copies')} of each {terms.image}, distorted by"
        f" {short(second.dose)} of the full dose, and answering by the mean of its"
        f" log-probabilities, the same network makes {count(second.n_errors, 'error')}"
        f" ({accuracy(second.accuracy)}): {change}. The number of copies was in the settings, the"
        f" share of training's distortion ({share}) in the software; an answer then costs"
        f" {count(second.n_draws, 'answer')} of the network."
    )


def against(reference: Reference, final: FinalTest, terms: Terms) -> str:
    """The final recipe against an earlier model's on the test images, over seeds."""
    comparison, n = final.comparisons[reference], whole(final.n_trained_on)
    trained = f"on the same {n} {terms.images}" if reference == "baseline" else "likewise"
    d = comparison.over_seeds
    seeds = count(d.n_seeds, "seed")
    mean = f"on average over {seeds}" if d.n_seeds > 1 else f"with {seeds}"
    verdict = "better" if d.value > 0 else "worse"
    if not d.detectable:
        verdict = "not to be told from it"
    return (
        f"The {MODELS[reference]} ({comparison.network}), trained {trained}, reaches"
        f" {accuracy(comparison.accuracy)} with the first seed; {mean} the final network is"
        f" {verdict}: {difference(d)} apart."
    )


def reading(comparison: Comparison) -> str:
    """What the paired test of two trained networks says, for a table cell, from the
    final network's side.
    """
    test = comparison.test
    if test.p_value >= SIGNIFICANCE:
        return "these two trained networks cannot be told apart"
    better = test.only_first > test.only_second
    return f"of these two trained networks the final one is {'better' if better else 'worse'}"


def paired_test(final: FinalTest, terms: Terms) -> str:
    """Which test compares two trained networks."""
    test = next(iter(final.comparisons.values())).test
    if test.n_groups == test.n:
        return "the exact McNemar test"
    return f"an exact sign-flip test over {whole(test.n_groups)} {terms.groups}"


def interval_of(final: FinalTest, terms: Terms) -> str:
    """For what the interval of the accuracy holds."""
    if isinstance(final.scores.accuracy, GroupedProportion):
        return f"other {terms.images} of other {terms.groups}"
    return f"other {terms.images} of this kind"


def independence(final: FinalTest, terms: Terms) -> str:
    """How much the images of one group have in common; empty where groups are not
    known.
    """
    a = final.scores.accuracy
    if not isinstance(a, GroupedProportion):
        return ""
    alone = interval(a.independent)
    come = (
        f"The {whole(a.n)} test {terms.images} come from {whole(a.n_groups)} {terms.groups}, and"
        f" what comes from one {terms.group} is alike. The interval counts {terms.groups}"
    )
    if a.design_effect == 1.0:
        return f"{come}; here that makes no difference to Wilson’s, {alone}."
    return (
        f"{come}: the {terms.images} say as much as {whole(a.n_effective)} independent ones would"
        f" (a design effect of {a.design_effect:.2f}). As if they were independent, Wilson’s"
        f" interval would be {alone}, too narrow for {terms.images} of other {terms.groups}."
    )


def recipe(final: FinalTest, terms: Terms) -> str:
    """The accuracy of the recipe, which another seed and other images would show."""
    r = final.recipe
    if r.n_seeds == 1:
        return (
            "That is an accuracy of this network; of the recipe, trained anew from another seed, a"
            " single training says nothing."
        )
    few = f", which rests on few: {count(r.n_seeds, 'seed')}" if r.n_seeds < ENOUGH_SEEDS else ""
    return (
        f"That is an accuracy of this network. The recipe, trained anew from another seed and used"
        f" on {interval_of(final, terms)}, should reach {accuracy(r)}{few}."
    )


def by_aspect(final: FinalTest, terms: Terms) -> str:
    """Whether the values of each aspect have one accuracy in common."""
    said = []
    for aspect, test in final.aspect_tests.items():
        own = [score for score in final.aspects if score.aspect == aspect]
        told = "differ beyond chance" if test.p_value < SIGNIFICANCE else "cannot be told apart"
        text = f"By {aspect} the accuracies {told} ({p_value(test.p_value)})"
        if test.difference is not None and test.ci_low is not None and test.ci_high is not None:
            n = min(score.accuracy.n for score in own)
            low, high = points(test.ci_low, n), points(test.ci_high, n)
            text += (
                f"; “{own[0].value}” less “{own[1].value}” is {points(test.difference, n)} points"
                f" [{low}, {high}]"
            )
        said.append(f"{text}.")
    return " ".join(said)


def groups(final: FinalTest, terms: Terms) -> str:
    """Whether the test images come from groups that were not trained on."""
    found = final.groups
    assert found is not None
    come = f"The test {terms.images} come from {count(found.n, terms.group)}"
    if found.n_known == 0:
        return (
            f"{come}, none of which has development {terms.images}: the accuracy is one on new"
            f" {terms.groups}."
        )
    n, have = word(found.n_known), "has" if found.n_known == 1 else "have"
    comes = "comes" if found.n_images_of_known == 1 else "come"
    return (
        f"{come}. This is a fault of the data: {n} of them {have} development {terms.images} too,"
        f" and {whole(found.n_images_of_known)} of the {whole(final.n_test)} test {terms.images}"
        f" {comes} from there. A network may do better on {terms.groups} that it was trained on"
        " than on new ones, so the accuracy may be too kind."
    )


def n_errors(score: AspectScore) -> int:
    """Errors on the images of one kind."""
    return round((1.0 - score.accuracy.value) * score.accuracy.n)


def halves(final: FinalTest, terms: Terms) -> str:
    """That two divisions of MNIST's test set are nearly one; empty for other data."""
    aspects = {score.aspect for score in final.aspects}
    return mnist.HALVES if terms.is_mnist and {POPULATION, HALF} <= aspects else ""


def over_seeds(final: FinalTest) -> str:
    """The spread of the test accuracy from seed to seed, and how far that is known."""
    s, n = final.seed_accuracies, final.n_test
    if final.seed_deviation is None:
        return "It was trained with a single seed, so the spread from seed to seed is unknown."
    low, high = percent(min(s.values), n), percent(max(s.values), n)
    return (
        f"Trained with {word(s.n)} different seeds, the same network gets"
        f" {percent(s.mean, n)}\u00a0% on average, from {low} to {high}\u00a0% (standard deviation"
        f" {spread(s, n)} points, and so few values put it anywhere from"
        f" {deviation(final.seed_deviation, n)})."
    )


def openings(final: FinalTest) -> str:
    """How often the test set was opened."""
    n = final.n_openings
    often, each = ("once", "") if n == 1 else (count(n, "time"), " each time")
    return (
        f"The test set was opened {often} in this run folder (other runs are not counted),{each}"
        " after data, settings, network and trained weights had been frozen"
    )


def chance(final: FinalTest, terms: Terms) -> str:
    """That the result is no better than one answer to everything; empty where it is."""
    a = final.scores.accuracy
    if not final.is_no_better_than_chance:
        return ""
    is_below = a.ci_high < final.chance
    verb = "is worse than" if is_below else "cannot be told from"
    return (
        f"A test accuracy of {accuracy(a)} {verb} what one answer to every {terms.image} gives,"
        f" {percent(final.chance, a.n)}\u00a0%, although validation accuracy was"
        f" {accuracy(final.validation_accuracy)}."
    )


def other_data(final: FinalTest, terms: Terms) -> str:
    """Where to look when the test images seem to be other data than the development
    images: what was measured, then what leaves no trace in pixels. Empty where they
    do not.
    """
    if not final.is_no_better_than_chance and final.diagnosis != "other_data":
        return ""
    found = final.likeness
    unlike = found.unlike
    measured = [_measured(name, found, terms) for name in unlike]
    # Classes in another order leave next to nothing right.
    mixed = ["classes"] if final.is_no_better_than_chance else []
    causes = [CAUSES[name] for name in [*unlike, *mixed, "source"]]
    order = ", in this order" if len(causes) > 1 else ""
    look = f"Look whether the test {terms.images} are other data{order}: {listed(causes)}."
    if measured:
        return f"{look} Measured: {'; '.join(measured)}."
    return f"{look} On their pixels both parts are alike in polarity, range and brightness."


CAUSES: Mapping[str, str] = {
    "polarity": "ink and paper exchanged",
    "range": "another range of pixels",
    "brightness": "another brightness",
    "classes": "another order of the classes",
    "source": "another source (other people, another device, another time)",
}


def _measured(name: Unlike, found: Likeness, terms: Terms) -> str:
    """A difference in figures."""
    match name:
        case "polarity":
            value = f"{found.correlation:.2f}"
            return f"the mean images of the two parts are opposite (correlation {value})"
        case "range":
            before, after = found.brightest
            return f"the brightest test pixel is {after}, in development {before}"
        case "brightness":
            before_share, after_share = (f"{100 * share:.0f}" for share in found.brightness)
            return (
                f"the mean test pixel is {after_share}\u00a0% of the largest that a byte holds, in"
                f" development {before_share}\u00a0%"
            )


def gap(final: FinalTest, terms: Terms) -> str:
    """Test against validation accuracy, and the diagnosis."""
    d = final.gap
    seeds = count(final.seed_accuracies.n, "seed")
    n = final.n_test
    told = DIAGNOSES[final.diagnosis].format(
        image=terms.image,
        images=terms.images,
        fall=points(max(0.0, -d.ci_low), d.n).lstrip("+"),
        baseline=difference(final.baseline_gap),
    )
    return (
        f"Test accuracy, averaged over {seeds}, is {percent(final.recipe.value, n)}\u00a0%;"
        f" validation accuracy was {percent(final.validation_accuracy.value, d.n)}\u00a0%: a"
        f" difference of {difference(d)}. {told}"
    )


DIAGNOSES: Mapping[Diagnosis, str] = {
    "agrees": (
        "Chance can explain that. But a fall of up to {fall} points, from tuning that overfitted"
        " the validation {images}, would not have been seen here."
    ),
    "test_worse": (
        "The test is worse by more than chance explains: either the protocol was unreliable or the"
        " tuning overfitted the validation {images}, and iterated K-fold is what to try next."
    ),
    "other_data": (
        "The test is worse by more than chance explains, and so it is for the baseline, for which"
        " nothing was tuned ({baseline}): that speaks for other data and not for overfitted"
        " validation {images}."
    ),
    "test_better": (
        "The test is better by more than chance explains: its {images} are easier, or training the"
        " final network on all development {images} helped."
    ),
    "trained_longer": (
        "The final network was trained longer than validation could afford, so the difference says"
        " little about the protocol."
    ),
}


def confusion(final: FinalTest, terms: Terms) -> str:
    """The most frequent confusions."""
    n = final.scores.n_errors
    if not final.confused_pairs:
        return "There are no errors to show."
    pairs = _most_frequent(final.confused_pairs)
    if not pairs:
        most = final.confused_pairs[0].n
        kinds = sum(pair.n == most for pair in final.confused_pairs)
        return (
            f"No confusion stands out: {count(kinds, 'kind')} of error happen {times(most)} each,"
            " and none more often."
        )
    names = [(terms.names[pair.label], terms.names[pair.predicted]) for pair in pairs]
    if n == 1:
        return f"The only error is {with_article(names[0][0])} that was taken for {names[0][1]}."
    named = listed(
        [
            f"{label} taken for {predicted} ({whole(pair.n)})"
            for (label, predicted), pair in zip(names, pairs, strict=True)
        ]
    )
    if len(pairs) == 1:
        return f"All {word(n)} errors are of one kind: {named}."
    share = sum(pair.n for pair in pairs)
    return f"Most frequent are {named}, together {word(share)} of {word(n)} errors."


def _most_frequent(pairs: tuple[ConfusedPair, ...]) -> tuple[ConfusedPair, ...]:
    """The first three, or fewer where that would leave out one as frequent as the last;
    none where more than three are the most frequent.
    """
    n = 3
    while n and len(pairs) > n and pairs[n].n == pairs[n - 1].n:
        n -= 1
    return pairs[:n]


def times(n: int) -> str:
    """How often.

    >>> times(1), times(2), times(3)
    ('once', 'twice', 'three times')
    """
    return {1: "once", 2: "twice"}.get(n) or count(n, "time")


def mistakes_shown(final: FinalTest) -> str:
    """How many mistakes the gallery shows."""
    shown, n = len(final.mistakes), final.scores.n_errors
    if shown == n:
        return "The only error" if n == 1 else f"All {word(n)} errors, surest first"
    return f"The {word(shown)} errors of which the network was surest, of {whole(n)}, surest first"
