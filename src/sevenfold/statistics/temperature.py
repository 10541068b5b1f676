"""One number that makes a network as sure as it should be."""

import math

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.calibration import log_loss, normalized

RANGE = (0.05, 20.0)
"""Temperatures outside it say that something else is wrong."""


class Temperature(Record):
    """What logits are divided by: above 1 the network was too sure, below 1 not sure
    enough. log_loss_before, log_loss_after: on the n examples it was fitted on.
    """

    value: float
    log_loss_before: float
    log_loss_after: float
    n: int


def fit_temperature(labels: np.ndarray, probabilities: np.ndarray) -> Temperature:
    """The temperature of least log loss on labels (n,), probabilities (n, n_classes) of
    examples that the network did not train on (Guo et al. 2017, "On calibration of
    modern neural networks"; the loss has one minimum). It is sought from 0.05 to 20.

    Where every answer is right a lower temperature always has the lower loss, and
    nothing says where to stop: then it is 1.
    """
    from scipy.optimize import minimize_scalar

    logs = np.log(np.maximum(normalized(probabilities), 1e-45))

    def loss(log_temperature: float) -> float:
        return log_loss(labels, _softmax(logs / math.exp(log_temperature)))

    if (probabilities.argmax(axis=1) == labels).all():
        return Temperature(
            value=1.0, log_loss_before=loss(0.0), log_loss_after=loss(0.0), n=len(labels)
        )
    bounds = (math.log(RANGE[0]), math.log(RANGE[1]))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return Temperature(
        value=math.exp(float(found.x)),
        log_loss_before=loss(0.0),
        log_loss_after=float(found.fun),
        n=len(labels),
    )


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities (n, n_classes), float64, as they were with logits divided by this;
    the most probable class stays.

    >>> at_temperature(np.array([[0.8, 0.2]]), 2.0).round(3).tolist()
    [[0.667, 0.333]]
    """
    return _softmax(np.log(np.maximum(normalized(probabilities), 1e-45)) / temperature)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares
