"""Taking a run folder: it is free, or holds the same run, and nobody is at work."""

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sevenfold import __version__
from sevenfold.errors import RunError, SettingsError
from sevenfold.records import read_toml
from sevenfold.runs.description import started_and_version
from sevenfold.runs.layout import CONFIG, FIGURES, LOCK, REPORT
from sevenfold.storage import remove_stale_parts

_OF_FILE_MANAGERS = (".ds_store", "desktop.ini", "thumbs.db", ".directory", ".localized")


@contextmanager
def claimed(folder: Path, settings: dict[str, Any]) -> Iterator[None]:
    """Hold `folder` for a run with these settings.

    Raises:
        RunError: it holds something else, another run's settings, or a run that is at
        work right now.
    """
    _require_free(folder)
    with _lock(folder):
        _require_same_settings(folder, settings)
        _remove_half_written(folder)
        yield


def kept_settings(folder: Path) -> dict[str, Any]:
    """The settings of the run in `folder`; none where there is no run that can be
    read.
    """
    try:
        return read_toml(folder / CONFIG) if (folder / CONFIG).is_file() else {}
    except (OSError, SettingsError):  # whoever takes the folder says what is wrong with it
        return {}


def _require_free(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise RunError(f"--out must be a folder. {folder} is a file; choose another name.")
        if (
            folder.is_dir()
            and not (folder / CONFIG).exists()
            and any(not _is_ours(p) for p in folder.iterdir())
        ):
            raise RunError(
                f"{folder} holds files that are not a run of sevenfold. Choose an empty or a new"
                " folder with --out."
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"Cannot make the run folder {folder}: {error.strerror}. Choose another with --out."
        ) from None


def _remove_half_written(folder: Path) -> None:
    """What a killed run left of files that only a run writes, which is this one now.
    The page and its figures any `report` may be writing at this moment.
    """
    for place in (folder, *folder.iterdir()):
        if place.is_dir() and not place.is_symlink() and place.name != FIGURES:
            remove_stale_parts(place, ".", but=f".{REPORT}.", seconds=-math.inf)


def is_at_work(folder: Path) -> bool:
    """Whether another process holds `folder` for a run; not known on Windows."""
    try:
        import fcntl

        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (OSError, ImportError):
        return False
    return False


def _is_ours(path: Path) -> bool:
    """What a run that was killed in its first moment leaves behind, or a file manager
    that has shown the folder.
    """
    is_part = path.name.startswith(".") and path.name.endswith(".part")
    return is_part or path.name == LOCK or path.name.lower() in _OF_FILE_MANAGERS


def _require_same_settings(folder: Path, settings: dict[str, Any]) -> None:
    if not (folder / CONFIG).exists():
        return
    _, version = started_and_version(folder)
    if version != __version__:
        raise RunError(
            f"{folder} was made by sevenfold {version}; this is {__version__}. Start anew with"
            " another --out."
        )
    earlier, asked = _flat(read_toml(folder / CONFIG)), _flat(settings)
    changed = [
        name
        for name in sorted(earlier.keys() | asked.keys())
        if earlier.get(name) != asked.get(name)
    ]
    if changed:
        name = changed[0]
        more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
        raise RunError(
            f"{folder} is a run with other settings: {name} is {earlier.get(name)!r} there and"
            f" {asked.get(name)!r} now{more}. Use the same settings to go on with it, or another"
            " --out for a new run."
        )


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[prefix + name] = value
    return flat


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the lock goes with the process, however it
    ends.
    """
    try:
        import fcntl
    except ImportError:  # Windows: runs are not guarded against each other there.
        yield
        return
    try:  # a link in its place would empty what it points to
        lock = os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644), "w")
    except OSError as error:
        raise RunError(
            f"Cannot lock the run folder {folder}: {error.strerror}. Remove its {LOCK}, or choose"
            " another with --out."
        ) from None
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                f"Another sevenfold is at work in {folder}. Wait for it, or choose another --out."
            ) from None
        yield
