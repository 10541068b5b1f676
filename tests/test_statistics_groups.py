"""Intervals and tests for examples in groups, against leaving groups out by hand,
enumeration, mean squares by hand and published figures.
"""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import chi2_contingency, t, ttest_1samp, ttest_ind

from sevenfold.errors import DataError
from sevenfold.statistics import (
    GroupedProportion,
    grouped_mcnemar,
    grouped_proportion,
    homogeneity,
    mcnemar,
    proportion,
    recipe_accuracy,
    recipe_difference,
)
from sevenfold.statistics.groups import freedom, group_totals, left_out_variance

RNG = np.random.default_rng(5)
GROUPS = RNG.permutation(np.repeat([3, 7, 8, 20, 21, 50], [4, 9, 2, 12, 7, 6]))
HITS = RNG.random((3, len(GROUPS))) < np.where(GROUPS < 10, 0.95, 0.4)


def test_totals_are_counted_group_by_group() -> None:
    totals, sizes = group_totals(HITS, GROUPS)
    names = sorted(set(GROUPS.tolist()))
    assert sizes.tolist() == [(name == GROUPS).sum() for name in names]
    assert totals.tolist() == [[row[name == GROUPS].sum() for name in names] for row in HITS]


def test_the_variance_is_that_of_leaving_each_group_out() -> None:
    totals, sizes = group_totals(HITS[0], GROUPS)
    mean = HITS[0].mean()
    without = [HITS[0][name != GROUPS].mean() for name in np.unique(GROUPS)]
    expected = 5 / 6 * sum((one - mean) ** 2 for one in without)
    assert left_out_variance(totals - mean * sizes, sizes) == pytest.approx(expected)


def test_groups_of_one_give_the_usual_standard_error() -> None:
    values = RNG.normal(size=50)
    totals, sizes = group_totals(values, None)
    found = left_out_variance(totals - values.mean() * sizes, sizes)
    assert found == pytest.approx(values.var(ddof=1) / 50)
    assert freedom(sizes) == pytest.approx(49)


def test_groups_of_unequal_size_are_worth_fewer() -> None:
    assert freedom(np.array([10.0, 1.0, 1.0])) == pytest.approx(144 / 102 - 1)


@pytest.mark.parametrize("times", [2, 5])
def test_copies_in_a_group_say_nothing_new(times: int) -> None:
    hits = RNG.random(400) < 0.9
    alone = grouped_proportion(hits, np.arange(400))
    found = grouped_proportion(np.repeat(hits, times), np.repeat(np.arange(400), times))
    assert (found.ci_low, found.ci_high) == pytest.approx((alone.ci_low, alone.ci_high))
    assert found.design_effect == pytest.approx(times * alone.design_effect)
    assert found.n_effective == pytest.approx(alone.n_effective)
    assert found.independent == proportion(int(hits.sum()) * times, 400 * times)


def test_a_grouped_interval_solves_wilsons_equation_with_students_t() -> None:
    found = grouped_proportion(HITS[0], GROUPS)
    assert found.design_effect > 1.0
    totals, sizes = group_totals(HITS[0], GROUPS)
    variance = left_out_variance(totals - found.value * sizes, sizes)
    quantile = t.ppf(0.975, freedom(sizes))
    for bound in (found.ci_low, found.ci_high):
        scale = bound * (1 - bound) / (found.value * (1 - found.value))
        assert abs(found.value - bound) == pytest.approx(quantile * math.sqrt(variance * scale))
    assert (found.n, found.n_groups) == (40, 6)
    assert str(found).startswith(f"{100 * found.value:.1f} % [")


def test_groups_that_even_out_are_taken_for_chance() -> None:
    found = grouped_proportion(np.tile([True, False], 30), np.repeat(np.arange(30), 2))
    assert found.design_effect == 1.0
    assert found.ci_low <= found.independent.ci_low


@pytest.mark.parametrize("hit", [True, False])
def test_a_share_of_none_or_all_has_an_interval(hit: bool) -> None:
    found = grouped_proportion(np.full(40, hit), GROUPS)
    assert (found.value, found.design_effect) == (float(hit), 1.0)
    assert 0.0 <= found.ci_low < found.ci_high <= 1.0


