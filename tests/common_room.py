"""What is made once for all processes of xdist: they share a folder and wait for each
other.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_room: list[Path] = []


def open_room(of_this_process: Path) -> None:
    """Take the folder that pytest's processes have in common; `of_this_process` is the
    one that pytest gave this one.
    """
    shared = of_this_process.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_process
    _room[:] = [shared / "common"]


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """A folder of that name, which `make` makes for the process that needs it first."""
    place = _room[0] / name
    place.parent.mkdir(parents=True, exist_ok=True)
    done = place.with_name(f"{name}.done")
    with place.with_name(f"{name}.lock").open("w") as lock:
        with suppress(ImportError):  # Windows has one process
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)  # of a process that failed half-way
            make(place)
            done.touch()
    return place
