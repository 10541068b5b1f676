"""Tables of several rows, their power, and spreads: against SciPy and enumeration."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import chi2, dunnett, nct, ttest_ind
from scipy.stats import t as student

from sevenfold.statistics import (
    Design,
    detectable_difference,
    deviation,
    holm,
    n_seeds_needed,
    power,
    reach,
    rows_against_base,
    spread,
)

RNG = np.random.default_rng(9)
BASE = np.array([0.970, 0.974, 0.969, 0.972, 0.975])
VARIANTS = [np.array(v) for v in ([0.975, 0.979, 0.981], [0.971, 0.973, 0.97], [0.96, 0.97, 0.966])]
GROUPS = np.repeat(np.arange(30), 2)


def table(accuracies: np.ndarray) -> np.ndarray:
    """Seeds that read all 60 examples alike, so that only seeds vary."""
    return np.repeat(accuracies[:, None], 60, axis=1)


def test_one_row_is_the_t_test_of_equal_spreads() -> None:
    (found,) = rows_against_base(table(BASE), [table(VARIANTS[0])], GROUPS).rows
    expected = ttest_ind(VARIANTS[0], BASE, equal_var=True)
    interval = expected.confidence_interval(0.95)
    assert found.value == pytest.approx(VARIANTS[0].mean() - BASE.mean())
    assert found.p_value == found.p_adjusted == pytest.approx(expected.pvalue)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))
    assert (found.degrees_of_freedom, found.n_seeds) == (pytest.approx(6), 3)


def test_intervals_of_several_rows_hold_together() -> None:
    """Sidak's, which are little wider than Dunnett's: his p is never above theirs."""
    found = rows_against_base(table(BASE), [table(v) for v in VARIANTS], GROUPS)
    expected = dunnett(*VARIANTS, control=BASE, rng=np.random.default_rng(0))
    for row, statistic, p in zip(found.rows, expected.statistic, expected.pvalue, strict=True):
        assert row.value / row.error == pytest.approx(statistic)
        each = 2 * student.cdf((row.ci_high - row.value) / row.error, row.degrees_of_freedom) - 1
        assert each**3 == pytest.approx(0.95)
        assert p - 1e-3 <= 1 - (1 - row.p_value) ** 3 < 1.25 * p
        assert row.detectable == (1 - (1 - row.p_value) ** 3 < 0.05)
    assert found.error_of_groups == pytest.approx(0.0, abs=1e-12)
    assert (found.n, found.n_groups, found.n_base_seeds) == (60, 30, 5)


def test_the_spread_is_pooled_over_all_rows() -> None:
    found = rows_against_base(table(BASE), [table(v) for v in VARIANTS], GROUPS).deviation
    squares = sum(((v - v.mean()) ** 2).sum() for v in (BASE, *VARIANTS))
    assert found.degrees_of_freedom == 4 + 3 * 2
    assert found.value == pytest.approx(math.sqrt(squares / 10))


def test_examples_widen_what_seeds_leave_open() -> None:
    """A variant whose gain differs from group to group is not told apart by seeds."""
    gain = np.repeat(RNG.normal(0.01, 0.05, 30), 2)
    found = rows_against_base(table(BASE), [table(VARIANTS[1]) + gain], GROUPS)
    assert found.error_of_groups == pytest.approx(gain[::2].std(ddof=1) / math.sqrt(30), rel=1e-6)
    (row,) = found.rows
    assert row.error == pytest.approx(
        math.hypot(found.error_of_groups, found.deviation.value * math.sqrt(1 / 3 + 1 / 5))
    )
    assert row.degrees_of_freedom > 20


def closed(p: list[float]) -> list[float]:
    """Holm's p-values by their definition: the largest Bonferroni of all sets of rows
    that a row belongs to.
    """
    sets = [s for k in range(1, len(p) + 1) for s in itertools.combinations(range(len(p)), k)]
    return [
        max(min(1.0, len(s) * min(p[j] for j in s)) for s in sets if i in s) for i in range(len(p))
    ]


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_the_closed_test(seed: int) -> None:
    p = (np.random.default_rng(seed).random(5) ** 3).tolist()
    assert holm(p) == pytest.approx(closed(p))


def test_holm_of_one_row_changes_nothing() -> None:
    assert holm([0.03]) == (0.03,)
    assert holm([0.04, 0.04]) == (0.08, 0.08)


@pytest.mark.parametrize(("n", "times"), [(3, 6.3), (5, 2.9), (10, 1.8)])
def test_a_spread_from_few_seeds_is_known_as_badly_as_is_said(n: int, times: float) -> None:
    found = deviation([spread(RNG.normal(size=n))])
    assert found is not None
    assert found.ci_high / found.value == pytest.approx(times, abs=0.05)
    squares = (n - 1) * found.value**2
    assert chi2.cdf(squares / found.ci_low**2, n - 1) == pytest.approx(0.975)
    assert chi2.cdf(squares / found.ci_high**2, n - 1) == pytest.approx(0.025)


def test_a_single_value_has_no_spread() -> None:
    assert deviation([spread([0.5]), spread([0.7])]) is None


DESIGN = Design(n_rows=6, n_seeds=3, n_base_seeds=5, sd=0.001)


def test_power_is_how_often_a_simulated_row_is_found() -> None:
    rng = np.random.default_rng(1)
    row = rng.normal(0.002, 0.001, (20_000, 3)).mean(axis=1)
    base = rng.normal(0.0, 0.001, (20_000, 5)).mean(axis=1)
    freedom = 6 * 2 + 4
    sd = 0.001 * np.sqrt(rng.chisquare(freedom, 20_000) / freedom)
    t = (row - base) / (sd * math.sqrt(1 / 3 + 1 / 5))
    bound = student.isf((1 - 0.95 ** (1 / 6)) / 2, freedom)
    assert power(DESIGN, 0.002) == pytest.approx((np.abs(t) > bound).mean(), abs=0.015)


def test_power_is_of_the_non_central_t() -> None:
    error = 0.001 * math.sqrt(1 / 3 + 1 / 5)
    bound = student.isf((1 - 0.95 ** (1 / 6)) / 2, 16)
    expected = nct.sf(bound, 16, 0.0015 / error) + nct.cdf(-bound, 16, 0.0015 / error)
    assert power(DESIGN, 0.0015) == power(DESIGN, -0.0015) == pytest.approx(expected, abs=2e-4)
    assert power(DESIGN, 1.0) == 1.0


def test_without_an_effect_power_is_the_level_of_one_row() -> None:
    assert power(DESIGN, 0.0) == pytest.approx(1 - 0.95 ** (1 / 6), rel=0.02)


def test_power_goes_on_where_degrees_of_freedom_are_many() -> None:
    few, many = (
        power(DESIGN.model_copy(update={"error_of_groups": e, "sd": 1e-5}), 0.002)
        for e in (3e-4, 3.2e-4)
    )
    assert 0.99 < many < few < 1.0 + 1e-12


def test_a_detectable_difference_is_found_with_the_probability_promised() -> None:
    found = detectable_difference(DESIGN)
    assert found is not None
    assert power(DESIGN, found) == pytest.approx(0.8, abs=1e-4)
    assert (
        detectable_difference(DESIGN.model_copy(update={"n_seeds": 1, "n_base_seeds": 1})) is None
    )
    assert detectable_difference(DESIGN.model_copy(update={"sd": 0.0})) == 0.0


def test_the_number_of_seeds_is_the_least() -> None:
    n = n_seeds_needed(DESIGN, 0.002)
    assert n is not None

    def with_seeds(k: int) -> float:
        seeds = {"n_seeds": k, "n_base_seeds": max(k, 5)}
        return power(DESIGN.model_copy(update=seeds), 0.002)

    assert with_seeds(n) >= 0.8 > with_seeds(n - 1)
    open_by_groups = DESIGN.model_copy(update={"error_of_groups": 0.002})
    assert n_seeds_needed(open_by_groups, 0.002) is None


def test_a_known_spread_is_pooled_in_by_its_degrees_of_freedom() -> None:
    """Rows of one seed borrow it: without, the base alone knows of seeds."""
    single = [table(v[:1]) for v in VARIANTS]
    known = deviation([spread(list(v)) for v in VARIANTS])
    alone = rows_against_base(table(BASE), single, GROUPS)
    found = rows_against_base(table(BASE), single, GROUPS, known=known)
    everything = deviation([spread(list(v)) for v in (BASE, *VARIANTS)])
    assert everything is not None
    assert (alone.deviation.degrees_of_freedom, found.deviation.degrees_of_freedom) == (4, 10)
    assert found.deviation.value == pytest.approx(everything.value)
    for row in found.rows:
        assert row.error == pytest.approx(everything.value * math.sqrt(1 + 1 / 5))
        assert row.degrees_of_freedom == pytest.approx(10)


def test_reach_is_the_detectable_difference_of_the_table() -> None:
    noisy = np.clip(table(VARIANTS[0]) + RNG.normal(0, 0.2, 60), 0, 1)
    found = rows_against_base(table(BASE), [noisy, *map(table, VARIANTS[1:])], GROUPS)
    sd, errors = found.deviation.value, [row.error_of_groups for row in found.rows]
    assert max(errors) == found.error_of_groups > 5 * min(errors)
    design = Design(n_rows=3, n_seeds=3, n_base_seeds=5, sd=sd)
    wide = design.model_copy(update={"error_of_groups": max(errors)})
    many = wide.model_copy(update={"n_seeds": 1000, "n_base_seeds": 1000})
    seen = reach(found)
    assert seen.least == pytest.approx(detectable_difference(design), rel=1e-3)
    assert seen.most == pytest.approx(detectable_difference(wide))
    assert seen.most_at_best == pytest.approx(detectable_difference(many))
