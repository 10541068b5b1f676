"""Tables of comma-separated values, one image a row: a label and its pixels. Kaggle's
`train.csv`, `mnist_train.csv` without a header, gzipped or not.
"""

import hashlib
import math
from pathlib import Path

import numpy as np

from sevenfold.data.class_names import natural
from sevenfold.data.group_names import groups_digest
from sevenfold.data.images import Images, Part, Size
from sevenfold.data.readers import idx
from sevenfold.data.readers._table_layout import LABELS, Layout, layout_of, require_pixels
from sevenfold.data.readers._table_rows import read_rows
from sevenfold.data.readers.files import require_size
from sevenfold.errors import DataError

WHAT = "a CSV table"
_SUFFIXES = (".csv", ".csv.gz")


def claims(path: Path) -> bool:
    """Whether `path` is a CSV file, or a folder that has one, by the names alone."""
    return bool(_tables(path)) if path.is_dir() else path.name.lower().endswith(_SUFFIXES)


def parts(path: Path) -> tuple[Part, ...]:
    """The parts that are there: development alone where there is no test file, or one
    without labels, as in Kaggle's competitions. Of a test file the first line is read,
    for its columns.

    Raises:
        DataError: it is not plain which file is which.
    """
    return tuple(_part_files(path))


def left_out(path: Path) -> tuple[str, ...]:
    """What lies there and is not read, one sentence each."""
    used = _part_files(path).values()
    others = [file for file in _tables(path) if file not in used] if path.is_dir() else []
    return tuple(
        f"{file.name} has no labels: it is left alone."
        if "test" in file.name.lower()
        else f"{file.name} is neither train nor test: it is left alone."
        for file in others
    )


def read(
    path: Path, part: Part, size: Size | None, colour: bool | None, group: str | None = None
) -> tuple[Images, dict[str, str]]:
    """One part, always grey, and the SHA-256 of the two IDX files that its arrays would
    make. Rows hold images of `size` or, without one, squares. group: the column that
    says which images belong together; their SHA-256 comes beside.

    Labels are text; those found, in natural order, are the classes.
    """
    file = _part_files(path)[part]
    layout = layout_of(file, group)
    require_pixels(layout, file)
    shape = _shape(layout, size, file)
    rows = read_rows(file, layout)
    found = sorted(rows.codes, key=natural)
    if len(found) == 1 and not layout.has_header:
        raise DataError(
            f"{file}: expected a label first in each row, got {found[0]!r} in all. Put labels"
            " first, or name their column in a header."
        )
    places = np.argsort([rows.codes[name] for name in found])
    labels = places[np.array(rows.labels)].astype(np.min_scalar_type(len(found) - 1))
    pixels = np.frombuffer(rows.pixels, np.uint8).reshape(-1, *shape)
    digests = (idx.sha256_as_file(pixels), idx.sha256_as_file(labels))
    named = dict(zip(idx.PARTS[part], digests, strict=True))
    if found != [str(number) for number in range(len(found))]:
        content = "\0".join(found).encode()
        named[f"classes of {part}"] = hashlib.sha256(content).hexdigest()
    if group is None:
        return Images(pixels, labels, tuple(found)), named
    groups = np.array(rows.groups)
    named[f"groups of {part}"] = groups_digest(groups)
    return Images(pixels, labels, tuple(found), groups), named


def _part_files(path: Path) -> dict[Part, Path]:
    if not path.is_dir():
        return {"development": path}
    files = _tables(path)
    train = [file for file in files if "train" in file.name.lower()] or files
    test = [f for f in files if "test" in f.name.lower() and f not in train]
    for kind, found in (("train", train), ("test", test)):
        if len(found) > 1 or (kind == "train" and not found):
            listed = ", ".join(file.name for file in files[:6])
            raise DataError(
                f"{path}: expected one {kind}.csv, got {listed}. Keep one with {kind} in its name,"
                " or give the file itself."
            )
    if test and _is_labelled(test[0], layout_of(train[0])):
        return {"development": train[0], "test": test[0]}
    return {"development": train[0]}


def _is_labelled(test: Path, train: Layout) -> bool:
    """Whether a test file has labels: its header says so, or it has as many columns."""
    own = layout_of(test)
    return own.label is not None and (own.has_header or len(own.columns) > train.n_pixels)


def _tables(folder: Path) -> list[Path]:
    return sorted(
        entry
        for entry in folder.iterdir()
        if entry.name.lower().endswith(_SUFFIXES) and not entry.name.startswith(".")
    )


def _shape(layout: Layout, size: Size | None, file: Path) -> Size:
    """Height and width of the images that the rows hold.

    Raises:
        DataError: there are no labels, or the size cannot be told or does not fit.
    """
    if layout.label is None:
        raise DataError(
            f"{file}: expected a column called {', '.join(LABELS[:-1])} or {LABELS[-1]}, got"
            f" {', '.join(layout.columns[:3])}, .... Rename the column of labels."
        )
    n, side = layout.n_pixels, math.isqrt(layout.n_pixels)
    if size is None and side * side != n:
        index = " or where one column is no pixel, remove it" if side * side == n - 1 else ""
        raise DataError(
            f"{file}: expected rows of a square number of pixels, got {n:,}. Say what their images"
            f" are with --size HEIGHT WIDTH{',' if index else ''}{index}."
        )
    height, width = size or (side, side)
    if height * width != n:
        colour = " Rows of colours are not read: save an .npz." if height * width * 3 == n else ""
        raise DataError(
            f"{file}: expected rows of {height} x {width} = {height * width:,} pixels, got"
            f" {n:,}. Give the height and width that they have with --size.{colour}"
        )
    require_size(1, (height, width), str(file))
    return height, width
