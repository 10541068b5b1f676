"""Ctrl-C says "Interrupted" and exits with 130, whatever is being done."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")

HIT = """
import _thread, signal, sys, time
print("before", flush=True)
signal.raise_signal(signal.SIGINT)
time.sleep(0.2)
print("after", flush=True)
"""
WHEN_IT_IS_IMPORTED = """
import signal, sys, time
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {library!r}:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)
            time.sleep(0.2)
sys.meta_path.insert(0, Finder())
"""
PROGRAM = """
import time
from sevenfold.interrupts import listen
listen()
try:
    import hit
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted")
"""


def python(*arguments: str, path: Path, **options: object) -> subprocess.CompletedProcess[str]:
    where = os.pathsep.join((str(path), os.environ.get("PYTHONPATH", "")))
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": where},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # unheard under xdist
        **options,  # type: ignore[call-overload]
    )


def test_an_import_is_not_torn(tmp_path: Path) -> None:
    (tmp_path / "hit.py").write_text(HIT)
    assert python("-c", PROGRAM, path=tmp_path).stdout.split() == ["before", "after", "interrupted"]


@pytest.mark.parametrize("library", ["typer", "inspect"])
def test_the_first_second_says_what_every_other_says(tmp_path: Path, library: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(WHEN_IT_IS_IMPORTED.format(library=library))
    ended = python("-m", "sevenfold", "report", "x", path=tmp_path)
    assert (ended.returncode, ended.stderr) == (130, "sevenfold: Interrupted.\n")


def test_whoever_started_us_may_want_it_unheard(tmp_path: Path) -> None:
    program = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + PROGRAM
    (tmp_path / "hit.py").write_text(HIT)
    ended = python("-c", program.replace("sleep(20)", "sleep(0.2)"), path=tmp_path)
    assert ended.stdout.split() == ["before", "after"]


def test_a_command_that_says_nothing_more_is_not_disturbed_at_its_end(tmp_path: Path) -> None:
    program = """
import atexit, signal, sys
atexit.register(signal.raise_signal, signal.SIGINT)
sys.argv = ["sevenfold", "--version"]
from sevenfold.__main__ import main
main()
"""
    ended = python("-c", program, path=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
