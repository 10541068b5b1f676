"""Two networks marked on one set of images."""

from dataclasses import replace

import numpy as np

from sevenfold.examination.results import Example, Row, Strange
from sevenfold.examination.sets import ExamSet
from sevenfold.networks import Weights
from sevenfold.predictor import Network
from sevenfold.statistics import (
    detection,
    detection_gap,
    grouped_mcnemar,
    proportion,
    share,
)


def plain_as_network(network: Network, weights: Weights) -> Network:
    """The plain network, asked as the run's is; it has no temperature and no
    threshold.
    """
    return replace(network, weights=weights, temperature=1.0, threshold=None, max_error=None)


def marked(asked: ExamSet, network: Network, plain: Network) -> Row:
    """Both networks on images of the run's classes."""
    assert asked.labels is not None
    said = network.predict_proba(asked.pixels)
    right = said.argmax(axis=1) == asked.labels
    plain_right = plain.predict_proba(asked.pixels).argmax(axis=1) == asked.labels
    unsure = network.is_unsure(said)
    has_threshold = network.threshold is not None
    return Row(
        name=asked.name,
        title=asked.title,
        kind=asked.kind,
        n=len(right),
        n_left_out=asked.n_left_out,
        error=share(~right, asked.groups),
        plain_error=share(~plain_right, asked.groups),
        test=grouped_mcnemar(right, plain_right, asked.groups),
        n_unsure=int(unsure.sum()) if has_threshold else None,
        n_unsure_errors=int((unsure & ~right).sum()) if has_threshold else None,
        example=_first(said, unsure, int(asked.labels[0])),
    )


def marked_strange(asked: ExamSet, test: ExamSet, network: Network, plain: Network) -> Strange:
    """How both networks' confidence falls on images of no class that they know, against
    the test images.
    """
    said, said_of_test = (network.predict_proba(one.pixels) for one in (asked, test))
    ours = said_of_test.max(axis=1), said.max(axis=1)
    theirs = (
        plain.predict_proba(test.pixels).max(axis=1),
        plain.predict_proba(asked.pixels).max(axis=1),
    )
    unsure, has_threshold = network.is_unsure(said), network.threshold is not None
    sure_of_test = ~network.is_unsure(said_of_test)
    return Strange(
        name=asked.name,
        title=asked.title,
        n=len(said),
        n_left_out=asked.n_left_out,
        detection=detection(*ours, test.groups),
        plain_detection=detection(*theirs, test.groups),
        gap=detection_gap(ours, theirs, test.groups),
        answered=proportion(int((~unsure).sum()), len(said)) if has_threshold else None,
        answered_test=share(sure_of_test, test.groups) if has_threshold else None,
        example=_first(said, unsure, None),
    )


def _first(said: np.ndarray, unsure: np.ndarray, label: int | None) -> Example:
    return Example(label=label, predicted=int(said[0].argmax()), unsure=bool(unsure[0]))
