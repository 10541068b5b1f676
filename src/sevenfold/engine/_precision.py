"""In which precision this machine multiplies matrices faster."""

import sys
import time
from pathlib import Path

from sevenfold.engine._backend import prefer_jax
from sevenfold.engine.settings import Precision
from sevenfold.machine import of_processor

WORTH_IT = 1.2
"""How many times as fast bfloat16 must be: below that its noise costs more than it
saves.
"""

N_ROUNDS = 12
"""Of both products in turn; the best of each counts, for the machine has others to
serve.
"""

BATCH, N_IN, N_OUT = 128, 768, 512
"""The product that is timed: a batch through a layer of about the size that `book`
chooses on MNIST.
"""


def fastest_precision(cpuinfo: Path = Path("/proc/cpuinfo")) -> Precision:
    """`mixed_bfloat16` where the processor or accelerator multiplies bfloat16 itself
    and a measurement of some milliseconds finds that `WORTH_IT`; else `float32`.

    Where the processor lacks the instruction, bfloat16 takes 44 to 499 times as long
    (pytorch#146508), so it is not even tried. cpuinfo: where Linux says what the
    processor can; elsewhere nothing is known of one.
    """
    prefer_jax()
    import jax

    flags = of_processor("flags", cpuinfo).split()
    if jax.default_backend() == "cpu" and "avx512_bf16" not in flags:
        return "float32"
    return "mixed_bfloat16" if _speedup() >= WORTH_IT else "float32"


def _speedup() -> float:
    """How many times as fast as a float32 product one of bfloat16 is."""
    import jax
    import jax.numpy as jnp

    def product(a: jax.Array, b: jax.Array) -> jax.Array:
        return jax.lax.dot_general(
            a, b, (((1,), (0,)), ((), ())), preferred_element_type=jnp.float32
        )

    compiled = jax.jit(product)
    factors = [
        tuple(jnp.ones(shape, dtype) for shape in ((BATCH, N_IN), (N_IN, N_OUT)))
        for dtype in (jnp.float32, jnp.bfloat16)
    ]
    seconds: list[list[float]] = [[], []]
    for _ in range(1 + N_ROUNDS):  # the first compiles
        for pair, times in zip(factors, seconds, strict=True):
            started = time.perf_counter()
            compiled(*pair).block_until_ready()
            times.append(time.perf_counter() - started)
    exact, mixed = (min(times[1:]) for times in seconds)
    return exact / max(mixed, sys.float_info.epsilon)
