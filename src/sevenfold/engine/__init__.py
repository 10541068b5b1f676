"""Training and scoring of dense networks behind one door.

`fit` and `predict` take the same arguments and give the same results whichever engine
works behind them: `keras` is Keras's own `fit` on TensorFlow, the reference; `jax` is a
fused loop that runs whole epochs as one compiled call.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from sevenfold.engine._backend import prefer_jax, require_jax, require_tensorflow
from sevenfold.engine._keras_file import save_keras
from sevenfold.engine._precision import fastest_precision
from sevenfold.engine.jobs import Course, FitData, Job
from sevenfold.engine.results import FitResult, FitState, History
from sevenfold.engine.settings import Precision, TrainingSettings
from sevenfold.networks import NetworkSpec, Weights

Engine = Literal["jax", "keras"]

__all__ = [
    "Engine",
    "FitData",
    "FitResult",
    "FitState",
    "History",
    "Job",
    "Precision",
    "TrainingSettings",
    "fastest_precision",
    "fit",
    "fit_many",
    "predict",
    "require_engine",
    "save_keras",
    "trains_on_processor",
]


def require_engine(engine: Engine) -> None:
    """Refuse, before any work, an engine that cannot work in this process.

    Raises:
        SettingsError: TensorFlow is not installed for `keras`; JAX_PLATFORMS asks for a
        processor that JAX does not find; or Keras was imported before on another
        backend than the engine needs.
    """
    require_jax()
    if engine == "keras":
        require_tensorflow()


def trains_on_processor() -> bool:
    """Whether the `jax` engine found no accelerator."""
    prefer_jax()
    import jax

    return bool(jax.default_backend() == "cpu")


def fit(
    job: Job,
    data: FitData,
    *,
    engine: Engine = "jax",
    score_training: bool = False,
    until_epoch: int | None = None,
    on_epoch: Callable[[], None] | None = None,
) -> FitResult:
    """Train a network on `data.train` and score it on `data.validation` after every
    epoch.

    `score_training` also scores the training images after every epoch, in inference
    mode and without penalties. A fit stopped at `until_epoch` and continued from its
    `state` gives the same bytes as one without the stop (jax on a CPU; keras the same
    to rounding); the history then holds the continued epochs only. `on_epoch` is called
    after every epoch. A loss that is not finite ends the fit with `diverged_at` set;
    nothing is raised.

    Raises:
        SettingsError: the engine cannot do what `job.training` asks for.
    """
    (result,) = fit_many(
        [job],
        data,
        engine=engine,
        score_training=score_training,
        until_epoch=until_epoch,
        on_epoch=on_epoch,
    )
    return result


def fit_many(
    jobs: Sequence[Job],
    data: FitData,
    *,
    engine: Engine = "jax",
    score_training: bool = False,
    until_epoch: int | None = None,
    on_epoch: Callable[[], None] | None = None,
) -> list[FitResult]:
    """`fit` for every job, in their order, faster than one after the other.

    On a CPU the results have the same bytes as those of `fit`; an accelerator computes
    networks of one shape together, which may round differently. `on_epoch` is called
    after every epoch of every fit, never by two fits at once; an exception of its own
    stops all of them. `seconds` of a result is the wall time during which it shared the
    machine with the others.
    """
    course = Course(score_training, until_epoch, on_epoch or (lambda: None))
    if engine == "keras":
        from sevenfold.engine import _keras_fit

        return [_keras_fit.fit(job, data, course) for job in jobs]
    prefer_jax()
    from sevenfold.engine import _jax_loop

    return _jax_loop.fit_many(jobs, data, course)


def predict(
    network: NetworkSpec, weights: Weights, images: np.ndarray, *, engine: Engine = "jax"
) -> np.ndarray:
    """Class probabilities, shape (n, n_classes), float32, for images (n, h, w) or (n,
    h, w, c) uint8; every image is scored once.
    """
    if engine == "keras":
        from sevenfold.engine import _keras_fit

        return _keras_fit.predict(network, weights, images)
    prefer_jax()
    from sevenfold.engine import _jax_loop

    return _jax_loop.predict(network, weights, images)
