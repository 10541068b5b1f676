"""What the opened test set said."""

from collections.abc import Mapping

from sevenfold.data.mnist import words as mnist
from sevenfold.data.mnist.writers import HALF, POPULATION
from sevenfold.report.describe import MODELS, errors
from sevenfold.report.numbers import (
    accuracy,
    count,
    listed,
    p_value,
    percent,
    points,
    spread,
    whole,
    with_article,
    word,
)
from sevenfold.report.terms import Terms
from sevenfold.statistics import SIGNIFICANCE, PairedTest
from sevenfold.steps.final_test import Diagnosis, FinalTest
from sevenfold.steps.findings import AspectScore
from sevenfold.steps.likeness import Likeness, Unlike
from sevenfold.steps.production import Reference


def against(reference: Reference, final: FinalTest, terms: Terms) -> str:
    """The final network against an earlier model on the test images."""
    comparison, n = final.comparisons[reference], whole(final.n_trained_on)
    trained = f"on the same {n} {terms.images}" if reference == "baseline" else "likewise"
    seen = (
        f"The {MODELS[reference]} ({comparison.network}), trained {trained}, reaches"
        f" {accuracy(comparison.accuracy)} and makes"
    )
    n_errors = round((1.0 - comparison.accuracy.value) * comparison.accuracy.n)
    gained = n_errors - final.scores.n_errors
    if gained == 0:
        return f"{seen} as many errors ({whole(n_errors)})."
    more = f"{word(abs(gained))} {'more' if gained > 0 else 'fewer'} than the final network"
    p = comparison.test.p_value
    explains = "a difference that chance explains as well"
    if p < SIGNIFICANCE:
        explains = "more than chance explains"
    return f"{seen} {errors(n_errors)}, {more}: {explains} (exact McNemar test, {p_value(p)})."


def reading(test: PairedTest) -> str:
    """What an exact McNemar test says, for a table cell, from the final network's
    side.
    """
    if test.p_value >= SIGNIFICANCE:
        return "cannot be told apart"
    better = test.only_first > test.only_second
    return "final network better" if better else "final network worse"


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
    """The spread of the test accuracy from seed to seed."""
    s, n = final.seed_accuracies, final.n_test
    if s.n == 1:
        return "It was trained with a single seed, so the spread from seed to seed is unknown."
    low, high = percent(min(s.values), n), percent(max(s.values), n)
    return (
        f"Trained with {word(s.n)} different seeds, the same network gets"
        f" {percent(s.mean, n)}\u00a0% on average (standard deviation {spread(s, n)} points, from"
        f" {low} to {high}\u00a0%)."
    )


def openings(final: FinalTest) -> str:
    """How often the test set was opened."""
    n = final.n_openings
    times = "once," if n == 1 else f"{count(n, 'time')}, each time"
    return (
        f"The test set was opened {times} after data, settings, network and trained weights had"
        " been frozen"
    )


def chance(final: FinalTest, terms: Terms) -> str:
    """That the result is no better than one answer to everything; empty where it is."""
    a = final.scores.accuracy
    if final.chance is None or not final.is_no_better_than_chance:
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
    unlike = found.unlike if found else ()
    measured = [_measured(name, found, terms) for name in unlike if found]
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
    test = final.scores.accuracy
    diagnosis = DIAGNOSES[final.diagnosis].format(image=terms.image, images=terms.images)
    if final.diagnosis == "other_data":
        fall = points(final.baseline_gap or 0.0, test.n)
        p = p_value(1.0 if final.baseline_gap_p_value is None else final.baseline_gap_p_value)
        diagnosis = f"{diagnosis} It falls by {fall.lstrip('−-')} points ({p})."
    return (
        f"Test accuracy is {test.percent}\u00a0%, validation accuracy was"
        f" {accuracy(final.validation_accuracy)}: a difference of {points(final.gap, test.n)}"
        f" points (Fisher’s exact test, {p_value(final.gap_p_value)}). {diagnosis}"
    )


DIAGNOSES: Mapping[Diagnosis, str] = {
    "agrees": (
        "The two agree, so there is no sign that the tuning overfitted the validation {images} or"
        " that the protocol misled."
    ),
    "test_worse": (
        "The test is worse by more than chance explains: either the protocol was unreliable or the"
        " tuning overfitted the validation {images}, and iterated K-fold is the remedy to try."
    ),
    "other_data": (
        "The test is worse by more than chance explains, and so it is for the baseline, for which"
        " nothing was tuned: that speaks for other data and not for overfitted validation {images}."
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
    pairs, n = final.confused_pairs[:3], final.scores.n_errors
    names = [(terms.names[pair.label], terms.names[pair.predicted]) for pair in pairs]
    if not pairs:
        return "There are no errors to show."
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


def mistakes_shown(final: FinalTest) -> str:
    """How many mistakes the gallery shows."""
    shown, n = len(final.mistakes), final.scores.n_errors
    if shown == n:
        return "The only error" if n == 1 else f"All {word(n)} errors, surest first"
    return f"The {word(shown)} errors of which the network was surest, of {whole(n)}, surest first"
