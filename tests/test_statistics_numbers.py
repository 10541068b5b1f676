"""Each formula against SciPy, scikit-learn or plain counting, on uneven data."""

import math

import numpy as np
import pytest
from scipy.stats import binom, norm, t, ttest_ind
from sklearn.metrics import log_loss, precision_recall_fscore_support

from sevenfold.scores import scores
from sevenfold.statistics import (
    Difference,
    decimals,
    mcnemar,
    paired_difference,
    proportion,
    smooth,
    spread,
    t_quantile,
    unpaired_difference,
)

RNG = np.random.default_rng(8)
RIGHT = RNG.random((3, 250)) < np.array([[0.90], [0.94], [0.97]])
OTHER = RNG.random((3, 250)) < np.array([[0.84], [0.80], [0.82]])
MORE = RNG.random((5, 250)) < np.array([[0.85], [0.80], [0.90], [0.75], [0.82]])


@pytest.mark.parametrize("k", [0.0, 3.5, 99.25, 250.0])
def test_wilson_solves_its_equation(k: float) -> None:
    """The bounds are where the score test just rejects; k need not be whole."""
    found, z = proportion(k, 250), norm.ppf(0.975)
    assert (found.value, found.n) == (k / 250, 250)
    for bound in (found.ci_low, found.ci_high):
        error = math.sqrt(bound * (1 - bound) / 250)
        assert abs(found.value - bound) == pytest.approx(z * error, abs=1e-7)
    assert found.ci_low <= found.value <= found.ci_high + 1e-12


@pytest.mark.parametrize(
    ("n", "text"), [(100, "97.3 % [91.9, 99.1]"), (2_000, "97.3 %"), (2_001, "97.25 %")]
)
def test_a_percentage_has_the_decimals_that_n_supports(n: int, text: str) -> None:
    assert str(proportion(0.97251 * n, n)).startswith(text)
    assert proportion(0.97251 * n, n).percent == text.split()[0]
    assert [decimals(n) for n in (1, 2_000, 2_001, 20_000)] == [1, 1, 2, 2]


def test_a_spread_is_of_a_sample() -> None:
    found = spread([0.2, 0.5, 0.9])
    assert found.mean == pytest.approx(1.6 / 3)
    assert found.sd == pytest.approx(math.sqrt(sum((x - 1.6 / 3) ** 2 for x in found.values) / 2))
    assert (found.n, found.values) == (3, (0.2, 0.5, 0.9))


@pytest.mark.parametrize(("wins", "losses"), [(7, 2), (2, 7), (0, 5), (4, 4), (1, 0)])
def test_mcnemar_counts_both_tails(wins: int, losses: int) -> None:
    first = np.array([1] * wins + [0] * losses + [1] * 20 + [0] * 6, bool)
    second = np.array([0] * wins + [1] * losses + [1] * 20 + [0] * 6, bool)
    found, n = mcnemar(first, second), wins + losses
    p = sum(binom.pmf(k, n, 0.5) for k in range(n + 1) if abs(2 * k - n) >= abs(wins - losses))
    assert (found.n, found.only_first, found.only_second) == (n + 26, wins, losses)
    assert found.p_value == pytest.approx(p)


def test_a_paired_difference_adds_up_both_sources() -> None:
    gains = RIGHT.astype(float) - OTHER
    found = paired_difference(RIGHT, OTHER)
    seeds = gains.mean(axis=1)
    over_images = norm.ppf(0.975) * gains.mean(axis=0).std(ddof=1) / math.sqrt(250)
    over_seeds = t.ppf(0.975, 2) * seeds.std(ddof=1) / math.sqrt(3)
    half = math.sqrt(over_images**2 + over_seeds**2)
    assert found.value == pytest.approx(gains.mean())
    assert found.value > 0.0
    assert (found.ci_low, found.ci_high) == pytest.approx(
        (gains.mean() - half, gains.mean() + half)
    )
    assert found.sd_over_seeds == pytest.approx(seeds.std(ddof=1))
    assert (found.n, found.n_seeds) == (250, 3)


