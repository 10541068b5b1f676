"""Images of digits with their labels, and the one way they become a network's input."""

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Images:
    """Labelled images.

    images: shape (n, 28, 28), uint8, 0 is paper and 255 is ink. labels: shape (n,),
    uint8, 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, indices: np.ndarray) -> "Images":
        """The digits at `indices` (an index array or a mask)."""
        return Images(self.images[indices], self.labels[indices])

    def sha256(self) -> "hashlib._Hash":
        """SHA-256 over the pixels and then the labels, to which more may be added."""
        return hashlib.sha256(self.images.tobytes() + self.labels.tobytes())


def prepare(images: np.ndarray) -> np.ndarray:
    """Network inputs: (n, 28, 28) uint8 becomes (n, 784) float32 in [0, 1].

    The divisor is 255, the largest value that the type can hold, so nothing is learned
    from any data here.
    """
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255.0)
