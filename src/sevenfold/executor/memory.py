"""Memory given back between tasks, so that a worker needs no more after five hundred
trials than after ten, and after the last task.
"""

import ctypes
import gc
import sys

MAX_COMPILED = 16
"""Tasks between two clearings of compiled code; most of it comes back from the cache on
disk when it is needed again.
"""

_n_tasks = 0


def release_memory() -> None:
    """Drop compiled code now and then, and give freed memory back to the operating
    system. For processes that do nothing but tasks.

    Python looks at the objects of the libraries only when compiled code is dropped:
    with JAX they took 0.05 s after every task, and take 0.001 s now (n = 3).
    """
    global _n_tasks
    _n_tasks += 1
    if _n_tasks % MAX_COMPILED == 1:
        gc.unfreeze()
        if _n_tasks > 1 and "jax" in sys.modules:
            import jax

            jax.clear_caches()  # type: ignore[no-untyped-call]
        gc.collect()
        gc.freeze()
    give_back_memory()


def give_back_memory() -> None:
    """Give freed memory back to the operating system; harmless in a process of the
    user's own, whose objects stay as they are.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)
