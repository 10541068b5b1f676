"""Section 8, a second number: what the network that counts says on average over
distorted copies of each test image.
"""

import numpy as np

from sevenfold.data import Images
from sevenfold.engine import Engine, predict
from sevenfold.networks import Weights
from sevenfold.records import Record
from sevenfold.statistics import GroupedPairedTest, Share, grouped_mcnemar, share
from sevenfold.terminal import Advance
from sevenfold.validation import Configuration
from sevenfold.warp import warp

SHARE_OF_DOSE = 0.5
"""Of what training distorted by: on held-out images as good as the whole
(docs/decisions.md).
"""
PIXELS_AT_ONCE = 1 << 23
"""Of images that are distorted together, so that it takes some 500 MB at most."""
LEAST = 1e-12
"""What a probability counts as at least, so that none forbids a class."""


class Averaged(Record):
    """The network that counts, averaged over `n_draws` copies of each test image, each
    distorted by `dose` of the full dose. test: these answers against those for the
    images as they are.
    """

    n_draws: int
    dose: float
    n_errors: int
    accuracy: Share
    test: GroupedPairedTest


def averaged(
    configuration: Configuration,
    weights: Weights,
    images: Images,
    n_draws: int,
    engine: Engine,
    advance: Advance,
) -> np.ndarray:
    """Probabilities (n, n_classes), float32: log-probabilities averaged over copies
    that are drawn by half the distortion of training, without the image itself (Sato,
    Nishimura and Yokoi 2015).

    Labels say nothing here: classes that training turned less are turned as others are.
    `advance` is called after each draw.
    """
    training = configuration.training
    settings = training.warp.model_copy(update={"narrow_labels": ()})
    dose, at_once = SHARE_OF_DOSE * training.distortion, max(1, PIXELS_AT_ONCE // images.n_inputs)
    starts = range(0, len(images), at_once)
    total = np.zeros((len(images), images.n_classes))
    for draw in range(n_draws):
        for number, start in enumerate(starts, draw * len(starts)):
            part = slice(start, start + at_once)
            copies = warp(
                images.pixels[part], np.zeros_like(images.labels[part]), settings, number, dose
            )
            told = predict(configuration.network, weights, copies, engine=engine)
            total[part] += np.log(np.maximum(told, LEAST))
        advance()
    likely = np.exp(total / n_draws)
    found: np.ndarray = (likely / likely.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def against_itself(
    configuration: Configuration,
    labels: np.ndarray,
    averages: np.ndarray,
    alone: np.ndarray,
    groups: np.ndarray | None,
    n_draws: int,
) -> Averaged:
    """What averages (n, n_classes) are worth beside the answers for the images as they
    are, on images of these labels and groups (n,).
    """
    right, right_alone = (p.argmax(axis=1) == labels for p in (averages, alone))
    return Averaged(
        n_draws=n_draws,
        dose=SHARE_OF_DOSE * configuration.training.distortion,
        n_errors=int((~right).sum()),
        accuracy=share(right, groups),
        test=grouped_mcnemar(right, right_alone, groups),
    )
