"""A short version of `scripts/bench coverage`: intervals hold the truth as often as
they say, tests raise no more false alarms, and what takes digits of a writer for
independent does not; 2,000 to 10,000 simulations a row stand in docs/statistics.md.
"""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import simulations as simulate
from made_up_writers import Writers, draws, writer_sizes

QMNIST = Path(os.environ.get("SEVENFOLD_DATA", "")) / "qmnist-labels"
SIZES = writer_sizes()
USUAL = Writers(SIZES)
FEW = Writers(np.repeat([10, 30], [20, 10]), error=0.06, design_effect=1.6)
"""A tenth of the digits and a fourfold error, for what is simulated digit by digit."""


def test_the_writers_are_those_of_mnists_test_part() -> None:
    assert (len(SIZES), SIZES.sum()) == (297, 10_000)
    path = QMNIST / "qmnist-test-labels-idx2-int.gz"
    if not path.is_file():
        pytest.skip("QMNIST's label files are not here")
    rows = np.frombuffer(gzip.decompress(path.read_bytes())[12:], ">i4").reshape(-1, 8)
    found = np.unique(rows[:10_000, 2], return_counts=True)[1]
    assert np.sort(found).tolist() == np.sort(SIZES).tolist()


@pytest.mark.parametrize("shape", ["normal", "beta"])
def test_made_up_errors_vary_as_they_should(shape: str) -> None:
    counts = USUAL.error_counts(np.random.default_rng(0), 4_000, shape).sum(axis=1)
    assert counts.mean() == pytest.approx(150, rel=0.01)
    assert counts.var() / (150 * 0.985) == pytest.approx(1.85, rel=0.08)


def test_made_up_networks_agree_as_real_ones_do() -> None:
    found = [~USUAL.correct(rng, (2, 1))[0] for rng in draws(1, 40)]
    errors = np.array(found)
    assert errors.mean() == pytest.approx(0.015, rel=0.06)
    both = (errors[:, 0] & errors[:, 1]).mean()
    assert both / errors[:, 0].mean() == pytest.approx(0.73, abs=0.03)


@pytest.mark.parametrize("shape", ["normal", "beta"])
@pytest.mark.parametrize("effect", [1.7, 2.0])
def test_the_interval_of_a_network_covers(effect: float, shape: str) -> None:
    found = simulate.intervals(Writers(SIZES, design_effect=effect), 4_000, 1, shape)
    assert 0.935 <= found["grouped_proportion"] <= 0.96
    assert found["Wilson, independent digits"] < 0.89


def test_independent_digits_are_not_punished_for_having_writers() -> None:
    found = simulate.intervals(Writers(SIZES, design_effect=1.0), 4_000, 2)
    assert 0.94 <= found["grouped_proportion"] <= 0.965


def test_the_interval_of_a_recipe_covers() -> None:
    found = simulate.recipes(FEW, 600, 3, n_seeds=3)
    assert 0.925 <= found["recipe_accuracy"] <= 0.985
    assert found["t over seeds alone"] < 0.85


def test_equal_networks_and_recipes_raise_few_alarms() -> None:
    networks = simulate.two_networks(FEW, 600, 4)
    assert networks["grouped_mcnemar, p-value"] <= 0.065
    assert networks["grouped_mcnemar, interval"] <= 0.075
    recipes = simulate.two_recipes(FEW, 300, 5, (3, 3))
    assert max(recipes["recipe_difference"], recipes["recipe_difference, paired"]) <= 0.075


def test_a_recipe_as_good_on_other_writers_raises_few_alarms() -> None:
    assert simulate.two_parts(FEW, 400, 13)["recipe_gap"] <= 0.075


def test_a_table_of_equal_rows_raises_few_alarms() -> None:
    found = simulate.tables(FEW, 250, 6)
    assert max(found["rows_against_base, Holm"], found["rows_against_base, intervals"]) <= 0.085
    assert found["rows_against_base, unadjusted p"] > 0.12


def test_two_halves_differ_no_more_often_than_chance_allows() -> None:
    found = simulate.two_sets(FEW, 500, 7)
    assert max(found["homogeneity"], found["homogeneity, interval"]) <= 0.075


def test_a_threshold_keeps_its_promise_and_a_set_its_level() -> None:
    few = Writers(np.full(60, 50), error=0.06, design_effect=2.5)
    promises = simulate.promises(few, 300, 8, bound=0.03, n_truth=2_000_000)
    assert promises["choose_unsure: broken"] <= 0.07
    assert promises["choose_unsure at reachable_bound: broken"] <= 0.07
    for share in simulate.sets(few, 60, 9, level=0.9).values():
        assert share == pytest.approx(0.9, abs=0.012)


def test_a_detectable_difference_is_detected() -> None:
    found = simulate.found_differences(400, 10)
    assert found["rows_against_base"] == pytest.approx(0.8, abs=0.06)


def test_slopes_and_spreads_cover() -> None:
    assert simulate.slopes(400, 11)["learning_curve"] == pytest.approx(0.95, abs=0.04)
    assert simulate.spreads(800, 12, 3)["deviation"] == pytest.approx(0.95, abs=0.03)
