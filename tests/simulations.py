"""How often intervals hold what they should, and tests raise a false alarm, in n
simulated test sets each; every function gives shares by name of the method.
"""

import math
from collections.abc import Callable

import numpy as np
from made_up_writers import Writers, draws, seen
from scipy.stats import fisher_exact, norm, t

from sevenfold.statistics import (
    Design,
    choose_unsure,
    conformal_rule,
    conformal_sets,
    detectable_difference,
    deviation,
    grouped_mcnemar,
    grouped_proportion,
    homogeneity,
    learning_curve,
    paired_difference,
    proportion,
    reachable_bound,
    recipe_accuracy,
    recipe_difference,
    recipe_gap,
    rows_against_base,
    spread,
    unpaired_difference,
)
from sevenfold.statistics.abstention import THRESHOLDS
from sevenfold.statistics.grouped_proportions import ratio_interval

Shares = dict[str, float]
N_RESAMPLES = 1_000


def intervals(writers: Writers, n: int, seed: int, shape: str = "normal") -> Shares:
    """Coverage of the true error by intervals of one network's."""
    rng = np.random.default_rng(seed)
    counts, sizes = writers.error_counts(rng, n, shape), writers.sizes.astype(float)
    n_digits = sizes.sum()
    share = counts.sum(axis=1) / n_digits
    _, low, high, _ = ratio_interval(counts, sizes)
    residuals = counts - share[:, None] * sizes
    n_writers = len(sizes)
    linear = np.sqrt((residuals**2).sum(axis=1) * n_writers / (n_writers - 1)) / n_digits
    half = t.ppf(0.975, n_writers - 1) * linear
    drawn = rng.multinomial(n_writers, np.full(n_writers, 1 / n_writers), N_RESAMPLES)
    again = (counts @ drawn.T) / (drawn @ sizes)
    ends = np.quantile(again, [0.025, 0.975], axis=1)
    alone = [proportion(int(k), int(n_digits)) for k in counts.sum(axis=1)]
    held = {
        "Wilson, independent digits": (
            np.array([one.ci_low for one in alone]),
            np.array([one.ci_high for one in alone]),
        ),
        "linearised, Student's t": (share - half, share + half),
        "bootstrap of writers": (ends[0], ends[1]),
        "grouped_proportion": (low, high),
    }
    p = writers.error
    return {name: float(np.mean((lo <= p) & (p <= hi))) for name, (lo, hi) in held.items()}


def recipes(writers: Writers, n: int, seed: int, n_seeds: int) -> Shares:
    """Coverage of the true error of a recipe by intervals from a few seeds."""

    def one(rng: np.random.Generator) -> dict[str, bool]:
        (correct,) = writers.correct(rng, (n_seeds,))
        found = recipe_accuracy(correct, writers.groups)
        by_seed = spread(correct.mean(axis=1))
        half = t.ppf(0.975, n_seeds - 1) * by_seed.sd / math.sqrt(n_seeds)
        truth = 1.0 - writers.error
        return {
            "t over seeds alone": abs(by_seed.mean - truth) <= half,
            "recipe_accuracy": found.ci_low <= truth <= found.ci_high,
        }

    return _shares(one, n, seed)


def two_networks(writers: Writers, n: int, seed: int) -> Shares:
    """False alarms of tests of two networks that err equally often."""

    def one(rng: np.random.Generator) -> dict[str, bool]:
        (first,), (second,) = writers.correct(rng, (1, 1), seed_sd=0.0)
        found = grouped_mcnemar(first, second, writers.groups)
        return {
            "McNemar, independent digits": found.alone.p_value <= 0.05,
            "grouped_mcnemar, p-value": found.p_value <= 0.05,
            "grouped_mcnemar, interval": not found.ci_low <= 0.0 <= found.ci_high,
        }

    return _shares(one, n, seed)


