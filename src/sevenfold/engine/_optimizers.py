"""Keras's optimizers as pure functions of one array: sgd, rmsprop and adam, with
Keras 3.15's formulas and defaults.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

RHO, RMSPROP_EPSILON = 0.9, 1e-7
BETA_1, BETA_2, ADAM_EPSILON = 0.9, 0.999, 1e-7
MAX_NORM_EPSILON = 1e-7

N_SLOTS = {"sgd": 0, "rmsprop": 1, "adam": 2}
"""Arrays that an optimizer keeps beside each weight array."""

Slots = tuple[jax.Array, ...]


class Update(NamedTuple):
    """The scalars of one update. step: updates done in the whole fit, this one
    included, float32.
    """

    learning_rate: jax.Array
    step: jax.Array


def apply(
    optimizer: str, weight: jax.Array, slots: Slots, gradient: jax.Array, update: Update
) -> tuple[jax.Array, Slots]:
    """The weight array and its slots after one update."""
    match optimizer:
        case "sgd":
            return _sgd(weight, gradient, update), ()
        case "rmsprop":
            return _rmsprop(weight, slots, gradient, update)
        case _:
            return _adam(weight, slots, gradient, update)


def _sgd(weight: jax.Array, gradient: jax.Array, update: Update) -> jax.Array:
    """`keras.optimizers.SGD`, without momentum."""
    step = gradient * update.learning_rate
    # The step is rounded before it is subtracted, as Keras's is: the selection, which
    # changes nothing, keeps the compiler from a fused multiply-add.
    return weight - jnp.where(jnp.isnan(step), jnp.nan, step)


def _rmsprop(
    weight: jax.Array, slots: Slots, gradient: jax.Array, update: Update
) -> tuple[jax.Array, Slots]:
    """`keras.optimizers.RMSprop`: epsilon stands inside the root."""
    square = RHO * slots[0] + (1.0 - RHO) * gradient * gradient
    return weight - update.learning_rate * gradient / jnp.sqrt(square + RMSPROP_EPSILON), (square,)


def _adam(
    weight: jax.Array, slots: Slots, gradient: jax.Array, update: Update
) -> tuple[jax.Array, Slots]:
    """`keras.optimizers.Adam` (Kingma and Ba 2015, section 2, its last paragraph:
    epsilon is added to the uncorrected root).
    """
    mean = slots[0] + (gradient - slots[0]) * (1.0 - BETA_1)
    square = slots[1] + (gradient * gradient - slots[1]) * (1.0 - BETA_2)
    rate = update.learning_rate * jnp.sqrt(1.0 - BETA_2**update.step) / (1.0 - BETA_1**update.step)
    return weight - mean * rate / (jnp.sqrt(square) + ADAM_EPSILON), (mean, square)


def limit_norm(kernel: jax.Array, limit: jax.Array) -> jax.Array:
    """The kernel (n_in, n_out) with each unit's incoming weights shrunk to the norm
    `limit`; `keras.constraints.MaxNorm`.
    """
    norms = jnp.sqrt(jnp.sum(kernel * kernel, axis=0, keepdims=True))
    return kernel * (jnp.minimum(norms, limit) / (MAX_NORM_EPSILON + norms))
