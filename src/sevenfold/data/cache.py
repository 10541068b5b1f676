"""Where sevenfold keeps data."""

import atexit
import functools
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from sevenfold.storage import remove_stale_parts

_TEMPORARY = "sevenfold-"


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
    return Path.home() if has_home() else temporary_folder()


def has_home() -> bool:
    """Whether the user has a place of their own."""
    try:
        Path.home()
    except RuntimeError:
        return False
    return True


def is_lasting() -> bool:
    """Whether `cache_folder` will be the same for the next process."""
    return bool(os.environ.get("SEVENFOLD_CACHE") or os.environ.get("XDG_CACHE_HOME")) or has_home()


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
    """One folder for this process, removed when it ends; those of killed ones go."""
    for left in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        _remove_if_left(left)
    folder = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _remove_if_left(folder: Path) -> None:
    """Remove a temporary folder of ours whose process is dead."""
    process = folder.name.removeprefix(_TEMPORARY).partition("-")[0]
    with suppress(OSError):
        if process.isdigit() and not folder.is_symlink() and _is_own(folder):
            try:
                os.kill(int(process), 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Whether this user made it; nothing is removed where nobody can tell."""
    return hasattr(os, "getuid") and folder.stat().st_uid == os.getuid()
