"""How a network is trained, and the numbers that follow from it for every engine
alike.
"""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sevenfold.records import Record
from sevenfold.warp import WarpSettings

Precision = Literal["float32", "mixed_bfloat16"]
"""Of the factors of matrix products in training."""


class TrainingSettings(Record):
    """Optimizer, schedule, batch size and epochs of one fit.

    `schedule` scales `learning_rate` over the fit: `constant`; `cosine` falls to zero
    along half a cosine (Loshchilov and Hutter 2017); `step` multiplies by 0.1 after
    half and again after three quarters of the epochs. `label_smoothing` mixes the
    target with the uniform distribution (Szegedy et al. 2016). With `distortion` above
    zero every training image is drawn anew, distorted, in every epoch (`jax` only):
    `warp` is the full dose, `distortion` the share of it that is taken, and over the
    last `distortion_fade` of the epochs it falls towards half of that. `photometric` is
    the share of each batch whose ink and paper are changed as well (`jax` only; see
    `photometric`). With `hard_examples` above zero (`jax` only) that share of an
    epoch's visits goes to training images in proportion to a running mean of how far
    the network was from their labels (after Loshchilov and Hutter 2016; see
    `engine._hard_examples`).
    `mixed_bfloat16` rounds the factors of the matrix products and keeps the weights in
    float32 (`jax` only; Micikevicius et al. 2018 for float16).
    """

    n_epochs: Annotated[int, Field(ge=1, le=100_000)]
    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 128
    optimizer: Literal["sgd", "rmsprop", "adam"] = "rmsprop"
    learning_rate: Annotated[float, Field(gt=0.0, le=10.0)] = 1e-3
    schedule: Literal["constant", "cosine", "step"] = "constant"
    label_smoothing: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    distortion: Annotated[float, Field(ge=0.0, le=3.0)] = 0.0
    distortion_fade: Annotated[float, Field(ge=0.0, le=1.0)] = 0.1
    warp: WarpSettings = WarpSettings()
    photometric: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    hard_examples: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    precision: Precision = "float32"


def n_updates_per_epoch(n_examples: int, batch_size: int) -> int:
    """Updates in an epoch; the last, partial batch counts."""
    return math.ceil(n_examples / batch_size)


def learning_rates(settings: TrainingSettings, n_examples: int) -> np.ndarray:
    """The learning rate of every update: shape (n_epochs, n_updates), float32."""
    n_updates = n_updates_per_epoch(n_examples, settings.batch_size)
    progress = np.arange(settings.n_epochs * n_updates) / n_updates / settings.n_epochs
    match settings.schedule:
        case "constant":
            factor = np.ones_like(progress)
        case "cosine":
            factor = 0.5 * (1.0 + np.cos(np.pi * progress))
        case "step":
            factor = np.where(progress < 0.5, 1.0, np.where(progress < 0.75, 0.1, 0.01))
    return (
        (settings.learning_rate * factor).astype(np.float32).reshape(settings.n_epochs, n_updates)
    )


def distortions(settings: TrainingSettings) -> np.ndarray:
    """The share of the full dose that each epoch distorts its images by: shape
    (n_epochs,), float32.
    """
    left = (settings.n_epochs - np.arange(settings.n_epochs)) / settings.n_epochs
    faded = np.clip(left / max(settings.distortion_fade, 1e-9), 0.0, 1.0)
    return (settings.distortion * (0.5 + 0.5 * faded)).astype(np.float32)


def batch_order(n_examples: int, seed: int, epoch: int) -> np.ndarray:
    """The order in which epoch `epoch` (from 0) visits the examples: a permutation of
    range(n), int32.

    It depends on nothing but its arguments, so that engines, repeats and continued fits
    all see the same batches.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 0x0BA7C4], counter=[0, 0, 0, epoch]))
    return rng.permutation(n_examples).astype(np.int32)
