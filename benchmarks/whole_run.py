"""Every kill point of a whole run, and of a further opening of its test set: SIGKILL, a
full disk or a broken one at each write, fsync, rename, unlink and truncation of the
driver, by strace; the same command must then end as if nothing had happened.

`scripts/soak run` takes all of them; `--n` so many: one of each fault, call and kind of
file, drawn at random, before a second of any.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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
    """The `n`-th call of a kind that one of the `COMMANDS` makes, and its fault. file:
    what kind of file it is about.
    """

    command: str
    call: str
    n: int
    fault: str
    file: str

    @property
    def kind(self) -> tuple[str, ...]:
        """Points of one kind are expected to end alike."""
        return self.command, self.call, self.fault, self.file


def enumerated_points(folder: Path, n_most: int | None, seed: int) -> dict[str, Any]:
    """What happened at `n_most` points, or at all."""
    started = time.monotonic()
    bench = _Bench(folder)
    points = [
        Point(command, call, n, fault, file)
        for command in COMMANDS
        for call, files in bench.files[command].items()
        for n, file in enumerate(files, 1)
        for fault in FAULTS
    ]
    chosen = _in_turn(points, random.Random(seed))[:n_most]
    failures: list[str] = []
    endings: Counter[str] = Counter()
    outs = [folder / f"point{number}" for number in range(len(chosen))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for its commands
        for point, (ending, flaws) in zip(
            chosen, pool.map(bench.try_at, chosen, outs), strict=True
        ):
            endings[f"{point.command}: {ending}"] += 1
            failures += [f"{' '.join(map(str, point))}: {flaw}" for flaw in flaws]
            print(sum(endings.values()), *point, ending, *flaws, file=sys.stderr, flush=True)
    return {
        "points in all": len(points),
        "kinds": len({point.kind for point in points}),
        "tried": len(chosen),
        "kinds tried": len({point.kind for point in chosen}),
        "endings": dict(sorted(endings.items())),
        "seconds": round(time.monotonic() - started),
        "failures": failures,
    }


def _in_turn(points: list[Point], draw: random.Random) -> list[Point]:
    """A random order in which no kind comes again before every other has come."""
    draw.shuffle(points)
    seen: Counter[tuple[str, ...]] = Counter()
    turns = []
    for point in points:
        seen[point.kind] += 1
        turns.append(seen[point.kind])
    return [point for _, point in sorted(zip(turns, points, strict=True), key=lambda pair: pair[0])]


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
        self.files: dict[str, dict[str, list[str]]] = {}
        for command, out in self.quiet.items():
            if command == "reopening":
                shutil.copytree(self.quiet["run"], out)
            done = self._run(command, out, [*_strace(CALLS, log), "-y"])
            assert done.returncode == 0, done.stderr
            lines = log.read_text().splitlines()
            self.files[command] = {
                call: [_kind(line, out) for line in lines if line.startswith(f"{call}(")]
                for call in CALLS
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


def _kind(line: str, out: Path) -> str:
    """The file that a line of strace is about, without what differs from run to run."""
    path = re.findall(r'<([^<>]*)>|"(/[^"]*)"', line)[-1 if line.startswith("rename") else 0]
    name = f"{''.join(path)}/".removeprefix(f"{out}/").removesuffix("/") or "."
    name = re.sub(r"\.([^./]+\.[^./]+)\.[^./]{8}\.part$", r"\1.part", name)
    name = re.sub(r"/tmp/tmp\w{8}|[0-9a-f]{16,}|\d+", "#", name)
    return re.sub(r"^(\w+/)[^/.]+(?=\.\w+)", r"\1*", name)


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
