"""Dropout masks from a counter: which units stay is a pure function of seed, update,
layer and position.
"""

import jax
import jax.numpy as jnp

from sevenfold.counter_random import mix, random_bits


def stream_key(seed: jax.Array, update: jax.Array, layer: int) -> jax.Array:
    """A uint32 that tells the masks of one update and layer from all others; `update`
    counts from the start of the fit.
    """
    return mix(mix(mix(seed.astype(jnp.uint32)) ^ update.astype(jnp.uint32)) ^ jnp.uint32(layer))


def dropout_scale(key: jax.Array, rate: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """What a layer's output is multiplied with: 0 with probability `rate`, else 1 / (1
    - rate); shape (b, n), float32.

    The same inverted scaling as `keras.layers.Dropout` (Srivastava et al. 2014, section
    10), so that nothing changes in inference. The rate is met to 2**-32.
    """
    threshold = (rate * 4294967296.0).astype(jnp.uint32)
    return jnp.where(random_bits(key, shape) >= threshold, 1.0 / (1.0 - rate), 0.0)
