"""Numbers from a counter: uniform, repeatable, and without a visible tie between keys
or neighbours.
"""

import jax.numpy as jnp
import numpy as np
import pytest

from sevenfold.counter_random import symmetric_uniform


def test_numbers_are_uniform_and_follow_from_the_key() -> None:
    first, again, other = (
        np.asarray(symmetric_uniform(jnp.uint32(key), (300, 400))) for key in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert -1.0 <= first.min() < -0.999
    assert 0.999 < first.max() < 1.0
    counts, _ = np.histogram(first, bins=100, range=(-1.0, 1.0))
    assert (
        (counts - 1200) ** 2 / 1200
    ).sum() < 160  # chi-squared with 99 degrees of freedom: p = 0.0001
    for a, b in ((first, other), (first[:, 1:], first[:, :-1]), (first[1:], first[:-1])):
        assert np.corrcoef(a.ravel(), b.ravel())[0, 1] == pytest.approx(0.0, abs=0.015)
