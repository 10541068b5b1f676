"""The fused loop against the same training written out in NumPy, update by update."""

import math
from typing import Any

import numpy as np
import pytest
from conftest import uneven_images
from hand_made import network

from sevenfold.engine import FitData, Job, TrainingSettings, fit, predict
from sevenfold.engine._dropout_masks import dropout_scale, stream_key
from sevenfold.engine._hard_examples import hard_order, learned
from sevenfold.engine.settings import batch_order, distortions, learning_rates
from sevenfold.networks import NetworkSpec, initial_weights

TRAIN, VALIDATION = uneven_images(70, seed=3), uneven_images(41, seed=4)
DATA = FitData(TRAIN, VALIDATION)
BATCH, RATE, SEED = 32, 3e-3, 6  # 70 = 32 + 32 + 6: the last batch is padded
Arrays = list[np.ndarray]


def trained(spec: NetworkSpec, training: TrainingSettings) -> tuple[Arrays, np.ndarray]:
    """Weights and the loss of each epoch, by the fused loop."""
    found = fit(Job(spec, training, SEED), DATA)
    return list(found.weights), found.history.loss


def masks(spec: NetworkSpec, step: int, n: int) -> list[np.ndarray]:
    """What input and hidden outputs are multiplied with in an update."""
    rates = [spec.input_dropout, *[spec.hidden_dropout] * len(spec.hidden)]
    widths = [784, *spec.hidden]
    found = []
    for layer, (rate, width) in enumerate(zip(rates, widths, strict=True), start=1):
        key = stream_key(np.uint32(SEED), np.int32(step), layer)  # type: ignore[arg-type]
        scale = dropout_scale(key, np.float32(rate), (BATCH, width))  # type: ignore[arg-type]
        found.append(np.asarray(scale)[:n] if rate else np.ones((n, width)))
    return found


def gradients(
    weights: Arrays, spec: NetworkSpec, smoothing: float, x: np.ndarray, y: np.ndarray, step: int
) -> tuple[Arrays, float]:
    """Of the mean loss with penalties; and that loss."""
    n, scales = len(y), masks(spec, step, len(y))
    kernels, biases = weights[::2], weights[1::2]
    inputs = [x * scales[0]]
    for kernel, bias, scale in zip(kernels[:-1], biases[:-1], scales[1:], strict=True):
        inputs.append(np.maximum(inputs[-1] @ kernel + bias, 0.0) * scale)
    output = inputs[-1] @ kernels[-1] + biases[-1]
    output -= output.max(axis=1, keepdims=True)
    log_p = output - np.log(np.exp(output).sum(axis=1, keepdims=True))
    target = np.eye(10)[y] * (1 - smoothing) + smoothing / 10
    penalty = sum(spec.l1 * np.abs(k).sum() + spec.l2 * (k**2).sum() for k in kernels)
    delta, found = (np.exp(log_p) - target) / n, []
    for i in reversed(range(len(kernels))):
        slope = spec.l1 * np.sign(kernels[i]) + 2 * spec.l2 * kernels[i]
        found = [inputs[i].T @ delta + slope, delta.sum(axis=0), *found]
        if i:
            delta = delta @ kernels[i].T * (inputs[i] > 0) * scales[i]
    return found, float(-(target * log_p).sum() / n + penalty)


def updated(optimizer: str, slots: Arrays, gradient: np.ndarray, step: int) -> np.ndarray:
    """What is subtracted from a weight array."""
    if optimizer == "sgd":
        return RATE * gradient
    if optimizer == "rmsprop":
        slots[0] = 0.9 * slots[0] + 0.1 * gradient**2
        return np.asarray(RATE * gradient / np.sqrt(slots[0] + 1e-7))
    slots[0] = 0.9 * slots[0] + 0.1 * gradient
    slots[1] = 0.999 * slots[1] + 0.001 * gradient**2
    rate = RATE * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return np.asarray(rate * slots[0] / (np.sqrt(slots[1]) + 1e-7))


def written_out(spec: NetworkSpec, training: TrainingSettings) -> tuple[Arrays, np.ndarray]:
    """As `trained`, in float64."""
    weights = [array.astype(np.float64) for array in initial_weights(spec, SEED)]
    slots = [[np.zeros_like(array)] * 2 for array in weights]
    pixels, step, losses = TRAIN.pixels.reshape(70, -1) / 255.0, 0, []
    for epoch in range(training.n_epochs):
        order, total = batch_order(70, SEED, epoch), 0.0
        for rows in (order[:32], order[32:64], order[64:]):
            found, loss = gradients(
                weights, spec, training.label_smoothing, pixels[rows], TRAIN.labels[rows], step
            )
            total, step = total + loss * len(rows), step + 1
            for i, gradient in enumerate(found):
                weights[i] = weights[i] - updated(training.optimizer, slots[i], gradient, step)
                if spec.max_norm and i % 2 == 0 and i < len(weights) - 2:
                    norms = np.sqrt((weights[i] ** 2).sum(axis=0))
                    weights[i] = weights[i] * np.minimum(norms, spec.max_norm) / norms
        losses.append(total / 70)
    return weights, np.array(losses)


