"""Parquet files as the hubs of data sets have them: a column of encoded pictures and a
column of labels, in one file or several for each part. Needs the extra `parquet`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sevenfold import pictures
from sevenfold.data.class_names import natural, require_class_names
from sevenfold.data.group_names import group_name, groups_digest
from sevenfold.data.images import Images, Part, Size
from sevenfold.data.readers._table_layout import LABELS
from sevenfold.data.readers.files import (
    MAX_BYTES,
    MAX_SIDE,
    require_bounds,
    require_ordinary,
    require_size,
)
from sevenfold.data.readers.stacks import Stack
from sevenfold.errors import DataError, DataUnavailable

WHAT = "Parquet files"
PICTURES = ("image", "img", "picture")
"""What a column of pictures is called, in capitals or not."""

_BATCH, _BATCH_BYTES = 1_000, 1 << 26


def claims(path: Path) -> bool:
    """Whether `path` is a Parquet file, or a folder that has some or whose one
    subfolder has.
    """
    return bool(_files(path)) if path.is_dir() else path.suffix.lower() == ".parquet"


def parts(path: Path) -> tuple[Part, ...]:
    """The parts that are there, by the names of the files.

    Raises:
        DataError: a name says neither train nor test.
    """
    return tuple(_part_files(path))


def left_out(path: Path) -> tuple[str, ...]:
    """Nothing: every Parquet file is read."""
    return ()


def read(
    path: Path, part: Part, size: Size | None, colour: bool | None, group: str | None = None
) -> tuple[Images, dict[str, str]]:
    """One part, and a SHA-256 over its labels and encoded pictures; for `size` and
    `colour` see `folders.read`. group: the column that says which images belong
    together; the SHA-256 of what it says comes beside.
    """
    files = _part_files(path)[part]
    if size is None:
        sizes = [
            pictures.picture_size(data, name)
            for file in files
            for data, _, _, name in _rows(file, group)
        ]
        size = pictures.median_size(sizes, MAX_SIDE)
    require_size(1, size, str(path))
    labels, groups, content = [], [], hashlib.sha256()
    stack = Stack(sum(_n_rows(file) for file in files), size, colour)
    for file in files:
        for data, label, own, name in _rows(file, group):
            stack.add([pictures.fit(pictures.decode(data, name), *size)])
            labels.append(label)
            groups.append(own)
            content.update(f"{label}\0{hashlib.sha256(data).hexdigest()}\n".encode())
            require_size(len(labels), size, str(path))
    classes = sorted(set(labels), key=natural)
    require_class_names(classes, str(path))
    place = {name: np.min_scalar_type(len(classes) - 1).type(i) for i, name in enumerate(classes)}
    images = Images(
        stack.pixels(),
        np.array([place[label] for label in labels]),
        tuple(classes),
        np.array(groups) if group else None,
    )
    require_size(len(images), images.shape, str(path))
    digests = {f"pictures of {part}": content.hexdigest()}
    if images.groups is not None:
        digests[f"groups of {part}"] = groups_digest(images.groups)
    return images, digests


def _rows(file: Path, group: str | None) -> Iterator[tuple[bytes, str, str, str]]:
    """The encoded picture, the class, the group (where its column is named; else empty)
    and a name for messages of each row.
    """
    with _opened(file) as table:
        picture, label = _columns(table.schema_arrow.names, file)
        if group is not None:
            _require_group(group, [picture, label], table.schema_arrow.names, file)
        names = _class_names(table.schema_arrow.metadata, label)
        require_bounds(table.metadata.num_rows, 0, str(file))
        number = 0
        columns = [picture, label, *([group] if group else [])]
        for batch in table.iter_batches(_batch_size(table, file), columns=columns):
            for values in zip(*(batch.column(column) for column in columns), strict=True):
                number += 1
                name = f"{file}, row {number:,}"
                data, own, *rest = (value.as_py() for value in values)
                belongs = _group(rest[0], name) if group else ""
                yield _encoded(data, name), _class(own, names, name), belongs, name
    if number == 0:
        raise DataError(f"{file}: expected a row for each picture, got none. Add some.")


def _n_rows(file: Path) -> int:
    with _opened(file) as table:
        require_bounds(table.metadata.num_rows, 0, str(file))
        return int(table.metadata.num_rows)


def _batch_size(table: Any, file: Path) -> int:
    """How many rows to unpack at once: so few that all of them may be the largest value
    of the file, which stands there once for all rows that have it.
    """
    metadata = table.metadata
    sizes = [
        metadata.row_group(i).column(j).total_uncompressed_size
        for i in range(metadata.num_row_groups)
        for j in range(metadata.num_columns)
    ]
    largest = max(sizes, default=0)
    if largest > MAX_BYTES:
        raise DataError(
            f"{file}: expected columns of at most {MAX_BYTES:,} bytes in each group of rows, got"
            f" {largest:,}. Write it with smaller row groups."
        )
    return max(1, min(_BATCH, _BATCH_BYTES // max(1, largest)))


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise DataUnavailable(
            f"{file}: Parquet files are read with pyarrow, which is not installed. Install"
            " sevenfold with its extra: pip install 'sevenfold[parquet]'."
        ) from None
    require_ordinary(file)
    try:
        with ParquetFile(file) as table:
            yield table
    except (ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{file}: expected a whole Parquet file, got a damaged one ({reason}). Fetch it again."
        ) from None


def _columns(names: list[str], file: Path) -> tuple[str, str]:
    """The columns of pictures and of labels."""
    found = [[name for name in names if name.lower() in known] for known in (PICTURES, LABELS)]
    if any(len(columns) != 1 for columns in found):
        raise DataError(
            f"{file}: expected one column called {' or '.join(PICTURES)} and one called"
            f" {' or '.join(LABELS)}, got {', '.join(names[:8])}. Rename them."
        )
    return found[0][0], found[1][0]


def _require_group(group: str, taken: list[str], names: list[str], file: Path) -> None:
    if group not in names or group in taken:
        others = [name for name in names if name not in taken][:8] or ["none"]
        raise DataError(
            f"{file}: expected a column of groups called {group!r}, got beside pictures and labels"
            f" {', '.join(others)}. Give --group the name of one."
        )


def _group(value: object, name: str) -> str:
    if isinstance(value, str | int):
        return group_name(str(value), name)
    raise DataError(
        f"{name}: expected a group, a name or a whole number, got {value!r}. Name the group of"
        " every image."
    )


def _class_names(metadata: Mapping[bytes, bytes] | None, label: str) -> list[str] | None:
    """The names that Hugging Face's `datasets` leaves in a file, if it did."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        return [str(name) for name in features[label]["names"]]
    except (KeyError, TypeError, ValueError):
        return None


