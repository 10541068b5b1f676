"""Section 7, after the choice: the chosen configuration on parts of the training
images, which says whether more of them are worth it.
"""

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from sevenfold.errors import SettingsError
from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.splits import Split, holdout, whole_groups
from sevenfold.statistics import LearningCurve, Spread, learning_curve, spread
from sevenfold.steps.finalists import Finalists
from sevenfold.validation import stored

Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class LearningCurveSettings(Settings):
    """On which parts of the training images the chosen configuration trains again."""

    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=5)] = (0.25, 0.5)
    """Shares of the training images; all of them are the finalists' own trainings."""
    n_seeds: Annotated[int, Field(ge=1, le=50)] = 2
    """Seeds on each share."""

    @model_validator(mode="after")
    def _check(self) -> "LearningCurveSettings":
        if list(self.shares) != sorted(set(self.shares)):
            raise ValueError(f"shares must rise, but they are {list(self.shares)}")
        return self


class Point(Record):
    """The chosen configuration on a part of the training images. n_train: how many, in
    the first fold. errors: on the validation images after the last epoch, as shares.
    """

    n_train: int
    errors: Spread
    history: str


class LearningCurveFound(Record):
    """Errors against numbers of training images, the smallest first, all for the same
    number of epochs, and the line through them.

    line: None where no line can be drawn (an error of zero, or one size). doubled: by
    what the error is multiplied where images are doubled, with its 95 % interval.
    refitted: expected error and its interval on as many images as the final network is
    trained on, n_refitted, if the line goes on.
    """

    points: tuple[Point, ...]
    line: LearningCurve | None
    doubled: tuple[float, float, float] | None
    n_refitted: int
    refitted: tuple[float, float, float] | None
    too_few: tuple[float, ...]
    n_consultations: int

    def __str__(self) -> str:
        sizes = ", ".join(f"{point.n_train:,}" for point in self.points)
        if self.doubled is None:
            return f"trained on {sizes} images; no line can be drawn through the errors"
        factor, low, high = self.doubled
        return (
            f"trained on {sizes} images; twice as many multiply the error by {factor:.2f}"
            f" [{low:.2f}, {high:.2f}]"
        )


def run_learning_curve(
    run: Run,
    development: DevelopmentSet,
    settings: LearningCurveSettings,
    chosen: Finalists,
    *,
    executor: Executor,
) -> LearningCurveFound:
    """Train the chosen configuration at `executor` on parts of the training images, one
    inside the other, and fit how its error falls.

    Epochs are held equal, as they are when the final network is refitted on more
    images; a part then has fewer updates in proportion, and what the line says of more
    images holds what more updates bring.
    """
    fresh = chosen.winner.fresh
    seeds = run.seeds("finalists", settings.n_seeds)
    points, too_few, smaller = [], [], development.unsearched()
    total = len(smaller.rounds[0][0].train)
    for share in sorted(settings.shares, reverse=True):
        try:
            smaller = part_of(smaller, share * total / len(smaller.rounds[0][0].train), run.seed)
        except SettingsError:  # too few of a class, or of its groups
            too_few.append(share)
            continue
        (validation,) = validate(
            run,
            executor,
            development,
            [fresh.configuration],
            seeds,
            f"Learning curve: {100 * share:.0f} % of the images",
            rounds=smaller.rounds,
        )
        if validation.diverged_at is not None:
            too_few.append(share)
            continue
        history = layout.history(f"learning_{round(100 * share)}")
        run.save_arrays(history, validation.arrays())
        points.append(_point(len(smaller.rounds[0][0].train), validation.val_accuracy, history))
    everything = stored(run, fresh)
    points = [*reversed(points), _point(total, everything.val_accuracy, fresh.history)]
    return curve_found(tuple(points), len(development.images), tuple(too_few))


def part_of(development: DevelopmentSet, share: float, seed: int) -> DevelopmentSet:
    """The same validation parts, and of every training part this share, stratified by
    class; where groups are kept apart, whole groups.

    Raises:
        SettingsError: a class, or its groups, are too few to be divided so.
    """

    def smaller(split: Split) -> Split:
        images = development.images[split.train]
        if min(images.class_counts) * min(share, 1.0 - share) < 1.0:
            raise SettingsError("A class has too few images for a part of them.")
        if development.groups_apart:
            (part,) = whole_groups(images, [1.0 - share, share], range(1, 2), seed)
        else:
            (part,) = holdout(images.labels, share, seed)
        return Split(split.train[part.validation], split.validation)

    rounds = tuple(tuple(smaller(split) for split in splits) for splits in development.rounds)
    return replace(development, rounds=rounds)


def _point(n_train: int, val_accuracy: np.ndarray, history: str) -> Point:
    return Point(n_train=n_train, errors=spread(1.0 - val_accuracy[:, -1]), history=history)


def curve_found(
    points: tuple[Point, ...], n_refitted: int, too_few: tuple[float, ...]
) -> LearningCurveFound:
    """The line through these points, and what it says of `n_refitted` images; too_few:
    shares of the images that could not be trained on.
    """
    sizes = [point.n_train for point in points for _ in point.errors.values]
    errors = [error for point in points for error in point.errors.values]
    line = learning_curve(np.array(sizes, np.float64), np.array(errors))
    slopes = (line.slope, line.ci_low, line.ci_high) if line else None
    return LearningCurveFound(
        points=points,
        line=line,
        doubled=(2.0 ** slopes[0], 2.0 ** slopes[1], 2.0 ** slopes[2]) if slopes else None,
        n_refitted=n_refitted,
        refitted=line.error_at(n_refitted) if line else None,
        too_few=too_few,
        n_consultations=len(points) - 1,
    )
