"""Section 8, before the opening: how far the chosen network's probabilities may be
trusted, learnt from validation images alone.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import (
    ConformalRule,
    Suspects,
    Temperature,
    Unsure,
    at_temperature,
    choose_unsure,
    conformal_rule,
    fit_temperature,
    label_suspects,
    reachable_bound,
)
from sevenfold.steps.finalists import Finalists

MOST_SUSPECTS = 20


class ConfidenceSettings(Settings):
    """What the network promises where it is sure, and how large a set of classes it
    gives where one answer is too few.
    """

    max_error: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of wrong answers that is promised where the network is not unsure; 0 takes
    about a third of the validation error, as far as that many images can vouch for.
    """
    set_level: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.99
    """How often a set of classes shall hold the right one."""


class Confidence(Record):
    """What one network of the chosen configuration (first fresh seed), which did not
    train on them, says of n validation images: under K-fold each image out of fold.

    temperature: of its logits. unsure, conformal: the threshold and the sets, both for
    probabilities *at that temperature* (`at_temperature(p, temperature.value)`), on
    which all numbers that people see are given. unsure: None where all images come from
    one group, so that nothing can be promised for another; unsure.threshold: None where
    no threshold of those tried can be vouched for. suspects: labels in doubt, by the
    mean over the fresh seeds (n_seeds); an index is a place among the development
    images. n_errors: of the one network. bound_of_data: whether the data chose the
    bound. n_groups: of the n images, None where groups are not known.
    """

    temperature: Temperature
    unsure: Unsure | None
    conformal: ConformalRule
    suspects: Suspects
    bound_of_data: bool
    n: int
    n_errors: int
    n_groups: int | None
    n_seeds: int

    def __str__(self) -> str:
        heat = f"temperature {self.temperature.value:.2f}"
        if self.unsure is None or self.unsure.threshold is None:
            return f"{heat}; no promise can be made of the errors among sure answers"
        found = self.unsure
        return (
            f"{heat}; {100 * found.coverage:.1f} % of validation images are answered, at most"
            f" {100 * found.bound:.3g} % of them wrongly"
        )


def learn_confidence(
    run: Run, development: DevelopmentSet, settings: ConfidenceSettings, chosen: Finalists
) -> Confidence:
    """Learn temperature, threshold, sets and suspect labels from the probabilities that
    the chosen configuration's fresh networks gave to validation images; nothing is
    trained.

    The one network stands for those to come, which are trained on all development
    images: what is promised of it is checked on the test images once these are open.
    """
    stored = run.load_arrays(layout.VALIDATION_PREDICTIONS)
    images, by_seed = development.images[development.scored], stored["final"]
    temperature = fit_temperature(images.labels, by_seed[0])
    probabilities = at_temperature(by_seed[0], temperature.value)
    right = probabilities.argmax(axis=1) == images.labels
    return Confidence(
        temperature=temperature,
        unsure=None
        if images.n_groups == 1
        else choose_unsure(
            probabilities.max(axis=1),
            right,
            images.groups,
            settings.max_error or reachable_bound(right, images.groups),
        ),
        conformal=conformal_rule(images.labels, probabilities, settings.set_level),
        suspects=_suspects(run, development, by_seed.mean(axis=0)),
        bound_of_data=not settings.max_error,
        n=len(images),
        n_errors=int((~right).sum()),
        n_groups=images.n_groups,
        n_seeds=len(by_seed),
    )


def _suspects(run: Run, development: DevelopmentSet, probabilities: np.ndarray) -> Suspects:
    """The suspect labels by their places among all development images, whose pictures
    are kept; probabilities: of the images that are scored.
    """
    places = development.scored
    found = label_suspects(development.images.labels[places], probabilities, MOST_SUSPECTS)
    worst = tuple(
        suspect.model_copy(update={"index": int(places[suspect.index])}) for suspect in found.worst
    )
    shown = np.array([suspect.index for suspect in worst], np.int64)
    run.save_arrays(layout.SUSPECTS, {"images": development.images.pixels[shown], "indices": shown})
    return found.model_copy(update={"worst": worst})
