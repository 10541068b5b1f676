"""Every kill point of a whole run, and of a further opening of its test set: SIGKILL, a
full disk or a broken one at each write, fsync, rename, unlink and truncation of the
driver, by strace; the same command must then end as if nothing had happened.

`scripts/soak run` takes all of them, in a random order; `--n` so many of them.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sevenfold import load_config, read_run
from sevenfold.records import to_toml
from sevenfold.runs.ledger import Ledger

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from conftest import TINY, made_up_digits, write_idx_folder

CALLS = ("pwrite64", "write", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
REASON = "to see whether it counts once"
COMMANDS: Mapping[str, tuple[str, ...]] = {"run": (), "reopening": ("--open-test-again", REASON)}
TINIER = {
    "overfit.stages": [{"hidden": [16], "n_epochs": 5}, {"hidden": [64], "n_epochs": 12}],
    "regularize.space.width": [32],
    "regularize.search.rungs": [2, 6],
    "regularize.n_finalists": 1,
}


class Point(NamedTuple):
    """The `n`-th call of a kind that one of the `COMMANDS` makes, and its fault."""

    command: str
    call: str
    n: int
    fault: str


def enumerated_points(folder: Path, n_most: int | None, seed: int) -> dict[str, Any]:
    """What happened at `n_most` points drawn at random, or at all."""
    started = time.monotonic()
    bench = _Bench(folder)
    points = [
        Point(command, call, n, fault)
        for command in COMMANDS
        for call, total in bench.n_calls[command].items()
        for n in range(1, total + 1)
        for fault in FAULTS
    ]
    chosen = random.Random(seed).sample(points, min(n_most or len(points), len(points)))
    failures: list[str] = []
    endings: Counter[str] = Counter()
    for number, point in enumerate(chosen):
        ending, flaws = bench.try_at(point, folder / f"point{number}")
        endings[f"{point.command}: {ending}"] += 1
        failures += [f"{' '.join(map(str, point))}: {flaw}" for flaw in flaws]
        print(number + 1, *point, ending, *flaws, file=sys.stderr, flush=True)
    return {
        "points in all": len(points),
        "tried": len(chosen),
        "calls": bench.n_calls,
        "endings": dict(sorted(endings.items())),
        "seconds": round(time.monotonic() - started),
        "failures": failures,
    }


class _Bench:
    """A quiet run of each command: what they must leave, and their calls."""

    def __init__(self, folder: Path) -> None:
        self.settings = folder / "tiny.toml"
        digits = write_idx_folder(
            folder / "digits", made_up_digits(500, seed=1), made_up_digits(200, seed=2)
        )
        config = load_config("quick", {**TINY, **TINIER, "dataset": str(digits)})
        self.settings.write_text(to_toml(config.model_dump(mode="json")))
        self.quiet = {command: folder / f"quiet {command}" for command in COMMANDS}
        self._run("run", folder / "warm")  # what is compiled and cached is there afterwards
        log = folder / "strace.log"
        self.n_calls: dict[str, dict[str, int]] = {}
        for command, out in self.quiet.items():
            if command == "reopening":
                shutil.copytree(self.quiet["run"], out)
            done = self._run(command, out, _strace(CALLS, log))
            assert done.returncode == 0, done.stderr
            lines = log.read_text().splitlines()
            self.n_calls[command] = {
                call: sum(line.startswith(f"{call}(") for line in lines) for call in CALLS
            }

    def try_at(self, point: Point, out: Path) -> tuple[str, list[str]]:
        """How the disturbed command ended, and what is wrong after the same command."""
        if point.command == "reopening":
            shutil.copytree(self.quiet["run"], out)
        fault = ["-e", f"inject={point.call}:{point.fault}:when={point.n}"]
        hit = self._run(point.command, out, [*_strace((point.call,), Path(os.devnull)), *fault])
        flaws = _flaws_of_ending(hit)
        again = self._run(point.command, out)
        if again.returncode != 0:
            flaws.append(f"does not go on: {again.stderr[-300:]}")
        else:
            flaws += [
                f"another {name}"
                for name, value in _left(self.quiet[point.command]).items()
                if _left(out)[name] != value
            ]
        shutil.rmtree(out)
        return {0: "not stopped", -signal.SIGKILL: "killed"}.get(hit.returncode, "one line"), flaws

    def _run(
        self, command: str, out: Path, under: list[str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        ours = [sys.executable, "-m", "sevenfold", "run", "--config", str(self.settings)]
        return subprocess.run(
            [*(under or []), *ours, "--out", str(out), "--quiet", *COMMANDS[command]],
            capture_output=True,
            text=True,
            timeout=600,
        )


def _strace(calls: tuple[str, ...], log: Path) -> list[str]:
    return ["strace", "-qq", "-e", f"trace={','.join(calls)}", "-o", str(log)]


def _flaws_of_ending(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """A command ends well, by the kill, or with one line that names what went wrong."""
    if done.returncode in (0, -signal.SIGKILL):
        return []
    flaws = [] if done.returncode in (1, 2) else [f"exit code {done.returncode}"]
    said = done.stderr.splitlines()
    if len(said) != 1 or not said[0].startswith("sevenfold: ") or "fault of" in said[0]:
        flaws.append(f"says {done.stderr[-300:]!r}")
    return flaws


def _left(out: Path) -> dict[str, object]:
    """What a run that ended must have left, whatever befell it: the digest of every
    step's result and arrays, the headline numbers, and the openings on record.
    """
    steps = {path.name: json.loads(path.read_text()) for path in (out / "steps").glob("*.json")}
    summary = json.loads((out / "summary.json").read_text())
    lines = Ledger(out / "test_ledger.jsonl").lines()
    read_run(out)  # verifies what belongs together
    return {
        "result": {name: step["result_digest"] for name, step in steps.items()},
        "array": {name: step["files"] for name, step in steps.items()},
        "summary": {name: value for name, value in summary.items() if name != "seconds"},
        "count of openings": [(x.plan, x.reason) for x in lines if x.event == "opened"],
        "recorded result": {(x.plan, x.n_errors, x.images) for x in lines if x.event == "result"},
        "set of files": sorted(
            str(path.relative_to(out))
            for path in out.rglob("*")
            if path.suffix != ".part" or not ("report" in path.name or "figures" in path.parts)
        ),
    }
