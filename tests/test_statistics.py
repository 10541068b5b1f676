"""Intervals and tests against SciPy, mlxtend and simulation."""

import numpy as np
import pytest
from scipy.stats import binomtest

from sevenfold.scores import scores
from sevenfold.statistics import (
    mcnemar,
    paired_difference,
    proportion,
    smooth,
    spread,
    unpaired_difference,
)


@pytest.mark.parametrize(("k", "n"), [(9750, 10_000), (0, 10), (10, 10), (1, 3)])
def test_wilson_interval_is_scipys(k: int, n: int) -> None:
    expected = binomtest(k, n).proportion_ci(method="wilson")
    found = proportion(k, n)
    assert (found.ci_low, found.ci_high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_interval_covers() -> None:
    rng = np.random.default_rng(0)
    n, p = 1000, 0.98
    covered = [
        interval.ci_low <= p <= interval.ci_high
        for interval in (proportion(int(k), n) for k in rng.binomial(n, p, 4000))
    ]
    assert 0.935 < np.mean(covered) < 0.965


def test_mcnemar_is_mlxtends() -> None:
    from mlxtend.evaluate import mcnemar as oracle

    rng = np.random.default_rng(1)
    first, second = rng.random(400) < 0.9, rng.random(400) < 0.85
    found = mcnemar(first, second)
    table = np.array(
        [
            [(first & second).sum(), (first & ~second).sum()],
            [(~first & second).sum(), (~first & ~second).sum()],
        ]
    )
    assert found.p_value == pytest.approx(oracle(table, exact=True)[1])
    assert (found.only_first, found.only_second) == (table[0, 1], table[1, 0])


def test_mcnemar_of_equal_classifiers_finds_nothing() -> None:
    right = np.array([True, False, True])
    assert mcnemar(right, right).p_value == 1.0


def test_paired_difference_covers_a_true_difference_of_zero() -> None:
    """Type I error of the comparison at a nominal 5 %, with noise from digits and from
    seeds.
    """
    rng = np.random.default_rng(2)
    false_alarms = 0
    for _ in range(400):
        hard = rng.random(500)
        rates = np.clip(0.95 + rng.normal(0.0, 0.005, (2, 3)), 0, 1)
        first, second = (
            np.stack([rng.random(500) * hard < rate * hard.mean() for rate in row]) for row in rates
        )
        false_alarms += paired_difference(first, second).detectable
    assert false_alarms / 400 <= 0.055


def test_unpaired_seeds_may_differ_in_number_and_cover_zero() -> None:
    rng = np.random.default_rng(5)
    false_alarms = 0
    for _ in range(400):
        rates = 0.9 + rng.normal(0.0, 0.01, 5)
        rows = np.stack([rng.random(500) < rate for rate in rates])
        false_alarms += unpaired_difference(rows[:2], rows[2:]).detectable
    assert false_alarms / 400 <= 0.055


def test_scores_add_up() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 10, 500)
    probabilities = rng.dirichlet(np.ones(10), 500).astype(np.float32)
    probabilities[np.arange(500), labels] += 0.5
    found = scores(labels, probabilities)
    confusion = np.array(found.confusion)
    assert found.n_errors == 500 - np.trace(confusion) == round((1 - found.accuracy.value) * 500)
    assert [c.n for c in found.per_class] == confusion.sum(axis=1).tolist()
    assert found.macro_f1 == pytest.approx(np.mean([c.f1 for c in found.per_class]))


def test_smoothing_keeps_a_line_and_does_not_reach_outside() -> None:
    line = np.arange(6.0)
    assert smooth(line)[1:-1].tolist() == line[1:-1].tolist()
    assert smooth(line)[0] == 0.5
    assert smooth(np.ones((2, 4)), 5).tolist() == np.ones((2, 4)).tolist()


def test_spread_of_one_value_has_no_deviation() -> None:
    assert (spread([0.5]).sd, spread([0.5]).n) == (0.0, 1)
