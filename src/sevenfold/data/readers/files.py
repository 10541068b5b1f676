"""Bytes of data files, and bounds on what they may ask for."""

import io
from pathlib import Path

from sevenfold.errors import DataError
from sevenfold.machine import memory_left

MAX_EXAMPLES = 1_000_000
"""More than the largest relative of MNIST has (EMNIST, 814,255)."""

MAX_SIDE, MAX_CHANNELS = 128, 4
MAX_BYTES = 1 << 30
"""Pixels of one part, or bytes of one array; reading takes at most half as much
besides.
"""

MAX_CLASSES = 65_535

_PAGE = (
    "an HTML page",
    "A server answered with a page instead of the file; fetch it again.",
)
_UNPACK = "Unpack it first."
_SAVE = "save images and labels together with np.savez."
_FOREIGN = (
    *((start, *_PAGE) for start in (b"<!doct", b"<html", b"<head", b"<?xml")),
    (b"version https", "a Git LFS pointer", "Run `git lfs pull` where it lies."),
    (b"\x1f\x8b", "a gzip file", _UNPACK),
    (b"\xfd7zxz", "an xz file", _UNPACK),
    (b"bzh91ay&sy", "a bzip2 file", _UNPACK),
    (b"(\xb5/\xfd", "a Zstandard file", _UNPACK),
    (b"7z\xbc\xaf'\x1c", "a 7-Zip archive", _UNPACK),
    (b"rar!\x1a", "a RAR archive", _UNPACK),
    (b"pk\x03\x04", "a zip archive", _UNPACK),
    (b"\x93numpy", "one NumPy array", f"np.load it, and {_SAVE}"),
    (b"\x89hdf", "an HDF5 file", f"Open it with h5py, and {_SAVE}"),
    (b"par1\x15", "a Parquet file", "Call it .parquet."),
    *((start, "a pickle", "None is ever loaded.") for start in (b"\x80\x03", b"\x80\x04")),
    *((start, "one picture", "Give a folder of many.") for start in (b"\x89png", b"\xff\xd8\xff")),
    *((start, "a JSON text", "Fetch it again.") for start in (b'{"', b"[{")),
)
"""First bytes in small letters, what has them, and what to do."""


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of a sensible size.

    Raises:
        DataError: it is no file, too large, or cannot be read.
    """
    with open_file(path) as file:
        try:
            return file.read(MAX_BYTES)  # files of /proc are longer than they say
        except OSError as error:
            raise _unreadable(path, error) from None


def open_file(path: Path) -> io.BufferedReader:
    """A regular file of a sensible size, opened to be read.

    Raises:
        DataError: it is no file, too large, or cannot be opened.
    """
    try:
        require_ordinary(path)
        if path.is_dir():
            raise DataError(f"{path}: expected a file, got a folder. Give the file itself.")
        if path.stat().st_size > MAX_BYTES:
            raise DataError(
                f"{path}: expected at most {MAX_BYTES:,} bytes, got {path.stat().st_size:,}. Use"
                " fewer examples."
            )
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path}: cannot be read: {error.strerror or error}. Check the path and its permissions."
    )


def require_ordinary(path: Path) -> None:
    """Nothing, if `path` is a file or a folder, or nothing is there. Pipes and devices
    have no size, and some never end.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DataError(
            f"{path}: expected a file, got a special file. Copy its content into a file and"
            " give that."
        )


def exists(path: Path) -> bool:
    """Whether there is something at `path`.

    Raises:
        DataError: its folder may not be looked into.
    """
    try:
        return path.exists()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be looked at: {error.strerror or error}. Check the permissions of its"
            " folder."
        ) from None


def foreign(start: bytes, *, unpacked: bool = False) -> tuple[str, str] | None:
    """What data are that begin so, and what to do, where they are of a kind that people
    meet in place of a data file; None for anything else. unpacked: whether they came
    out of a packed file.

    >>> foreign(b"version https://git-lfs.github.com/spec/v1")[0]
    'a Git LFS pointer'
    """
    beginning = start.lstrip().lower()
    found = next((told for magic, *told in _FOREIGN if beginning.startswith(magic)), None)
    if found is None:
        return None
    what, advice = found
    if unpacked and what in ("a gzip file", "an xz file"):
        return f"{what} inside another", "It was packed twice; unpack it once."
    return what, advice


def require_size(n_images: int, shape: tuple[int, ...], name: str) -> None:
    """Nothing, if so many images of this shape, (h, w) or (h, w, c), are within our
    bounds. `name` is for messages.
    """
    height, width, *channels = shape
    if not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE):
        raise DataError(
            f"{name}: expected images of at least 1x1 and at most {MAX_SIDE}x{MAX_SIDE} pixels, got"
            f" {height}x{width}. Scale them first."
        )
    if channels and not 0 < channels[0] <= MAX_CHANNELS:
        raise DataError(
            f"{name}: expected 1 to {MAX_CHANNELS} channels, got {channels[0]}. Keep those of grey"
            " or of colour."
        )
    n_bytes = n_images * height * width * (channels[0] if channels else 1)
    require_bounds(n_images, n_bytes, name)


def require_bounds(n_images: int, n_bytes: int, name: str) -> None:
    """Nothing, if so many images, of so many bytes of pixels in all, are within our
    bounds. `name` is for messages.
    """
    if n_images > MAX_EXAMPLES or n_bytes > MAX_BYTES:
        raise DataError(
            f"{name}: expected at most {MAX_EXAMPLES:,} images and {MAX_BYTES:,} bytes of pixels,"
            f" got {n_images:,} images and {n_bytes:,} bytes. Use fewer examples."
        )


def require_memory(n_bytes: int, name: str) -> None:
    """Nothing, if so many bytes can be had still, or nobody knows. `name` is for
    messages.
    """
    left = memory_left()
    if left is not None and n_bytes > left:
        raise DataError(
            f"{name}: expected images that fit into memory twice, but only {left:,} bytes are left"
            f" and {n_bytes:,} more are needed. Use fewer examples."
        )


def require_pairs(n_images: int, n_labels: int, name: str, what: str = "labels") -> None:
    """Nothing, if there are images, and one label (or `what` else) for each. `name` is
    for messages.
    """
    if n_images == 0:
        raise DataError(f"{name}: expected at least one example, got none. Add some.")
    if n_images != n_labels:
        raise DataError(
            f"{name}: expected as many {what} as images ({n_images:,}), got {n_labels:,}. Use"
            f" {what} and images that belong together."
        )
