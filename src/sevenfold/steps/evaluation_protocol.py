"""Section 3: decide on an evaluation protocol (DLWP 4.5.3)."""

import numpy as np

from sevenfold.protocol import (
    DevelopmentSet,
    Method,
    ProtocolSettings,
    batch_divisor_of,
    expected_half_width,
    stretch_of,
)
from sevenfold.records import Record
from sevenfold.runs import layout
from sevenfold.runs.writing import Run


class Option(Record):
    """One protocol: on how many images it would score, and how wide the interval would
    then be (± half_width); limit: the widest that the rule accepts, None for any.
    """

    method: Method
    n_scored: int
    half_width: float
    limit: float | None
    chosen: bool


class GroupDivision(Record):
    """What became of the groups; apart: whether each is on one side of every split.

    n: groups of all development images. n_train, n_validation: those with images on
    each side of the first split; n_across: those with images on both. n_exact: on how
    many images the first split would validate if single images were divided.
    largest_offset: the largest difference between the share of a class in the
    validation part of a split and its share in all images, from 0 to 1.
    """

    apart: bool
    n: int
    n_train: int
    n_validation: int
    n_across: int
    n_exact: int
    largest_offset: float


class EvaluationProtocol(Record):
    """The protocol in force; asked: whether the settings named it, so that the rule was
    not applied. n_train, n_validation: of the first split. options: in the order in
    which the rule tries them. stretch, batch_divisor: what all numbers of epochs
    were multiplied by, and all batch sizes divided. groups: None where groups are not
    known.
    """

    method: Method
    asked: bool
    options: tuple[Option, ...]
    expected_accuracy: float
    n_train: int
    n_validation: int
    n_folds: int
    n_rounds: int
    n_scored: int
    stretch: int
    batch_divisor: int = 1
    groups: GroupDivision | None = None

    def __str__(self) -> str:
        sizes = f"{self.n_train:,} to train, {self.n_validation:,} to validate"
        if self.groups and self.groups.apart:
            sizes = f"{sizes}, of {self.groups.n_train:,} and {self.groups.n_validation:,} groups"
        if self.method == "holdout":
            return f"stratified hold-out: {sizes}"
        folds = f"stratified {self.n_folds}-fold cross-validation ({sizes} in each fold)"
        return folds if self.method == "kfold" else f"{self.n_rounds} shuffled rounds of {folds}"


def decide_protocol(
    run: Run, development: DevelopmentSet, settings: ProtocolSettings
) -> EvaluationProtocol:
    """Write down the division of the images that is in force, and what the rule saw."""
    run.save_arrays(layout.SPLIT, development.index_arrays())
    n = len(development.images)
    limits: dict[Method, tuple[int, float | None]] = {
        "holdout": (round(n * settings.validation_fraction), settings.holdout_half_width),
        "kfold": (n, settings.kfold_half_width),
        "iterated-kfold": (n, None),
    }
    first = development.rounds[0][0]
    return EvaluationProtocol(
        method=development.method,
        asked=development.asked != "auto",
        options=tuple(
            Option(
                method=method,
                n_scored=n_scored,
                half_width=expected_half_width(n_scored, settings),
                limit=limit,
                chosen=method == development.method,
            )
            for method, (n_scored, limit) in limits.items()
        ),
        expected_accuracy=settings.expected_accuracy,
        n_train=len(first.train),
        n_validation=len(first.validation),
        n_folds=len(development.rounds[0]),
        n_rounds=len(development.rounds),
        n_scored=len(development.scored),
        stretch=stretch_of(development, settings),
        batch_divisor=batch_divisor_of(development, settings),
        groups=_divided_groups(development, settings),
    )


def _divided_groups(
    development: DevelopmentSet, settings: ProtocolSettings
) -> GroupDivision | None:
    images, first = development.images, development.rounds[0][0]
    if images.groups is None:
        return None
    train, validation = images[first.train], images[first.validation]
    share = settings.validation_fraction
    if development.method != "holdout":
        share = 1.0 / settings.n_folds
    of_all = images.class_counts / len(images)
    offsets = [
        np.abs(part.class_counts / len(part) - of_all).max()
        for splits in development.rounds
        for part in (images[split.validation] for split in splits)
    ]
    return GroupDivision(
        apart=development.groups_apart,
        n=images.n_groups or 0,
        n_train=train.n_groups or 0,
        n_validation=validation.n_groups or 0,
        n_across=len(np.intersect1d(images.groups[first.train], images.groups[first.validation])),
        n_exact=round(share * len(images)),
        largest_offset=float(max(offsets)),
    )
