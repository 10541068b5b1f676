"""How well confidence tells what a network knows from what it does not."""

import math
from dataclasses import dataclass

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.groups import freedom, group_totals, left_out_variance
from sevenfold.statistics.levels import LEVEL, t_quantile
from sevenfold.statistics.proportions import proportion


class Detection(Record):
    """The area under the ROC curve: how often the network is surer of a known example
    than of a strange one, ties half, with its 95 % interval.
    """

    value: float
    ci_low: float
    ci_high: float
    n_known: int
    n_strange: int


class DetectionGap(Record):
    """The first network's area less the second's on the same examples, with its 95 %
    interval.
    """

    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class _Placements:
    """Of each known example the share of strange ones below it, and of each strange one
    the share of known ones above it.
    """

    known: np.ndarray
    strange: np.ndarray


def detection(
    known: np.ndarray, strange: np.ndarray, groups: np.ndarray | None = None
) -> Detection:
    """Of confidence in known examples (n,), of `groups` (n,), and in strange ones (m,).

    The variance is that of DeLong et al. (1988, "Comparing the areas under two or more
    correlated receiver operating characteristic curves"), over groups where they are
    known (Obuchowski 1997, "Nonparametric analysis of clustered ROC curve data"); the
    interval is symmetric in the logit, and Wilson's of the smaller number where nothing
    overlaps.
    """
    places = _placements(known, strange)
    value = float(places.known.mean())
    error, quantile = _error(places, groups)
    if not 0.0 < value < 1.0:
        ends = proportion(value * min(len(known), len(strange)), min(len(known), len(strange)))
        low, high = ends.ci_low, ends.ci_high
    else:
        logit, half = math.log(value / (1.0 - value)), quantile * error / (value * (1.0 - value))
        low, high = (1.0 / (1.0 + math.exp(-(logit + sign * half))) for sign in (-1, 1))
    return Detection(
        value=value, ci_low=low, ci_high=high, n_known=len(known), n_strange=len(strange)
    )


def detection_gap(
    first: tuple[np.ndarray, np.ndarray],
    second: tuple[np.ndarray, np.ndarray],
    groups: np.ndarray | None = None,
) -> DetectionGap:
    """Of two networks' confidences, (known, strange) each, in the same examples; its
    variance as that of `detection`.
    """
    one, other = _placements(*first), _placements(*second)
    apart = _Placements(one.known - other.known, one.strange - other.strange)
    value = float(apart.known.mean())
    error, quantile = _error(apart, groups)
    return DetectionGap(
        value=value, ci_low=value - quantile * error, ci_high=value + quantile * error
    )


def _placements(known: np.ndarray, strange: np.ndarray) -> _Placements:
    def share_below(values: np.ndarray, others: np.ndarray) -> np.ndarray:
        others = np.sort(others)
        below = np.searchsorted(others, values, "left")
        return np.asarray((below + np.searchsorted(others, values, "right")) / (2 * len(others)))

    return _Placements(share_below(known, strange), 1.0 - share_below(strange, known))


def _error(places: _Placements, groups: np.ndarray | None) -> tuple[float, float]:
    """The standard error of the mean placement, and the quantile that goes with it."""
    totals, sizes = group_totals(places.known, groups)
    variance = float(left_out_variance(totals - places.known.mean() * sizes, sizes))
    variance += float(places.strange.var(ddof=1)) / len(places.strange)
    return math.sqrt(variance), t_quantile(0.5 + LEVEL / 2, freedom(sizes))
