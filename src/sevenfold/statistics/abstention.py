"""Answers that are withheld: how sure a network has to be to be as good as promised."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from sevenfold.records import Record
from sevenfold.statistics.grouped_proportions import GroupedProportion, grouped_proportion
from sevenfold.statistics.groups import freedom, group_totals
from sevenfold.statistics.levels import LEVEL, t_quantile

THRESHOLDS = (*(1.0 / (1.0 + math.exp(-step / 8)) for step in range(160, -1, -1)), 0.0)
"""What is tried, strictest first, fixed before any image is seen: 1 - 2e-9 to one half,
evenly in logits; then everything is answered.
"""
LEAST_COVERAGE = 0.5
"""A threshold that answers less is of no use, and none is looked for there."""

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""What is promised of the error where the data decide: so few that they decide next to
nothing.
"""
PART_OF_ERROR = 3
"""Answers are worth withholding where that makes the error so many times smaller."""


class RiskCoverage(Record):
    """Error among answered examples against the share that is answered.

    coverage, risk, thresholds: at the least threshold of each share. area: mean risk
    over all n possible coverages (0 is best).
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    thresholds: tuple[float, ...]
    area: float
    n: int


def risk_coverage(confidence: np.ndarray, correct: np.ndarray, n_points: int = 100) -> RiskCoverage:
    """The curve of confidence (n,) and correct (n,), at n_points coverages at most
    (El-Yaniv and Wiener 2010, "On the foundations of noise-free selective
    classification"; the area is that of Geifman, Uziel and El-Yaniv 2019, "Bias-reduced
    uncertainty estimation for deep neural classifiers"). Examples of equal confidence
    are answered together.
    """
    order = np.argsort(-confidence, kind="stable")
    sure, n = confidence[order], len(order)
    risk = np.cumsum(~correct[order].astype(bool)) / np.arange(1, n + 1)
    # The last of each run of equal confidences: only there may one stop.
    ends = np.append(np.flatnonzero(np.diff(sure)), n - 1)
    chosen = np.searchsorted(ends, np.linspace(1, n, min(n_points, n)) - 1)
    places = ends[np.unique(chosen)]
    return RiskCoverage(
        coverage=tuple(((places + 1) / n).tolist()),
        risk=tuple(risk[places].tolist()),
        thresholds=tuple(sure[places].astype(np.float64).tolist()),
        area=float(risk[ends[np.searchsorted(ends, np.arange(n))]].mean()),
        n=n,
    )


class Unsure(Record):
    """When to answer: where the largest probability is `threshold` or more.

    bound: what the error among answered examples is at most, with this certainty.
    threshold: None where no such threshold can be vouched for. coverage, n_answered,
    n_errors, error_high (upper confidence bound of the error): at the threshold, on the
    n examples it was chosen on. design_effect: by which counts were divided.
    """

    bound: Annotated[float, Field(gt=0.0, lt=1.0)]
    certainty: float
    threshold: float | None
    coverage: float
    n_answered: int
    n_errors: int
    error_high: float
    design_effect: float
    n: int


def choose_unsure(
    confidence: np.ndarray,
    correct: np.ndarray,
    groups: np.ndarray | None,
    bound: float,
    certainty: float = LEVEL,
) -> Unsure:
    """The least threshold whose error among answered examples is at most `bound` with
    this certainty; confidence, correct and groups: shape (n,), of examples that neither
    trained nor chose the network.

    Fixed-sequence testing of `THRESHOLDS` from strict to lenient, each at the full
    level, until one fails (Angelopoulos et al. 2021, "Learn then test: calibrating
    predictive algorithms to achieve risk control"; Bauer 1991, "Multiple testing in
    clinical trials"). It starts where half of the examples are answered, which looks at
    no label. A threshold passes when Clopper and Pearson's upper bound (1934) of the
    error is at most `bound`, with counts divided by the design effect of all errors
    (Korn and Graubard 1998, `ratio_interval`).

    Raises:
        DataError: there is one group only.
    """
    errors = ~correct.astype(bool)
    effect, unknown = _effect(errors, groups, certainty)
    order = np.argsort(-confidence, kind="stable")
    n_answered = np.searchsorted(-confidence[order], -np.array(THRESHOLDS), side="right")
    n_errors = np.append(0, np.cumsum(errors[order]))[n_answered]
    weight = 1.0 / (effect * unknown)
    high = _upper_bounds(weight * n_errors, weight * n_answered, certainty)
    # It begins where enough is answered, and ends before the first that fails.
    begin = int(np.searchsorted(n_answered, LEAST_COVERAGE * len(errors)))
    failed = np.flatnonzero(high[begin:] > bound)
    last = begin + (int(failed[0]) if len(failed) else len(THRESHOLDS) - begin) - 1
    is_found = last >= begin
    return Unsure(
        bound=bound,
        certainty=certainty,
        threshold=THRESHOLDS[last] if is_found else None,
        coverage=n_answered[last] / len(errors) if is_found else 0.0,
        n_answered=int(n_answered[last]) if is_found else 0,
        n_errors=int(n_errors[last]) if is_found else 0,
        error_high=float(high[last]) if is_found else 1.0,
        design_effect=effect,
        n=len(errors),
    )


def reachable_bound(correct: np.ndarray, groups: np.ndarray | None) -> float:
    """The least of `BOUNDS` that is no less than a third of the error of correct (n,),
    and that half as many images could vouch for if all were right.

    >>> reachable_bound(np.arange(10_000) >= 150, None)
    0.005
    >>> reachable_bound(np.ones(300, bool), None)
    0.02

    Raises:
        DataError: there is one group only.
    """
    errors = ~correct.astype(bool)
    effect = grouped_proportion(errors, groups).design_effect
    vouched = 1.0 - (1.0 - LEVEL) ** (effect / (LEAST_COVERAGE * len(errors)))
    least = max(float(errors.mean()) / PART_OF_ERROR, vouched)
    return next((bound for bound in BOUNDS if bound >= least), BOUNDS[-1])


class Answered(Record):
    """A threshold on other examples: what share is answered, and how many of the
    answers are wrong; error is None where nothing is answered.
    """

    coverage: GroupedProportion
    error: GroupedProportion | None


def answered(
    confidence: np.ndarray, correct: np.ndarray, groups: np.ndarray | None, threshold: float
) -> Answered:
    """What a threshold does to examples that did not choose it; all of shape (n,)."""
    inside = confidence >= threshold
    own = None if groups is None else groups[inside]
    several = inside.any() and (own is None or len(np.unique(own)) > 1)
    return Answered(
        coverage=grouped_proportion(inside, groups),
        error=grouped_proportion(~correct[inside].astype(bool), own) if several else None,
    )


def _effect(errors: np.ndarray, groups: np.ndarray | None, certainty: float) -> tuple[float, float]:
    """The design effect of all errors, and Korn and Graubard's factor for not knowing
    it better than the number of groups allows.
    """
    if groups is None:
        return 1.0, 1.0
    found = grouped_proportion(errors, groups)
    sizes = group_totals(errors, groups)[1]
    few, many = (t_quantile(certainty, df) for df in (freedom(sizes), len(errors) - 1.0))
    return found.design_effect, (few / many) ** 2


def _upper_bounds(k: np.ndarray, n: np.ndarray, certainty: float) -> np.ndarray:
    """Clopper and Pearson's of k of n, which need not be whole; 1 where k is n."""
    from scipy.stats import beta

    bounds = np.ones(len(n))
    some = k < n
    bounds[some] = beta.ppf(certainty, k[some] + 1.0, (n - k)[some])
    return bounds
