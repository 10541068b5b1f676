"""The package as `pip` installs it: whole, and at work without TensorFlow."""

import os
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest
from conftest import SMALLEST

import sevenfold as sf
from sevenfold.errors import SettingsError
from sevenfold.records import to_toml

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment into which pip put the wheel that the sdist makes;
    it has the dependencies of this one, but no TensorFlow.
    """
    folder = tmp_path_factory.mktemp("package")
    build = (sys.executable, "-m", "hatchling", "build", "-d", folder, "-t")
    run(*build, "sdist", cwd=ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    run(*build, "wheel", cwd=folder / sdist.name.removesuffix(".tar.gz"))
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    own = folder / "env" / "bin" / "python"
    pip = (own, "-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-deps")
    run(*pip, wheel, cwd=folder)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run(own, "-c", where, cwd=folder).strip())
    (site / "locked.pth").write_text(sysconfig.get_path("purelib"))
    (site / "sitecustomize.py").write_text("import sys\nsys.modules['tensorflow'] = None\n")
    return own


@pytest.mark.slow
def test_the_installed_package_is_its_own(python: Path, tmp_path: Path) -> None:
    place = run(python, "-c", "import sevenfold; print(sevenfold.__file__)", cwd=tmp_path)
    assert Path(place).is_relative_to(python.parent.parent)
    assert (
        run(python, "-m", "sevenfold", "--version", cwd=tmp_path).strip().endswith(sf.__version__)
    )


@pytest.mark.slow
def test_a_whole_run_and_its_report_without_tensorflow(
    python: Path, digits_folder: Path, tmp_path: Path
) -> None:
    config = sf.load_config("quick", {**SMALLEST, "dataset": str(digits_folder)})
    (tmp_path / "tiny.toml").write_text(to_toml(config.model_dump(mode="json")))
    command = (python, "-m", "sevenfold", "run", "--config", "tiny.toml", "--workers", "1")
    said = run(*command, "--out", "mine", cwd=tmp_path)
    assert "Report: " in said
    assert (tmp_path / "mine" / "report.html").stat().st_size > 100_000
    assert (tmp_path / "mine" / "models" / "final.keras").exists()


def test_the_keras_engine_without_tensorflow_is_refused_before_any_work(
    digits_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    config = sf.load_config("quick", {"dataset": str(digits_folder), "engine": "keras"})
    with pytest.raises(SettingsError, match="extra tensorflow"):
        sf.run_workflow(config, tmp_path / "mine", terminal="quiet")
    assert not (tmp_path / "mine").exists()