def two_recipes(writers: Writers, n: int, seed: int, n_seeds: tuple[int, int]) -> Shares:
    """False alarms of comparisons of two equally good recipes."""

    def one(rng: np.random.Generator) -> dict[str, bool]:
        first, second = writers.correct(rng, n_seeds)
        groups = writers.groups
        found = recipe_difference(first, second, groups, paired=False)
        alarms = {
            "unpaired_difference, independent digits": unpaired_difference(
                first, second
            ).detectable,
            "recipe_difference": found.p_value <= 0.05,
        }
        if n_seeds[0] == n_seeds[1]:
            paired = recipe_difference(first, second, groups, paired=True)
            alarms["paired_difference, independent digits"] = paired_difference(
                first, second
            ).detectable
            alarms["recipe_difference, paired"] = paired.p_value <= 0.05
        return alarms

    return _shares(one, n, seed)


def two_parts(writers: Writers, n: int, seed: int, n_seeds: tuple[int, int] = (5, 3)) -> Shares:
    """False alarms of "validation and test differ", where a recipe is as good on the
    digits of one set of writers as on those of another, by seeds of its own.
    """

    def one(rng: np.random.Generator) -> dict[str, bool]:
        first, second = (writers.correct(rng, (k,))[0] for k in n_seeds)
        found = recipe_gap(
            recipe_accuracy(first, writers.groups), recipe_accuracy(second, writers.groups)
        )
        return {"recipe_gap": found.detectable}

    return _shares(one, n, seed)


def tables(writers: Writers, n: int, seed: int, n_rows: int = 6, n_seeds: int = 3) -> Shares:
    """False alarms of whole tables: any row of equally good variants."""

    def one(rng: np.random.Generator) -> dict[str, bool]:
        base, *variants = writers.correct(rng, (5, *(n_seeds,) * n_rows))
        found = rows_against_base(base, variants, writers.groups)
        return {
            "rows one by one, t over seeds": any(
                paired_difference(row, base[:n_seeds]).detectable for row in variants
            ),
            "rows_against_base, unadjusted p": any(row.p_value <= 0.05 for row in found.rows),
            "rows_against_base, intervals": any(row.detectable for row in found.rows),
            "rows_against_base, Holm": any(row.p_adjusted <= 0.05 for row in found.rows),
        }

    return _shares(one, n, seed)


def two_sets(writers: Writers, n: int, seed: int) -> Shares:
    """False alarms of "these two halves differ", where writers fall into them by
    chance.
    """
    groups = writers.groups

    def one(rng: np.random.Generator) -> dict[str, bool]:
        ((correct,),) = writers.correct(rng, (1,), seed_sd=0.0)
        is_first = (rng.permutation(len(writers.sizes)) % 2 == 0)[groups]
        halves = [
            grouped_proportion(~correct[part], groups[part]) for part in (is_first, ~is_first)
        ]
        table = [[round(h.value * h.n), h.n - round(h.value * h.n)] for h in halves]
        one, other = (half.independent for half in halves)
        found = homogeneity(halves)
        assert found.ci_low is not None
        assert found.ci_high is not None
        return {
            "Wilson's intervals do not overlap": one.ci_low > other.ci_high
            or other.ci_low > one.ci_high,
            "Fisher, independent digits": float(fisher_exact(table).pvalue) <= 0.05,
            "homogeneity": found.p_value <= 0.05,
            "homogeneity, interval": not found.ci_low <= 0.0 <= found.ci_high,
        }

    return _shares(one, n, seed)


