"""Overfitting as a test: found where it is, and not found in noise."""

import numpy as np
import pytest

from sevenfold.steps.overfit import find_turn

EPOCHS = np.arange(20)


def curves(shape: np.ndarray, noise: float, seed: int, n_repeats: int = 3) -> np.ndarray:
    return shape + np.random.default_rng(seed).normal(0.0, noise, (n_repeats, len(shape)))


def test_a_turn_is_found_where_it_is() -> None:
    turn = find_turn(curves(0.08 + 0.0005 * (EPOCHS - 7.0) ** 2, noise=0.002, seed=0))
    assert turn.reached
    assert abs(turn.epoch - 8) <= 1


@pytest.mark.parametrize("slope", [0.0, -0.0005])
@pytest.mark.parametrize("n_repeats", [2, 3, 5])
def test_noise_on_a_flat_or_falling_curve_is_seldom_called_overfitting(
    slope: float, n_repeats: int
) -> None:
    """A minimum over epochs lies below its neighbours by chance; the leave-one-out
    reading must not be fooled by it.
    """
    flat = 0.08 + 0.1 * np.exp(-EPOCHS / 2.0) + slope * EPOCHS
    alarms = [
        find_turn(curves(flat, noise=0.005, seed=seed, n_repeats=n_repeats)).reached
        for seed in range(300)
    ]
    # 5 % is the nominal rate; 300 runs measure it to two points.
    assert np.mean(alarms) <= 0.08
