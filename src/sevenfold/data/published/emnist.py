"""EMNIST: its files lie on their side, its letters count from 1, and its classes have
names. Known by the names of its files alone (`emnist-letters-train-images-idx3-ubyte`);
a file with another name is never guessed to be of it.

Cohen, Afshar, Tapson and van Schaik (2017). EMNIST: an extension of MNIST to
handwritten letters. arXiv:1702.05373.
"""

import re
import string
from dataclasses import replace

import numpy as np

from sevenfold.data.images import Images

_CAPITALS = string.ascii_uppercase
_CLASSES = {
    "balanced": string.digits + _CAPITALS + "abdefghnqrt",
    "bymerge": string.digits + _CAPITALS + "abdefghnqrt",
    "byclass": string.digits + _CAPITALS + string.ascii_lowercase,
    "letters": _CAPITALS,
    "digits": string.digits,
    "mnist": string.digits,
}
"""One character for each class; small letters that look like capitals share a class."""

_SPLIT = re.compile(rf"(?<![a-z])emnist[-_]({'|'.join(_CLASSES)})(?![a-z])", re.IGNORECASE)


def upright(images: Images, name: str) -> Images:
    """These images, shape (n, h, w), as one reads them and with their classes named, if
    `name` is that of a file of EMNIST; else as they are.
    """
    split = _SPLIT.search(name)
    if split is None:
        return images
    classes, first = tuple(_CLASSES[split[1].lower()]), 0
    if split[1].lower() == "letters" and images.labels.min() > 0:
        first = 1
    labels = images.labels - np.asarray(first, images.labels.dtype)
    if labels.max() >= len(classes):  # not what EMNIST has, so nothing is known of it
        return images
    pixels = np.ascontiguousarray(images.pixels.transpose(0, 2, 1))
    return replace(images, pixels=pixels, labels=labels, classes=classes)
