"""Killed at random moments, the search ends as if nothing had happened; `scripts/soak` does the same for longer."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[1] / "benchmarks" / "soak.py"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


def test_twenty_kills_of_workers_drivers_and_groups() -> None:
    run = subprocess.run(
        [sys.executable, SOAK, "kills", "--n", "20", "--seed", "1"], capture_output=True, text=True, timeout=550
    )
    counts = json.loads(run.stdout)
    assert counts["failures"] == [], counts
    assert counts["kills"] == 20
    assert run.returncode == 0


def test_ctrl_c_ends_workers_and_the_same_command_goes_on(digits_folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sevenfold", "run", "--preset", "quick", "--dataset", str(digits_folder)]
    command += ["--out", str(tmp_path / "run"), "--workers", "2", "--quiet"]
    settings = ("overfit.n_seeds=2", "baseline.n_epochs=5", "regularize.search.rungs=[2, 40]", "regularize.space.width=[64]")
    command += [part for setting in settings for part in ("--set", setting)]
    run = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not list((tmp_path / "run" / "tuning").glob("trial*.npz")):
        time.sleep(0.05)
        assert run.poll() is None, run.communicate()
    workers = [int(pid) for path in Path(f"/proc/{run.pid}/task").glob("*/children") for pid in path.read_text().split()]
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert said.count("\n") == 1, said
    assert "The same command goes on" in said
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    subprocess.run(command, check=True, timeout=300)
    assert (tmp_path / "run" / "report.html").exists()
    assert not (tmp_path / "run" / "tuning").exists()