@pytest.mark.parametrize(
    ("settings", "training"),
    [
        ({}, {"optimizer": "sgd"}),
        ({}, {"optimizer": "rmsprop"}),
        ({}, {"optimizer": "adam"}),
        ({"l2": 0.01}, {"optimizer": "sgd"}),
        ({"l1": 0.003}, {"optimizer": "sgd"}),
        ({"max_norm": 0.9}, {"optimizer": "adam"}),
        ({}, {"optimizer": "sgd", "label_smoothing": 0.3}),
        ({"hidden_dropout": 0.4}, {"optimizer": "sgd"}),
        ({"input_dropout": 0.3}, {"optimizer": "adam"}),
    ],
    ids=lambda settings: (
        ", ".join(f"{name} {value}" for name, value in settings.items()) or "plain"
    ),
)
def test_every_update_is_the_one_in_the_books(
    settings: dict[str, Any], training: dict[str, Any]
) -> None:
    spec = network(9, 9, **settings)
    how = TrainingSettings(n_epochs=3, batch_size=BATCH, learning_rate=RATE, **training)
    found, loss = trained(spec, how)
    expected, expected_loss = written_out(spec, how)
    for ours, theirs, start in zip(found, expected, initial_weights(spec, SEED), strict=True):
        moved = np.abs(theirs - start).max()
        assert np.abs(ours - theirs).max() < 0.02 * moved + 1e-6
    assert loss == pytest.approx(expected_loss, rel=1e-4)


def test_validation_scores_are_those_of_the_predictions() -> None:
    spec, how = network(9), TrainingSettings(n_epochs=2, batch_size=BATCH)
    found = fit(Job(spec, how, SEED), DATA, score_training=True)
    for data, loss, accuracy in (
        (VALIDATION, found.history.val_loss[-1], found.history.val_accuracy[-1]),
        (TRAIN, found.history.train_loss[-1], found.history.train_accuracy[-1]),
    ):
        p = predict(spec, found.weights, data.pixels)
        assert p.shape == (len(data), 10)
        assert p.sum(axis=1) == pytest.approx(np.ones(len(data)), abs=1e-5)
        assert loss == pytest.approx(-np.log(p[np.arange(len(data)), data.labels]).mean(), rel=1e-4)
        assert accuracy == (p.argmax(axis=1) == data.labels).mean()


@pytest.mark.parametrize("n", [64, 65, 936, 937, 1_001])
def test_every_validation_image_is_scored_once_however_many_there_are(n: int) -> None:
    images = uneven_images(n, seed=5)
    found = fit(Job(network(), TrainingSettings(n_epochs=1), SEED), FitData(TRAIN, images))
    p = predict(network(), found.weights, images.pixels)
    assert np.array_equal(found.history.val_predictions[0], p.argmax(axis=1))
    losses = -np.log(p[np.arange(n), images.labels])
    assert found.history.val_loss[0] == pytest.approx(losses.mean(), rel=1e-4)


def test_predictions_are_the_networks() -> None:
    spec = network(7)
    first, bias, last, last_bias = weights = initial_weights(spec, 2)
    x = VALIDATION.pixels.reshape(41, -1) / 255.0
    logits = np.maximum(x @ first + bias, 0.0) @ last + last_bias
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert predict(spec, weights, VALIDATION.pixels) == pytest.approx(p, abs=1e-5)


def test_weights_start_where_glorot_says() -> None:
    spec = network(300)
    for kernel, bias in zip(*[iter(initial_weights(spec, 0))] * 2, strict=True):
        limit = math.sqrt(6.0 / sum(kernel.shape))
        assert 0.98 * limit < np.abs(kernel).max() <= limit
        assert kernel.std() == pytest.approx(limit / math.sqrt(3.0), rel=0.03)
        assert (bias == 0.0).all()
    assert spec.n_parameters == sum(array.size for array in initial_weights(spec, 0))
    assert str(spec) == "784-300-10"


def test_schedules() -> None:
    def rates(schedule: Any) -> np.ndarray:
        how = TrainingSettings(n_epochs=8, batch_size=32, learning_rate=2.0, schedule=schedule)
        return learning_rates(how, 70)

    assert rates("constant") == pytest.approx(np.full((8, 3), 2.0))
    done = np.arange(24).reshape(8, 3) / 24
    assert rates("cosine") == pytest.approx(1.0 + np.cos(np.pi * done), abs=1e-6)
    steps = [2.0] * 12 + [0.2] * 6 + [0.02] * 6
    assert rates("step") == pytest.approx(np.reshape(steps, (8, 3)))


def test_distortions_fall_to_half_at_the_end() -> None:
    how = TrainingSettings(n_epochs=10, distortion=0.8, distortion_fade=0.5)
    expected = [0.8] * 6 + [0.8 * (0.5 + 0.1 * k) for k in (4, 3, 2, 1)]
    assert distortions(how) == pytest.approx(expected)


def test_every_epoch_has_an_order_of_its_own() -> None:
    orders = [batch_order(200, seed, epoch) for seed in (0, 1) for epoch in (0, 1, 2)]
    assert len({order.tobytes() for order in orders}) == 6
    for order in orders:
        assert sorted(order) == list(range(200))
        assert np.abs(np.corrcoef(order, np.arange(200))[0, 1]) < 0.3


def test_hard_examples_come_in_proportion() -> None:
    difficulty = np.array([0.1] * 80 + [0.5] * 19 + [9.0], np.float32)
    ratio = np.minimum(difficulty / difficulty.mean(), 8.0)
    for share in (0.2, 0.6):
        how = TrainingSettings(n_epochs=1, hard_examples=share)
        visits = np.mean(
            [np.bincount(hard_order(how, difficulty, 10, 0, e), minlength=100) for e in range(300)],
            axis=0,
        )
        expected = 1.0 + share * (ratio - ratio.mean())
        assert visits == pytest.approx(expected, abs=0.15)


def test_difficulty_is_half_of_what_was_known() -> None:
    known, order = np.array([0.8, 0.4, 0.2], np.float32), np.array([0, 0, 2])
    assert learned(known, order, np.array([0.1, 0.3, 1.0])) == pytest.approx([0.5, 0.4, 0.6])
