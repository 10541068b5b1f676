"""Images that are nearly copies of another: moved by a pixel, one pixel changed, or
compressed anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from sevenfold.data.faults import first_alike, keys
from sevenfold.data.images import Images

if TYPE_CHECKING:
    from scipy.spatial import KDTree

Kind = Literal["one_pixel", "shifted", "recompressed"]
KINDS: tuple[Kind, ...] = get_args(Kind)

RADIUS = 6.5
"""Root mean square of grey levels. JPEG at quality 75 changes MNIST's training images
by 5.4 (95 % of them by 6.0 or less, at most 6.5; n = 200); no two of those 60,000 lie
within 7.4 of one another (26 November 2026)."""
CONTRAST = 0.25
"""Beyond this share of an image's own contrast a difference is no matter of
compression; faint images are all close to one another."""
_BLOCKS, _DIMENSIONS = 9, 8
_MOST_MEASURED, _MOST_FOUND = 10_000_000, 1_000_000
_AT_ONCE = 10_000


@dataclass(frozen=True)
class NearCopies:
    """Pairs of images that differ and are nearly the same.

    pairs: shape (k, 2), int64, places in what was searched, the smaller first; of exact
    copies only the first takes part. kinds: shape (k,), uint8, places in `KINDS`, the
    first that holds. distances: shape (k,), float64, root mean square of the difference
    of all pixels as they lie. radius: within which every pair was looked for.
    """

    pairs: np.ndarray
    kinds: np.ndarray
    distances: np.ndarray
    radius: float

    def __len__(self) -> int:
        return len(self.pairs)

    def count(self, kind: Kind) -> int:
        """How many pairs are of this kind."""
        return int(np.count_nonzero(self.kinds == KINDS.index(kind)))


def near_copies(images: Images, radius: float = RADIUS) -> NearCopies:
    """All pairs of these images that are nearly copies:

    - one_pixel: they differ in one pixel. Exact: such images agree on all even or on
      all odd places of a checkerboard, so pairs are found by a digest of either.
    - shifted: the middle of one, without its outermost pixels, is a part of the other,
      moved by at most one pixel in each direction; so are images that differ in their
      outermost pixels alone. Exact, by digests of the parts.
    - recompressed: they differ by at most `radius` (root mean square of grey levels)
      and a quarter of either's contrast. None is missed: pairs are found among sums
      over blocks, on axes of greatest variance, which are never further apart than the
      images (Faloutsos, Ranganathan and Manolopoulos 1994, "Fast subsequence matching
      in time-series databases"), and then measured. Where more than ten million would
      have to be measured, the radius is halved, and the result says so.

    Images whose middle has one value take no part, and at most a million pairs of a
    kind are told. A pair that is both moved and compressed anew is not found.
    """
    own = np.unique(first_alike(images))
    middle = _part(images.pixels, 0, 0).reshape(len(images), -1)
    own = own[middle[own].min(axis=1) < middle[own].max(axis=1)]
    distinct = images[own]
    near, radius = _recompressed(distinct.pixels, radius)
    found: dict[tuple[int, int], int] = {}
    for kind, some in enumerate((_one_pixel(distinct), _shifted(distinct), near)):
        for first, second in islice(some, _MOST_FOUND):
            found.setdefault((min(first, second), max(first, second)), kind)
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    kinds = np.array([found[first, second] for first, second in pairs.tolist()], np.uint8)
    return NearCopies(own[pairs], kinds, _distances(distinct.pixels, pairs), radius)


def _one_pixel(images: Images) -> Iterator[tuple[int, int]]:
    height, width = images.shape[:2]
    is_even = np.indices((height, width)).sum(axis=0) % 2 == 0
    for half in (is_even, ~is_even):
        for first, second in _equal(keys(_with(images, images.pixels[:, half]))):
            differs = images.pixels[first] != images.pixels[second]
            if differs.reshape(height, width, -1).any(axis=2).sum() == 1:
                yield first, second


def _shifted(images: Images) -> Iterator[tuple[int, int]]:
    middles: dict[bytes, list[int]] = {}
    for i, key in enumerate(keys(_with(images, _part(images.pixels, 0, 0)))):
        middles.setdefault(key, []).append(i)
    # What lies to the left of another has it to its right.
    for down in (-1, 0, 1):
        for right in (0, 1):
            for i, key in enumerate(keys(_with(images, _part(images.pixels, down, right)))):
                yield from ((i, j) for j in middles.get(key, ()) if i != j)


def _recompressed(pixels: np.ndarray, radius: float) -> tuple[Iterator[tuple[int, int]], float]:
    from scipy.spatial import KDTree

    if len(pixels) < 2:
        return iter(()), radius
    size = float(np.sqrt(pixels[0].size))
    points = _contracted(pixels)
    tree, some = KDTree(points), points[:: max(1, len(points) // 500)]
    while _n_near(tree, some, radius * size) * len(points) > 2 * _MOST_MEASURED:
        radius /= 2
    pairs = tree.query_pairs(radius * size, output_type="ndarray").astype(np.int64)
    contrast = np.concatenate([part.reshape(len(part), -1).std(axis=1) for part in _parts(pixels)])
    near = np.minimum(radius, CONTRAST * contrast[pairs].min(axis=1, initial=np.inf))
    within = pairs[_distances(pixels, pairs) <= near]
    return ((int(first), int(second)) for first, second in within), radius


def _n_near(tree: "KDTree", points: np.ndarray, radius: float) -> float:
    """Mean number of neighbours, as these points of the tree have them."""
    return float(np.mean(tree.query_ball_point(points, radius, return_length=True))) - 1.0


def _contracted(pixels: np.ndarray) -> np.ndarray:
    """Points (n, at most 8), float64, no further apart than the images: sums over
    blocks by the root of their size, on the axes along which these vary most.
    """
    n, height, width = pixels.shape[:3]
    rows, columns = (
        np.unique(np.linspace(0, side, min(side, _BLOCKS) + 1).astype(int))
        for side in (height, width)
    )
    sums = []
    for part in _parts(pixels.reshape(n, height, width, -1)):
        of_rows = np.add.reduceat(part.sum(axis=3, dtype=np.float32), rows[:-1], axis=1)
        sums.append(np.add.reduceat(of_rows, columns[:-1], axis=2))
    sizes = np.outer(np.diff(rows), np.diff(columns)) * (pixels[0].size // (height * width))
    points = (np.concatenate(sums) / np.sqrt(sizes)).reshape(n, -1).astype(np.float64)
    points -= points.mean(axis=0)
    _, axes = np.linalg.eigh(points.T @ points)
    return np.ascontiguousarray(points @ axes[:, -_DIMENSIONS:])


def _distances(pixels: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Root mean square differences of pairs (k, 2) of images, measured in pieces."""
    found = np.empty(len(pairs))
    for part, into in zip(_parts(pairs), _parts(found), strict=True):
        first, second = pixels[part.T].astype(np.float32)
        apart = (first - second).reshape(len(first), -1).astype(np.float64)
        into[:] = np.sqrt((apart**2).mean(axis=1))
    return found


def _parts(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Views of these rows that need little memory as floats."""
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


def _part(pixels: np.ndarray, down: int, right: int) -> np.ndarray:
    """Images without their outermost pixels, or the part of that size next to it."""
    height, width = pixels.shape[1:3]
    return pixels[:, 1 + down : height - 1 + down, 1 + right : width - 1 + right]


def _equal(keys_: list[bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of places with equal keys."""
    places: dict[bytes, list[int]] = {}
    for i, key in enumerate(keys_):
        for earlier in places.setdefault(key, []):
            yield earlier, i
        places[key].append(i)


def _with(images: Images, pixels: np.ndarray) -> Images:
    return Images(pixels, images.labels, images.classes)
