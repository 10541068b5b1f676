"""Plant one-line faults, one at a time, and count those that the tests find.

    python tools/mutate.py --fast           # the fast tests; at least 85 % are found
    python tools/mutate.py                  # all tests; at least 95 %
    python tools/mutate.py --only warp.py   # faults whose place or name says so
    python tools/mutate.py --list

The faults stand in `tests/mutations/`. Each is planted in a copy of the tree, never
here. The tests of the fault's own place run first; what lives through them meets all
the others.
"""

import argparse
import multiprocessing
import os
import queue
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from mutations import FAULTS, TESTS, Fault  # noqa: E402

Item = TypeVar("Item")

GOAL, FAST_GOAL = 0.95, 0.85
SECONDS_AT_MOST = 1_200
"""A fault that hangs the tests for so long is found."""
# Processes begin with what every test imports, which saves seconds for each fault.
WARM = multiprocessing.get_context("forkserver")
LIBRARIES = ("pytest", "numpy", "scipy.stats", "sklearn.metrics", "sklearn.model_selection")
LIBRARIES += ("jax.numpy", "matplotlib.axes", "optuna", "pydantic", "rich.progress")
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
    WARM.set_forkserver_preload(list(LIBRARIES))
    with tempfile.TemporaryDirectory(prefix="sevenfold-mutate-") as folder:
        trees = Trees(Path(folder), asked.workers)
        places = sorted({fault.place for fault in faults})
        red = trees.map(lambda tree, place: _tests_fail(tree, TESTS[place], asked.fast), places)
        if any(red):
            failing = ", ".join(place for place, fails in zip(places, red, strict=True) if fails)
            print(f"mutate: without any fault the tests of {failing} fail; mend them first")
            return 2
        found = trees.map(lambda tree, fault: _is_found(fault, tree, asked), faults)
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


class Trees:
    """Copies of the tree in `folder`, each of which one fault at a time may have."""

    def __init__(self, folder: Path, n: int) -> None:
        self.n, self.free = n, queue.Queue[Path]()
        for number in range(n):
            self.free.put(_copy(folder / str(number)))

    def map(self, function: Callable[[Path, Item], bool], items: Sequence[Item]) -> list[bool]:
        """`function(tree, item)` of every item, in their order."""

        def with_a_tree(item: Item) -> bool:
            tree = self.free.get()
            try:
                return function(tree, item)
            finally:
                self.free.put(tree)

        with ThreadPoolExecutor(self.n) as threads:
            return list(threads.map(with_a_tree, items))


def _copy(tree: Path) -> Path:
    """The parts that tests need, in a folder of their own."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, tree / file)
    return tree


def _is_found(fault: Fault, tree: Path, asked: argparse.Namespace) -> bool:
    """Whether a test fails in the tree with the fault in it; the tree is sound again
    afterwards.
    """
    started, first = time.monotonic(), TESTS[fault.place]
    path, broken = planted(fault, tree / "src" / "sevenfold")
    sound = path.read_text(encoding="utf-8")
    # test_mutations.py, which looks for the text of each fault, would find them all.
    tests = tree / "tests"
    others = {path.relative_to(tests).as_posix() for path in tests.rglob("test_*.py")} - {
        *first,
        "test_mutations.py",
    }
    _write(path, broken)
    try:
        found = _tests_fail(tree, first, asked.fast) or (
            not asked.near and _tests_fail(tree, sorted(others), asked.fast)
        )
    finally:
        _write(path, sound)
    verdict, seconds = "found   " if found else "SURVIVED", time.monotonic() - started
    print(f"{verdict}  {seconds:5.1f} s  {_title(fault)}", flush=True)
    return found


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
            f" {fault.name!r} in tests/mutations/."
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
    """Whether one of these test files fails in the tree."""
    for _ in range(3):
        process = WARM.Process(target=_run_pytest, args=(tree, tests, fast))
        process.start()
        process.join(SECONDS_AT_MOST)
        if process.is_alive():
            process.kill()
            return True
        if process.exitcode in (0, 1, 2):  # passed, failed, could not be imported
            return process.exitcode != 0
    said = (tree / "pytest.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"pytest ended with {process.exitcode} three times: {said}")


def _run_pytest(tree: Path, tests: Sequence[str], fast: bool) -> None:
    """Become a run of pytest on the sources of the tree."""
    import pytest

    os.chdir(tree)
    sys.path.remove(str(ROOT / "tests"))
    sys.path.insert(0, str(tree / "src"))
    os.environ["PYTHONPATH"] = str(tree / "src")
    log = os.open("pytest.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    chosen = ["-m", "not slow"] if fast else []
    hanging = ["-o", "faulthandler_timeout=120", "-o", "faulthandler_exit_on_timeout=true"]
    paths = [f"tests/{test}" for test in tests]
    sys.exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *hanging, *chosen, *paths])))


if __name__ == "__main__":
    sys.exit(main())
