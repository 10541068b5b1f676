"""Labelled images of any size, and the one way they become a network's input."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from sevenfold.data.class_names import natural

Part = Literal["development", "test"]
"""The two parts of a data set: what may be looked at, and what is kept for the end."""

Size = tuple[int, int]
"""Height and width in pixels."""


@dataclass(frozen=True)
class Images:
    """Labelled images.

    pixels: shape (n, h, w) or (n, h, w, c), uint8. labels: shape (n,), unsigned, the
    place of each image's class in `classes`, which holds their names. groups: shape
    (n,), texts, the name of each image's source (a writer, a page, a camera), which is
    called the same in both parts; None where sources are not known. narrow_labels:
    classes that distortions may turn only a little, because they would come to look
    like one another. notes: what was done to them when they were read, in sentences.
    aspects: texts by name, shape (n,), what else is known of each image (its
    population).
    """

    pixels: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray | None = None
    narrow_labels: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    aspects: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, indices: np.ndarray) -> "Images":
        """The images at `indices` (an index array or a mask)."""
        groups = None if self.groups is None else self.groups[indices]
        return replace(
            self,
            pixels=self.pixels[indices],
            labels=self.labels[indices],
            groups=groups,
            aspects={name: values[indices] for name, values in self.aspects.items()},
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one image: (h, w) or (h, w, c)."""
        return self.pixels.shape[1:]

    @property
    def n_groups(self) -> int | None:
        """How many groups these images come from; None where groups are not known."""
        return None if self.groups is None else len(np.unique(self.groups))

    @property
    def n_inputs(self) -> int:
        """Numbers that a network sees of one image."""
        return math.prod(self.shape)

    @property
    def n_classes(self) -> int:
        """Number of classes, those without an image included."""
        return len(self.classes)

    @property
    def class_counts(self) -> np.ndarray:
        """Images of each class: shape (n_classes,), int64."""
        return np.bincount(self.labels, minlength=self.n_classes)

    def sha256(self) -> "hashlib._Hash":
        """SHA-256 over the pixels and then the labels, to which more may be added."""
        digest = hashlib.sha256(np.ascontiguousarray(self.pixels).data)
        digest.update(self.labels.tobytes())
        return digest


def numbered(pixels: np.ndarray, labels: np.ndarray) -> Images:
    """Images whose classes are the numbers from 0 to the largest label; labels, shape
    (n,), n at least 1, become the smallest unsigned type.

    >>> numbered(np.zeros((2, 5, 4), np.uint8), np.array([0, 2])).classes
    ('0', '1', '2')
    """
    largest = int(labels.max())
    dtype = np.min_scalar_type(largest)
    classes = tuple(str(number) for number in range(largest + 1))
    return Images(pixels, labels.astype(dtype, copy=False), classes)


def joined(pieces: Sequence[Images]) -> Images:
    """Images of one shape in one, behind one another, each label counted among the
    classes of all, which stand in natural order. Groups are known where every piece
    knows its own.
    """
    if len(pieces) == 1:
        return pieces[0]
    classes = tuple(sorted({name for piece in pieces for name in piece.classes}, key=natural))
    place = {name: label for label, name in enumerate(classes)}
    dtype = np.min_scalar_type(len(classes) - 1)
    labels = [
        np.array([place[name] for name in piece.classes], dtype)[piece.labels] for piece in pieces
    ]
    groups = [piece.groups for piece in pieces if piece.groups is not None]
    return Images(
        np.concatenate([piece.pixels for piece in pieces]),
        np.concatenate(labels),
        classes,
        groups=np.concatenate(groups) if len(groups) == len(pieces) else None,
        notes=tuple(dict.fromkeys(note for piece in pieces for note in piece.notes)),
    )


def prepare(pixels: np.ndarray) -> np.ndarray:
    """Network inputs: (n, h, w) or (n, h, w, c) uint8 becomes (n, h * w * c) float32 in
    [0, 1].

    The divisor is 255, the largest value that the type can hold, so nothing is learned
    from any data here.
    """
    return pixels.reshape(len(pixels), -1).astype(np.float32) / np.float32(255.0)
