"""Two classifiers on the same examples: tests that count where only one is right."""

import math

import numpy as np

from sevenfold.records import Record
from sevenfold.statistics.groups import freedom, group_totals, left_out_variance
from sevenfold.statistics.levels import LEVEL, t_quantile


class PairedTest(Record):
    """The exact McNemar test (McNemar 1947) of two classifiers on the same n examples.

    only_first, only_second: examples that only this one gets right; under equal error
    rates they split like coin tosses.
    """

    n: int
    only_first: int
    only_second: int
    p_value: float


def mcnemar(first_correct: np.ndarray, second_correct: np.ndarray) -> PairedTest:
    """Exact two-sided McNemar test from two boolean arrays, shape (n,)."""
    from scipy.stats import binomtest

    only_first = int((first_correct & ~second_correct).sum())
    only_second = int((~first_correct & second_correct).sum())
    discordant = only_first + only_second
    p_value = float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0
    return PairedTest(
        n=len(first_correct), only_first=only_first, only_second=only_second, p_value=p_value
    )


class GroupedPairedTest(Record):
    """McNemar's test where examples come in groups: equal error rates, for examples of
    other groups.

    difference: share that the first gets right, less that of the second, with its
    interval. alone: McNemar's own test, as if examples were independent.
    """

    n: int
    n_groups: int
    only_first: int
    only_second: int
    p_value: float
    difference: float
    ci_low: float
    ci_high: float
    alone: PairedTest


def grouped_mcnemar(
    first_correct: np.ndarray, second_correct: np.ndarray, groups: np.ndarray | None
) -> GroupedPairedTest:
    """Exact two-sided sign-flip test of two boolean arrays (n,) over `groups` (n,).

    In each group the two classifiers may change places: which of them won the group by
    how many examples is a toss of a coin for the group as a whole (Fisher 1935, "The
    design of experiments", 21; for matched pairs in clusters the variance of the same
    sum is Durkalski et al. 2003, "Analysis of clustered matched-pair data"). The
    p-value is the share of all 2^n_groups outcomes that are as uneven as the one seen,
    counted by convolution. With groups of one example it is McNemar's exact test.

    Raises:
        DataError: there is one group only.
    """
    wins = first_correct.astype(np.float64) - second_correct
    totals, sizes = group_totals(wins, groups)
    mean = float(totals.sum() / sizes.sum())
    error = math.sqrt(float(left_out_variance(totals - mean * sizes, sizes)))
    half = t_quantile(0.5 + LEVEL / 2, freedom(sizes)) * error
    alone = mcnemar(first_correct, second_correct)
    return GroupedPairedTest(
        n=alone.n,
        n_groups=len(sizes),
        only_first=alone.only_first,
        only_second=alone.only_second,
        p_value=sign_flip_p_value(totals),
        difference=mean,
        ci_low=mean - half,
        ci_high=mean + half,
        alone=alone,
    )


def sign_flip_p_value(totals: np.ndarray) -> float:
    """The share of all outcomes whose sum is as far from zero, where each of these
    whole numbers (n_groups,) may have either sign.
    """
    sizes = np.abs(np.rint(totals)).astype(np.int64)
    chances = np.ones(1)
    for size in sizes[sizes > 0]:
        wider = np.zeros(len(chances) + 2 * size)
        wider[: len(chances)] += chances / 2
        wider[2 * size :] += chances / 2
        chances = wider
    sums = np.arange(len(chances)) - len(chances) // 2
    seen = abs(int(np.rint(totals.sum())))
    return float(min(1.0, chances[np.abs(sums) >= seen].sum()))
