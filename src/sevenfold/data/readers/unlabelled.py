"""Many images in one file, their labels not asked for: what a trained network is to
say something about. By the same readers, with the same bounds, as what is trained on.
"""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from sevenfold.data.readers._table_layout import layout_of
from sevenfold.data.readers._table_rows import read_rows
from sevenfold.data.readers.arrays import pixels_of
from sevenfold.data.readers.idx_format import parse, unpack
from sevenfold.data.readers.npz import opened, stored
from sevenfold.errors import DataError, some_of
from sevenfold.pictures import read_file

ARRAYS = ("x_test", "test_images", "images", "x", "pixels", "x_train", "train_images")
"""Names under which an .npz holds images, the first that is there."""


def read_unlabelled(file: Path, image_shape: tuple[int, ...]) -> np.ndarray | None:
    """The images of an `.npz`, IDX or CSV file, shape (n, *image_shape), uint8; None
    where by its name it is none of them.

    Raises:
        DataError: it cannot be read, or holds images of another shape.
    """
    name = file.name.lower().removesuffix(".gz")
    if name.endswith(".npz"):
        pixels = _of_npz(file, image_shape)
    elif name.endswith(".csv"):
        pixels = _of_table(file, image_shape)
    elif name.endswith(("ubyte", ".idx", ".idx3")):
        pixels = parse(unpack(read_file(file), "images", str(file)), "images")
    else:
        return None
    if pixels.shape[1:] != image_shape and (*pixels.shape[1:], 1) != image_shape:
        raise DataError(
            f"{file}: expected images of {_size(image_shape)}, as the network was trained on, got"
            f" {_size(pixels.shape[1:])}. Bring them to that, or give pictures, which are brought"
            " to it."
        )
    return pixels.reshape(-1, *image_shape)


def _of_npz(file: Path, image_shape: tuple[int, ...]) -> np.ndarray:
    with opened(file) as archive:
        held = [name.removesuffix(".npy") for name in archive.namelist()]
        name = next((name for name in ARRAYS if name in held), None)
        if name is None:
            raise DataError(
                f"{file}: expected an array called {some_of(ARRAYS, 4)}, got {some_of(held, 4)}."
                " Save the images as x."
            )
        array = stored(archive, name, file, "uifb")
        if array.shape[1:] == (math.prod(image_shape),) and not array.in_columns:
            array = replace(array, shape=(array.shape[0], *image_shape))
        return pixels_of(array, f"{file}: {name}")[0]


def _of_table(file: Path, image_shape: tuple[int, ...]) -> np.ndarray:
    """Rows of pixels, with a label before them or not, with a line of names or not."""
    layout, n = layout_of(file), math.prod(image_shape)
    if len(layout.columns) == n:
        layout = replace(layout, label=None)
    if layout.n_pixels != n:
        raise DataError(
            f"{file}: expected {n:,} numbers a row, or one more for a label before them, got"
            f" {len(layout.columns):,} columns. Give rows of whole images."
        )
    return np.frombuffer(read_rows(file, layout).pixels, np.uint8).reshape(-1, *image_shape)


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length) for length in shape)
