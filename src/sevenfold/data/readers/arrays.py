"""Arrays of images and of labels, in the shapes, scales and types that people save
them in, brought to the one form that we have: bytes, and places among named classes.

What is plain is taken; where two readings are possible nothing is guessed.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from sevenfold.data.class_names import natural, require_class_names
from sevenfold.data.readers.files import MAX_CHANNELS, MAX_CLASSES, MAX_SIDE, require_size
from sevenfold.errors import DataError


@dataclass(frozen=True)
class Stored:
    """An array that lies in a file. blocks: gives its numbers in the order in which
    they lie, a few at a time, as often as it is called; `in_columns` says that the
    first axis changes fastest (Fortran's order).
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    in_columns: bool
    blocks: Callable[[], Iterator[np.ndarray]]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def pixels_of(stored: Stored, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The images as (n, h, w) or, with two channels or more, (n, h, w, c), uint8; and
    in words what was done to them, if that is more than a change of type.

    Never more of them than a block is there in another type.
    """
    outline = np.broadcast_to(np.zeros((), stored.dtype), stored.shape)
    shaped, moved = _shaped(outline, name)
    require_size(len(shaped), shaped.shape[1:], name)
    converted, notes = _conversion(stored, name)
    pixels, n_there = np.empty(shaped.shape, np.uint8), 0
    as_stored = np.moveaxis(pixels, -1, 1) if moved else pixels.reshape(stored.shape)
    # In the order in which they lie in the file; never the whole array a second time.
    places = (as_stored.T if stored.in_columns else as_stored).flat
    for block in stored.blocks():
        places[n_there : n_there + len(block)] = converted(block)
        n_there += len(block)
    return pixels, (*moved, *notes)


def _conversion(
    stored: Stored, name: str
) -> tuple[Callable[[np.ndarray], np.ndarray], tuple[str, ...]]:
    """What makes bytes of a block of numbers, told by all of them."""
    if stored.dtype == np.uint8:
        return (lambda block: block), ()
    if stored.dtype == np.bool_:
        return (lambda block: block * np.uint8(255)), ("True and False are 255, 0.",)
    low, high, fraction = math.inf, -math.inf, None
    for block in stored.blocks():
        low, high = min(low, float(block.min())), max(high, float(block.max()))
        if not np.isfinite(block).all():
            raise DataError(
                f"{name}: expected whole numbers from 0 to 255, got NaN or infinity. Remove or mend"
                " those images."
            )
        if fraction is None and block.dtype.kind == "f":
            fractions = block[block != np.floor(block)]
            fraction = float(fractions[0]) if len(fractions) else None
    if stored.dtype.kind == "f" and low >= 0 and 0 < high <= 1:
        return partial(_from_unit_range, name=name), ("Values from 0 to 1 were times 255.",)
    if low < 0 or high > 255 or fraction is not None:
        raise DataError(_scaled_otherwise(low, high, fraction, name))
    return (lambda block: block.astype(np.uint8)), ()


def labels_of(array: np.ndarray, name: str) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """The labels, shape (n,): whole numbers and None; or, where they are texts, the
    place of each among the names of the classes, and those in natural order.
    """
    if array.ndim != 1 and array.shape[1:] != (1,):
        raise DataError(
            f"{name}: expected shape (n,), got {array.shape}. Save one label for each image; of"
            " one-hot rows, labels.argmax(1)."
        )
    labels = array.reshape(-1)
    if labels.dtype.kind in "US":
        return _places(labels, name)
    fits = (labels >= 0) & (labels < MAX_CLASSES) & (labels == np.floor(labels))
    if not fits.all():
        raise DataError(
            f"{name}: expected whole numbers from 0 to {MAX_CLASSES - 1:,}, got {labels[~fits][0]}."
            " Number the classes from 0, or name them by texts."
        )
    return labels, None


def _shaped(array: np.ndarray, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """`array` with images of (h, w) or (h, w, c); a flat one, (k,), is taken for a
    square.
    """
    shape = array.shape[1:]
    if len(shape) not in (1, 2, 3):
        raise DataError(
            f"{name}: expected shape (n, height, width), (n, height, width, channels) or (n,"
            f" pixels), got {array.shape}. Save it again in one of them."
        )
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        if side * side != shape[0]:
            raise DataError(
                f"{name}: expected rows of a square number of pixels, got {shape[0]}."
                f" {_advice_on_rows(*array.shape)}"
            )
        return array.reshape(-1, side, side), ()
    if max(array.shape[:-1]) <= MAX_SIDE < array.shape[-1]:
        raise DataError(
            f"{name}: expected shape (n, height, width) or (n, height, width, channels), got"
            f" {array.shape}, with the images last. Save np.moveaxis(x, -1, 0)."
        )
    if len(shape) == 3 and shape[0] in (1, 3, 4) and shape[2] in (1, 3, 4):
        raise DataError(
            f"{name}: expected shape (n, height, width) or (n, height, width, channels), got"
            f" {array.shape}, which may as well have its channels first. Of grey images save"
            " x.reshape(n, height, width)."
        )
    moved: tuple[str, ...] = ()
    if len(shape) == 3 and shape[0] <= MAX_CHANNELS < min(shape[1:]):
        array = np.moveaxis(array, 1, -1)
        moved = (f"Channels came first, {shape}, and were put last.",) if shape[0] > 1 else ()
    return (array[..., 0] if array.shape[3:] == (1,) else array), moved


def _advice_on_rows(n_rows: int, n_columns: int) -> str:
    if math.isqrt(n_columns - 1) ** 2 == n_columns - 1:
        return "Where one column is the label, save it apart, as y."
    if math.isqrt(n_rows) ** 2 == n_rows:
        return "Where each column is an image, save x.T."
    return "Save the images with shape (n, height, width)."


def _from_unit_range(images: np.ndarray, name: str) -> np.ndarray:
    """Bytes that were divided by 255, as they were before.

    Raises:
        DataError: some value is no multiple of 1/255, to within its type's precision.
    """
    nearest = np.rint(images * images.dtype.type(255))
    apart = np.abs(images - nearest / images.dtype.type(255))
    if (wrong := apart > np.finfo(images.dtype).eps).any():
        raise DataError(
            f"{name}: expected whole numbers from 0 to 255, or these divided by 255, got values"
            f" from 0 to 1 such as {images[wrong][0]:.6g}, which is no multiple of 1/255. Save"
            " np.rint(x * 255).astype('uint8')."
        )
    rescaled: np.ndarray = nearest.astype(np.uint8)
    return rescaled


def _scaled_otherwise(low: float, high: float, fraction: float | None, name: str) -> str:
    """What seems to have been done to the images, and how to take it back."""
    seen = f"{name}: expected whole numbers from 0 to 255, got values from {low:g} to {high:g}"
    if -0.501 <= low < -0.4 and high <= 0.501:
        return f"{seen}: scaled to -0.5..0.5. Save np.rint((x + 0.5) * 255).astype('uint8')."
    if -1.001 <= low < 0 and high <= 1.001:
        return f"{seen}: scaled to -1..1. Save np.rint((x + 1) * 127.5).astype('uint8')."
    if low < 0:
        return f"{seen}, as where a mean was taken off. Save the images as they were before that."
    if 255 < high <= 65_535 and fraction is None:
        return f"{seen}: 16 bits. Save (x // 257).astype('uint8'), or x * 255 // x.max()."
    if high > 255:
        return f"{seen}. Save x * 255 / x.max(), rounded, as uint8."
    return (
        f"{seen} with fractions such as {fraction:.6g}, as resizing leaves. Save"
        " np.rint(x).astype('uint8')."
    )


def _places(labels: np.ndarray, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    try:
        names = np.char.decode(labels, "utf-8") if labels.dtype.kind == "S" else labels
        found, places = np.unique(names, return_inverse=True)
        classes = [str(own) for own in found.tolist()]
    except ValueError:  # bytes or code points that are no text
        raise DataError(
            f"{name}: expected labels that are texts in UTF-8, got other bytes. Save them as"
            " numbers or as str."
        ) from None
    require_class_names(classes, name)
    order = sorted(range(len(classes)), key=lambda place: natural(classes[place]))
    rank = np.argsort(order)
    dtype = np.min_scalar_type(len(classes) - 1)
    return rank[places].astype(dtype), tuple(classes[place] for place in order)
