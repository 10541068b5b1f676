"""Dropout masks from a counter: which units stay is a pure function of seed, update, layer and position."""

import jax
import jax.numpy as jnp


def mix(x: jax.Array) -> jax.Array:
    """`lowbias32`, a bijection of uint32 in which every input bit flips every output bit with probability near one half.

    Two multiply-xorshift rounds (Wellons, "Prospecting for Hash Functions", 2018, with the constants of bias 0.174). Unlike
    threefry, JAX's own generator, XLA fuses it into the operation that uses the mask.
    """
    x = (x ^ (x >> 16)) * jnp.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * jnp.uint32(0x846CA68B)
    return x ^ (x >> 16)


def stream_key(seed: jax.Array, update: jax.Array, layer: int) -> jax.Array:
    """A uint32 that tells the masks of one update and layer from all others; `update` counts from the start of the fit."""
    return mix(mix(mix(seed.astype(jnp.uint32)) ^ update.astype(jnp.uint32)) ^ jnp.uint32(layer))


def dropout_scale(key: jax.Array, rate: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """What a layer's output is multiplied with: 0 with probability `rate`, else 1 / (1 - rate); shape (b, n), float32.

    The same inverted scaling as `keras.layers.Dropout` (Srivastava et al. 2014, section 10), so that nothing changes in
    inference. The rate is met to 2**-32.
    """
    rows = jax.lax.broadcasted_iota(jnp.uint32, shape, 0)
    columns = jax.lax.broadcasted_iota(jnp.uint32, shape, 1)
    bits = mix(mix(rows * jnp.uint32(shape[1]) + columns + key) ^ key)
    threshold = (rate * 4294967296.0).astype(jnp.uint32)
    return jnp.where(bits >= threshold, 1.0 / (1.0 - rate), 0.0)
