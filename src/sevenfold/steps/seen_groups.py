"""What a split of single images hides: the error on images of groups that a network was
trained on, against that on the same images where it was not.
"""

import numpy as np

from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs.writing import Run
from sevenfold.splits import Split
from sevenfold.statistics import RecipeDifference, recipe_difference
from sevenfold.validation import Configuration, Validation

N_PARTS = 3
"""Into how many the validation images are cut: more is nearer to the usual split, in
which a network has seen most of what each group has, and as many times as dear.
"""

N_SEEDS = 5
"""With three, what seeds do hides what groups do (docs/decisions.md)."""


class SeenGroups(Record):
    """Errors on the images that the first split validates on, as shares, means over
    seeds and over the second half of the epochs, which jump less than the last.

    unseen: of networks trained as the split says, on none of their groups. seen: of
    networks for which share_seen of these images, never those scored, took the places
    of as many training images. difference: accuracy seen less unseen, which is the
    error unseen less seen.
    """

    unseen: float
    seen: float
    share_seen: float
    difference: RecipeDifference


def compare_seen_groups(
    run: Run, development: DevelopmentSet, configuration: Configuration, *, executor: Executor
) -> SeenGroups | None:
    """Train a configuration at `executor` with `N_SEEDS` seeds where it knows none of
    the groups that it validates on, and where it does.

    The images that the first split validates on are cut into `N_PARTS`, each with about
    an equal share of every group; each part is scored by networks for which the other
    parts took the places of as many training images of the same classes. None where
    groups are not kept apart, or are too few, or a training diverged.
    """
    groups, first = development.images.groups, development.rounds[0][0]
    if not development.groups_apart or groups is None:
        return None
    groups, seeds = groups[first.validation], run.seeds("comparison", N_SEEDS)
    if len(np.unique(groups)) < 2:
        return None
    knowing = knowing_splits(development, np.random.default_rng(seeds[0]))
    unseen, seen = (
        validate(run, executor, development, [configuration], seeds, title, rounds=(splits,))[0]
        for title, splits in (("Groups not seen", (first,)), ("Groups seen", knowing))
    )
    if unseen.diverged_at is not None or seen.diverged_at is not None:
        return None
    return SeenGroups(
        unseen=1.0 - float(_shares_right(unseen).mean()),
        seen=1.0 - float(_shares_right(seen).mean()),
        share_seen=1.0 - 1.0 / N_PARTS,
        difference=recipe_difference(
            _shares_right(seen), _shares_right(unseen), groups, paired=True
        ),
    )


def _shares_right(validation: Validation) -> np.ndarray:
    """In how many of the later epochs each image was right: shape (n_seeds, n), from 0
    to 1.
    """
    n_epochs = validation.predictions.shape[1]
    later = validation.predictions[:, n_epochs // 2 :] == validation.labels
    return np.asarray(later.mean(axis=1))


def knowing_splits(development: DevelopmentSet, rng: np.random.Generator) -> tuple[Split, ...]:
    """Each validates on a part of the first split's validation images, and is trained
    on as many images as that, of the same classes, the other parts among them.
    """
    images, first = development.images, development.rounds[0][0]
    assert images.groups is not None
    mixed = rng.permutation(first.validation)
    by_group = mixed[np.argsort(images.groups[mixed], kind="stable")]
    part = np.arange(len(by_group)) % N_PARTS
    splits = []
    for k in range(N_PARTS):
        validation, others = np.sort(by_group[part == k]), by_group[part != k]
        leaving = [
            rng.choice(same, min(len(same), n), replace=False)
            for label, n in enumerate(images[others].class_counts.tolist())
            for same in [first.train[images.labels[first.train] == label]]
        ]
        staying = np.setdiff1d(first.train, np.concatenate(leaving))
        splits.append(Split(np.sort(np.concatenate([staying, others])), validation))
    return tuple(splits)