def test_a_paired_difference_of_one_seed_knows_the_images_only() -> None:
    found, gains = paired_difference(RIGHT[:1], OTHER[:1]), RIGHT[0].astype(float) - OTHER[0]
    half = norm.ppf(0.975) * gains.std(ddof=1) / math.sqrt(250)
    assert found.ci_high - found.value == pytest.approx(half)
    assert (found.sd_over_seeds, found.n_seeds) == (0.0, 1)


def test_an_unpaired_difference_is_welchs_over_seeds() -> None:
    found = unpaired_difference(RIGHT, MORE)
    first, second = RIGHT.mean(axis=1), MORE.mean(axis=1)
    welch = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    over_seeds = (welch.high - welch.low) / 2
    by_image = RIGHT.mean(axis=0) - MORE.mean(axis=0)
    over_images = norm.ppf(0.975) * by_image.std(ddof=1) / math.sqrt(250)
    assert found.value == pytest.approx(first.mean() - second.mean())
    assert found.value > 0.0
    assert found.ci_high - found.value == pytest.approx(math.hypot(over_seeds, over_images))
    assert found.value - found.ci_low == pytest.approx(math.hypot(over_seeds, over_images))
    assert found.sd_over_seeds == pytest.approx(math.hypot(first.std(ddof=1), second.std(ddof=1)))
    assert found.n_seeds == 3


@pytest.mark.parametrize(
    ("low", "high", "detectable"),
    [(0.1, 0.3, True), (-0.3, -0.1, True), (-0.1, 0.3, False), (0.0, 0.1, False)],
)
def test_a_difference_is_detectable_where_zero_is_left_out(
    low: float, high: float, detectable: bool
) -> None:
    made = Difference(
        value=(low + high) / 2, ci_low=low, ci_high=high, sd_over_seeds=0.1, n=100, n_seeds=3
    )
    assert made.detectable is detectable


def test_students_quantile() -> None:
    assert t_quantile(0.975, 2.5) == pytest.approx(t.ppf(0.975, 2.5))
    assert t_quantile(0.975, 2) == pytest.approx(4.302652729, abs=1e-8)


def test_scores_of_uneven_classes() -> None:
    labels = np.repeat(np.arange(5), [50, 20, 6, 3, 1])
    probabilities = RNG.dirichlet(np.ones(5), 80).astype(np.float32)
    probabilities[np.arange(60), labels[:60]] += 1.0
    probabilities[np.arange(60, 80), 0] += 0.3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    found = scores(labels, probabilities)
    precision, recall, f1, n = precision_recall_fscore_support(
        labels, predicted, labels=np.arange(5), zero_division=0.0
    )
    assert found.macro_precision == pytest.approx(precision.mean())
    assert found.macro_recall == pytest.approx(recall.mean())
    assert found.macro_f1 == pytest.approx(f1.mean())
    assert len({round(v, 6) for v in (precision.mean(), recall.mean(), f1.mean())}) == 3
    assert [row.n for row in found.per_class] == n.tolist() == [50, 20, 6, 3, 1]
    assert [row.precision for row in found.per_class] == pytest.approx(precision)
    assert [row.f1 for row in found.per_class] == pytest.approx(f1)
    assert [row.recall.value for row in found.per_class] == pytest.approx(recall)
    assert found.log_loss == pytest.approx(log_loss(labels, probabilities, labels=range(5)), 1e-5)
    for a in range(5):
        for b in range(5):
            assert found.confusion[a][b] == ((labels == a) & (predicted == b)).sum()
    assert found.n_errors == (labels != predicted).sum()


@pytest.mark.parametrize("window", [1, 3, 5])
def test_smoothing_is_a_centred_mean_that_shrinks(window: int) -> None:
    values, half = RNG.random((2, 9)), window // 2
    expected = [
        [np.mean([row[j] for j in range(9) if abs(i - j) <= half]) for i in range(9)]
        for row in values
    ]
    assert smooth(values, window) == pytest.approx(np.array(expected))
