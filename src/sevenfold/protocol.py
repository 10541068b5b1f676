"""How a network is judged: what is trained on, and what is validated on."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.data import Images, first_alike
from sevenfold.errors import SettingsError
from sevenfold.records import Settings
from sevenfold.splits import Split, folds, holdout, whole_groups
from sevenfold.statistics import proportion, several

MIN_UPDATES, BATCH_SIZE = 25, 128
"""Updates of an epoch, of such batches, that the presets' numbers of epochs rely on."""

MAX_DIVISOR = 8
"""Batches are not divided by more: of fewer than 16 images each update costs more than
it learns.
"""

MAX_VALUES = 40_000_000
"""Values of pixels that the trainings of one configuration see in an epoch, all folds
together, beyond which epochs are not multiplied. MNIST's own hold-out sees as many.
"""

Method = Literal["holdout", "kfold", "iterated-kfold"]

_MIN_PER_PART = 10


class ProtocolSettings(Settings):
    """The rule that picks the evaluation protocol from the size of the data.

    Hold-out is chosen while the 95 % interval of an accuracy of `expected_accuracy` on
    the validation part is no wider than ± `holdout_half_width`; else K-fold while the
    interval over all development images is no wider than ± `kfold_half_width`; else
    iterated K-fold with shuffling (DLWP 4.5.3: the simplest protocol that suffices).
    """

    method: Literal["auto", "holdout", "kfold", "iterated-kfold"] = "auto"
    """auto lets the rule decide."""
    validation_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 1 / 6
    """Share of the development images that validates under hold-out."""
    n_folds: Annotated[int, Field(ge=2, le=20)] = 4
    """Folds of K-fold."""
    n_rounds: Annotated[int, Field(ge=2, le=20)] = 2
    """Shufflings of iterated K-fold."""
    expected_accuracy: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.98
    """The accuracy whose interval the rule looks at."""
    holdout_half_width: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.003
    """Half the width of that interval up to which hold-out suffices."""
    kfold_half_width: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.006
    """Half the width of that interval up to which K-fold suffices."""
    groups: Literal["apart", "ignore"] = "apart"
    """apart keeps the images of one group on one side of every split, where groups are
    known."""
    stretch: Annotated[int, Field(ge=0, le=1_000)] = 0
    """What all numbers of epochs are multiplied by; 0 lets the number of training
    images and their size decide, and how far batches are divided too.
    """


@dataclass(frozen=True)
class DevelopmentSet:
    """Every image that may be looked at, and how it is divided.

    rounds: hold-out has one round of one split; K-fold one round of K splits whose
    validation parts cover everything once; iterated K-fold several such rounds,
    shuffled anew. groups_apart: whether the images of each group are on one side of
    every split.
    """

    images: Images
    rounds: tuple[tuple[Split, ...], ...]
    method: Method
    asked: str
    groups_apart: bool = False

    @property
    def scored(self) -> np.ndarray:
        """Indices of the images that a round validates on, sorted: the examples behind
        every validation score.
        """
        return np.sort(np.concatenate([split.validation for split in self.rounds[0]]))

    @property
    def scored_groups(self) -> np.ndarray | None:
        """The group of each of these images; None where groups are not known, or all of
        them are of one, from which nothing follows for another.
        """
        groups = self.images.groups
        return None if groups is None else several(groups[self.scored])

    def unsearched(self) -> "DevelopmentSet":
        """The rounds whose folds the search, which uses the first, has not seen; the
        whole where there is only one.
        """
        return self if len(self.rounds) == 1 else replace(self, rounds=self.rounds[1:])

    @cached_property
    def digest(self) -> str:
        """SHA-256 over pixels, labels, groups where they are known, and every index."""
        content = self.images.sha256()
        if self.images.groups is not None:
            content.update("\0".join(self.images.groups.tolist()).encode())
        for split in (split for splits in self.rounds for split in splits):
            content.update(split.train.tobytes() + split.validation.tobytes())
        return content.hexdigest()

    def index_arrays(self) -> dict[str, np.ndarray]:
        """The indices by name, for `split.npz`."""
        return {
            f"round{r}_fold{f}_{part}": getattr(split, part)
            for r, splits in enumerate(self.rounds)
            for f, split in enumerate(splits)
            for part in ("train", "validation")
        }


