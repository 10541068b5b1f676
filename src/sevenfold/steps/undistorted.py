"""Section 7, beside the finalists: what distorted training images are worth."""

import numpy as np

from sevenfold.engine import TrainingSettings
from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import RecipeDifference, recipe_difference
from sevenfold.validation import Configuration, ScoredConfiguration, Validation, scored
from sevenfold.warp import warp

N_DRAWINGS = 5
AS_THEY_ARE: dict[str, object] = {"distortion": 0.0, "photometric": 0.0}
"""Of a training that changes no image."""


class Undistorted(Record):
    """The winner trained on the images as they are: same seeds, same settings, same
    number of epochs.

    difference: accuracy of this network minus that of the winner. field_rms: of the
    winner's elastic field, in pixels.
    """

    scored: ScoredConfiguration
    difference: RecipeDifference
    field_rms: float


def without_distortions(
    run: Run,
    development: DevelopmentSet,
    winner: Configuration,
    best: Validation,
    seeds: tuple[int, ...],
    executor: Executor,
) -> Undistorted | None:
    """What the winner, whose validation is `best`, owes to distorted images, where it
    was trained on any: the same network without them; and a picture of them.
    """
    if not winner.training.distortion:
        return None
    _save_distorted(run, development, winner.training)
    training = winner.training.model_copy(update=AS_THEY_ARE)
    configuration, n_epochs = winner.model_copy(update={"training": training}), training.n_epochs
    (validation,) = validate(
        run, executor, development, [configuration], seeds, "Without distortions"
    )
    if validation.diverged_at is not None:
        run.terminal.warn(
            "Without distortions the chosen network diverged, so the report does not compare the"
            " two."
        )
        return None
    history = layout.history("undistorted")
    run.save_arrays(history, validation.arrays())
    return Undistorted(
        scored=scored("without distortions", configuration, validation, n_epochs, history),
        difference=recipe_difference(
            validation.correct(n_epochs),
            best.correct(n_epochs),
            development.scored_groups,
            paired=True,
        ),
        field_rms=winner.training.distortion
        * winner.training.warp.field_rms(*development.images.shape[:2]),
    )


def _save_distorted(run: Run, development: DevelopmentSet, training: TrainingSettings) -> None:
    """Keep a training image of each class as it is, and drawn anew: originals
    (n_classes, h, w) or (n_classes, h, w, c), distorted with a leading axis more.
    """
    images = development.images[development.rounds[0][0].train]
    first = [int((images.labels == label).argmax()) for label in range(images.n_classes)]
    originals, labels = images.pixels[first], images.labels[first]
    drawn = [
        warp(originals, labels, training.warp, seed, training.distortion)
        for seed in range(N_DRAWINGS)
    ]
    if n_changed := round(training.photometric * N_DRAWINGS):
        from sevenfold.photometric import photometric

        changed = [photometric(row, seed) for seed, row in enumerate(drawn[-n_changed:])]
        drawn = [*drawn[:-n_changed], *changed]
    run.save_arrays(layout.DISTORTED, {"originals": originals, "distorted": np.stack(drawn)})
