"""Two classifiers on the same examples: tests that count where only one is right."""

import numpy as np

from sevenfold.records import Record


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