def divide(images: Images, settings: ProtocolSettings, seed: int) -> DevelopmentSet:
    """Divide the development images, stratified by class, by the protocol that
    `settings` ask for or the rule chooses. Exact copies stay on one side, and so does
    each group, unless settings say otherwise: strata are then as exact as that allows.

    Raises:
        SettingsError: a part would hold too few images, or a class has too few, or
        comes from too few groups, for the folds.
    """
    method = choose_method(len(images), settings)
    seeds = [seed + r for r in range(settings.n_rounds if method == "iterated-kfold" else 1)]
    if images.groups is not None and settings.groups == "apart":
        _require_enough(method, settings, images.classes, images.class_counts)
        shares, validating = [1.0 / settings.n_folds] * settings.n_folds, range(settings.n_folds)
        if method == "holdout":
            fraction = settings.validation_fraction
            shares, validating = [1.0 - fraction, fraction], range(1, 2)
        rounds = tuple(whole_groups(images, shares, validating, one) for one in seeds)
        return DevelopmentSet(images, rounds, method, settings.method, groups_apart=True)
    first = first_alike(images)
    distinct = np.unique(first)
    labels, counts = images.labels[distinct], images[distinct].class_counts
    _require_enough(method, settings, images.classes, counts)

    def with_copies(indices: np.ndarray) -> np.ndarray:
        return np.flatnonzero(np.isin(first, distinct[indices]))

    rounds = tuple(
        tuple(
            Split(with_copies(s.train), with_copies(s.validation))
            for s in (
                holdout(labels, settings.validation_fraction, one)
                if method == "holdout"
                else folds(labels, settings.n_folds, one)
            )
        )
        for one in seeds
    )
    return DevelopmentSet(images, rounds, method, settings.method)


def _require_enough(
    method: Method, settings: ProtocolSettings, classes: tuple[str, ...], counts: np.ndarray
) -> None:
    """Nothing, if so many distinct images of each class can be divided as asked."""
    rarest, smallest, n = classes[counts.argmin()], int(counts.min()), int(counts.sum())
    n_needed = 2 if method == "holdout" else settings.n_folds
    if smallest < n_needed:
        how = "hold-out needs 2" if method == "holdout" else f"protocol.n_folds is {n_needed}"
        raise SettingsError(
            f"{how}, but class {rarest} has only {smallest} distinct images. Add some, or use fewer"
            " folds."
        )
    n_validation, n_least = round(n * settings.validation_fraction), max(_MIN_PER_PART, len(counts))
    if method == "holdout" and not n_least <= n_validation <= n - n_least:
        raise SettingsError(
            f"protocol.validation_fraction must leave each part {n_least:,} images or more."
            f" {settings.validation_fraction:.3g} of {n:,} puts {n_validation:,} into validation."
            " Choose another, or --protocol kfold."
        )


def choose_method(n: int, settings: ProtocolSettings) -> Method:
    """The protocol for `n` development images: the one asked for, or the simplest whose
    interval is narrow enough.
    """
    if settings.method != "auto":
        return settings.method
    if (
        expected_half_width(max(1, round(n * settings.validation_fraction)), settings)
        <= settings.holdout_half_width
    ):
        return "holdout"
    return (
        "kfold"
        if expected_half_width(n, settings) <= settings.kfold_half_width
        else "iterated-kfold"
    )


def batch_divisor_of(development: DevelopmentSet, settings: ProtocolSettings) -> int:
    """What all batch sizes are divided by: the least power of two, up to `MAX_DIVISOR`,
    that gives an epoch of the training part `MIN_UPDATES` updates; 1 where the settings
    say by what epochs are multiplied.

    The presets count epochs of thousands of images, hundreds of updates each. Smaller
    batches give more updates for about the same products; more epochs cost as much
    each.
    """
    n_train, divisor = len(development.rounds[0][0].train), 1
    while divisor < MAX_DIVISOR and math.ceil(n_train * divisor / BATCH_SIZE) < MIN_UPDATES:
        divisor *= 2
    return 1 if settings.stretch else divisor


def stretch_of(development: DevelopmentSet, settings: ProtocolSettings) -> int:
    """What all numbers of epochs are multiplied by: the setting, or where it is 0 what
    training parts of this size ask for and large images allow.

    Where even divided batches leave an epoch fewer than `MIN_UPDATES` updates, nothing
    would be learnt in so few of them. But fewer images
    are also learnt by heart in fewer updates: the epoch at which validation loss turns
    grows about as the root of what updates are missing (docs/decisions.md), and so does
    the stretch. `MAX_VALUES` bounds the work that it brings.
    """
    n_train, n_inputs = len(development.rounds[0][0].train), development.images.n_inputs
    n_splits = sum(len(splits) for splits in development.rounds)
    batch_size = BATCH_SIZE // batch_divisor_of(development, settings)
    wanted = round(math.sqrt(MIN_UPDATES / math.ceil(n_train / batch_size)))
    allowed = MAX_VALUES // (n_train * n_inputs * n_splits)
    return settings.stretch or max(1, min(wanted, allowed))


def expected_half_width(n: int, settings: ProtocolSettings) -> float:
    """Half the width of the Wilson interval of the expected accuracy on n images."""
    interval = proportion(settings.expected_accuracy * n, n)
    return (interval.ci_high - interval.ci_low) / 2
