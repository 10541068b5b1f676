"""Nothing of the user's own surroundings reaches a run: variables, files in the working
folder and in the home, in the driver and in its workers.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SMALLEST, made_up_digits, write_idx_folder

import sevenfold as sf
from sevenfold.records import to_toml
from sevenfold.storage import sha256_of
from sevenfold.surroundings import WORKER_ENVIRONMENT, decided, given, settled, worker_environment

SOURCE = Path(sf.__file__).parents[1]
# Every one breaks a run or changes its numbers where it is heeded.
TAKEN_OUT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MATPLOTLIBRC": "rc",
    "KERAS_BACKEND": "torch",
    "KERAS_HOME": "keras",
    "KERAS_MAX_EPOCHS": "1",
    "KERAS_NNX_ENABLED": "true",
    "JAX_ENABLE_X64": "1",
    "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16",
    "JAX_DEFAULT_PRNG_IMPL": "rbg",
    "JAX_THREEFRY_PARTITIONABLE": "0",
    "JAX_NUMPY_DTYPE_PROMOTION": "strict",
    "JAX_DISABLE_JIT": "1",
    "JAX_DEBUG_NANS": "1",
    "JAX_NOT_YET_KNOWN": "1",
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true --xla_cpu_fast_math_honor_nans=false",
    "PJRT_NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Prescott",
    "MKL_NUM_THREADS": "1",
    "MKL_CBWR": "COMPATIBLE",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
    "SCIPY_ARRAY_API": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2",
    "TF_USE_LEGACY_KERAS": "1",
    "NVIDIA_TF32_OVERRIDE": "1",
    "HDF5_PLUGIN_PATH": "plugins",
}
# Where something lies, or the user's own choice of a processor.
LEFT_ALONE = {
    "JAX_PLATFORMS": "cpu",
    "JAX_COMPILATION_CACHE_DIR": "cache",
    "CUDA_VISIBLE_DEVICES": "1",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "MPLCONFIGDIR": "mpl",
    "SEVENFOLD_DATA": "data",
    "HOME": "home",
    "TMPDIR": "tmp",
}
OF_PYTHON = {
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "1",
    "PYTHONIOENCODING": "ascii",
    "PYTHONDEVMODE": "1",
    "PYTHONINSPECT": "1",
}
OF_TERMINALS = {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati", "COLUMNS": "20"}


@pytest.mark.parametrize("name", TAKEN_OUT)
def test_what_changes_a_run_is_decided(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, TAKEN_OUT[name])
    expected = os.devnull if name in ("MATPLOTLIBRC", "KERAS_HOME") else None
    assert decided(os.environ).get(name) == expected
    assert worker_environment().get(name) == WORKER_ENVIRONMENT.get(name, expected)


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_says_where_something_lies_is_left_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, LEFT_ALONE[name])
    assert decided(os.environ)[name] == worker_environment()[name] == LEFT_ALONE[name]


@pytest.mark.parametrize("name", OF_PYTHON)
def test_a_worker_is_started_without_switches_of_python(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, OF_PYTHON[name])
    assert name not in worker_environment()


def test_of_xla_s_flags_the_place_of_cuda_is_kept() -> None:
    flags = "--xla_cpu_enable_fast_math=true --xla_gpu_cuda_data_dir=/opt/cuda"
    assert decided({"XLA_FLAGS": flags})["XLA_FLAGS"] == "--xla_gpu_cuda_data_dir=/opt/cuda"


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_lone_core_trains_to_the_bytes_of_several(precision: str, tmp_path: Path) -> None:
    """A run that goes on with one core less must find the plan that it froze."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core")
    code = f"""
import hashlib, os, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])
from sevenfold.surroundings import settle
settle()
import numpy as np
from sevenfold.data import Images
from sevenfold.engine import FitData, Job, TrainingSettings, fit
from sevenfold.networks import NetworkSpec
drawn = np.random.default_rng(0).integers(0, 256, (512, 28, 28), dtype=np.uint8)
images = Images(drawn, (drawn[:, 0, 0] % 3).astype(np.uint8), tuple("abc"))
training = TrainingSettings(n_epochs=1, precision="{precision}")
found = fit(Job(NetworkSpec(inputs=784, classes=3, hidden=(512,)), training, 1), FitData(images))
print(hashlib.sha256(b"".join(part.tobytes() for part in found.weights)).hexdigest())
"""
    one, two = (
        subprocess.run(
            [sys.executable, "-c", code, str(n_cores)],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(SOURCE)},
        ).stdout
        for n_cores in (1, 2)
    )
    assert len(one) == 65
    assert one == two


