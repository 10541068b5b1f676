"""What a network knows about itself, against scikit-learn, grids and plain counting."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss, log_loss

from sevenfold.statistics import (
    answered,
    at_temperature,
    calibration,
    choose_unsure,
    conformal_rule,
    conformal_sets,
    fit_temperature,
    label_suspects,
    learning_curve,
    reachable_bound,
    risk_coverage,
    sets_found,
)
from sevenfold.statistics.abstention import THRESHOLDS

RNG = np.random.default_rng(4)
N = 600
P = RNG.dirichlet(np.full(5, 0.3), N)
P /= P.sum(axis=1, keepdims=True)
LABELS = np.array([RNG.choice(5, p=row) for row in P])


def test_scores_of_probabilities_are_scikit_learns() -> None:
    found = calibration(LABELS, P)
    assert found.log_loss == pytest.approx(log_loss(LABELS, P, labels=range(5)))
    expected = brier_score_loss(LABELS, P, labels=range(5), scale_by_half=False)
    assert found.brier == pytest.approx(expected)


@pytest.mark.parametrize("binning", ["equal_width", "equal_count"])
def test_bins_are_counted_one_by_one(binning: str) -> None:
    found = calibration(LABELS, P, binning=binning, n_bins=8)  # type: ignore[arg-type]
    confidence, right = P.max(axis=1), P.argmax(axis=1) == LABELS
    assert sum(one.n for one in found.bins) == found.n == N
    total = 0.0
    for one in found.bins:
        inside = (confidence > one.low) & (confidence <= one.high)
        if one is found.bins[0]:
            inside |= confidence == one.low
        assert one.n == inside.sum() > 0
        assert one.confidence == pytest.approx(confidence[inside].mean())
        assert one.accuracy == pytest.approx(right[inside].mean())
        total += abs(sum(right[inside] - confidence[inside])) / N
    assert found.expected_error == pytest.approx(total)
    counts = [one.n for one in found.bins]
    assert (max(counts) <= 1.1 * min(counts)) == (binning == "equal_count")


def test_too_sure_is_seen() -> None:
    sure = np.where(np.eye(2)[np.zeros(100, int)] == 1, 0.995, 0.005)
    found = calibration((np.arange(100) < 20).astype(int), sure)
    assert found.expected_error == pytest.approx(0.995 - 0.8)
    assert (found.n_confident, found.n_confident_errors) == (100, 20)


def test_the_temperature_that_was_put_in_is_taken_out() -> None:
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.full(4, 0.5), 8_000)
    labels = (p.cumsum(axis=1) < rng.random((8_000, 1))).sum(axis=1)
    too_sure = at_temperature(p, 0.5)
    found = fit_temperature(labels, too_sure)
    assert found.value == pytest.approx(2.0, rel=0.06)
    assert found.log_loss_before == pytest.approx(log_loss(labels, too_sure, labels=range(4)))
    grid = [
        log_loss(labels, at_temperature(too_sure, value), labels=range(4))
        for value in found.value * np.array([0.9, 0.99, 1.0, 1.01, 1.1])
    ]
    assert min(grid) == grid[2] == pytest.approx(found.log_loss_after, rel=1e-6)
    assert found.log_loss_after < found.log_loss_before
    assert (at_temperature(p, 3.0).argmax(axis=1) == p.argmax(axis=1)).all()
    assert at_temperature(np.array([[1.0, 0.0]]), 2.0).tolist() == [[1.0, pytest.approx(0.0)]]


CONFIDENCE = np.round(RNG.random(200), 2)
RIGHT = RNG.random(200) < 0.5 + CONFIDENCE / 2


def test_risk_against_coverage_answers_equal_confidences_together() -> None:
    found = risk_coverage(CONFIDENCE, RIGHT, n_points=1_000)
    for coverage, risk, threshold in zip(found.coverage, found.risk, found.thresholds, strict=True):
        inside = threshold <= CONFIDENCE
        assert coverage == pytest.approx(inside.mean())
        assert risk == pytest.approx(1 - RIGHT[inside].mean())
    assert len(found.thresholds) == len(np.unique(CONFIDENCE))
    assert found.coverage[-1] == 1.0
    each = [1 - RIGHT[np.sort(CONFIDENCE)[-k] <= CONFIDENCE].mean() for k in range(1, 201)]
    assert found.area == pytest.approx(np.mean(each))


def sure(n: int = 4_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    confidence = 1 / (1 + np.exp(-np.abs(rng.normal(4, 2, n))))
    return confidence, rng.random(n) < confidence


def test_nothing_is_cooled_where_no_answer_is_wrong() -> None:
    found = fit_temperature(np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert found.value == 1.0
    assert found.log_loss_after == found.log_loss_before > 0.0


def test_a_bound_is_a_third_of_the_error_or_what_can_be_vouched_for() -> None:
    right = np.arange(2_000) >= 100
    assert reachable_bound(right, None) == 0.02
    assert reachable_bound(np.arange(2_000) >= 0, None) == 0.005
    assert reachable_bound(np.arange(2_000) % 20 > 0, np.arange(2_000) // 100) == 0.02
    assert reachable_bound(right, np.arange(2_000) // 20) == 0.1  # five writers' own
    assert reachable_bound(np.zeros(2, bool), None) == 0.5


def test_unsure_is_the_last_of_a_sequence_of_exact_tests() -> None:
    confidence, right = sure()
    found = choose_unsure(confidence, right, None, 0.02)
    expected = None
    for threshold in THRESHOLDS:
        inside = confidence >= threshold
        if inside.sum() < 2_000:
            continue
        wrong = int((~right[inside]).sum())
        interval = binomtest(wrong, int(inside.sum()), alternative="less").proportion_ci(0.95)
        if interval.high > 0.02:
            break
        expected = (threshold, int(inside.sum()), wrong, interval.high)
    assert expected is not None
    assert (found.threshold, found.n_answered, found.n_errors) == expected[:3]
    assert found.error_high == pytest.approx(expected[3])
    assert found.coverage == pytest.approx(expected[1] / 4_000)
    assert (found.bound, found.certainty, found.n, found.design_effect) == (0.02, 0.95, 4_000, 1.0)


def test_a_sequence_ends_where_it_first_fails() -> None:
    """What is more lenient than a threshold that fails would pass, and is not asked."""
    confidence, right = np.repeat([0.9999, 0.6], 5_000), np.ones(10_000, bool)
    assert choose_unsure(confidence, right, None, 0.02).threshold == 0.0
    right[:100] = False
    assert (~right).mean() < 0.015
    assert choose_unsure(confidence, right, None, 0.02).threshold is None
    confidence = np.repeat([0.9999, 0.6], [4_999, 5_001])
    assert choose_unsure(confidence, right, None, 0.02).threshold == 0.0


def test_everything_is_answered_where_nothing_is_wrong() -> None:
    found = choose_unsure(np.full(500, 0.3), np.ones(500, bool), None, 0.01)
    assert (found.threshold, found.coverage) == (0.0, 1.0)
    assert found.error_high == pytest.approx(1 - 0.05 ** (1 / 500))


def test_writers_make_a_threshold_stricter() -> None:
    confidence, right = sure()
    alone = choose_unsure(confidence, right, None, 0.02)
    order = np.argsort(right, kind="stable")
    groups = np.empty(4_000, int)
    groups[order] = np.arange(4_000) // 40
    found = choose_unsure(confidence, right, groups, 0.02)
    assert found.design_effect > 10
    assert found.threshold is None or found.threshold > (alone.threshold or 0.0)


def test_a_threshold_is_checked_on_other_examples() -> None:
    groups = np.arange(200) % 20
    found = answered(CONFIDENCE, RIGHT, groups, 0.7)
    inside = CONFIDENCE >= 0.7
    assert found.coverage.value == pytest.approx(inside.mean())
    assert found.error is not None
    assert found.error.value == pytest.approx(1 - RIGHT[inside].mean())
    assert found.error.n == inside.sum()
    assert answered(CONFIDENCE, RIGHT, groups, 1.5).error is None


def test_conformal_sets_follow_their_definition() -> None:
    rule = conformal_rule(LABELS, P, 0.9)
    scores = [1 - row[y] for row, y in zip(P, LABELS, strict=True)]
    assert rule.quantile == pytest.approx(sorted(scores)[math.ceil(601 * 0.9) - 1])
    sets = conformal_sets(rule, P)
    inside = [s <= rule.quantile + 1e-12 for s in scores]
    assert sets[np.arange(N), LABELS].tolist() == inside
    found = sets_found(sets, LABELS, None)
    assert found.coverage.value == pytest.approx(np.mean(inside))
    assert found.coverage.value >= 0.9
    assert found.mean_size == pytest.approx(sets.sum() / N)
    assert found.n_empty + found.n_single + found.n_several == N


def test_too_few_examples_give_sets_of_all_classes() -> None:
    rule = conformal_rule(LABELS[:50], P[:50], 0.99)
    assert rule.quantile is None
    assert conformal_sets(rule, P[:3]).all()
    assert conformal_rule(LABELS[:99], P[:99], 0.99).quantile is not None


def test_the_slope_of_a_learning_curve_is_least_squares() -> None:
    sizes = np.repeat([1_000, 2_000, 8_000], 2)
    errors = np.array([0.10, 0.11, 0.07, 0.065, 0.03, 0.034])
    found = learning_curve(sizes, errors)
    assert found is not None
    (slope, intercept), covariance = np.polyfit(np.log(sizes), np.log(errors), 1, cov="unscaled")
    rest = np.log(errors) - intercept - slope * np.log(sizes)
    residual = math.sqrt((rest**2).sum() / 4)
    half = 2.7764451 * residual * math.sqrt(covariance[0, 0])
    assert found.slope == pytest.approx(slope)
    assert (found.ci_low, found.ci_high) == pytest.approx((slope - half, slope + half))
    x = np.array([math.log(16_000), 1.0])
    error, low, high = found.error_at(16_000)
    assert error == pytest.approx(math.exp(slope * x[0] + intercept))
    spread = 2.7764451 * residual * math.sqrt(x @ covariance @ x)
    assert (low, high) == pytest.approx((error * math.exp(-spread), error * math.exp(spread)))


@pytest.mark.parametrize(
    ("sizes", "errors"),
    [([1, 2], [0.2, 0.1]), ([5, 5, 5], [0.2, 0.1, 0.3]), ([1, 2, 4], [0.2, 0.1, 0])],
)
def test_no_line_goes_through_too_little(sizes: list[int], errors: list[float]) -> None:
    assert learning_curve(np.array(sizes), np.array(errors)) is None


def test_label_suspects_are_those_of_confident_learning() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 400)
    p = rng.dirichlet(np.full(4, 0.2), 400) + 3.0 * np.eye(4)[truth]
    p /= p.sum(axis=1, keepdims=True)
    labels = truth.copy()
    wrong = rng.choice(400, 15, replace=False)
    labels[wrong] = (labels[wrong] + 1) % 4
    found = label_suspects(labels, p, at_most=400)
    means = [p[labels == k, k].mean() for k in range(4)]
    expected = {}
    for i, row in enumerate(p):
        plausible = [k for k in range(4) if row[k] >= means[k]]
        if plausible and (best := max(plausible, key=row.__getitem__)) != labels[i]:
            expected[i] = best
    assert {one.index: one.suggested for one in found.worst} == expected
    assert found.n_suspect == len(expected)
    assert set(wrong) <= set(expected) | set(np.flatnonzero(p.max(axis=1) < 0.8))
    margins = [one.probability_of_label - one.probability_of_suggested for one in found.worst]
    assert margins == sorted(margins)
    first = found.worst[0]
    assert first.probability_of_label == pytest.approx(p[first.index, labels[first.index]])
    assert first.label == labels[first.index]
    assert len(label_suspects(labels, p, at_most=3).worst) == 3
