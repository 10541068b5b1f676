"""Kill, starve and break a small search, again and again, and see that it ends as if
nothing had happened.

`kills`: real training in worker processes; SIGKILL to a worker, to the driver or to
all, at random moments. `memory`: how much the driver and its workers grow over `--n`
trials of many shapes, and what lies on disk meanwhile. `faults`: SIGKILL, a full disk
(ENOSPC) or a broken one (EIO) at every single write, fsync and rename of the driver, by
strace. `fuzz`: `--n` spoiled data files (`benchmarks/fuzz.py`). `run`: the same faults
at every call of a whole run, or at `--n` of them (`benchmarks/whole_run.py`).

`tests/killed_search.py` has the search, the kills and the oracle.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from fuzz import fuzzed_files
from whole_run import enumerated_points

from sevenfold.engine import FitState
from sevenfold.executor.choosing import open_executor
from sevenfold.executor.tasks import Result, Task
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import digest_of
from sevenfold.storage import write_atomically
from sevenfold.tuning.halving import SearchSettings
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.study import search
from sevenfold.tuning.trial import RungScore, TrialRecord, TrialState

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from killed_search import (
    N_WORKERS,
    SETTINGS,
    SPACE,
    acknowledged,
    children_of,
    flaws_of,
    images,
    leave_importances_out,
    random_kills,
)

SYSCALLS = ("pwrite64", "write", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("kills", "faults", "memory", "fuzz", "run"))
    parser.add_argument(
        "--n", type=int, help="kills, trials for memory, files (300); fault points of a run (all)"
    )
    parser.add_argument(
        "--every", type=int, default=1, help="of the fault points, take one in so many"
    )
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    n = 300 if arguments.n is None else arguments.n
    leave_importances_out()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.what == "kills":
            counts = random_kills(Path(folder), n, arguments.seed)
        elif arguments.what == "fuzz":
            counts = fuzzed_files(Path(folder), n, arguments.seed)
        elif arguments.what == "memory":
            counts = memory(Path(folder), n)
        elif arguments.what == "run":
            counts = enumerated_points(Path(folder), arguments.n, arguments.seed)
        else:
            counts = enumerated_faults(Path(folder), arguments.every)
    print(json.dumps(counts))
    sys.exit(bool(counts["failures"]))


# ---------------------------------------------------------------- a pretended search


class Pretended:
    """A place that scores by a formula, so that a search takes milliseconds and only
    the driver is at work.
    """

    def run(self, tasks: Sequence[Task[Result]], _: Any) -> Iterator[tuple[int, Result]]:
        for index, task in enumerate(tasks):
            configuration, seed, _state, epoch = task.arguments()
            luck = int(digest_of([configuration.digest, seed, epoch])[:6], 16) / 16**6  # type: ignore[attr-defined]
            state = TrialState((FitState(epoch, (np.full(2000, luck, np.float32),), ()),))  # type: ignore[arg-type]
            yield index, (RungScore(epoch=epoch, accuracy=luck, loss=1.0 - luck), state)  # type: ignore[misc, arg-type]


def run_pretended(folder: Path, development: DevelopmentSet) -> None:
    found = search(
        folder / "tuning.db", development, SPACE, SETTINGS, 1, engine="jax", executor=Pretended()
    )
    write_atomically(folder / "answer.json", found.to_json())


# ---------------------------------------------------------------- memory and disk


def memory(folder: Path, n_trials: int) -> dict[str, Any]:
    """Resident memory in MB after the first batch of trials and at the end, per
    process, and the most on disk.
    """
    space = SearchSpace(width=(32, 64, 96, 128, 192, 256), depth=(1, 3), batch_size=(64, 128))
    settings = SearchSettings(n_trials=n_trials, batch=10, rungs=(1, 2, 4), reduction=3)
    seen: list[tuple[int, dict[int, float]]] = []
    # While one batch trains to the first rung, what is left of the one before goes on
    # from there, and so on.
    n_live = sum(
        settings.batch // settings.reduction**level for level in range(len(settings.rungs))
    )
    n_states = 0

    def look(trials: Sequence[TrialRecord]) -> None:
        nonlocal n_states
        n_states = max(n_states, len(list((folder / "tuning").glob("trial*"))))
        if not seen or len(trials) >= seen[-1][0] + 10:
            seen.append(
                (
                    len(trials),
                    {pid: resident(pid) for pid in [os.getpid(), *children_of(os.getpid())]},
                )
            )

    started, development = time.perf_counter(), images()
    with open_executor(development, folder / "workers", workers=N_WORKERS) as executor:
        search(
            folder / "tuning.db",
            development,
            space,
            settings,
            1,
            engine="jax",
            executor=executor,
            progress=lambda _: nullcontext((lambda: None, look)),
        )
    early = next(sizes for n, sizes in seen if n >= settings.batch)
    growth = [max(sizes.get(pid, 0.0) for _, sizes in seen) - early[pid] for pid in early]
    left = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "early": list(early.values()),
        "end": list(seen[-1][1].values()),
        "growth": growth,
        "most states on disk": n_states,
        "states of the live rungs": n_live,
        "left on disk, MB": left / 1e6,
        "seconds": round(time.perf_counter() - started),
        "failures": (
            [f"a process grew by {most} MB" for most in growth if most > 50.0]
            + ([f"{n_states} states on disk"] if n_states > n_live else [])
        ),
    }


def resident(pid: int) -> float:
    line = next(
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )
    return round(int(line.split()[1]) / 1024, 1)


# ---------------------------------------------------------------- enumerated faults


def enumerated_faults(root: Path, every: int) -> dict[str, Any]:
    """Every fault at every call of the driver's system calls on files; the search is
    then carried to its end.
    """
    started = time.perf_counter()
    development = images()
    quiet, warm = root / "quiet", root / "warm"
    quiet.mkdir()
    warm.mkdir()
    run_pretended(warm, development)  # what is imported and compiled here is there in every fork
    n_calls = count_calls(quiet, development)
    expected = (quiet / "answer.json").read_text()
    points = [
        (call, n, fault)
        for call, total in n_calls.items()
        for n in range(1, total + 1)
        for fault in FAULTS
    ][::every]
    failures: list[str] = []
    n_hit = n_explained = 0
    for number, (call, n, fault) in enumerate(points):
        folder = root / f"point{number}"
        folder.mkdir()
        status, text = traced(folder, development, ["-e", f"inject={call}:{fault}:when={n}"])
        before = acknowledged(folder) if fault != "error=EIO" else {}
        n_hit += status != 0
        n_explained += "SevenfoldError" in text or "OSError" in text or "RunError" in text
        if status not in (0, 1, -signal.SIGKILL) or (
            status == 1 and not ("SevenfoldError" in text or "OSError" in text)
        ):
            failures.append(f"{call} {n} {fault}: status {status}: {text}")
        status, text = forked(folder, development)
        after = acknowledged(folder)
        flaws = flaws_of(folder, expected) if status == 0 else [f"does not go on: {text}"]
        flaws += (
            ["lost or changed"]
            if any(after.get(key) != value for key, value in before.items())
            else []
        )
        failures += [f"{call} {n} {fault}: {flaw}" for flaw in flaws]
        shutil.rmtree(folder)
    counts = {
        "points": len(points),
        "calls": n_calls,
        "stopped": n_hit,
        "with a message": n_explained,
    }
    return {**counts, "seconds": round(time.perf_counter() - started), "failures": failures}


def count_calls(folder: Path, development: DevelopmentSet) -> dict[str, int]:
    log = folder / "strace.log"
    traced(folder, development, ["-o", str(log)])
    lines = log.read_text().splitlines()
    log.unlink()
    return {call: sum(line.startswith(f"{call}(") for line in lines) for call in SYSCALLS}


def forked(folder: Path, development: DevelopmentSet) -> tuple[int, str]:
    """The pretended search in a forked process: its exit status (negative for a signal)
    and what it says.
    """
    pid = fork(folder, development, stopped=False)
    return wait_for(pid), said(folder)


def fork(folder: Path, development: DevelopmentSet, stopped: bool) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        if stopped:
            os.kill(os.getpid(), signal.SIGSTOP)
        run_pretended(folder, development)
        os._exit(0)
    except BaseException as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        text = f"{kinds}: {error}"
        try:
            (folder.parent / f"{folder.name}.said").write_text(text)
        finally:
            os._exit(1)


def said(folder: Path) -> str:
    path = folder.parent / f"{folder.name}.said"
    text = path.read_text() if path.exists() else ""
    path.unlink(missing_ok=True)
    return text


def traced(folder: Path, development: DevelopmentSet, options: list[str]) -> tuple[int, str]:
    """The same under strace, which is attached before the search begins."""
    pid = fork(folder, development, stopped=True)
    os.waitpid(pid, os.WUNTRACED)
    output = [] if "-o" in options else ["-o", "/dev/null"]
    strace = subprocess.Popen(
        ["strace", "-qq", "-e", f"trace={','.join(SYSCALLS)}", *options, *output, "-p", str(pid)],
        stderr=subprocess.DEVNULL,
    )
    while "TracerPid:\t0" in Path(f"/proc/{pid}/status").read_text():
        time.sleep(0.001)
    os.kill(pid, signal.SIGCONT)
    status = wait_for(pid)
    strace.wait()
    return status, said(folder)


def wait_for(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    main()
