"""What is odd about images and does not stop a run, but has to be said before the first
training.
"""

import hashlib
from dataclasses import replace

import numpy as np

from sevenfold.data.images import Images

MANY_COPIES = 0.01
"""A share of copies above this is a fault of the data."""

_MIDDLE = 128
_APART = 48
"""Steps of 255 between ink and paper; scans of pencil on grey paper have more."""


def warnings(images: Images) -> list[str]:
    """All that is odd about these development images, a sentence or two each; also what
    was done to them when they were read.
    """
    about_all = (text for text in (_polarity(images), _range(images)) if text)
    return [*images.notes, *about_all, *faulty(images)]


def faulty(images: Images) -> list[str]:
    """What is odd about single images: copies, copies with two labels, classes of one
    image, images without any contrast.
    """
    alike = first_alike(images)
    return [text for text in (_copies(alike), *_labels(images, alike), _flat(images)) if text]


def paper_of(images: Images) -> int:
    """How bright the outermost pixels are: their median, from 0 to 255.

    >>> paper = np.full((3, 8, 8), 170, np.uint8)
    >>> paper_of(Images(paper, np.zeros(3, np.uint8), ("0",)))
    170
    """
    return int(np.median(_edge(_greys(images))))


def seems_inverted(images: Images) -> bool:
    """Whether ink seems to be dark on bright paper: the outermost pixels are mostly
    alike and bright, and more of the middle is darker than they than brighter.

    >>> paper = np.full((3, 8, 8), 170, np.uint8)
    >>> paper[:, 3:5, 3:5] = 30
    >>> seems_inverted(Images(paper, np.zeros(3, np.uint8), ("0",)))
    True
    """
    return _paper_and_ink(images) is not None


def are_opposite(one: Images, other: Images) -> bool:
    """Whether ink seems dark on bright paper in one and bright on dark in the other;
    photographs, which are neither, are opposite to nothing.
    """
    return any(
        seems_inverted(images) and seems_inverted(replace(rest, pixels=255 - rest.pixels))
        for images, rest in ((one, other), (other, one))
    )


def n_duplicates(images: Images) -> int:
    """How many images are exact copies of an earlier one.

    >>> alike = np.zeros((3, 5, 4), np.uint8)
    >>> n_duplicates(Images(alike, np.zeros(3, np.uint8), ("0",)))
    2
    """
    return len(images) - len(np.unique(first_alike(images)))


def first_alike(images: Images) -> np.ndarray:
    """For each image the index of the first with the same pixels: shape (n,), int64.
    Copies have the same number, and could be kept together by it.
    """
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(key, i) for i, key in enumerate(keys(images))], np.int64)


def keys(images: Images) -> list[bytes]:
    """16 bytes for each image, equal where its pixels are."""
    return [
        hashlib.blake2b(image, digest_size=16).digest()
        for image in np.ascontiguousarray(images.pixels)
    ]


def _paper_and_ink(images: Images) -> tuple[int, int] | None:
    """How bright paper and ink are, where the paper is bright and the ink dark."""
    pixels = _greys(images)
    height, width = pixels.shape[1:]
    edge = _edge(pixels)
    paper = float(np.median(edge))
    middle = pixels[:, height // 4 : height - height // 4, width // 4 : width - width // 4]
    dark = middle[middle < paper - _APART]
    n_bright = np.count_nonzero(middle > paper + _APART)
    is_paper = np.count_nonzero(np.abs(edge - paper) < _APART) > edge.size / 2
    if paper < _MIDDLE or not is_paper or len(dark) <= n_bright:
        return None
    return int(paper), int(np.median(dark))


def _greys(images: Images) -> np.ndarray:
    """Shape (n, h, w): a pixel's value, or the mean over its channels."""
    return images.pixels if images.pixels.ndim == 3 else images.pixels.mean(axis=3)


def _edge(pixels: np.ndarray) -> np.ndarray:
    """The outermost pixels of each image, the corners twice: shape (n, n_edge)."""
    return np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)


def _polarity(images: Images) -> str:
    found = _paper_and_ink(images)
    if found is None:
        return ""
    paper, ink = found
    return (
        f"The images seem to be dark ink ({ink}) on bright paper ({paper}). Expected bright ink on"
        " dark paper, as MNIST has it: turn them with --invert, or leave it out if it is what made"
        " them so. Nothing is turned by itself."
    )


def _range(images: Images) -> str:
    brightest = int(images.pixels.max())
    if brightest >= _MIDDLE:
        return ""
    return (
        f"No pixel is brighter than {brightest} of 255. If the images are not meant to be so dark,"
        f" multiply them by {255 // max(1, brightest)}."
    )


def _copies(alike: np.ndarray) -> str:
    n_all = len(alike)
    n = n_all - len(np.unique(alike))
    if n == 0:
        return ""
    is_one = n == 1
    counted = f"{n:,} of {n_all:,} images {'is an exact copy' if is_one else 'are exact copies'}"
    if n <= MANY_COPIES * n_all:
        return f"{counted} of another."
    return (
        f"A fault of the data: {counted} of another ({100 * n / n_all:.1f} %). A score on copies of"
        " what was trained on is too kind; remove them."
    )


def _labels(images: Images, alike: np.ndarray) -> list[str]:
    """One image with two labels, and classes of one image."""
    pairs = np.divmod(np.unique(alike * images.n_classes + images.labels), images.n_classes)
    found = []
    several = np.unique(pairs[0], return_counts=True)[1] > 1
    if n := int(several.sum()):
        found.append(
            f"{n:,} {'image has' if n == 1 else 'images have'} two labels or more in copies of"
            f" {'itself' if n == 1 else 'themselves'}; at most one can be right."
        )
    distinct = np.bincount(pairs[1], minlength=images.n_classes)
    if single := [images.classes[label] for label in np.flatnonzero(distinct == 1)]:
        found.append(f"Every image of class {', '.join(single[:5])} is the same.")
    return found


def _flat(images: Images) -> str:
    rows = images.pixels.reshape(len(images), -1)
    n = int(np.count_nonzero(rows.min(axis=1) == rows.max(axis=1)))
    if n == 0:
        return ""
    return f"{n:,} {'image has' if n == 1 else 'images have'} the same value in every pixel."
