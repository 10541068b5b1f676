"""A test part for data that came without one.

Which images are set aside follows from the images alone, not from the order of files,
so that it can be done again when the sealed test part is opened.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np

from sevenfold.data.images import Images, Part
from sevenfold.data.units import deal, n_shuffles, units_of
from sevenfold.errors import DataError

N_LEAST = 10
SET_ASIDE = (
    "The data came without a test part: {:.1f} % of the images are set aside as one, and sealed."
)

_WORD = b"sevenfold set aside"
_AT_ONCE = 1_000


def n_set_aside(n: int) -> int:
    """How many of a class's `n` images become test images: a sixth, or ten where these
    are no more than a third, or a third.

    >>> [n_set_aside(n) for n in (10, 30, 48, 600)]
    [3, 10, 10, 100]
    """
    return max(n // 6, min(N_LEAST, n // 3))


def separate(images: Images, name: str, *, in_place: bool = False) -> dict[Part, Images]:
    """The images in two parts, each in their order; `n_set_aside` of each class in the
    test part, or fewer where copies, which stay on one side, do not fit. Groups, where
    they are known, stay whole, and the numbers are the nearest that this allows.

    Images are taken in the order of SHA-256 over a fixed word and the image; groups in
    that of the least of theirs, and in orders that follow from it.

    in_place: the development part takes over the memory of `images`, which are lost;
    what was set aside is wiped out there.

    Raises:
        DataError: none of a class can be set aside, since all are copies or of one
        group. `name` is for messages.
    """
    rank = _ranks(images)
    chosen = _chosen(images, rank) if images.groups is None else _chosen_groups(images, rank)
    for part in (~chosen, chosen):
        counts = np.bincount(images.labels[part], minlength=images.n_classes)
        lacking = np.flatnonzero(counts == 0)
        if len(lacking):
            raise DataError(
                f"{name}: expected images of class {images.classes[lacking[0]]} that can be set"
                " aside as a test part, got only copies of few images, or images of few groups."
                " Add others, or bring a test part."
            )
    test = images[chosen]
    if not (in_place and _made_writeable(images.pixels)):
        return {"development": images[~chosen], "test": test}
    without_pixels = replace(images, pixels=np.zeros((len(images), 0), np.uint8))[~chosen]
    pixels = _moved_to_the_front(images.pixels, np.flatnonzero(~chosen))
    return {"development": replace(without_pixels, pixels=pixels), "test": test}


def _made_writeable(pixels: np.ndarray) -> bool:
    """Whether it can be; readers lock what they have read."""
    try:
        pixels.setflags(write=True)
    except ValueError:
        return False
    return True


def _moved_to_the_front(pixels: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The images at the places `kept`, which ascend, moved there a few at a time."""
    for start in range(0, len(kept), _AT_ONCE):
        places = kept[start : start + _AT_ONCE]
        pixels[start : start + len(places)] = pixels[places]
    pixels[len(kept) :] = 0
    return pixels[: len(kept)]


def _chosen(images: Images, rank: np.ndarray) -> np.ndarray:
    """Which images are set aside, by what they are alone."""
    labels, counts = images.labels.tolist(), images.class_counts.tolist()
    wanted = [n_set_aside(n) for n in counts]
    order = np.argsort(rank, kind="stable").tolist()
    copies = [list(alike) for _, alike in groupby(order, key=rank.tolist().__getitem__)]
    taken = [0] * images.n_classes
    chosen = np.zeros(len(images), bool)

    def take(members: list[int], most: list[int], *, for_lack: bool) -> None:
        # A million images have a million ranks: no Counter, which takes a microsecond.
        added: dict[int, int] = {}
        for i in members:
            added[labels[i]] = added.get(labels[i], 0) + 1
        if for_lack and all(taken[label] for label in added):
            return
        if all(taken[label] + n <= most[label] for label, n in added.items()):
            for label, n in added.items():
                taken[label] += n
            chosen[members] = True

    for members in copies:
        take(members, wanted, for_lack=False)
    # Classes of images with more copies than that: one of them, if as many remain.
    for members in copies if 0 in taken else ():
        take(members, [n // 2 for n in counts], for_lack=True)
    return chosen


def _chosen_groups(images: Images, rank: np.ndarray) -> np.ndarray:
    """Which images are set aside, by whole groups."""
    _, unit = np.unique(units_of(images), return_inverse=True)
    least = np.full(int(unit.max()) + 1, len(rank))
    np.minimum.at(least, unit, rank)
    wanted = np.array([n_set_aside(n) for n in images.class_counts])
    targets = np.stack([images.class_counts - wanted, wanted])
    return np.asarray(deal(unit, images.labels, targets, _orders(least))[unit] == 1)


def _orders(least: np.ndarray) -> Iterator[np.ndarray]:
    """Orders of units that follow from the ranks of their first images."""
    for number in range(n_shuffles(len(least))):
        keys = [hashlib.sha256(_WORD + f"{number} {rank}".encode()).digest() for rank in least]
        yield np.array(sorted(range(len(least)), key=keys.__getitem__))


def _ranks(images: Images) -> np.ndarray:
    """The place of each image among all in the order of SHA-256; copies share one."""
    keys = [hashlib.sha256(_WORD + image.tobytes()).hexdigest() for image in images.pixels]
    return np.unique(np.array(keys, "S64"), return_inverse=True)[1]
