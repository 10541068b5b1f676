"""The reference engine: Keras's own `fit` on TensorFlow, epoch by epoch over the shared
batch order.
"""

import gc
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sevenfold.data import Images, prepare
from sevenfold.engine._backend import require_tensorflow
from sevenfold.engine.jobs import Course, FitData, Job
from sevenfold.engine.results import FitResult, FitState, HistoryWriter, Scoring
from sevenfold.engine.settings import (
    TrainingSettings,
    batch_order,
    learning_rates,
    n_updates_per_epoch,
)
from sevenfold.errors import SettingsError
from sevenfold.networks import NetworkSpec, Weights, build, initial_weights

if TYPE_CHECKING:
    import keras

SCORING_BATCH = 10_000


def fit(job: Job, data: FitData, course: Course) -> FitResult:
    """Train with `keras.Model.fit`; see `sevenfold.engine.fit`.

    Each epoch is one call of `fit` on the examples in the epoch's order with
    `shuffle=False`, so that the batches are those of the fused loop; the compiled train
    function is kept between the calls.
    """
    require_tensorflow()
    training, train, validation = job.training, data.train, data.validation
    _require_possible(training)
    started = time.perf_counter()
    model = _compiled_model(job, len(train))
    start = job.start or FitState(0, initial_weights(job.network, job.seed), ())
    _restore(model, start, n_updates_per_epoch(len(train), training.batch_size))
    history = HistoryWriter(None if validation is None else validation.labels)
    diverged_at, state = None, None
    for epoch in range(job.first_epoch, course.last_epoch(training)):
        loss, accuracy = _train_epoch(model, training, train, job.seed, epoch)
        state = FitState(epoch + 1, tuple(model.get_weights()), _slots(model))
        finite = history.add(
            (loss, accuracy),
            _score(model, train) if course.score_training else None,
            _score(model, validation) if validation is not None else None,
        )
        course.on_epoch()
        if not finite:
            diverged_at = epoch + 1
            break
    state = state or job.start or FitState(0, tuple(model.get_weights()), _slots(model))
    del model
    _release_memory()
    return FitResult(
        weights=state.weights,
        history=history.finish(),
        state=state,
        seconds=time.perf_counter() - started,
        diverged_at=diverged_at,
    )


def _require_possible(training: TrainingSettings) -> None:
    """Refuse what only the jax engine can do.

    Raises:
        SettingsError: names it.
    """
    if training.precision != "float32":
        raise SettingsError(
            f"training.precision {training.precision!r} is for the jax engine; the keras engine"
            " trains in float32."
        )
    if training.distortion:
        raise SettingsError(
            "Distorted images need the jax engine; the keras engine trains on the images as they"
            " are."
        )
    if training.photometric:
        raise SettingsError(
            "photometric needs the jax engine; the keras engine trains on the images as they are."
        )
    if training.hard_examples:
        raise SettingsError(
            "hard_examples needs the jax engine; the keras engine visits every training image once"
            " an epoch."
        )


def predict(network: NetworkSpec, weights: Weights, images: np.ndarray) -> np.ndarray:
    """Class probabilities of images (n, h, w) or (n, h, w, c) uint8: shape (n,
    n_classes), float32.
    """
    require_tensorflow()
    model = build(network, weights)
    parts = [
        np.asarray(model(prepare(images[rows]), training=False)) for rows in _chunks(len(images))
    ]
    return np.concatenate(parts) if parts else np.zeros((0, network.classes), np.float32)


def _train_epoch(
    model: "keras.Sequential", training: TrainingSettings, train: Images, seed: int, epoch: int
) -> tuple[float, float]:
    """Loss and accuracy of one epoch."""
    import keras

    order = batch_order(len(train), seed, epoch)
    labels = train.labels[order].astype(np.int32)
    history = model.fit(
        prepare(train.pixels[order]),
        keras.utils.to_categorical(labels, train.n_classes) if training.label_smoothing else labels,
        batch_size=training.batch_size,
        shuffle=False,
        verbose=0,
    ).history
    return history["loss"][0], history["accuracy"][0]


def _score(model: "keras.Sequential", images: Images) -> Scoring:
    import keras

    losses, predictions = [], []
    for rows in _chunks(len(images)):
        probabilities = model(prepare(images.pixels[rows]), training=False)
        losses.append(
            np.asarray(
                keras.losses.sparse_categorical_crossentropy(
                    images.labels[rows].astype(np.int32), probabilities
                )
            )
        )
        predictions.append(np.asarray(probabilities).argmax(axis=1).astype(images.labels.dtype))
    predicted = np.concatenate(predictions)
    return (
        float(np.concatenate(losses).mean(dtype=np.float64)),
        float((predicted == images.labels).mean()),
        predicted,
    )


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + SCORING_BATCH) for start in range(0, n, SCORING_BATCH))


def _compiled_model(job: Job, n_examples: int) -> "keras.Sequential":
    import keras

    training = job.training
    model = build(job.network, seed=job.seed)
    loss: Any = "sparse_categorical_crossentropy"
    if training.label_smoothing:
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=training.label_smoothing)
    model.compile(_optimizer(training, n_examples), loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    return model


def _optimizer(training: TrainingSettings, n_examples: int) -> "keras.optimizers.Optimizer":
    """Keras's optimizer with its defaults and the shared learning rate of every
    update.
    """
    import keras

    rate = _rate_table(learning_rates(training, n_examples))
    match training.optimizer:
        case "sgd":
            return keras.optimizers.SGD(rate)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "adam":
            return keras.optimizers.Adam(rate)


def _rate_table(table: np.ndarray) -> "float | keras.optimizers.schedules.LearningRateSchedule":
    """The table as a Keras schedule, or its one number where it holds one only."""
    import keras

    if (table == table.flat[0]).all():
        return float(table.flat[0])

    class Table(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
        def __call__(self, step: Any) -> Any:
            return keras.ops.take(table.ravel(), keras.ops.cast(step, "int32"))

        def get_config(self) -> dict[str, Any]:
            return {}

    return Table()


def _restore(model: "keras.Sequential", state: FitState, n_updates: int) -> None:
    """Put weights, optimizer slots, update count and dropout counters to where the
    state left them.
    """
    model.set_weights(list(state.weights))
    variables = _slot_variables(model)
    for variable, value in zip(
        variables, state.slots or [np.zeros(v.shape, np.float32) for v in variables], strict=True
    ):
        variable.assign(value)
    model.optimizer.iterations.assign(state.epoch * n_updates)
    for layer in model.layers:
        if hasattr(layer, "seed_generator"):  # its state is [seed, number of masks drawn]
            layer.seed_generator.state.assign([layer.seed, state.epoch * n_updates])


def _slot_variables(model: "keras.Sequential") -> list[Any]:
    others = (model.optimizer.iterations, model.optimizer._learning_rate)
    return [
        variable
        for variable in model.optimizer.variables
        if not any(variable is other for other in others)
    ]


def _slots(model: "keras.Sequential") -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(variable) for variable in _slot_variables(model))


def _release_memory() -> None:
    """Give back what Keras and TensorFlow keep for a finished model, so that a thousand
    fits need no more than one.
    """
    import keras

    keras.backend.clear_session()
    gc.collect()
