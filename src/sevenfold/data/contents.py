"""What must hold for any images: every class present, enough of each, no class of the
test part unknown, no image in both development and test.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sevenfold.data.images import Images
from sevenfold.errors import DataError

MIN_PER_CLASS = 10
"""Fewer development images of a class than this and a validation part holds too few to
say anything.
"""

BRIGHT = 200
INVERTED = (
    "The images seem to be dark ink on bright paper. Expected ink 255 on paper 0, as MNIST has it:"
    " invert the images (255 - image)."
)


def require_development(images: Images, name: str | Path) -> Images:
    """These development images, if they are of two classes or more, at least
    `MIN_PER_CLASS` of each, and hold more than 0s and 1s.
    """
    if images.n_classes < 2:
        raise DataError(
            f"{name}, development: expected two classes or more, got only class"
            f" {images.classes[0]}. Add images of another."
        )
    _require_every_class(images, f"{name}, development")
    counts = images.class_counts
    if counts.min() < MIN_PER_CLASS:
        raise DataError(
            f"{name}, development: expected at least {MIN_PER_CLASS} examples of each class, got"
            f" {counts.min()} of class {images.classes[counts.argmin()]}. With fewer, validation"
            " says nothing; add examples."
        )
    if images.pixels.max() <= 1:
        raise DataError(
            f"{name}, development: expected pixels from 0 to 255, got none above 1. Multiply the"
            " images by 255."
        )
    return images


def require_test(
    images: Images, classes: tuple[str, ...], shape: tuple[int, ...], name: str | Path
) -> Images:
    """These test images with their labels as places in `classes`, the development
    part's, if every class is there and no other, and one image has the development
    images' `shape`.
    """
    if images.shape != shape:
        raise DataError(
            f"{name}, test: expected images of {_sized(shape)} as in development, got"
            f" {_sized(images.shape)}. Scale them alike."
        )
    place = {known: label for label, known in enumerate(classes)}
    present = [images.classes[label] for label in np.flatnonzero(images.class_counts)]
    if unknown := [own for own in present if own not in place]:
        raise DataError(
            f"{name}, test: expected only classes that the development part has, got images of"
            f" {_listed(unknown)}. Remove them, or add such images to development."
        )
    dtype = np.min_scalar_type(len(classes) - 1)
    places = np.array([place.get(own, 0) for own in images.classes], dtype)
    images = replace(images, labels=places[images.labels], classes=classes)
    _require_every_class(images, f"{name}, test")
    return images


def seems_inverted(images: Images) -> bool:
    """Whether the outermost pixels are mostly bright, as where ink is dark on white
    paper instead of 255 on 0.

    >>> white = np.full((3, 5, 4), 255, np.uint8)
    >>> seems_inverted(Images(white, np.zeros(3, np.uint8), ("0",)))
    True
    """
    pixels = images.pixels
    edge = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    return bool(2 * np.count_nonzero(edge >= BRIGHT) > edge.size)


def n_duplicates(images: Images) -> int:
    """How many images are exact copies of an earlier one.

    >>> alike = np.zeros((3, 5, 4), np.uint8)
    >>> n_duplicates(Images(alike, np.zeros(3, np.uint8), ("0",)))
    2
    """
    return len(images) - len(_distinct(images))


def overlap(development: Images, test: Images) -> int:
    """How many test images are also, byte for byte, development images."""
    known = _distinct(development)
    return sum(image.tobytes() in known for image in test.pixels)


def require_disjoint(development: Images, test: Images, name: str | Path) -> None:
    """Nothing, if no image is in both parts.

    Raises:
        DataError: at least one test image is also a development image.
    """
    n_both = overlap(development, test)
    if n_both:
        raise DataError(
            f"{name}: expected no image in both development and test, got {n_both:,}. "
            "A test on images that were trained on says nothing; remove them from one part."
        )


def _require_every_class(images: Images, name: str) -> None:
    missing = [images.classes[label] for label in np.flatnonzero(images.class_counts == 0)]
    if missing:
        raise DataError(
            f"{name}: expected examples of each of {images.n_classes:,} classes"
            f" ({_listed(images.classes, 3)}), got none of {_listed(missing)}. Add some of each."
        )


def _listed(names: Sequence[str], at_most: int = 10) -> str:
    more = f" and {len(names) - at_most:,} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more


def _sized(shape: tuple[int, ...]) -> str:
    return "x".join(str(length) for length in shape)


def _distinct(images: Images) -> set[bytes]:
    return {image.tobytes() for image in images.pixels}
