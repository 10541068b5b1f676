"""One division of images into training and validation, drawn at random."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sevenfold.data import Images
from sevenfold.data.units import deal, n_shuffles, units_of
from sevenfold.errors import SettingsError


@dataclass(frozen=True)
class Split:
    """One division of the development images: index arrays, int64, sorted, disjoint."""

    train: np.ndarray
    validation: np.ndarray


def holdout(labels: np.ndarray, fraction: float, seed: int) -> tuple[Split, ...]:
    """One split of single images, stratified by class; `fraction` of them validate."""
    from sklearn.model_selection import train_test_split

    n_validation = round(len(labels) * fraction)
    train, validation = train_test_split(
        np.arange(len(labels)), test_size=n_validation, random_state=seed, stratify=labels
    )
    return (Split(np.sort(train), np.sort(validation)),)


def folds(labels: np.ndarray, n_folds: int, seed: int) -> tuple[Split, ...]:
    """The splits of K folds of single images, stratified by class."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(labels, labels)
    return tuple(Split(train, validation) for train, validation in folds)


def whole_groups(
    images: Images, shares: Sequence[float], validating: Iterable[int], seed: int
) -> tuple[Split, ...]:
    """Splits on whose sides are whole groups, and whatever exact copies tie to them.
    All images are dealt into parts that are to have these `shares` of each class, and
    come as near to that as groups allow; each part in `validating` gives a split.

    Of many random orders in which groups are dealt out, the best is taken (`deal`).
    scikit-learn's StratifiedGroupKFold deals them by the spread of their classes, much
    the same way whatever its seed, and knows folds of one size alone.

    Raises:
        SettingsError: groups are too few, or too large, for a side to have images of
        every class.
    """
    _, unit = np.unique(units_of(images), return_inverse=True)
    n_units, rng = int(unit.max()) + 1, np.random.default_rng(seed)
    orders = (rng.permutation(n_units) for _ in range(n_shuffles(n_units)))
    part = deal(unit, images.labels, np.outer(shares, images.class_counts), orders)[unit]
    _require_all_classes(part, images, unit, len(shares))
    return tuple(Split(np.flatnonzero(part != k), np.flatnonzero(part == k)) for k in validating)


def _require_all_classes(part: np.ndarray, images: Images, unit: np.ndarray, n_parts: int) -> None:
    """Nothing, if each of the parts of whole groups has images of every class."""
    found = np.zeros((n_parts, images.n_classes), bool)
    found[part, images.labels] = True
    if found.all():
        return
    label = int(found.sum(axis=0).argmin())
    n = len(np.unique(unit[images.labels == label]))
    raise SettingsError(
        f"protocol.groups keeps each group on one side, and {n_parts} parts with images of every"
        f" class are needed, but those of class {images.classes[label]} come from"
        f" {'one group' if n == 1 else f'{n} groups'} that cannot be divided so. Add groups, use"
        " fewer folds, or give --set protocol.groups=ignore."
    )
