"""Compiled epochs kept in the user's cache folder, and the seconds that compiling
takes.
"""

import hashlib
import platform
import tempfile
import threading
import warnings
from pathlib import Path

import jax

from sevenfold.data.cache import cache_folder, is_lasting
from sevenfold.storage import keep_within

MAX_BYTES = 1 << 29
"""Of compiled code that is kept; a run of `book` leaves a tenth of it."""

_seconds = threading.local()


def seconds_compiling() -> float:
    """What this thread has spent so far on lowering and compiling, or on loading from
    the cache.
    """
    seconds: float = getattr(_seconds, "total", 0.0)
    return seconds


def _count(event: str, duration_secs: float, **_: str | int) -> None:
    if event in (
        "/jax/core/compile/jaxpr_to_mlir_module_duration",
        "/jax/core/compile/backend_compile_duration",
    ):
        _seconds.total = seconds_compiling() + duration_secs


def code_folder() -> Path:
    """Where compiled code is kept: one folder per kind of processor, since code made
    for one may not run on another.
    """
    return cache_folder() / "xla" / f"{platform.machine()}-{_processor_digest()}"


def _processor_digest() -> str:
    """Eight hexadecimal characters over what the processor can do."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        features = "\n".join(
            sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
        )
    except OSError:
        features = platform.processor()
    return hashlib.sha256(features.encode()).hexdigest()[:8]


def keep_compiled_code() -> None:
    """Let JAX keep what took longer than 0.1 s to compile, unless it was told where or
    the folder cannot be written.

    784-512-10 compiles in 0.39 s and loads in 0.07 s (docs/performance.md).
    """
    if getattr(jax.config, "jax_compilation_cache_dir", None) is not None or not is_lasting():
        return
    try:
        folder = code_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return
    keep_within(folder, MAX_BYTES)
    # A file half written by another process, or a full disk, costs a compilation and no
    # more.
    warnings.filterwarnings(
        "ignore", message="Error (reading|writing) persistent compilation cache entry"
    )
    jax.config.update("jax_compilation_cache_dir", str(folder))  # type: ignore[no-untyped-call]
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)  # type: ignore[no-untyped-call]


jax.monitoring.register_event_duration_secs_listener(_count)
keep_compiled_code()
