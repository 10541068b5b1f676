"""Random numbers from a counter: each is a pure function of a key and its position,
whatever is drawn beside it.
"""

import jax
import jax.numpy as jnp


def mix(x: jax.Array) -> jax.Array:
    """`lowbias32`, a bijection of uint32 in which every input bit flips every output
    bit with probability near one half.

    Two multiply-xorshift rounds (Wellons, "Prospecting for Hash Functions", 2018, with
    the constants of bias 0.174). Unlike threefry, JAX's own generator, XLA fuses it
    into the operation that uses the numbers.
    """
    x = (x ^ (x >> 16)) * jnp.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * jnp.uint32(0x846CA68B)
    return x ^ (x >> 16)


def random_bits(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Uniform uint32 of this shape; `key` is a uint32."""
    position = jnp.uint32(0)
    for axis, size in enumerate(shape):
        position = position * jnp.uint32(size) + jax.lax.broadcasted_iota(jnp.uint32, shape, axis)
    return mix(mix(position + key) ^ key)


def symmetric_uniform(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Float32 of this shape, uniform in [-1, 1) in steps of 2**-23."""
    return (random_bits(key, shape) >> 8).astype(jnp.float32) * 2.0**-23 - 1.0
