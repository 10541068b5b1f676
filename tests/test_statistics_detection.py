"""Confidence as a detector of what is strange: the area, and an interval that holds."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sevenfold.statistics import detection, detection_gap


def test_it_is_scikit_learns_area_ties_included() -> None:
    rng = np.random.default_rng(0)
    known, strange = rng.integers(3, 12, 200) / 12, rng.integers(0, 9, 77) / 12
    found = detection(known, strange)
    labels = np.repeat([1, 0], [200, 77])
    assert found.value == pytest.approx(roc_auc_score(labels, np.concatenate([known, strange])))
    assert (found.n_known, found.n_strange) == (200, 77)
    assert found.ci_low < found.value < found.ci_high


def test_its_interval_holds_the_truth_as_often_as_it_says() -> None:
    from scipy.stats import norm

    rng, truth, held = np.random.default_rng(1), norm.cdf(1.2 / np.sqrt(2)), 0
    for _ in range(600):
        found = detection(rng.normal(1.2, 1, 80), rng.normal(0, 1, 60))
        held += found.ci_low <= truth <= found.ci_high
    assert 0.93 <= held / 600 <= 0.975


def test_examples_of_one_group_say_less() -> None:
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(20), 10)
    known = rng.normal(1, 1, 20)[groups] + rng.normal(0, 0.2, 200)
    strange = rng.normal(0, 1, 100)
    alone, together = detection(known, strange), detection(known, strange, groups)
    assert together.value == alone.value
    assert together.ci_high - together.ci_low > 1.5 * (alone.ci_high - alone.ci_low)


def test_nothing_in_common_is_not_certainty() -> None:
    found = detection(np.full(50, 0.9), np.full(30, 0.1))
    assert (found.value, found.ci_high) == (1.0, pytest.approx(1.0))
    assert 0.85 < found.ci_low < 0.9  # Wilson's of 30 of 30
    assert detection(np.full(50, 0.1), np.full(30, 0.9)).ci_high < 0.15


def test_two_networks_on_the_same_examples_are_compared_in_pairs() -> None:
    rng = np.random.default_rng(3)
    known, strange = rng.normal(1, 1, 300), rng.normal(0, 1, 300)
    noise = rng.normal(0, 0.1, 600)
    worse = known + noise[:300] - 0.3, strange + noise[300:]
    gap = detection_gap((known, strange), worse)
    one, other = detection(known, strange), detection(*worse)
    assert gap.value == pytest.approx(one.value - other.value)
    assert gap.ci_low > 0.0
    assert gap.ci_high - gap.ci_low < 0.5 * (one.ci_high - one.ci_low)
    same = detection_gap((known, strange), (known, strange))
    assert (same.value, same.ci_low, same.ci_high) == (0.0, 0.0, 0.0)
