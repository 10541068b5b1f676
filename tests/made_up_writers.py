"""Networks that err on made-up digits of writers: how often is set, how much the digits
of a writer have in common is set, so that intervals and tests meet a truth.

A network errs on a digit where a sum of normal effects exceeds a threshold: the
writer's, the digit's, what a recipe makes of this writer and digit, what a seed makes
of them, and the seed's own. Seeds and recipes all err equally often in the long run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

# Digits of a writer and number of such writers in the test part of MNIST: counted in
# QMNIST's label files (Yadav and Bottou 2019, BSD-3-Clause).
MNIST_TEST_SIZES = (
    "8x1 9x1 10x3 11x4 12x8 13x3 14x4 15x7 16x17 17x20 18x15 19x29 20x18 21x26 22x25 23x17 24x20"
    " 25x7 26x7 27x6 28x5 29x2 30x3 32x2 34x1 56x1 60x1 68x1 85x1 86x1 88x1 91x1 94x1 95x1 96x1"
    " 97x3 100x2 101x1 102x1 103x2 105x1 107x3 109x1 111x1 112x1 113x1 115x1 119x2 120x2 121x1"
    " 123x3 124x1 125x1 126x1 127x1 128x3 129x1 130x2"
)
AGREEMENT = 0.73
"""Of the errors of one network, those that another seed makes too. Measured on 29,968
digits of 270 training writers, none of whom trained the networks: 784-256-10 and
784-512-10, five seeds each, 0.73 within and between them."""
WRITER_BY_SEED, WRITER_BY_RECIPE, DIGIT_BY_RECIPE = 0.003, 0.001, 0.002
"""Shares of the latent variance that make the difference of two networks vary 1.35
times as much (two seeds) and 1.45 times (two recipes) as among strangers' digits, as it
did on those digits: 1.04 to 1.61 over the pairs, 1.35 and 1.44 on average.
"""
SEED = 0.013
"""Its own standard deviation moves an error of 1.5 % by 0.05 points."""


def writer_sizes(text: str = MNIST_TEST_SIZES) -> np.ndarray:
    """Digits of each writer: shape (n_writers,), int64."""
    pairs = np.array([pair.split("x") for pair in text.split()], np.int64)
    return np.repeat(pairs[:, 0], pairs[:, 1])


@dataclass(frozen=True)
class Writers:
    """Writers with `sizes` digits each, whose digits networks misread at `error`, with
    errors whose number varies `design_effect` times as much as among strangers' digits.
    """

    sizes: np.ndarray
    error: float = 0.015
    design_effect: float = 1.85

    @cached_property
    def groups(self) -> np.ndarray:
        """The writer of each digit: shape (n,), int64."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def common(self) -> float:
        """A writer's share of the latent variance; it gives the design effect."""
        mean_size = (self.sizes**2).sum() / self.sizes.sum()
        correlation = (self.design_effect - 1.0) / (mean_size - 1.0)
        return _latent(self.error, self.error**2 + correlation * self.error * (1 - self.error))

    def error_counts(self, rng: np.random.Generator, n: int, shape: str = "normal") -> np.ndarray:
        """Errors of each writer in n test sets: shape (n, n_writers), float64.

        shape: how writers' own error rates lie, "normal" on the latent scale or "beta".
        """
        size = (n, len(self.sizes))
        if self.design_effect == 1.0:
            rates = np.full(size, self.error)
        elif shape == "beta":
            mean_size = (self.sizes**2).sum() / self.sizes.sum()
            ratio = (mean_size - 1.0) / (self.design_effect - 1.0) - 1.0
            rates = rng.beta(self.error * ratio, (1 - self.error) * ratio, size)
        else:
            own = np.sqrt(self.common) * rng.standard_normal(size)
            rates = norm.cdf((norm.ppf(self.error) + own) / np.sqrt(1.0 - self.common))
        return rng.binomial(self.sizes, rates).astype(np.float64)

    def correct(
        self, rng: np.random.Generator, n_seeds: tuple[int, ...], seed_sd: float = SEED
    ) -> tuple[np.ndarray, ...]:
        """For each of several equally good recipes, which digits its seeds read right:
        shapes (n_seeds, n), bool.
        """
        groups, n = self.groups, int(self.sizes.sum())
        threshold = norm.isf(self.error)
        writer = max(0.0, self.common - WRITER_BY_SEED - WRITER_BY_RECIPE)
        alike = _latent(self.error, AGREEMENT * self.error)
        digit = alike - writer - WRITER_BY_RECIPE - DIGIT_BY_RECIPE
        rest = 1.0 - alike - WRITER_BY_SEED - seed_sd**2

        def by_writer(variance: float) -> np.ndarray:
            effect = np.sqrt(variance) * rng.standard_normal(len(self.sizes))
            return effect.astype(np.float32)[groups]

        def by_digit(variance: float) -> np.ndarray:
            return np.float32(np.sqrt(variance)) * rng.standard_normal(n, dtype=np.float32)

        shared = by_writer(writer) + by_digit(digit)
        recipes = []
        for n_own in n_seeds:
            own = shared + by_writer(WRITER_BY_RECIPE) + by_digit(DIGIT_BY_RECIPE)
            rows = [
                own + by_writer(WRITER_BY_SEED) + by_digit(rest) + seed_sd * rng.standard_normal()
                <= threshold
                for _ in range(n_own)
            ]
            recipes.append(np.stack(rows))
        return tuple(recipes)

    def margins(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Confidence in (0.5, 1) and right or not, for one network: shapes (n,)."""
        own = np.sqrt(self.common) * rng.standard_normal(len(self.sizes))
        rest = np.sqrt(1.0 - self.common) * rng.standard_normal(int(self.sizes.sum()))
        return seen(norm.isf(self.error) + own[self.groups] + rest, rng)


def seen(margin: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """What a network shows of its margin, which it does not know exactly: confidence,
    and whether it is right.
    """
    doubt = np.abs(margin + 0.5 * rng.standard_normal(margin.shape))
    return 1.0 / (1.0 + np.exp(-4.0 * doubt)), margin > 0.0


def draws(seed: int, n: int) -> Iterator[np.random.Generator]:
    """A generator of random numbers for each of n simulations."""
    for own in np.random.SeedSequence(seed).spawn(n):
        yield np.random.default_rng(own)


@cache
def _latent(rate: float, both: float) -> float:
    """The correlation at which two normal effects both exceed the threshold of `rate`
    with probability `both`.
    """
    at = norm.ppf(rate)

    def excess(correlation: float) -> float:
        joint = multivariate_normal.cdf([at, at], [0, 0], [[1, correlation], [correlation, 1]])
        return float(joint) - both

    return float(brentq(excess, 0.0, 0.999, xtol=1e-7)) if both > rate**2 * (1 + 1e-9) else 0.0
