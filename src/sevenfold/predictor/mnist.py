"""MNIST's own way from a picture of one digit to 28 x 28 pixels."""

import numpy as np

SIDE, BOX, SMALLEST = 28, 20, 10

PREPARED_SO = frozenset({"mnist", "mnist-5k", "qmnist", "emnist-digits", "emnist-letters"})
"""Data sets whose images were made by this rule, or so nearly that it reads as well."""


def centred(ink: np.ndarray, *, inverted: bool) -> np.ndarray:
    """Ink, shape (h, w), float from 0 (none) to 1, with some above 0, as MNIST would
    have it: shape (28, 28), uint8; turned, ink 0 on paper 255, where training saw every
    image so.

    The rule of MNIST's makers as QMNIST's reconstructed it (Yadav and Bottou 2019,
    "Cold case: the lost MNIST digits"): the box around the ink, made square by its
    longer side and no smaller than 10, becomes 20 x 20 by area; the brightest pixel
    255; the centre of mass lies in the pixel of row and column 14.
    """
    box = _square(ink)
    rows, columns = (_areas(length, BOX) for length in box.shape)
    small = rows @ box @ columns.T
    grey = np.floor(255.0 * small / min(1.0, float(small.max())) + 0.5).clip(0, 255)
    total = grey.sum()
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (
        int(
            np.clip(np.trunc(15.0 - grey.sum(axis=1 - axis) @ (np.arange(BOX) + 0.5) / total), 0, 8)
        )
        for axis in (0, 1)
    )
    image[top : top + BOX, left : left + BOX] = grey
    return 255 - image if inverted else image


def _square(ink: np.ndarray) -> np.ndarray:
    """What lies around the ink, as a square with the ink in its middle."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(*box.shape, SMALLEST)
    before = [(side - length) // 2 for length in box.shape]
    square = np.zeros((side, side))
    square[before[0] : before[0] + box.shape[0], before[1] : before[1] + box.shape[1]] = box
    return square


def _areas(n: int, n_out: int) -> np.ndarray:
    """Means over equal shares of n pixels: shape (n_out, n), rows that sum to one."""
    edges = np.arange(n_out + 1) * (n / n_out)
    starts, ends = edges[:-1, None], edges[1:, None]
    pixel = np.arange(n)
    shared = np.minimum(ends, pixel + 1) - np.maximum(starts, pixel)
    return np.asarray(np.maximum(shared, 0.0) * (n_out / n))
