"""Curves over epochs, smoothed before anything is read from them."""

import numpy as np

SMOOTHING_WINDOW = 5
"""Epochs over which curves are smoothed before a turning point is read from them."""

READING_WINDOW = 5
"""Epochs over which an accuracy is a mean, where single epochs jump."""


def smooth(values: np.ndarray, window: int = 3) -> np.ndarray:
    """Centred moving mean along the last axis; at the ends the window shrinks instead
    of reaching outside.
    """
    half = window // 2
    n = values.shape[-1]
    means = [values[..., max(0, i - half) : min(n, i + half + 1)].mean(axis=-1) for i in range(n)]
    return np.stack(means, axis=-1)