def test_one_group_is_refused_in_one_line() -> None:
    with pytest.raises(DataError, match=r"two groups or more.*Got 1\. Leave the groups out") as one:
        grouped_proportion(HITS[0], np.zeros(len(GROUPS), int))
    assert "\n" not in str(one.value)
    assert one.value.exit_code == 2


def test_the_sign_flip_test_counts_all_outcomes() -> None:
    found = grouped_mcnemar(HITS[0], HITS[1], GROUPS)
    won, _ = group_totals(HITS[0].astype(int) - HITS[1], GROUPS)
    sums = [abs(np.dot(signs, won)) for signs in itertools.product((-1, 1), repeat=6)]
    assert found.p_value == pytest.approx(np.mean([s >= abs(won.sum()) for s in sums]))
    assert found.alone == mcnemar(HITS[0], HITS[1])
    assert (found.n, found.n_groups) == (40, 6)


def test_with_groups_of_one_it_is_mcnemars() -> None:
    first, second = RNG.random((2, 300)) < np.array([[0.9], [0.84]])
    found = grouped_mcnemar(first, second, None)
    assert found.p_value == pytest.approx(found.alone.p_value)
    expected = ttest_1samp(first.astype(float) - second, 0.0).confidence_interval(0.95)
    assert (found.ci_low, found.ci_high) == pytest.approx((expected.low, expected.high))
    assert found.difference == pytest.approx(first.mean() - second.mean())


def test_one_writers_digits_do_not_make_a_difference() -> None:
    """Ten wins that all belong to one group are one toss of a coin."""
    first, second = np.ones(100, bool), np.ones(100, bool)
    second[:10] = False
    found = grouped_mcnemar(first, second, np.repeat(np.arange(10), 10))
    assert found.alone.p_value < 0.01
    assert found.p_value == 1.0


def test_equal_networks_differ_in_nothing() -> None:
    found = grouped_mcnemar(HITS[0], HITS[0], GROUPS)
    assert (found.p_value, found.difference, found.ci_low, found.ci_high) == (1.0, 0.0, 0.0, 0.0)


def share(k: int, n: int) -> GroupedProportion:
    return grouped_proportion(np.arange(n) < k, None)


