"""A test part for data that came without one.

Which images are set aside follows from the images alone, not from the order of files,
so that it can be done again when the sealed test part is opened.
"""

import hashlib
from itertools import groupby

import numpy as np

from sevenfold.data.images import Images, Part
from sevenfold.errors import DataError

N_LEAST = 10
SET_ASIDE = (
    "The data came without a test part: {:.1f} % of the images are set aside as one, and sealed."
)

_WORD = b"sevenfold set aside"


def n_set_aside(n: int) -> int:
    """How many of a class's `n` images become test images: a sixth, or ten where these
    are no more than a third, or a third.

    >>> [n_set_aside(n) for n in (10, 30, 48, 600)]
    [3, 10, 10, 100]
    """
    return max(n // 6, min(N_LEAST, n // 3))


def separate(images: Images, name: str) -> dict[Part, Images]:
    """The images in two parts, each in their order; `n_set_aside` of each class in the
    test part, or fewer where copies or groups, which stay on one side, do not fit.

    Images are taken in the order of SHA-256 over a fixed word and the image.

    Raises:
        DataError: none of a class can be set aside, since all are copies or of one
        group. `name` is for messages.
    """
    chosen = np.zeros(len(images), bool)
    chosen[_chosen(images)] = True
    test = images[chosen]
    lacking = np.flatnonzero(test.class_counts == 0)
    if len(lacking):
        raise DataError(
            f"{name}: expected images of class {images.classes[lacking[0]]} that can be set aside"
            " as a test part, got only copies of few images, or images of few groups. Add others,"
            " or bring a test part."
        )
    return {"development": images[~chosen], "test": test}


def _chosen(images: Images) -> list[int]:
    labels, counts = images.labels.tolist(), images.class_counts.tolist()
    wanted = [n_set_aside(n) for n in counts]
    units = _units(images)
    taken = [0] * images.n_classes
    chosen: list[int] = []

    def take(members: list[int], most: list[int], *, for_lack: bool) -> None:
        # A million images are a million units: no Counter, which takes a microsecond.
        added: dict[int, int] = {}
        for i in members:
            added[labels[i]] = added.get(labels[i], 0) + 1
        if for_lack and all(taken[label] for label in added):
            return
        if all(taken[label] + n <= most[label] for label, n in added.items()):
            for label, n in added.items():
                taken[label] += n
            chosen.extend(members)

    for members in units:
        take(members, wanted, for_lack=False)
    # Classes whose groups are all larger than that: one of them, if as many remain.
    for members in units if 0 in taken else ():
        take(members, [n // 2 for n in counts], for_lack=True)
    return chosen


def _units(images: Images) -> list[list[int]]:
    """The indices of images that must be on one side together, in the order of the
    least SHA-256 among them.
    """
    keys = [hashlib.sha256(_WORD + image.tobytes()).hexdigest() for image in images.pixels]
    rank = np.unique(np.array(keys, "S64"), return_inverse=True)[1]
    unit = rank if images.groups is None else _joined(rank, images.groups)
    order = np.argsort(unit, kind="stable").tolist()
    return [list(members) for _, members in groupby(order, key=unit.tolist().__getitem__)]


def _joined(rank: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """For each image the least rank among those that copies and groups tie to it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    group = np.unique(groups, return_inverse=True)[1] + rank.max() + 1
    n = int(group.max()) + 1
    ties = coo_array((np.ones(len(rank), np.int8), (rank, group)), shape=(n, n))
    component = connected_components(ties, directed=False)[1][rank]
    least = np.full(component.max() + 1, n)
    np.minimum.at(least, component, rank)
    return np.asarray(least[component])
