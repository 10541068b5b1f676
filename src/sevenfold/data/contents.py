"""What must hold for any images: every class present, enough of each, no class of the
test part unknown, no image in both development and test.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from sevenfold.data.faults import are_opposite, keys
from sevenfold.data.images import Images
from sevenfold.errors import DataError, some_of

MIN_PER_CLASS = 10
"""Fewer development images of a class than this and a validation part holds too few to
say anything.
"""

DARKEST = 64
"""Where no pixel is brighter than this, images count from 0 to 16 or the like. They are
refused, not rescaled: the same factor must come to whatever is read later.
"""


def require_development(images: Images, name: str | Path) -> Images:
    """These development images, if they are of two classes or more, at least
    `MIN_PER_CLASS` of each, and use more than a quarter of a pixel's range.
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
    brightest = int(images.pixels.max())
    if brightest <= DARKEST:
        raise DataError(
            f"{name}, development: expected pixels from 0 to 255, got none above {brightest}."
            f" Multiply the images, those of the test part too, by {255 // max(1, brightest)}."
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
            f" {some_of(unknown, 10)}. Remove them, or add such images to development."
        )
    dtype = np.min_scalar_type(len(classes) - 1)
    places = np.array([place.get(own, 0) for own in images.classes], dtype)
    images = replace(images, labels=places[images.labels], classes=classes)
    _require_every_class(images, f"{name}, test")
    return images


def require_alike(development: Images, test: Images, name: str | Path) -> None:
    """Nothing, if ink is bright or dark and of about the same range in both parts.

    Raises:
        DataError: the test images are the other way round, or scaled otherwise.
    """
    if are_opposite(development, test):
        raise DataError(
            f"{name}, test: expected ink and paper as in development, got them the other way round."
            " Turn one part (255 - image)."
        )
    brightest = int(test.pixels.max())
    if brightest <= DARKEST:
        raise DataError(
            f"{name}, test: expected pixels from 0 to 255 as in development, got none above"
            f" {brightest}. Scale them alike."
        )


def overlap(development: Images, test: Images) -> int:
    """How many test images are also, byte for byte, development images."""
    known = set(keys(development))
    return sum(key in known for key in keys(test))


def of_known_groups(development: Images, test: Images) -> np.ndarray | None:
    """Which test images come from a group that has development images too: shape (n,),
    bool; None where the groups of either part are not known.
    """
    if development.groups is None or test.groups is None:
        return None
    return np.isin(test.groups, development.groups)


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
        advice = "Add some of each, or number the classes without gaps."
        if missing == ["0"] == list(images.classes[:1]):
            last = images.classes[-1]
            advice = (
                f"The labels are 1 to {last}: number them from 0 (labels - 1), or where {last}"
                f" stands for 0, labels % {last}."
            )
        raise DataError(
            f"{name}: expected examples of each of {images.n_classes:,} classes"
            f" ({some_of(images.classes, 3)}), got none of {some_of(missing, 10)}. {advice}"
        )


def _sized(shape: tuple[int, ...]) -> str:
    return "x".join(str(length) for length in shape)
