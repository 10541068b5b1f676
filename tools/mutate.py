"""Plant one-line faults, one at a time, and count those that the tests find.

    python tools/mutate.py --fast           # the fast tests; at least 85 % are found
    python tools/mutate.py                  # all tests; at least 95 %
    python tools/mutate.py --only warp.py   # faults whose place or name says so
    python tools/mutate.py --list

The faults stand in `tests/mutations.py`. Each is planted in a copy of the tree, never
here. The tests of the fault's own place run first; what lives through them meets all
the others.
"""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from mutations import FAULTS, TESTS, Fault  # noqa: E402

GOAL, FAST_GOAL = 0.95, 0.85
SECONDS_AT_MOST = 1_800
"""A fault that hangs the tests for so long is found."""
PARTS = ("src", "tests", "benchmarks", "docs", "scripts", "tools")
FILES = ("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE")


def main() -> int:
    """Plant what was asked for; 0 where enough of it was found."""
    asked = _arguments()
    faults = [fault for fault in FAULTS if asked.only in _title(fault)]
    if asked.list or not faults:
        print("\n".join(map(_title, faults)) or f"mutate: no fault is called {asked.only!r}")
        return 0 if faults else 2
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sevenfold-mutate-") as folder:
        trees = [_copy(Path(folder) / str(number)) for number in range(asked.workers)]
        places = {fault.place for fault in faults}
        tests = sorted({test for place in places for test in TESTS[place]})
        if _tests_fail(trees[0], tests, asked.fast):
            print("mutate: the tests fail without any fault; mend them first", file=sys.stderr)
            return 2
        found = _plant_each(faults, trees, asked)
    for fault, seen in zip(faults, found, strict=True):
        if not seen:
            print(f"SURVIVED  {_title(fault)}")
    minutes = (time.monotonic() - started) / 60
    print(f"{sum(found)} of {len(found)} found in {minutes:.1f} min")
    return int(sum(found) < (FAST_GOAL if asked.fast else GOAL) * len(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Plant one-line faults and count those found.")
    parser.add_argument("--fast", action="store_true", help="leave out the slow tests")
    parser.add_argument("--near", action="store_true", help="the tests of the fault's place only")
    parser.add_argument("--only", default="", help="faults whose place or name holds this text")
    parser.add_argument("--list", action="store_true", help="name the faults, plant none")
    parser.add_argument("--workers", type=int, default=2, help="faults at a time (2)")
    return parser.parse_args()


def _title(fault: Fault) -> str:
    return f"{fault.place}: {fault.name}"


def _copy(tree: Path) -> Path:
    """The parts that tests need, in a folder of their own."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, tree / file)
    return tree


def _plant_each(
    faults: Sequence[Fault], trees: Sequence[Path], asked: argparse.Namespace
) -> list[bool]:
    """Whether each fault was found; as many at a time as there are trees."""
    free: queue.Queue[Path] = queue.Queue()
    for tree in trees:
        free.put(tree)

    def is_found(fault: Fault) -> bool:
        tree, started = free.get(), time.monotonic()
        try:
            found = _is_found(fault, tree, asked.fast, asked.near)
        finally:
            free.put(tree)
        verdict = "found   " if found else "SURVIVED"
        print(f"{verdict}  {time.monotonic() - started:5.1f} s  {_title(fault)}", flush=True)
        return found

    with ThreadPoolExecutor(len(trees)) as threads:
        return list(threads.map(is_found, faults))


def _is_found(fault: Fault, tree: Path, fast: bool, near: bool) -> bool:
    path, broken = planted(fault, tree / "src" / "sevenfold")
    sound = path.read_text(encoding="utf-8")
    first = TESTS[fault.place]
    others = sorted(p.name for p in (tree / "tests").glob("test_*.py") if p.name not in first)
    # Where it says what stands in the sources, it would find every fault.
    others.remove("test_mutations.py")
    _write(path, broken)
    try:
        return _tests_fail(tree, first, fast) or (not near and _tests_fail(tree, others, fast))
    finally:
        _write(path, sound)


def planted(fault: Fault, package: Path) -> tuple[Path, str]:
    """The file that the fault is in, and its source with the fault; how lines are
    broken plays no part.

    Raises:
        LookupError: the fault's old text does not stand in its place exactly once.
    """
    place = package / fault.place
    pattern = re.compile(r"\s+".join(re.escape(word) for word in fault.old.split()))
    found = [
        (path, source, match)
        for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])
        for source in [path.read_text(encoding="utf-8")]
        for match in pattern.finditer(source)
    ]
    if len(found) != 1:
        raise LookupError(
            f"{fault.place}: {fault.old!r} stands there {len(found)} times, not once. Mend"
            f" {fault.name!r} in tests/mutations.py."
        )
    path, source, match = found[0]
    return path, source[: match.start()] + fault.new + source[match.end() :]


def _write(path: Path, source: str) -> None:
    """Write a source file and drop its compiled form, which is kept by size and
    second.
    """
    path.write_text(source, encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()


def _tests_fail(tree: Path, tests: Sequence[str], fast: bool) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-m", "not slow"] if fast else []
    try:
        answer = subprocess.run(
            [*command, *(f"tests/{test}" for test in tests)],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS_AT_MOST,
        )
    except subprocess.TimeoutExpired:
        return True
    if answer.returncode not in (0, 1, 2):  # passed, failed, could not be imported
        raise RuntimeError(f"pytest ended with {answer.returncode}: {answer.stdout.decode()}")
    return answer.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
