"""One part of a data set, read from wherever it lies: a folder of four IDX files, or an
`.npz` file.
"""

import hashlib
from pathlib import Path

from sevenfold.data import contents
from sevenfold.data.images import Images
from sevenfold.data.mnist.catalogue import CLASSES, FILES, PARTS, Entry, Part
from sevenfold.data.readers import idx, npz
from sevenfold.errors import DataError


def idx_files(folder: Path) -> dict[str, Path]:
    """Those of the four files that `folder` has, by canonical name; gzipped or not,
    with `-idx` or `.idx` in the name.
    """
    return {
        name: path for name in FILES for path in [_first_existing(folder, name)] if path is not None
    }


def missing_files(folder: Path) -> list[str]:
    """The names of those of the four files that `folder` lacks."""
    return [name for name in FILES if name not in idx_files(folder)]


def mnist_in(folder: Path) -> Path | None:
    """Where MNIST is in a folder: the folder itself, its `mnist/` or its `mnist.npz`;
    None where there is none.
    """
    for candidate in (folder, folder / "mnist"):
        if not missing_files(candidate):
            return candidate
    return folder / "mnist.npz" if _exists(folder / "mnist.npz") else None


def read_part(container: Path, part: Part, entry: Entry | None) -> tuple[Images, dict[str, str]]:
    """One part and the SHA-256 of its two files as unpacked IDX (an array's is that of
    the IDX file with its bytes).

    Files and arrays of the other part are not opened. A part of a catalogued data set
    (`entry`) must have its published digests; any other must have every class, and
    enough of each for development.

    Raises:
        DataError: the first thing wrong, in one line.
    """
    images_name, labels_name = PARTS[part]
    images, digests = (
        _read_npz(container, part)
        if container.suffix == ".npz" and not container.is_dir()
        else _read_folder(container, part)
    )
    if entry is not None:
        for name in (images_name, labels_name):
            _require_digest(container, name, digests[name], entry)
    require = contents.require_development if part == "train" else contents.require_test
    return require(images, container), digests


def _read_folder(folder: Path, part: Part) -> tuple[Images, dict[str, str]]:
    files = idx_files(folder)
    missing = [name for name in PARTS[part] if name not in files]
    if missing:
        raise DataError(
            f"{folder}: expected the files {' and '.join(missing)} (or .gz), found none. Put them"
            " there."
        )
    images_path, labels_path = (files[name] for name in PARTS[part])
    image_bytes, label_bytes = (
        idx.read_file(images_path, "images"),
        idx.read_file(labels_path, "labels"),
    )
    images, labels = idx.parse_images(image_bytes), idx.parse_labels(label_bytes, str(labels_path))
    if len(images) != len(labels):
        raise DataError(
            f"{labels_path}: expected as many labels as images ({len(images):,}), got"
            f" {len(labels):,}. Use matching files."
        )
    digests = [hashlib.sha256(data).hexdigest() for data in (image_bytes, label_bytes)]
    return Images(images, labels, CLASSES), dict(zip(PARTS[part], digests, strict=True))


def _read_npz(path: Path, part: Part) -> tuple[Images, dict[str, str]]:
    images = npz.read_npz(path, part)
    digests = [
        hashlib.sha256(idx.to_bytes(array)).hexdigest() for array in (images.pixels, images.labels)
    ]
    return images, dict(zip(PARTS[part], digests, strict=True))


def _require_digest(container: Path, name: str, digest: str, entry: Entry) -> None:
    expected = entry.sha256[name]
    if digest != expected:
        raise DataError(
            f"{container}: expected the {name} of {entry.name} (SHA-256 {expected[:12]}...), got"
            f" {digest[:12]}.... Replace it (`sevenfold data fetch {entry.name}`), or give the path"
            " as the data set if it is yours."
        )


def _first_existing(folder: Path, name: str) -> Path | None:
    dotted = name.replace("-idx", ".idx")
    names = (name, f"{name}.gz", dotted, f"{dotted}.gz")
    paths = [folder / candidate for candidate in names if _exists(folder / candidate)]
    # Archives of MNIST from Kaggle have folders with the files' names beside the files.
    return next((path for path in paths if path.is_file()), paths[0] if paths else None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be looked at: {error.strerror or error}. Check the permissions of its"
            " folder."
        ) from None