def _class(label: object, names: list[str] | None, name: str) -> str:
    if isinstance(label, str):
        return label
    if isinstance(label, int) and label >= 0 and (names is None or label < len(names)):
        return names[label] if names else str(label)
    raise DataError(
        f"{name}: expected a label, a name or a number from 0, got {label!r}. Remove the row."
    )


def _encoded(value: object, name: str) -> bytes:
    data = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(data, bytes):
        raise DataError(
            f"{name}: expected an encoded picture in the file, got {type(data).__name__}. Save the"
            " data set with its pictures in it."
        )
    return data


def _part_files(path: Path) -> dict[Part, list[Path]]:
    if not path.is_dir():
        return {"development": [path]}
    files = _files(path)
    test = [file for file in files if file.name.lower().startswith("test")]
    train = [file for file in files if file.name.lower().startswith("train")]
    others = [file.name for file in files if file not in test and file not in train]
    if not train and not test and len(others) == 1:
        return {"development": files}
    if others or not train:
        raise DataError(
            f"{path}: expected files called train... and test..., got"
            f" {', '.join(others[:5]) or 'only test'}. Rename what is to develop with, which is"
            " divided into training and validation later."
        )
    return {"development": train, "test": test} if test else {"development": train}


def _files(folder: Path) -> list[Path]:
    """The Parquet files of a folder, or of the one folder below that has some."""
    for pattern in ("*", "*/*"):
        found = [f for f in sorted(folder.glob(pattern)) if f.suffix.lower() == ".parquet"]
        if len({file.parent for file in found}) == 1:
            return found
    return []
