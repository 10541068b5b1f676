"""Which framework Keras runs on; the one place that decides it.

Keras reads `KERAS_BACKEND` once, when it is first imported. The `keras` engine needs
TensorFlow; beside the `jax` engine Keras only builds and saves models, and then JAX
serves it, so that TensorFlow (3 s and 400 MB) is not imported at all.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sevenfold.errors import SettingsError


def prefer_jax() -> None:
    """Let Keras run on JAX if nothing else was asked for."""
    os.environ.setdefault("KERAS_BACKEND", "jax")


def require_installed() -> None:
    """Look, before any work, whether TensorFlow is there; nothing is imported.

    Raises:
        SettingsError: it is not installed; it is an extra of the package.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise SettingsError(
            "The keras engine needs TensorFlow, which is not installed here. Take --engine jax, or"
            " install the extra tensorflow (docs/setup.md; Python 3.11 to 3.13)."
        )


def require_jax() -> None:
    """Find the processor that the user asked for.

    Raises:
        SettingsError: JAX does not find it.
    """
    for name in ("JAX_PLATFORMS", "JAX_PLATFORM_NAME"):
        if (platform := os.environ.get(name)) and platform != "cpu":
            import jax

            try:
                jax.devices()
            except Exception:  # JAX's own are of many kinds, one a bare assertion
                raise SettingsError(
                    f"{name}={platform!r} asks for a processor that JAX does not find here. Unset"
                    f" {name}, and JAX takes what there is; {name}=cpu takes the CPU."
                ) from None


def require_tensorflow() -> None:
    """Import Keras on TensorFlow, without TensorFlow's log lines.

    Raises:
        SettingsError: TensorFlow is not installed, or Keras was imported before, on
        something else.
    """
    require_installed()
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _silent_stderr():
        import keras

    if (backend := keras.backend.backend()) != "tensorflow":
        raise SettingsError(
            f"The keras engine needs Keras on TensorFlow, but Keras already runs on {backend} in"
            " this process. Start Python anew, or use the jax engine."
        )


@contextmanager
def without_tensorflow() -> Iterator[None]:
    """Keep Keras from importing TensorFlow only to ask whether an object is one of its
    shapes, as 3.15 does when it saves.
    """
    from keras.src.utils.module_utils import tensorflow

    if "tensorflow" in sys.modules or not hasattr(tensorflow, "_available"):
        yield
        return
    before, tensorflow._available = tensorflow._available, False
    try:
        yield
    finally:
        tensorflow._available = before


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Send the process's standard error to nowhere for a moment: TensorFlow's C++ code
    greets from there at import.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
