"""Units: images that must be on one side of every division, and how units are dealt out
so that each side has its share of each class.
"""

import math
from collections.abc import Iterable

import numpy as np

from sevenfold.data.faults import first_alike
from sevenfold.data.images import Images

N_SHUFFLES = 50
"""Orders in which units are dealt; the one nearest to exact strata is taken."""

_MANY = 200_000
"""Dealing so many units takes seconds, and few orders of them do as well as many."""


def units_of(images: Images) -> np.ndarray:
    """For each image the index of the first one of its unit: shape (n,), int64. Exact
    copies are one unit, and images of one group, and whatever these tie together.

    >>> pixels = np.arange(4, dtype=np.uint8).repeat(4).reshape(4, 2, 2)
    >>> pixels[3] = pixels[0]
    >>> groups = np.array(["a", "b", "b", "c"])
    >>> units_of(Images(pixels, np.zeros(4, np.uint8), ("0",), groups)).tolist()
    [0, 1, 1, 0]
    """
    first = first_alike(images)
    if images.groups is None:
        return first
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(first)
    group = np.unique(images.groups, return_inverse=True)[1] + n
    n_nodes = int(group.max()) + 1
    ties = coo_array((np.ones(n, np.int8), (first, group)), shape=(n_nodes, n_nodes))
    unit = connected_components(ties, directed=False)[1][first]
    _, where, place = np.unique(unit, return_index=True, return_inverse=True)
    return np.asarray(where[place], np.int64)


def n_shuffles(n_units: int) -> int:
    """How many orders of so many units are tried."""
    return max(1, min(N_SHUFFLES, _MANY // n_units))


def deal(
    unit: np.ndarray, labels: np.ndarray, targets: np.ndarray, orders: Iterable[np.ndarray]
) -> np.ndarray:
    """The part of each unit: shape (n_units,), int64.

    unit, labels: shape (n,), for each image the number of its unit, from 0, and its
    class. targets: shape (n_parts, n_classes), how many images of each class each part
    should have. orders: permutations of the units; for each, units go one by one to the
    part that lacks most classes that they have, then to the one whose counts come
    nearest to its targets (least squares, each class weighed by one over its size). The
    best of these divisions is given, by the same measure.
    """
    from scipy.sparse import coo_array

    shape = (int(unit.max()) + 1, targets.shape[1])
    counts = coo_array((np.ones(len(unit)), (unit, labels)), shape=shape).tocsr()
    counts.sum_duplicates()
    weights = 1.0 / np.maximum(targets.sum(axis=0), 1.0)
    best, least = np.empty(0, np.int64), (math.inf, math.inf)
    for order in orders:
        parts, found = np.empty(shape[0], np.int64), np.zeros_like(targets, dtype=np.float64)
        for one in order.tolist():
            own = slice(counts.indptr[one], counts.indptr[one + 1])
            classes, n = counts.indices[own], counts.data[own]
            held = found[:, classes]
            n_new = (held == 0).sum(axis=1)
            off = ((held - targets[:, classes]) * (n * weights[classes])).sum(axis=1)
            part = int(np.lexsort((off, -n_new))[0])
            parts[one] = part
            found[part, classes] += n
        score = (float((found == 0).sum()), float(((found - targets) ** 2 * weights).sum()))
        if score < least:
            best, least = parts, score
    return best
