"""What must hold for any digits: every class present, enough of each, no image in both
development and test.
"""

from pathlib import Path

import numpy as np

from sevenfold.data.images import Images
from sevenfold.errors import DataError

MIN_PER_CLASS = 20
"""Fewer development digits of a class than this and a validation part holds too few to
say anything.
"""

BRIGHT = 200
INVERTED = (
    "The digits seem to be dark ink on bright paper. Expected ink 255 on paper 0, as MNIST has it:"
    " invert the images (255 - image)."
)


def require_development(images: Images, name: str | Path) -> Images:
    """These development digits, if there are at least `MIN_PER_CLASS` of each class and
    they hold more than 0s and 1s.
    """
    _require_every_class(images, f"{name}, development")
    counts = np.bincount(images.labels, minlength=10)
    if counts.min() < MIN_PER_CLASS:
        raise DataError(
            f"{name}, development: expected at least {MIN_PER_CLASS} examples of each digit, got"
            f" {counts.min()} of digit {counts.argmin()}. With fewer, validation says nothing; add"
            " examples."
        )
    if images.pixels.max() <= 1:
        raise DataError(
            f"{name}, development: expected pixels from 0 to 255, got none above 1. Multiply the"
            " images by 255."
        )
    return images


def require_test(images: Images, name: str | Path) -> Images:
    """These test digits, if every class is there."""
    _require_every_class(images, f"{name}, test")
    return images


def seems_inverted(images: Images) -> bool:
    """Whether the outermost pixels are mostly bright, as where ink is dark on white
    paper instead of 255 on 0.

    >>> white = np.full((3, 28, 28), 255, np.uint8)
    >>> seems_inverted(Images(white, np.zeros(3, np.uint8), ("0",)))
    True
    """
    pixels = images.pixels
    edge = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    return bool(2 * np.count_nonzero(edge >= BRIGHT) > edge.size)


def n_duplicates(images: Images) -> int:
    """How many images are exact copies of an earlier one.

    >>> alike = np.zeros((3, 28, 28), np.uint8)
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
    missing = np.flatnonzero(np.bincount(images.labels, minlength=10) == 0)
    if len(missing):
        which = ", ".join(str(digit) for digit in missing)
        raise DataError(
            f"{name}: expected examples of every digit from 0 to 9, got none of {which}. Add some"
            " of each."
        )


def _distinct(images: Images) -> set[bytes]:
    return {image.tobytes() for image in images.pixels}
