"""Whether a network is right as often as its probabilities say."""

from typing import Literal

import numpy as np

from sevenfold.records import Record

N_BINS = 15
CONFIDENT = 0.99

Binning = Literal["equal_width", "equal_count"]


class Bin(Record):
    """Examples whose largest probability lies between low and high: their number, its
    mean, and the share that is right.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


class Calibration(Record):
    """How well probabilities are meant.

    expected_error: mean distance of accuracy and confidence over the bins, weighed by
    their examples (0 is best; it depends on the bins, and with few examples it is too
    large). log_loss: in nats. brier: mean squared distance of the whole row from the
    label's, 0 to 2. n_confident, n_confident_errors: probabilities above 0.99, and how
    many of these are wrong.
    """

    expected_error: float
    log_loss: float
    brier: float
    binning: Binning
    bins: tuple[Bin, ...]
    n: int
    n_confident: int
    n_confident_errors: int


def calibration(
    labels: np.ndarray,
    probabilities: np.ndarray,
    binning: Binning = "equal_width",
    n_bins: int = N_BINS,
) -> Calibration:
    """Score probabilities (n, n_classes) against labels (n,).

    Expected calibration error over the largest probability (Guo et al. 2017, "On
    calibration of modern neural networks") in bins of equal width over 0 to 1 or of
    equal count (Nguyen and O'Connor 2015, "Posterior calibration and exploratory
    analysis for natural language processing models"); empty bins are left out. Brier
    (1950, "Verification of forecasts expressed in terms of probability"). Logarithms
    are of 1e-15 at least.
    """
    p = normalized(probabilities)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    bins = _bins(confidence, right, _edges(confidence, binning, n_bins))
    hit = p[np.arange(len(p)), labels]
    is_sure = confidence > CONFIDENT
    return Calibration(
        expected_error=sum(b.n * abs(b.accuracy - b.confidence) for b in bins) / len(p),
        log_loss=log_loss(labels, p),
        brier=float(((p**2).sum(axis=1) - 2 * hit + 1).mean()),
        binning=binning,
        bins=bins,
        n=len(p),
        n_confident=int(is_sure.sum()),
        n_confident_errors=int((is_sure & ~right).sum()),
    )


def normalized(probabilities: np.ndarray) -> np.ndarray:
    """Rows (n, n_classes) as float64 that sum to one."""
    rows = probabilities.astype(np.float64)
    shares: np.ndarray = rows / rows.sum(axis=1, keepdims=True)
    return shares


def log_loss(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative logarithm of the label's probability, in nats."""
    hit = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(hit, 1e-15)).mean())


def _edges(confidence: np.ndarray, binning: Binning, n_bins: int) -> np.ndarray:
    if binning == "equal_width":
        return np.linspace(0.0, 1.0, n_bins + 1)
    return np.unique(np.quantile(confidence, np.linspace(0.0, 1.0, n_bins + 1)))


def _bins(confidence: np.ndarray, right: np.ndarray, edges: np.ndarray) -> tuple[Bin, ...]:
    """The bins (low, high] that hold an example, the first with its lower end."""
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, max(0, len(edges) - 2))
    return tuple(
        Bin(
            low=float(edges[i]),
            high=float(edges[min(i + 1, len(edges) - 1)]),
            n=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            accuracy=float(right[inside].mean()),
        )
        for i in np.unique(place)
        for inside in [place == i]
    )
