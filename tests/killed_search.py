"""A small search that is killed again and again, and what must hold when it has ended.

Called as a program, this file is the driver of that search, in the folder it is given.
Oracle: no acknowledged score is lost or changed, none is there twice, no trial runs for
ever, nothing is left on disk, workers end with their driver, at most one rung per
worker is done again for each kill, and the answer equals that of a quiet run.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from sevenfold.data import Images
from sevenfold.executor.choosing import open_executor
from sevenfold.executor.tasks import Executor, Result, Task
from sevenfold.protocol import DevelopmentSet, Split
from sevenfold.storage import write_atomically
from sevenfold.tuning import study
from sevenfold.tuning.halving import SearchSettings
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.study import search

# Everything that is searched leaves the compiled code alone, so that a search takes
# seconds.
SPACE = SearchSpace(
    width=(32,),
    depth=(1, 1),
    optimizer=("adam",),
    batch_size=(64,),
    input_dropout=(0.05, 0.3),
    hidden_dropout=(0.05, 0.5),
    l2=(2e-6, 1e-3),
    max_norm=(0.0,),
    schedule=("constant",),
)
SETTINGS = SearchSettings(n_trials=8, batch=4, rungs=(2, 4, 8), reduction=2)
N_WORKERS = 2


def images() -> DevelopmentSet:
    rng = np.random.default_rng(0)
    labels = np.resize(np.arange(10), 600).astype(np.uint8)
    shapes = rng.uniform(0, 255, (10, 28, 28))
    images = shapes[labels] + rng.normal(0.0, 250.0, (600, 28, 28))
    parts = Split(np.arange(500), np.arange(500, 600))
    return DevelopmentSet(
        Images(images.clip(0, 255).astype(np.uint8), labels, tuple("0123456789")),
        ((parts,),),
        "holdout",
        "holdout",
    )


def leave_importances_out() -> None:
    """The importance of settings comes after everything here and would import
    scikit-learn and pandas, for seconds.
    """
    study.importances = lambda _: ()


class Logged:
    """A place that notes every task when it is handed out."""

    def __init__(self, executor: Executor, log: Path) -> None:
        self.executor, self.log = executor, log

    def run(self, tasks: Sequence[Task[Result]], advance: Any) -> Iterator[tuple[int, Result]]:
        def noted(task: Task[Result]) -> tuple[object, ...]:
            values = task.arguments()
            descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(descriptor, f"{values[0].digest[:12]} {values[3]}\n".encode())  # type: ignore[attr-defined]
            os.close(descriptor)
            return values

        wrapped = [
            Task(task.function, lambda task=task: noted(task), task.n_epochs, task.cost)
            for task in tasks
        ]
        return self.executor.run(wrapped, advance)


def run_with_workers(folder: Path) -> None:
    leave_importances_out()
    development = images()
    with open_executor(development, folder / "workers", workers=N_WORKERS) as executor:
        logged = Logged(executor, folder / "starts.log")
        found = search(
            folder / "tuning.db", development, SPACE, SETTINGS, 1, engine="jax", executor=logged
        )
    write_atomically(folder / "answer.json", found.to_json())


def random_kills(root: Path, n_kills: int, seed: int) -> dict[str, Any]:
    """Kill until there were `n_kills`; every search that they hit is carried to its
    end.
    """
    rng = random.Random(seed)
    started = time.perf_counter()
    (root / "quiet").mkdir()
    finish(root / "quiet")
    expected, seconds = (root / "quiet" / "answer.json").read_text(), time.perf_counter() - started
    counts: dict[str, Any] = {
        "kills": 0,
        "worker": 0,
        "driver": 0,
        "group": 0,
        "searches": 0,
        "rungs": 0,
        "again": 0,
    }
    failures: list[str] = []
    while counts["kills"] < n_kills:
        folder = root / f"search{counts['searches']}"
        folder.mkdir()
        hits = one_search(folder, rng, n_kills - counts["kills"], seconds, failures)
        for victim in hits:
            counts[victim] += 1
        counts["kills"] += len(hits)
        counts["searches"] += 1
        n_rungs, n_starts = (
            len(acknowledged(folder)),
            len((folder / "starts.log").read_text().splitlines()),
        )
        counts["rungs"] += n_rungs
        counts["again"] += n_starts - n_rungs
        if n_starts - n_rungs > N_WORKERS * len(hits):
            failures.append(f"{n_starts - n_rungs} rungs done again after {hits}")
        failures += flaws_of(folder, expected)
        shutil.rmtree(folder)
    return {**counts, "seconds": round(time.perf_counter() - started), "failures": failures}


def one_search(
    folder: Path, rng: random.Random, n_most: int, seconds: float, failures: list[str]
) -> list[str]:
    """Run a search to its end through up to `n_most` kills; gives the victims."""
    hits: list[str] = []
    known: dict[tuple[int, str], str] = {}
    while not (folder / "answer.json").exists():
        child = start(folder)
        while child.poll() is None and len(hits) < n_most:
            time.sleep(rng.uniform(0.0, seconds))
            workers = children_of(child.pid)
            victim = rng.choice(("worker", "driver", "group"))
            if child.poll() is not None or (victim == "worker" and not workers):
                continue
            hits.append(victim)
            if victim == "worker":
                kill(rng.choice(workers))
                continue
            (os.killpg if victim == "group" else os.kill)(child.pid, signal.SIGKILL)
            child.wait()
            failures += [f"worker {pid} outlived its driver" for pid in workers if not ends(pid)]
            break
        code = child.wait()
        if code not in (0, -signal.SIGKILL):
            failures.append(f"exit code {code}")
        found = acknowledged(folder)
        failures += [
            f"lost or changed: {key}" for key, value in known.items() if found.get(key) != value
        ]
        known = found
    return hits


def start(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, __file__, str(folder)]
    return subprocess.Popen(command, start_new_session=True)


def finish(folder: Path) -> None:
    if start(folder).wait():
        raise SystemExit("the small search does not even run undisturbed")


def children_of(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for path in Path(f"/proc/{pid}/task").glob("*/children")
            for child in path.read_text().split()
        ]
    except OSError:
        return []


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def ends(pid: int, seconds: float = 20.0) -> bool:
    """Whether a process ends by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if "(zombie)" in Path(f"/proc/{pid}/status").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def acknowledged(folder: Path) -> dict[tuple[int, str], str]:
    """Every score in the database, by trial and rung; read from a copy, so that nothing
    is mended by looking.
    """
    if not (folder / "tuning.db").exists():
        return {}
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob("tuning.db*"):
            shutil.copy(path, copy)
        try:
            with sqlite3.connect(Path(copy) / "tuning.db") as connection:
                rows = connection.execute(
                    "SELECT trial_id, key, value_json FROM trial_user_attributes WHERE key LIKE"
                    " 'rung%'"
                )
                return {(trial, key): value for trial, key, value in rows}
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # killed before the first table
                return {}
            raise


def flaws_of(folder: Path, expected: str) -> list[str]:
    """What is wrong with a finished search."""
    flaws = [] if (folder / "answer.json").read_text() == expected else ["another answer"]
    with sqlite3.connect(folder / "tuning.db") as connection:
        states = [state for (state,) in connection.execute("SELECT state FROM trials")]
        (check,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    flaws += [f"{states.count('RUNNING')} trials left running"] if "RUNNING" in states else []
    flaws += (
        [f"{len(states)} trials instead of {SETTINGS.n_trials}"]
        if len(states) != SETTINGS.n_trials
        else []
    )
    flaws += [f"integrity check: {check}"] if check != "ok" else []
    # Of the answer that a kill left half-written: goes with the next one an hour later.
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".answer.json.")}
    left = names - {
        "answer.json",
        "tuning.db",
        "starts.log",
        "tuning.db-wal",
        "tuning.db-shm",
    }
    return flaws + ([f"left on disk: {sorted(left)}"] if left else [])


if __name__ == "__main__":
    run_with_workers(Path(sys.argv[1]))