def promises(
    writers: Writers, n: int, seed: int, bound: float = 0.005, n_truth: int = 20_000_000
) -> Shares:
    """How often an "unsure" threshold breaks its promise, with and without regard to
    writers, and how often none is found.
    """
    big = np.random.default_rng(seed + 1)
    confidence, correct = seen(norm.isf(writers.error) + big.standard_normal(n_truth), big)
    order = np.argsort(confidence)
    wrong = np.append(0, np.cumsum(~correct[order][::-1]))
    n_answered = len(order) - np.searchsorted(confidence[order], THRESHOLDS)
    true_risk = dict(zip(THRESHOLDS, wrong[n_answered] / np.maximum(n_answered, 1), strict=True))

    def one(rng: np.random.Generator) -> dict[str, bool]:
        shown, right = writers.margins(rng)
        alone = choose_unsure(shown, right, None, bound)
        found = choose_unsure(shown, right, writers.groups, bound)
        own = reachable_bound(right, writers.groups)
        of_data = choose_unsure(shown, right, writers.groups, own)
        return {
            "choose_unsure, independent digits: broken": _broken(alone.threshold, true_risk, bound),
            "choose_unsure: broken": _broken(found.threshold, true_risk, bound),
            "choose_unsure: no threshold": found.threshold is None,
            "choose_unsure at reachable_bound: broken": _broken(of_data.threshold, true_risk, own),
        }

    return _shares(one, n, seed)


def sets(writers: Writers, n: int, seed: int, level: float = 0.97) -> Shares:
    """How often a conformal set holds the label of a digit of another writer."""

    def one(rng: np.random.Generator) -> dict[str, float]:
        labels, table = _two_classes(writers, rng)
        others, other_table = _two_classes(writers, rng)
        found = conformal_sets(conformal_rule(labels, table, level), other_table)
        return {"conformal_rule": found[np.arange(len(others)), others].mean()}

    return _shares(one, n, seed)


def spreads(n: int, seed: int, n_seeds: int) -> Shares:
    """Coverage of a true standard deviation."""

    def one(rng: np.random.Generator) -> dict[str, bool]:
        found = deviation([spread(rng.normal(0.98, 0.001, n_seeds))])
        assert found is not None
        return {"deviation": found.ci_low <= 0.001 <= found.ci_high}

    return _shares(one, n, seed)


def slopes(n: int, seed: int) -> Shares:
    """Coverage of a true slope of -0.6: two seeds at a quarter, a half and all."""
    sizes = np.repeat([12_500, 25_000, 50_000], 2)

    def one(rng: np.random.Generator) -> dict[str, bool]:
        errors = 10 * sizes**-0.6 * np.exp(rng.normal(0.0, 0.04, 6))
        found = learning_curve(sizes, errors)
        assert found is not None
        return {"learning_curve": found.ci_low <= -0.6 <= found.ci_high}

    return _shares(one, n, seed)


def found_differences(n: int, seed: int, n_rows: int = 6, n_seeds: int = 3) -> Shares:
    """How often a row finds the difference that `detectable_difference` names (0.8 is
    promised), from accuracies of seeds and groups that are normal.
    """
    sd, error = 0.001, 0.0004
    design = Design(n_rows=n_rows, n_seeds=n_seeds, n_base_seeds=5, sd=sd, error_of_groups=error)
    difference = detectable_difference(design)
    assert difference is not None
    n_groups = 200
    groups = np.arange(n_groups)

    def one(rng: np.random.Generator) -> dict[str, bool]:
        def drawn(n_own: int, lift: float) -> np.ndarray:
            by_group = error / math.sqrt(2) * math.sqrt(n_groups) * rng.standard_normal(n_groups)
            return 0.98 + lift + by_group + sd * rng.standard_normal((n_own, 1))

        base, first = drawn(5, 0.0), drawn(n_seeds, difference)
        others = [drawn(n_seeds, 0.0) for _ in range(n_rows - 1)]
        found = rows_against_base(base, [first, *others], groups)
        return {"rows_against_base": found.rows[0].detectable}

    return _shares(one, n, seed)


def _broken(threshold: float | None, true_risk: dict[float, float], bound: float) -> bool:
    return threshold is not None and true_risk[threshold] > bound


def _two_classes(writers: Writers, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    confidence, correct = writers.margins(rng)
    return (~correct).astype(np.int64), np.stack([confidence, 1.0 - confidence], axis=1)


def _shares(
    one: Callable[[np.random.Generator], dict[str, bool]] | Callable[..., dict[str, float]],
    n: int,
    seed: int,
) -> Shares:
    found = [one(rng) for rng in draws(seed, n)]
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}
