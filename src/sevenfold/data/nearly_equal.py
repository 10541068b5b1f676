"""How many images of two parts are nearly copies of another, within and across them."""

import numpy as np

from sevenfold.data.alike import near_copies
from sevenfold.data.images import Images
from sevenfold.records import Record

MOST_VALUES = 100_000_000
"""Values of pixels beyond which nothing is compared: MNIST's 70,000 have 55 million and
take half a minute."""


class NearlyEqual(Record):
    """Pairs of nearly equal images among n of two parts, by kind (see `near_copies`).

    across: with an image in each part. two_labels: whose labels differ. radius: within
    which pairs that were compressed anew were looked for, in grey levels.
    """

    n: int
    one_pixel: int
    shifted: int
    recompressed: int
    across: int
    two_labels: int
    radius: float

    @property
    def n_pairs(self) -> int:
        """Pairs of any kind."""
        return self.one_pixel + self.shifted + self.recompressed


def nearly_equal(
    first: Images, second: Images, most_values: int = MOST_VALUES
) -> NearlyEqual | None:
    """Count nearly equal pairs among the images of two parts of one shape; None where
    they have more than `most_values` values of pixels.
    """
    if first.pixels.size + second.pixels.size > most_values:
        return None
    pixels = np.concatenate([first.pixels, second.pixels])
    labels = np.concatenate([first.labels, second.labels])
    found = near_copies(Images(pixels, labels, first.classes))
    in_second = found.pairs >= len(first)
    return NearlyEqual(
        n=len(labels),
        one_pixel=found.count("one_pixel"),
        shifted=found.count("shifted"),
        recompressed=found.count("recompressed"),
        across=int((in_second[:, 0] != in_second[:, 1]).sum()),
        two_labels=int((labels[found.pairs[:, 0]] != labels[found.pairs[:, 1]]).sum()),
        radius=found.radius,
    )
