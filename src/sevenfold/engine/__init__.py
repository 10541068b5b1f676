"""Training and scoring of dense networks behind one door.

`fit` and `predict` take the same arguments and give the same results whichever engine works behind them: `keras` is Keras's own
`fit` on TensorFlow, the reference; `jax` is a fused loop that runs whole epochs as one compiled call.
"""

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np

from sevenfold.datasets import Digits
from sevenfold.engine.results import FitResult, FitState, History
from sevenfold.engine.settings import TrainingSettings
from sevenfold.networks import NetworkSpec, Weights

Engine = Literal["jax", "keras"]


class _Loop(Protocol):
    """What a module behind the door offers."""

    @property
    def fit(self) -> Callable[..., FitResult]: ...

    @property
    def predict(self) -> Callable[[NetworkSpec, Weights, np.ndarray], np.ndarray]: ...


__all__ = ["Engine", "FitResult", "FitState", "History", "TrainingSettings", "fit", "predict"]


def fit(
    network: NetworkSpec,
    training: TrainingSettings,
    train: Digits,
    validation: Digits | None = None,
    *,
    seed: int,
    engine: Engine = "jax",
    score_training: bool = False,
    start: FitState | None = None,
    until_epoch: int | None = None,
    on_epoch: Callable[[], None] | None = None,
) -> FitResult:
    """Train `network` on `train` and score it on `validation` after every epoch.

    The initial weights, the batch order and the dropout masks follow from `seed` alone. `score_training` also scores the
    training set after every epoch, in inference mode and without penalties. A fit stopped at `until_epoch` and continued with
    `start=result.state` gives the same bytes as one without the stop; the history then holds the continued epochs only.
    `on_epoch` is called after every epoch. A loss that is not finite ends the fit with `diverged_at` set; nothing is raised.
    """
    return _loop(engine).fit(network, training, train, validation, seed, score_training, start, until_epoch, on_epoch)


def predict(network: NetworkSpec, weights: Weights, images: np.ndarray, *, engine: Engine = "jax") -> np.ndarray:
    """Class probabilities, shape (n, 10), float32, for images (n, 28, 28) uint8; every image is scored once."""
    return _loop(engine).predict(network, weights, images)


def _loop(engine: Engine) -> "_Loop":
    """The module behind the door; only the one that is asked for is imported."""
    if engine == "keras":
        from sevenfold.engine import keras_fit

        return keras_fit
    from sevenfold.engine import jax_loop

    return jax_loop
