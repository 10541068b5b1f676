"""Intervals and tests for scores that are counts: thin over SciPy and scikit-learn."""

from sevenfold.statistics.curves import SMOOTHING_WINDOW, smooth
from sevenfold.statistics.differences import (
    Difference,
    difference_of_networks,
    paired_difference,
    unpaired_difference,
)
from sevenfold.statistics.levels import LEVEL, SIGNIFICANCE, Z, t_quantile
from sevenfold.statistics.pairs import PairedTest, mcnemar
from sevenfold.statistics.proportions import Proportion, decimals, proportion
from sevenfold.statistics.spreads import Deviation, Spread, deviation, spread

__all__ = [
    "LEVEL",
    "SIGNIFICANCE",
    "SMOOTHING_WINDOW",
    "Deviation",
    "Difference",
    "PairedTest",
    "Proportion",
    "Spread",
    "Z",
    "decimals",
    "deviation",
    "difference_of_networks",
    "mcnemar",
    "paired_difference",
    "proportion",
    "smooth",
    "spread",
    "t_quantile",
    "unpaired_difference",
]
