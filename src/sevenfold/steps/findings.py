"""What the predictions on an opened test set say; each finding from its arrays alone.

labels: shape (n,). probabilities: shape (n, n_classes), float32.
"""

import numpy as np

from sevenfold.data import Images, of_known_groups
from sevenfold.networks import NetworkSpec
from sevenfold.records import Record
from sevenfold.scores import Scores
from sevenfold.statistics import (
    SIGNIFICANCE,
    GroupedPairedTest,
    GroupedProportion,
    Homogeneity,
    RecipeDifference,
    Share,
    grouped_mcnemar,
    grouped_proportion,
    homogeneity,
    recipe_difference,
    several,
    share,
)
from sevenfold.validation import Configuration

CONFIDENT = 0.99


class Mistake(Record):
    """A test image that was misread: its place in the test set, the label and the
    predicted one, and how sure the network was.
    """

    index: int
    label: int
    predicted: int
    probability: float


class KnownGroups(Record):
    """From how many groups the test images come, how many of these have development
    images too, and how many test images come from those.
    """

    n: int
    n_known: int
    n_images_of_known: int


class AspectScore(Record):
    """The test images of which `value` is known under the name `aspect` (a population
    of writers), from n_groups groups, where these are known.
    """

    aspect: str
    value: str
    n_groups: int | None
    accuracy: GroupedProportion


class Comparison(Record):
    """The final network against an earlier model, both trained on all development
    images, on the same test images.

    accuracy, test: of the earlier model's first seed, and the two networks of the first
    seed against each other. over_seeds: all final networks less all of the earlier
    model.
    """

    network: NetworkSpec
    n_epochs: int
    accuracy: Share
    test: GroupedPairedTest
    over_seeds: RecipeDifference


class ConfusedPair(Record):
    """How often images of class `label` were read as `predicted`."""

    label: int
    predicted: int
    n: int


class Resolution(Record):
    """The smallest win that an exact McNemar test calls significant where two networks
    differ on `n_differing` images: one of them must win `n_won`.
    """

    n_differing: int
    n_won: int

    @property
    def net(self) -> int:
        """By how many images the winner is then ahead."""
        return 2 * self.n_won - self.n_differing


def compare(
    configuration: Configuration,
    labels: np.ndarray,
    final: np.ndarray,
    earlier: np.ndarray,
    groups: np.ndarray | None,
) -> Comparison:
    """The final networks' probabilities against those of an earlier `configuration`,
    each (n_seeds, n, n_classes), on images of these groups (n,).
    """
    final_correct, earlier_correct = (p.argmax(axis=2) == labels for p in (final, earlier))
    return Comparison(
        network=configuration.network,
        n_epochs=configuration.training.n_epochs,
        accuracy=share(earlier_correct[0], groups),
        test=grouped_mcnemar(final_correct[0], earlier_correct[0], groups),
        # Networks of other shapes start from other weights, whatever their seed.
        over_seeds=recipe_difference(final_correct, earlier_correct, groups, paired=False),
    )


def confused_pairs(scores: Scores, n: int = 5) -> tuple[ConfusedPair, ...]:
    """The `n` most frequent confusions, the most frequent first, and all that are as
    frequent as the last of these.
    """
    cells = [
        (count, label, predicted)
        for label, row in enumerate(scores.confusion)
        for predicted, count in enumerate(row)
        if label != predicted and count
    ]
    cells.sort(key=lambda cell: (-cell[0], cell[1], cell[2]))
    least = cells[min(n, len(cells)) - 1][0] if cells else 0
    return tuple(
        ConfusedPair(label=label, predicted=predicted, n=count)
        for count, label, predicted in cells
        if count >= least
    )


def mistakes(labels: np.ndarray, probabilities: np.ndarray, n: int) -> tuple[Mistake, ...]:
    """The `n` mistakes that the network was surest of, surest first."""
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:n]
    return tuple(
        Mistake(
            index=int(i),
            label=int(labels[i]),
            predicted=int(predicted[i]),
            probability=float(probabilities[i].max()),
        )
        for i in surest
    )


def n_confident_errors(labels: np.ndarray, probabilities: np.ndarray) -> int:
    """Errors made with a probability above 0.99."""
    wrong = probabilities.argmax(axis=1) != labels
    return int((probabilities.max(axis=1)[wrong] > CONFIDENT).sum())


def resolution(n_errors: int) -> Resolution | None:
    """What a rival that differs on as many images as there are errors would have to
    win; None where even all of them would not tell the two apart.
    """
    from scipy.stats import binomtest

    for n_won in range((n_errors + 1) // 2, n_errors + 1) if n_errors else ():
        if binomtest(n_won, n_errors, 0.5).pvalue < SIGNIFICANCE:
            return Resolution(n_differing=n_errors, n_won=n_won)
    return None


def known_groups(development: Images, test: Images) -> KnownGroups | None:
    """Whether the test images come from groups of their own; None where groups are not
    known.
    """
    known = of_known_groups(development, test)
    if known is None or test.groups is None:
        return None
    return KnownGroups(
        n=len(np.unique(test.groups)),
        n_known=len(np.unique(test.groups[known])),
        n_images_of_known=int(known.sum()),
    )


def aspect_tests(scores: tuple[AspectScore, ...]) -> dict[str, Homogeneity]:
    """For each aspect with two values or more, whether these have one accuracy in
    common.
    """
    by_aspect: dict[str, list[GroupedProportion]] = {}
    for score in scores:
        by_aspect.setdefault(score.aspect, []).append(score.accuracy)
    return {aspect: homogeneity(own) for aspect, own in by_aspect.items() if len(own) > 1}


def aspect_scores(test: Images, probabilities: np.ndarray) -> tuple[AspectScore, ...]:
    """The accuracy on the test images of each population, half or whatever else is
    known of them, with an interval that is robust to their groups.
    """
    right = probabilities.argmax(axis=1) == test.labels
    found = []
    for aspect, values in test.aspects.items():
        for value in np.unique(values).tolist():
            here = values == value
            groups = None if test.groups is None else test.groups[here]
            found.append(
                AspectScore(
                    aspect=aspect,
                    value=value,
                    n_groups=None if groups is None else len(np.unique(groups)),
                    accuracy=grouped_proportion(right[here], several(groups)),
                )
            )
    return tuple(found)
