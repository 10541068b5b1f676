"""What surrounds a process and must not reach a run: decided here, or refused in one
line.

Libraries read variables and files of their own that change numbers (`XLA_FLAGS`,
`keras.json`), or break a run half-way (`MPLBACKEND` of a Jupyter kernel). A run has
settings for what may be chosen, so no such variable reaches it, known or not yet known:
whole families of names are taken out, but for those that say where something lies.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sevenfold.errors import SettingsError
from sevenfold.machine import n_cores
from sevenfold.modules import put_installed_first, standing_in, worker_path

FAMILIES = (
    *("JAX_", "XLA_", "PJRT_", "LIBTPU_", "KERAS_", "TF_", "TF2_", "NVIDIA_TF32_", "CUBLAS_"),
    *("OMP_", "KMP_", "GOMP_", "OPENBLAS_", "GOTO_", "BLIS_", "MKL_", "VECLIB_", "NUMEXPR_"),
    *("ONEDNN_", "DNNL_", "NPY_", "NUMPY_", "SCIPY_", "SKLEARN_", "OPTUNA_", "HDF5_"),
    *("MPL", "MATPLOTLIBRC"),
)
"""What the names of the libraries' own variables begin with."""
KEPT = frozenset(
    {
        *("JAX_PLATFORMS", "JAX_PLATFORM_NAME", "JAX_CUDA_VISIBLE_DEVICES"),
        *("JAX_ROCM_VISIBLE_DEVICES", "JAX_COMPILATION_CACHE_DIR", "XLA_PYTHON_CLIENT_ALLOCATOR"),
        *("XLA_PYTHON_CLIENT_PREALLOCATE", "XLA_PYTHON_CLIENT_MEM_FRACTION"),
        *("TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH", "HDF5_USE_FILE_LOCKING"),
        "MPLCONFIGDIR",
    }
)
"""On which processor, where something lies, how much memory: no numbers."""
KEPT_XLA_FLAGS = ("--xla_gpu_cuda_data_dir=",)
DECIDED: Mapping[str, str] = MappingProxyType(
    # An empty file each: keras.json and matplotlibrc of the user are not read.
    {"KERAS_HOME": os.devnull, "MATPLOTLIBRC": os.devnull}
)
OF_CARD: Mapping[str, str] = MappingProxyType({"XLA_PYTHON_CLIENT_PREALLOCATE": "false"})
"""Unless the user says otherwise: JAX takes three quarters of an accelerator's memory
at once, and workers may share it."""
WORKER_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        # One thread each: the rounding of a matrix product depends on the number of
        # threads, and two workers of one thread get more done than one of two
        # (docs/performance.md).
        "PJRT_NPROC": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **OF_CARD,
    }
)
"""What a worker's environment adds to `decided`; it must be set before JAX or
TensorFlow is imported.
"""
OF_PYTHON = frozenset(
    {
        *("PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONFAULTHANDLER", "PYTHONMALLOC", "PYTHONUTF8"),
    }
)
"""Python's own variables that a worker is started with as well."""

JAX_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        "jax_enable_x64": False,
        "jax_default_matmul_precision": None,
        "jax_default_prng_impl": "threefry2x32",
        "jax_threefry_partitionable": True,
        "jax_numpy_dtype_promotion": "standard",
        "jax_numpy_rank_promotion": "allow",
        "jax_disable_jit": False,
        "jax_debug_nans": False,
        "jax_debug_infs": False,
    }
)
"""What of JAX's own settings changes numbers or ends a run, as usual."""

_taken: dict[str, str | None] = {}


def decided(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process that trains or draws; `environ` are the user's."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in KEPT or not name.startswith(FAMILIES)
    }
    flags = [f for f in environ.get("XLA_FLAGS", "").split() if f.startswith(KEPT_XLA_FLAGS)]
    # One thread rounds a product otherwise than two do, and two as any more do, so that
    # a lone core has two as well (docs/decisions.md).
    threads = {"PJRT_NPROC": "2"} if n_cores() == 1 else {}
    of_xla = {"XLA_FLAGS": " ".join(flags)} if flags else {}
    return {**OF_CARD, **kept, **DECIDED, **threads, **of_xla}


def given(name: str) -> str | None:
    """A variable as the user set it, whatever was decided instead."""
    now = os.environ.get(name)
    return _taken.get(name) if now == DECIDED.get(name) else now


def settle(also: Mapping[str, str] = MappingProxyType({})) -> None:
    """Decide the surroundings of a process that is sevenfold's own, before it imports
    anything heavy; `also` are further variables.

    Raises:
        SettingsError: a file stands in for a module of Python's own.
    """
    put_installed_first()
    if file := standing_in():
        raise SettingsError(
            f"{file} stands in for a module of Python's own. Rename it, take its folder out of"
            " PYTHONPATH, or start sevenfold from another folder."
        )
    _put({**decided(os.environ), **also})
    if sys.warnoptions:  # PYTHONWARNINGS=error would end a run over a library's remark
        warnings.resetwarnings()
        for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning):
            warnings.simplefilter("ignore", category)
        warnings.simplefilter("ignore", ResourceWarning)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a sign that the terminal lacks ends nothing
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def settled() -> Iterator[None]:
    """The same for a while in a process of the user's own, such as a notebook.

    Raises:
        SettingsError: a library that is imported already computes otherwise.
    """
    _require_untouched_libraries()
    before = dict(os.environ)
    _put(decided(before))
    try:
        yield
    finally:
        _put(before)


def worker_environment() -> dict[str, str]:
    """All variables of a worker process on this machine: it finds the same sevenfold
    and looks for nothing in the working folder.
    """
    ours = {
        name: value
        for name, value in decided(os.environ).items()
        if not name.startswith("PYTHON") or name in OF_PYTHON
    }
    return {**ours, **WORKER_ENVIRONMENT, "PYTHONPATH": worker_path(), "PYTHONSAFEPATH": "1"}


def _put(environ: Mapping[str, str]) -> None:
    for name in DECIDED:
        _taken[name] = given(name)
    for name in os.environ.keys() - environ.keys():
        del os.environ[name]
    os.environ.update(environ)


def _require_untouched_libraries() -> None:
    if (jax := sys.modules.get("jax")) is not None:
        for name, usual in JAX_DEFAULTS.items():
            if (value := getattr(jax.config, name, usual)) != usual:
                _refuse(f"JAX computes with {name}={value!r}", name.upper())
        if "XLA_FLAGS" in os.environ.keys() - decided(os.environ).keys():
            _refuse(f"JAX was imported with XLA_FLAGS={os.environ['XLA_FLAGS']!r}", "XLA_FLAGS")
    if (keras := sys.modules.get("keras")) is not None:
        usual = {"floatx": "float32", "epsilon": 1e-7, "max_epochs": None}
        for name, expected in usual.items():
            if (value := getattr(keras.config, name, lambda e=expected: e)()) != expected:
                _refuse(f"Keras computes with {name}={value!r}", "KERAS_HOME (its keras.json)")


def _refuse(what: str, variable: str) -> None:
    raise SettingsError(
        f"{what} in this process, which would change the run's numbers. Start Python anew without"
        f" {variable} and without changing it, or use the command line."
    )
