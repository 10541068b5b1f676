"""Killed at random moments, the search ends as if nothing had happened; `scripts/soak`
does the same for longer.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import SMALLEST
from killed_search import random_kills

from sevenfold.config import load_config
from sevenfold.records import to_toml

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def test_ten_kills_of_workers_drivers_and_groups(tmp_path: Path) -> None:
    counts = random_kills(tmp_path, 10, seed=1)
    assert counts["failures"] == [], counts
    assert counts["kills"] == 10


# A shell starts its background jobs, and so this suite as one of them, with Ctrl-C
# ignored, and children inherit that.
HEED_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1],"
    " sys.argv[1:])"
)


def test_ctrl_c_ends_workers_and_the_same_command_goes_on(
    digits_folder: Path, tmp_path: Path
) -> None:
    changes = {
        **SMALLEST,
        "dataset": str(digits_folder),
        "regularize.search.n_trials": 4,
        "regularize.search.batch": 4,
        "regularize.search.rungs": [2, 60],
    }
    (tmp_path / "tiny.toml").write_text(
        to_toml(load_config("quick", changes).model_dump(mode="json"))
    )
    command = [
        sys.executable,
        "-m",
        "sevenfold",
        "run",
        "--config",
        str(tmp_path / "tiny.toml"),
        "--out",
        str(tmp_path / "run"),
    ]
    command += ["--workers", "2", "--quiet"]
    heeding = [sys.executable, "-c", HEED_CTRL_C, *command]
    run = subprocess.Popen(heeding, start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not list((tmp_path / "run" / "tuning").glob("trial*.npz")):
        time.sleep(0.05)
        assert run.poll() is None, run.communicate()
    workers = [
        int(pid)
        for path in Path(f"/proc/{run.pid}/task").glob("*/children")
        for pid in path.read_text().split()
    ]
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert said.count("\n") == 1, said
    assert "The same command goes on" in said
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    subprocess.run(command, check=True, timeout=300)
    assert (tmp_path / "run" / "report.html").exists()
    assert not (tmp_path / "run" / "tuning").exists()
