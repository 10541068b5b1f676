"""The one HDF5 file that we read: USPS, 16 x 16 pixels from 0 to 1, known by its
SHA-256. No other is opened, because the library trusts what files say.
"""

import hashlib
import io
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images, Part, numbered
from sevenfold.data.published.entries import USPS
from sevenfold.data.readers.files import open_file
from sevenfold.errors import DataError

WHAT = ""

_NAME = "usps.h5"
_GROUPS: dict[Part, str] = {"development": "train", "test": "test"}
_SIDE = 16
_MAX_BYTES = 1 << 26
"""The file has 18 MB; of a larger one the digest is all that is wanted."""


def claims(path: Path) -> bool:
    """Whether `path` is such a file, or a folder with one."""
    return _file(path) is not None


def parts(path: Path) -> tuple[Part, ...]:
    """Both: the file has them."""
    return ("development", "test")


def read(path: Path, part: Part) -> tuple[Images, dict[str, str]]:
    """One part, its 2,001 steps of grey rounded to 256, and the SHA-256 of the file.

    Raises:
        DataError: it is another file.
    """
    import h5py

    file = _file(path) or path
    with open_file(file) as stream:
        data = stream.read(_MAX_BYTES)
        whole = hashlib.sha256(data)
        while more := stream.read(_MAX_BYTES):
            whole.update(more)
    digest = whole.hexdigest()
    if digest != USPS.sha256[_NAME]:
        raise DataError(
            f"{path}: expected USPS (SHA-256 {USPS.sha256[_NAME][:12]}...), the one HDF5 file that"
            f" is read, got {digest[:12]}.... Open it with h5py and np.savez('mine.npz',"
            " x_train=..., y_train=..., x_test=..., y_test=...). docs/data.md has every way."
        )
    with h5py.File(io.BytesIO(data)) as opened:
        group = opened[_GROUPS[part]]
        pixels = np.rint(group["data"][:] * 255).astype(np.uint8).reshape(-1, _SIDE, _SIDE)
        return numbered(pixels, group["target"][:]), {_NAME: digest}


def _file(path: Path) -> Path | None:
    file = path / _NAME if path.is_dir() else path
    return file if file.suffix.lower() in (".h5", ".hdf5") and file.is_file() else None
