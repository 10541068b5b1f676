"""Which framework Keras runs on; the one place that decides it.

Keras reads `KERAS_BACKEND` once, when it is first imported. The `keras` engine needs TensorFlow; beside the `jax` engine Keras
only builds and saves models, and then JAX serves it, so that TensorFlow (seconds and 400 MB) is not imported at all.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sevenfold.errors import SevenfoldError


def prefer_jax() -> None:
    """Let Keras run on JAX if nothing else was asked for."""
    os.environ.setdefault("KERAS_BACKEND", "jax")


def require_tensorflow() -> None:
    """Import Keras on TensorFlow, without TensorFlow's log lines.

    Raises:
        SevenfoldError: Keras was imported before, on something else.
    """
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with _silent_stderr():
            import keras

            keras.ops.zeros(())
    import keras

    if (backend := keras.backend.backend()) != "tensorflow":
        raise SevenfoldError(
            f"The keras engine needs Keras on TensorFlow, but Keras already runs on {backend} in this process. "
            "Start a new process with KERAS_BACKEND=tensorflow, or use the jax engine."
        )


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """Nothing reaches stderr: TensorFlow writes two lines there while it starts, before any log level counts."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
