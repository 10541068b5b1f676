"""Training and scoring of dense networks behind one door.

`fit` and `predict` take the same arguments and give the same results whichever engine
works behind them: `keras` is Keras's own `fit` on TensorFlow, the reference; `jax` is a
fused loop that runs whole epochs as one compiled call.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from sevenfold.data import Images
from sevenfold.engine.backend import prefer_jax, save_keras
from sevenfold.engine.results import FitResult, FitState, History
from sevenfold.engine.settings import TrainingSettings
from sevenfold.networks import NetworkSpec, Weights

Engine = Literal["jax", "keras"]

__all__ = [
    "Engine",
    "FitResult",
    "FitState",
    "History",
    "TrainingSettings",
    "fit",
    "fit_many",
    "predict",
    "save_keras",
]


def fit(
    network: NetworkSpec,
    training: TrainingSettings,
    train: Images,
    validation: Images | None = None,
    *,
    seed: int,
    engine: Engine = "jax",
    score_training: bool = False,
    start: FitState | None = None,
    until_epoch: int | None = None,
    on_epoch: Callable[[], None] | None = None,
) -> FitResult:
    """Train `network` on `train` and score it on `validation` after every epoch.

    The initial weights, the batch order (but for `hard_examples`) and the dropout masks
    follow from `seed` alone. `score_training` also scores the training set after every
    epoch, in inference mode and without penalties. A fit stopped at `until_epoch` and
    continued with `start=result.state` gives the same bytes as one without the stop
    (jax on a CPU; keras the same to rounding); the history then holds the continued
    epochs only. `on_epoch` is called after every epoch. A loss that is not finite ends
    the fit with `diverged_at` set; nothing is raised.
    """
    if engine == "keras":
        from sevenfold.engine import keras_fit

        return keras_fit.fit(
            network, training, train, validation, seed, score_training, start, until_epoch, on_epoch
        )
    prefer_jax()
    from sevenfold.engine import jax_loop

    return jax_loop.fit(
        network, training, train, validation, seed, score_training, start, until_epoch, on_epoch
    )


def fit_many(
    networks: Sequence[NetworkSpec],
    trainings: Sequence[TrainingSettings],
    train: Images,
    validation: Images | None = None,
    *,
    seeds: Sequence[int],
    engine: Engine = "jax",
    score_training: bool = False,
    starts: Sequence[FitState | None] | None = None,
    until_epoch: int | None = None,
    on_epoch: Callable[[], None] | None = None,
) -> list[FitResult]:
    """`fit` for every triple of network, training and seed, in their order, faster than
    one after the other.

    On a CPU the results have the same bytes as those of `fit`; an accelerator computes
    networks of one shape together, which may round differently. `on_epoch` is called
    after every epoch of every fit, never by two fits at once; an exception of its own
    stops all of them. `seconds` of a result is the wall time during which it shared the
    machine with the others.
    """
    starts = starts if starts is not None else [None] * len(networks)
    rows = list(zip(networks, trainings, seeds, starts, strict=True))
    if engine == "keras":
        from sevenfold.engine import keras_fit

        return [
            keras_fit.fit(
                network,
                training,
                train,
                validation,
                seed,
                score_training,
                start,
                until_epoch,
                on_epoch,
            )
            for network, training, seed, start in rows
        ]
    prefer_jax()
    from sevenfold.engine import jax_loop

    jobs = [jax_loop.Job(*row) for row in rows]
    return jax_loop.fit_many(jobs, train, validation, score_training, until_epoch, on_epoch)


def predict(
    network: NetworkSpec, weights: Weights, images: np.ndarray, *, engine: Engine = "jax"
) -> np.ndarray:
    """Class probabilities, shape (n, 10), float32, for images (n, 28, 28) uint8; every
    image is scored once.
    """
    if engine == "keras":
        from sevenfold.engine import keras_fit

        return keras_fit.predict(network, weights, images)
    prefer_jax()
    from sevenfold.engine import jax_loop

    return jax_loop.predict(network, weights, images)
