"""Where sevenfold keeps data."""

import atexit
import functools
import os
import shutil
import sys
import tempfile
from pathlib import Path

from sevenfold.storage import remove_stale_parts


def cache_folder() -> Path:
    """`$SEVENFOLD_CACHE`, `$XDG_CACHE_HOME/sevenfold`, or where the platform keeps
    caches. It need not exist.
    """
    if given := os.environ.get("SEVENFOLD_CACHE"):
        return Path(given)
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "sevenfold"
    if sys.platform == "win32" and (given := os.environ.get("LOCALAPPDATA")):
        return Path(given) / "sevenfold" / "Cache"
    return (
        home_folder() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "sevenfold"
    )


def home_folder() -> Path:
    """The user's home, or a temporary folder for a user who has none (some
    containers).
    """
    try:
        return Path.home()
    except RuntimeError:
        return temporary_folder()


def expanded(path: str | Path) -> Path:
    """`path` with the home of a user in place of `~`, where that is known."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # `~` of a user whom nobody knows
        return Path(path)


def writable_folder(name: str) -> Path:
    """The folder `name` of the cache, made if need be; where that cannot be written,
    one of a temporary folder.
    """
    try:
        return made_folder(cache_folder() / name)
    except OSError:
        return made_folder(temporary_folder() / name)


def made_folder(folder: Path) -> Path:
    """`folder`, made if need be, free of what a killed process left half-written.

    Raises:
        OSError: it cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    remove_stale_parts(folder)
    return folder


@functools.cache
def temporary_folder() -> Path:
    """One folder for this process, removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="sevenfold-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
