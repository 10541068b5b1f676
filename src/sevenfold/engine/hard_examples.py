"""Which examples an epoch visits where hard ones are to come more often than others.

Online batch selection (Loshchilov and Hutter 2016), with probabilities proportional to what is missing instead of falling with
the rank: while a network trains on an example it also says how much probability it failed to give to the label. A running mean
of that is the example's difficulty, and costs nothing to know.
"""

import numpy as np

from sevenfold.engine.settings import TrainingSettings
from sevenfold.networks import N_CLASSES

KEPT = 0.5
"""What a visit leaves of the difficulty known before it."""
MOST = 8.0
"""The largest difficulty that counts, in units of the mean: a wrong label is always hard, and is not worth more than this."""


def first_difficulty(n_examples: int) -> np.ndarray:
    """Before anything is known all examples are alike: shape (n,), float32."""
    return np.ones(n_examples, np.float32)


def hard_order(settings: TrainingSettings, difficulty: np.ndarray, seed: int, epoch: int) -> np.ndarray:
    """The examples that epoch `epoch` (from 0) visits, in order: shape (n,), int32, with repetitions.

    Each is visited (1 - h) + h * e / mean(e) times on average, with h `settings.hard_examples` and e its difficulty beyond what
    label smoothing asks for, cut at `MOST` times the mean; by systematic sampling, so that the number is that rounded up or down.
    """
    n = len(difficulty)
    rng = np.random.Generator(np.random.Philox(key=[seed, 0x4A2D], counter=[0, 0, 0, epoch]))
    asked_for = settings.label_smoothing * (1.0 - 1.0 / N_CLASSES)
    excess = np.maximum(difficulty.astype(np.float64) - asked_for, 1e-4)
    excess = np.minimum(excess, MOST * excess.mean())
    expected = (1.0 - settings.hard_examples) + settings.hard_examples * excess / excess.mean()
    ends = np.cumsum(expected) * (n / expected.sum())
    ends[-1] = n
    visits = np.diff(np.floor(ends + rng.random()).astype(np.int64), prepend=0)
    return rng.permutation(np.repeat(np.arange(n, dtype=np.int32), visits))


def learned(difficulty: np.ndarray, order: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """The difficulties after an epoch: `missing` (n,) is 1 - p(label) of each visit of `order` (n,)."""
    n = len(difficulty)
    visits = np.bincount(order, minlength=n)
    mean = np.bincount(order, missing, minlength=n) / np.maximum(visits, 1)
    return np.where(visits > 0, KEPT * difficulty + (1.0 - KEPT) * mean, difficulty).astype(np.float32)
