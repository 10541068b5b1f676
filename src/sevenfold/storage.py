"""Files that are either whole or not there, whatever happens while they are written."""

import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

_PART = ".part"
_STALE_SECONDS = 3600.0

Made = TypeVar("Made")


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` to a temporary name, force it to disk and rename it to `path`; a
    reader sees the old file or the new.

    Several processes may write the same name at once: each has a temporary name of its
    own (`.<name>.<random>.part`), and the last to finish stays. What killed ones left
    of that name goes. A name that is there already, such as a link that somebody put
    there, is never taken.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale_parts(path.parent, f".{path.name}.")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_PART)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            if hasattr(os, "fchmod"):  # folders may be shared; mkstemp's files are for one alone
                os.fchmod(file.fileno(), 0o644)
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove_stale_parts(
    folder: Path, prefix: str = "", *, but: str | None = None, seconds: float = _STALE_SECONDS
) -> None:
    """Remove what killed processes left half-written in `folder` more than `seconds`
    ago (an hour: what is younger may be another's who is at work), of names that begin
    with `prefix`, and not with `but`.
    """
    for part in folder.iterdir():
        if but is not None and part.name.startswith(but):
            continue
        if part.name.startswith(prefix) and part.suffix == _PART:
            with suppress(OSError):  # gone, or another user's
                if time.time() - part.lstat().st_mtime > seconds:
                    part.unlink()


def keep_within(folder: Path, max_bytes: int) -> None:
    """Remove the files of `folder` that were used longest ago until the others have at
    most half of `max_bytes`, once all have more; a folder that is not there is small.
    """
    known = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):  # gone in between
                if entry.is_file(follow_symlinks=False):
                    found = entry.stat(follow_symlinks=False)
                    known.append((max(found.st_atime, found.st_mtime), found.st_size, entry.path))
    n_bytes = sum(size for _, size, _ in known)
    if n_bytes <= max_bytes:
        return
    for _, size, path in sorted(known):
        if n_bytes <= max_bytes // 2:
            break
        with suppress(OSError):
            Path(path).unlink()
        n_bytes -= size


def sync_folder(folder: Path) -> None:
    """Force a folder's entries to disk, so that a rename in it outlives a power cut
    (not needed, nor possible, on Windows).
    """
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def arrays_to_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The arrays as a compressed npz; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Every array of an npz; nothing is unpickled."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def made_of_npz(path: Path, make: Callable[[dict[str, np.ndarray]], Made]) -> Made | None:
    """What `make` makes of the arrays of an npz; None where the file is gone or
    damaged, for what can be computed again, alike.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            return make({name: archive[name] for name in archive.files})
    except Exception:  # on damaged bytes zipfile and NumPy raise whatever they come upon
        return None


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
