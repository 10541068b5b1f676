"""Which framework Keras runs on; the one place that decides it.

Keras reads `KERAS_BACKEND` once, when it is first imported. The `keras` engine needs TensorFlow; beside the `jax` engine Keras
only builds and saves models, and then JAX serves it, so that TensorFlow (3 s and 400 MB) is not imported at all.
"""

import os
import sys

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
    import keras

    if (backend := keras.backend.backend()) != "tensorflow":
        raise SevenfoldError(
            f"The keras engine needs Keras on TensorFlow, but Keras already runs on {backend} in this process. "
            "Start a new process with KERAS_BACKEND=tensorflow, or use the jax engine."
        )
