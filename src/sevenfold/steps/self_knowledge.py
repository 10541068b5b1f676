"""What the network knew about itself, once the test set is open: whether it is right as
often as it says, and what became of its promises.
"""

import numpy as np

from sevenfold.data import Images
from sevenfold.records import Record
from sevenfold.statistics import (
    Answered,
    Calibration,
    RiskCoverage,
    SetsFound,
    answered,
    at_temperature,
    calibration,
    conformal_sets,
    risk_coverage,
    sets_found,
)
from sevenfold.steps.confidence import Confidence


class AspectAnswered(Record):
    """The promise on test images of one kind (a population of writers), from n_groups
    groups, where these are known.
    """

    aspect: str
    value: str
    n_groups: int | None
    found: Answered


class SelfKnowledge(Record):
    """What the network that counts said of the test images, against what it was.

    before, after: calibration of its probabilities as they are, and at the temperature
    that validation images gave. What follows is at that temperature. curve: the error
    among the surest, share by share. answered: where it is not unsure; None without a
    threshold; by_aspect: the same on images of each kind. sets: of the rule for sets of
    classes. by_groups: whether intervals go by groups of images.
    """

    before: Calibration
    after: Calibration
    curve: RiskCoverage
    answered: Answered | None
    by_aspect: tuple[AspectAnswered, ...]
    sets: SetsFound
    by_groups: bool


def self_knowledge(
    test: Images, probabilities: np.ndarray, confidence: Confidence
) -> SelfKnowledge:
    """Hold the network's probabilities (n, n_classes) on the test images against their
    labels, with what was learnt and promised before.
    """
    cooled = at_temperature(probabilities, confidence.temperature.value)
    sure, right = cooled.max(axis=1), cooled.argmax(axis=1) == test.labels
    groups = groups_of(test)
    threshold = confidence.unsure.threshold if confidence.unsure else None
    return SelfKnowledge(
        before=calibration(test.labels, probabilities),
        after=calibration(test.labels, cooled),
        curve=risk_coverage(sure, right),
        answered=None if threshold is None else answered(sure, right, groups, threshold),
        by_aspect=() if threshold is None else _by_aspect(test, sure, right, threshold),
        sets=sets_found(conformal_sets(confidence.conformal, cooled), test.labels, groups),
        by_groups=groups is not None,
    )


def groups_of(images: Images) -> np.ndarray | None:
    """What intervals go by: from a single group nothing follows for others."""
    return images.groups if (images.n_groups or 1) > 1 else None


def _by_aspect(
    test: Images, sure: np.ndarray, right: np.ndarray, threshold: float
) -> tuple[AspectAnswered, ...]:
    return tuple(
        AspectAnswered(
            aspect=aspect,
            value=value,
            n_groups=test[here].n_groups,
            found=answered(sure[here], right[here], groups_of(test[here]), threshold),
        )
        for aspect, values in test.aspects.items()
        for value in np.unique(values).tolist()
        for here in [values == value]
    )