def test_homogeneity_is_pearsons_without_groups() -> None:
    found = homogeneity([share(30, 400), share(18, 500), share(40, 450)])
    table = [[30, 370], [18, 482], [40, 410]]
    expected = chi2_contingency(table, correction=False)
    assert found.statistic == pytest.approx(expected.statistic, rel=0.01)
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.05)
    assert found.degrees_of_freedom == 2
    assert found.difference is None


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """56 of 70 less 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    found = homogeneity([share(56, 70), share(48, 80)])
    assert found.difference == pytest.approx(0.2)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.0524, 0.3339), abs=0.004)


def test_groups_make_a_difference_less_certain() -> None:
    hits = [np.repeat(np.arange(60) < k, 5) for k in (50, 40)]
    alone = homogeneity([grouped_proportion(one, None) for one in hits])
    found = homogeneity([grouped_proportion(one, np.repeat(np.arange(60), 5)) for one in hits])
    assert found.statistic == pytest.approx(alone.statistic / 5, rel=0.02)
    assert found.p_value > 0.03 > 1e-4 > alone.p_value


def test_equal_shares_are_homogeneous() -> None:
    assert homogeneity([share(0, 50), share(0, 90)]).p_value == 1.0


def mean_squares(cells: np.ndarray) -> tuple[float, float, float]:
    """Of seeds, of groups and of the rest, in a table of means (n_seeds, n_groups)."""
    n_seeds, n_groups = cells.shape
    by_seed, by_group = cells.mean(axis=1), cells.mean(axis=0)
    seeds = groups = rest = 0.0
    for s in range(n_seeds):
        seeds += n_groups * (by_seed[s] - cells.mean()) ** 2 / (n_seeds - 1)
        for g in range(n_groups):
            left = cells[s, g] - by_seed[s] - by_group[g] + cells.mean()
            rest += left**2 / ((n_seeds - 1) * (n_groups - 1))
    for g in range(n_groups):
        groups += n_seeds * (by_group[g] - cells.mean()) ** 2 / (n_groups - 1)
    return seeds, groups, rest


def crossed_example(
    lift: float = 0.0, seeds: float = 0.1, n_seeds: int = 4, drawn: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(drawn)
    cells = 0.5 + 0.2 * rng.normal(size=(1, 30)) + seeds * rng.normal(size=(n_seeds, 1))
    cells = cells + lift + 0.1 * rng.normal(size=(n_seeds, 30))
    return np.repeat(cells, 5, axis=1), np.repeat(np.arange(30), 5)


def test_a_recipe_has_the_variance_of_a_two_way_table() -> None:
    """Groups of equal size: variance and degrees of freedom from mean squares."""
    values, groups = crossed_example()
    other = crossed_example(lift=0.3, seeds=0.1, drawn=3)[0]
    gains = other - values
    seeds, of_groups, rest = mean_squares(gains[:, ::5])
    found = recipe_difference(other, values, groups, paired=True)
    cells = 4 * 30
    variance = (seeds + of_groups - rest) / cells
    df = variance**2 / ((seeds / cells) ** 2 / 3 + ((of_groups - rest) / cells) ** 2 / 29)
    half = t.ppf(0.975, df) * math.sqrt(variance)
    assert found.value == pytest.approx(gains.mean())
    assert found.degrees_of_freedom == pytest.approx(df)
    assert (found.ci_low, found.ci_high) == pytest.approx(
        (gains.mean() - half, gains.mean() + half)
    )
    assert found.error_of_seeds == pytest.approx(math.sqrt(seeds / cells))
    assert found.error_of_groups == pytest.approx(math.sqrt(of_groups / cells))
    assert found.p_value == pytest.approx(2 * t.sf(gains.mean() / math.sqrt(variance), df))
    assert (found.n, found.n_groups, found.n_seeds) == (150, 30, 4)


def test_unpaired_recipes_are_welchs_where_groups_say_nothing() -> None:
    """Seeds that read every example alike, to a different degree."""
    first, second = np.array([0.90, 0.93, 0.91]), np.array([0.85, 0.86, 0.82, 0.9, 0.84])
    tables = [np.repeat(side[:, None], 60, axis=1) for side in (first, second)]
    found = recipe_difference(*tables, np.repeat(np.arange(20), 3), paired=False)
    expected = ttest_ind(first, second, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))
    assert found.n_seeds == 3


def test_one_seed_speaks_of_its_network() -> None:
    found = recipe_accuracy(HITS[:1], GROUPS)
    own = grouped_proportion(HITS[0], GROUPS)
    assert (found.ci_low, found.ci_high) == pytest.approx((own.ci_low, own.ci_high))
    assert (found.error_of_seeds, found.n_seeds) == (0.0, 1)


def test_a_recipe_is_less_certain_than_its_networks() -> None:
    """Seeds that differ widen the interval; seeds that agree leave that of groups."""
    values, groups = crossed_example(seeds=0.1)
    alike = np.repeat(values[:1], 4, axis=0)
    wide, narrow = (recipe_accuracy(np.clip(one, 0, 1), groups) for one in (values, alike))
    assert wide.error_of_seeds > 3 * narrow.error_of_seeds == 0.0
    assert wide.ci_high - wide.ci_low > 1.1 * (narrow.ci_high - narrow.ci_low)
    assert narrow.degrees_of_freedom == pytest.approx(29)


def test_more_seeds_do_not_undo_the_writers() -> None:
    """A hundred seeds on the same examples leave the error of groups."""
    values, groups = crossed_example(seeds=0.02, n_seeds=100)
    found = recipe_accuracy(np.clip(values, 0, 1), groups)
    assert found.error_of_seeds < 0.1 * found.error_of_groups
    half = (found.ci_high - found.ci_low) / 2
    assert half == pytest.approx(t.ppf(0.975, 29) * found.error_of_groups, rel=0.1)