def test_a_notebook_has_its_own_variables_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setenv("KERAS_HOME", "mine")
    before = dict(os.environ)
    with settled():
        assert "KERAS_BACKEND" not in os.environ
        assert given("KERAS_HOME") == "mine"
    assert dict(os.environ) == before
    assert given("KERAS_HOME") == "mine"


def run_python(
    program: str, cwd: Path, *arguments: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(SOURCE)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


RUN_LIBRARY = """
import sys
import sevenfold as sf
from sevenfold.errors import SettingsError
exec(sys.argv[1])
try:
    sf.run_workflow(sf.load_config('quick', {'dataset': 'no such', 'engine': sys.argv[2]}), 'run')
except SettingsError as error:
    print(error)
"""
REFUSED: dict[str, tuple[str, str, dict[str, str], str]] = {
    "x64": (
        "import jax; jax.config.update('jax_enable_x64', True)",
        "jax",
        {},
        "JAX_ENABLE_X64",
    ),
    "matmul precision": (
        "import jax",
        "jax",
        {"JAX_DEFAULT_MATMUL_PRECISION": "bfloat16"},
        "JAX_DEFAULT_MATMUL_PRECISION",
    ),
    "fast math": (
        "import jax",
        "jax",
        {"XLA_FLAGS": "--xla_cpu_enable_fast_math=true"},
        "XLA_FLAGS",
    ),
    "no such processor": ("", "jax", {"JAX_PLATFORMS": "cuda"}, "JAX_PLATFORMS='cuda'"),
    "no such processor, the old name": (
        "",
        "jax",
        {"JAX_PLATFORM_NAME": "nonsense"},
        "JAX_PLATFORM_NAME='nonsense'",
    ),
    "float64": (
        "import keras; keras.config.set_floatx('float64')",
        "jax",
        {"KERAS_BACKEND": "jax"},
        "KERAS_HOME",
    ),
    "backend": ("import keras", "keras", {"KERAS_BACKEND": "jax"}, "Keras already runs on jax"),
}


IMPORT_KERAS = [pytest.param(name, marks=pytest.mark.slow) for name in ("float64", "backend")]


@pytest.mark.parametrize(
    "name", [n for n in REFUSED if "keras" not in " ".join(REFUSED[n][:2])] + IMPORT_KERAS
)
def test_a_library_that_already_computes_otherwise_is_refused_in_one_line(
    name: str, tmp_path: Path
) -> None:
    before, engine, environment, words = REFUSED[name]
    done = run_python(RUN_LIBRARY, tmp_path, before, engine, **environment)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert done.stdout.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_files_of_the_working_folder_stand_in_for_no_module(tmp_path: Path) -> None:
    for name in ("random", "jax", "numpy", "pickle", "typer", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    for module in ("sevenfold", "sevenfold.executor"):
        for path in (str(SOURCE), os.pathsep.join([str(tmp_path), str(SOURCE)])):
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    module,
                    *(["data", "list"] if module == "sevenfold" else []),
                ],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr


def test_a_file_that_python_itself_read_instead_of_its_own_is_named(tmp_path: Path) -> None:
    own = Path(json.__file__).parents[1] / "colorsys.py"
    (tmp_path / "colorsys.py").write_bytes(own.read_bytes())
    program = "import colorsys\nfrom sevenfold.cli import main\nmain()"
    done = run_python(program, tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"sevenfold: {tmp_path / 'colorsys.py'} stands in for a module")
    assert done.stderr.count("\n") == 1


def test_no_matplotlibrc_reaches_a_figure() -> None:
    import matplotlib

    from sevenfold.report.drawing import style

    with matplotlib.rc_context({"text.usetex": True, "axes.grid": True, "font.size": 30}):
        with style():
            changed = [matplotlib.rcParams[name] for name in ("text.usetex", "axes.grid")]
            assert changed == [False, False]
            assert matplotlib.rcParams["font.size"] == 12
        assert matplotlib.rcParams["text.usetex"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    return write_idx_folder(folder, made_up_digits(600, seed=1), made_up_digits(100, seed=2))


def results(run: Path) -> Iterator[tuple[str, object]]:
    """Everything in a run folder that is the same for the same run."""
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        name = path.relative_to(run).as_posix()
        if path.suffix in (".npz", ".keras", ".svg", ".png"):
            yield name, sha256_of(path)
        elif name.startswith("steps/"):
            step = json.loads(path.read_text("utf-8"))
            yield name, (step["inputs"], step["result_digest"])


def carry_out(data: Path, run: Path, cwd: Path, environment: dict[str, str]) -> dict[str, object]:
    changes = {**SMALLEST, "dataset": str(data)}
    settings = run.with_suffix(".toml")
    settings.write_text(to_toml(sf.load_config("quick", changes).model_dump(mode="json")), "utf-8")
    command = [sys.executable, "-m", "sevenfold", "run", "--config", str(settings)]
    done = subprocess.run(
        [*command, "--out", str(run), "--workers", "1"],
        cwd=cwd,
        env=environment,
        capture_output=True,
        timeout=500,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return dict(results(run))


@pytest.mark.slow
def test_a_run_in_hostile_surroundings_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    """All of it at once, in the driver and in its workers."""
    quiet, hostile = tmp_path / "quiet", tmp_path / "hostile"
    quiet.mkdir()
    plain = {
        name: value
        for name, value in decided(os.environ).items()
        if not name.startswith("PYTHON") and name not in ("KERAS_HOME", "MATPLOTLIBRC")
    } | {"PYTHONPATH": str(SOURCE)}
    (hostile / ".keras").mkdir(parents=True)
    (hostile / ".keras" / "keras.json").write_text('{"floatx": "float64", "backend": "torch"}')
    rc = "text.usetex: True\nfont.size: 30\nsvg.fonttype: path\naxes.grid: True\n"
    for folder in (hostile, hostile / ".config" / "matplotlib"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "matplotlibrc").write_text(rc)
    for name in ("random", "jax", "numpy", "pickle", "queue"):
        (hostile / f"{name}.py").write_text("raise SystemExit('imported')")
    (hostile / "keras").mkdir()
    (hostile / "keras" / "keras.json").write_text('{"floatx": "float16"}')
    bad = {**plain, **TAKEN_OUT, **OF_TERMINALS, **OF_PYTHON, "PYTHONHASHSEED": "7"}
    bad |= {"PYTHONPATH": f"{hostile}{os.pathsep}{SOURCE}", "HOME": str(hostile)}
    del bad["PYTHONDEVMODE"], bad["PYTHONINSPECT"]  # of the driver, only the user sees them
    expected = carry_out(data, tmp_path / "quiet-run", quiet, plain)
    found = carry_out(data, tmp_path / "hostile-run", hostile, bad)
    assert len(expected) > 20
    assert found == expected
    assert {path.name for path in hostile.iterdir()} == {
        *(".keras", ".config", "matplotlibrc", "keras", ".cache"),
        *(f"{name}.py" for name in ("random", "jax", "numpy", "pickle", "queue")),
    }
