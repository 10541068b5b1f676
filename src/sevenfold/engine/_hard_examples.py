"""Which examples an epoch visits where hard ones are to come more often than others.

Online batch selection (Loshchilov and Hutter 2016), with probabilities proportional to
what is missing instead of falling with the rank: while a network trains on an example
it also says how much probability it failed to give to the label. A running mean of that
is the example's difficulty, and costs nothing to know. docs/decisions.md says what the
constants were tried against.
"""

import numpy as np

from sevenfold.engine.settings import TrainingSettings, batch_order

DECAY = 0.5
"""What a visit leaves of the difficulty known before it."""
MAX_RATIO = 8.0
"""The largest difficulty that counts, in units of the mean: a wrong label is always
hard, and is not worth more than this.
"""


def hard_order(
    settings: TrainingSettings, difficulty: np.ndarray, n_classes: int, seed: int, epoch: int
) -> np.ndarray:
    """The examples that epoch `epoch` (from 0) visits, in order: shape (n,), int32,
    with repetitions.

    With h `settings.hard_examples`, an example is visited 1 + h (r - mean(r)) times on
    average, where r is its difficulty beyond what label smoothing asks for, in units of
    the mean and cut at `MAX_RATIO`: at least 1 - h and at most 1 + h `MAX_RATIO` times.
    By systematic sampling, so that the number is that rounded up or down; where all are
    alike the order is `batch_order`.
    """
    n = len(difficulty)
    asked_for = settings.label_smoothing * (1.0 - 1.0 / n_classes)
    excess = np.maximum(difficulty.astype(np.float64) - asked_for, 0.0)
    ratio = np.minimum(excess / max(excess.mean(), 1e-9), MAX_RATIO)
    ends = np.cumsum(1.0 + settings.hard_examples * (ratio - ratio.mean()))
    ends[-1] = n
    offset = np.random.Generator(
        np.random.Philox(key=[seed, 0x4A2D], counter=[0, 0, 0, epoch])
    ).random()
    visits: np.ndarray = np.diff(np.floor(ends + offset).astype(np.int64), prepend=0)
    visited: np.ndarray = np.repeat(np.arange(n, dtype=np.int32), visits)[
        batch_order(n, seed, epoch)
    ]
    return visited


def learned(difficulty: np.ndarray, order: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """The difficulties (n,) float32 after an epoch: `missing` (n,) is 1 - p(label) of
    each visit of `order` (n,).
    """
    n = len(difficulty)
    visits = np.bincount(order, minlength=n)
    mean = np.bincount(order, missing, minlength=n) / np.maximum(visits, 1)
    return np.where(visits > 0, DECAY * difficulty + (1.0 - DECAY) * mean, difficulty).astype(
        np.float32
    )
