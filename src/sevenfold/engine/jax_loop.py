"""The fast engine: a whole epoch, from shuffled pixels to updated weights and metrics, is one compiled call.

Inside the loop the last kernel is kept transposed, shape (10, n): its gradient is then one product of 10 x batch and batch x n,
fourteen times as fast on a CPU as n x batch and batch x 10 (see docs/performance.md). Outside, weights are Keras's.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from sevenfold.datasets import Digits
from sevenfold.engine import optimizers
from sevenfold.engine.dropout_masks import dropout_scale, stream_key
from sevenfold.engine.results import FitResult, FitState, HistoryWriter
from sevenfold.engine.settings import TrainingSettings, batch_order, learning_rates, n_updates_per_epoch
from sevenfold.networks import N_CLASSES, N_PIXELS, NetworkSpec, Weights, initial_weights

SCORING_BATCH = 1_000

Warp = Callable[[jax.Array, jax.Array, jax.Array, jax.Array], jax.Array]
Layers = tuple[tuple[jax.Array, jax.Array], ...]


class Form(NamedTuple):
    """What an epoch is compiled for; everything else is an input of the compiled call."""

    activation: str
    optimizer: str
    nesterov: bool
    batch_size: int
    input_dropout: bool
    hidden_dropout: bool
    penalized: bool
    max_norm: bool
    averaged: bool
    warp: Warp | None


class Knobs(NamedTuple):
    """The numbers that may change from fit to fit without a new compilation: scalars, float32 except for the seed (uint32)."""

    seed: Any
    input_dropout: Any
    hidden_dropout: Any
    l1: Any
    l2: Any
    max_norm: Any
    momentum: Any
    weight_decay: Any
    label_smoothing: Any
    ema_decay: Any
    warp_strength: Any


class State(NamedTuple):
    """layers: (kernel, bias) per layer, the last kernel transposed. slots: per layer and array. averaged: as layers, or ()."""

    layers: Layers
    slots: tuple[tuple[optimizers.Slots, optimizers.Slots], ...]
    averaged: Layers


def fit(
    network: NetworkSpec,
    training: TrainingSettings,
    train: Digits,
    validation: Digits | None,
    seed: int,
    score_training: bool,
    start: FitState | None,
    until_epoch: int | None,
    on_epoch: Callable[[], None] | None,
) -> FitResult:
    """Train with the fused loop; see `sevenfold.engine.fit` for the arguments."""
    started = time.perf_counter()
    first = start.epoch if start else 0
    last = training.n_epochs if until_epoch is None else min(until_epoch, training.n_epochs)
    form, knobs = _form(network, training), _knobs(network, training, seed)
    rates = learning_rates(training, len(train))
    images, labels, _ = _on_device(train, training.batch_size)
    scored = [
        _on_device(digits, SCORING_BATCH) if digits is not None else None
        for digits in (train if score_training else None, validation)
    ]
    state = _to_device(start or FitState(0, initial_weights(network, seed), ()), form)
    history, diverged_at, epoch = HistoryWriter(), None, first - 1
    for epoch in range(first, last):
        order = _padded_order(len(train), seed, epoch, training.batch_size)
        state, loss, accuracy = _train_epoch(
            state, images, labels, order, np.int32(len(train)), rates[epoch], np.int32(epoch), knobs, form=form
        )
        layers = state.averaged or state.layers
        rows = [_score(layers, *d, form.activation) if d is not None else None for d in scored]
        history.add((_mean(loss, len(train)), _mean(accuracy, len(train))), rows[0] and rows[0][:2], rows[1])
        if on_epoch is not None:
            on_epoch()
        if not history.is_finite:
            diverged_at = epoch + 1
            history.drop_last()
            break
    result = _to_host(state, epoch + 1)
    n_validation = len(validation) if validation is not None else 0
    weights = result.averaged or result.weights
    return FitResult(weights, history.finish(n_validation), result, time.perf_counter() - started, diverged_at)


def predict(network: NetworkSpec, weights: Weights, images: np.ndarray) -> np.ndarray:
    """Class probabilities of images (n, 28, 28) uint8: shape (n, 10), float32; one compiled batch shape for every n."""
    layers = _layers_to_device(weights)
    n_batches = -(-len(images) // SCORING_BATCH)
    padded = _padded(images.reshape(-1, N_PIXELS), n_batches * SCORING_BATCH)
    batches = padded.reshape(n_batches, SCORING_BATCH, N_PIXELS)
    parts = [np.asarray(_probabilities(layers, batch, network.activation)) for batch in batches]
    return np.concatenate([*parts, np.zeros((0, N_CLASSES), np.float32)])[: len(images)]


@functools.partial(jax.jit, static_argnames="form", donate_argnums=0)
def _train_epoch(state, images, labels, order, n_examples, rates, epoch, knobs, *, form):
    """One epoch: the new state, and per update the sum of losses and of correct predictions over its examples."""
    n_updates = order.shape[0] // form.batch_size

    def update(state, inputs):
        index, rows, rate = inputs
        n_valid = jnp.minimum(n_examples - index * form.batch_size, form.batch_size)
        step = epoch * n_updates + index
        x = images[rows].astype(jnp.float32) / 255.0
        return _update(state, x, labels[rows], n_valid, rate, step, knobs, form)

    inputs = jnp.arange(n_updates), order.reshape(n_updates, form.batch_size), rates
    state, (losses, correct) = jax.lax.scan(update, state, inputs)
    return state, losses, correct


def _update(state, x, labels, n_valid, rate, step, knobs, form):
    """Forward, backward and optimizer step on one batch of which the first `n_valid` examples count."""
    if form.warp is not None:
        x = form.warp(x, labels, stream_key(knobs.seed, step, -1), knobs.warp_strength)
    gradients, loss, correct = _gradients(state.layers, x, labels, n_valid, step, knobs, form)
    numbers = optimizers.Update(rate, (step + 1).astype(jnp.float32), knobs.momentum, knobs.weight_decay)
    last = len(state.layers) - 1
    layers, slots = [], []
    for i, ((kernel, bias), (kernel_slots, bias_slots), (kernel_gradient, bias_gradient)) in enumerate(
        zip(state.layers, state.slots, gradients, strict=True)
    ):
        kernel, kernel_slots = optimizers.apply(form.optimizer, form.nesterov, kernel, kernel_slots, kernel_gradient, numbers)
        bias, bias_slots = optimizers.apply(form.optimizer, form.nesterov, bias, bias_slots, bias_gradient, numbers)
        layers.append((kernel, bias))
        slots.append((kernel_slots, bias_slots))
    averaged = state.averaged
    if form.averaged:
        keep = jnp.where(step == 0, 0.0, knobs.ema_decay)
        averaged = jax.tree.map(lambda a, w: keep * a + (1.0 - keep) * w, state.averaged, tuple(layers))
    if form.max_norm:
        layers = [(optimizers.limit_norm(k, knobs.max_norm), b) if i < last else (k, b) for i, (k, b) in enumerate(layers)]
    return State(tuple(layers), tuple(slots), averaged), (loss, correct)


def _gradients(layers, x, labels, n_valid, step, knobs, form):
    """Gradients of the mean loss over the valid examples, the loss sum (penalties times n_valid) and the number correct."""
    *hidden, (last_kernel, last_bias) = layers
    if form.input_dropout:
        x = x * dropout_scale(stream_key(knobs.seed, step, 0), knobs.input_dropout, x.shape)
    outputs, scales = [x], []
    for i, (kernel, bias) in enumerate(hidden, start=1):
        output = _activate(outputs[-1] @ kernel + bias, form.activation)
        scale = (
            dropout_scale(stream_key(knobs.seed, step, i), knobs.hidden_dropout, output.shape) if form.hidden_dropout else None
        )
        scales.append((output, scale))
        outputs.append(output if scale is None else output * scale)
    logits = _product(outputs[-1], last_kernel, 1, 1) + last_bias
    log_p = jax.nn.log_softmax(logits)
    valid = jnp.arange(x.shape[0]) < n_valid
    one_hot = (labels[:, None] == jnp.arange(N_CLASSES, dtype=labels.dtype)).astype(jnp.float32)
    target = one_hot * (1.0 - knobs.label_smoothing) + knobs.label_smoothing / N_CLASSES
    loss = -jnp.sum(jnp.where(valid[:, None], target * log_p, 0.0))
    correct = jnp.sum(jnp.where(valid, logits.argmax(axis=1) == labels, False))
    delta = jnp.where(valid[:, None], jnp.exp(log_p) - target, 0.0) / n_valid
    gradients = [(_product(delta, outputs[-1], 0, 0), delta.sum(axis=0))]
    for i in range(len(hidden) - 1, -1, -1):
        kernel_above = layers[i + 1][0]
        delta = delta @ kernel_above if i == len(hidden) - 1 else _product(delta, kernel_above, 1, 1)
        output, scale = scales[i]
        if scale is not None:
            delta = delta * scale
        delta = delta * (output > 0.0) if form.activation == "relu" else delta * (1.0 - output * output)
        gradients.insert(0, (_product(outputs[i], delta, 0, 0), delta.sum(axis=0)))
    if form.penalized:
        kernels = [kernel for kernel, _ in layers]
        loss += n_valid * sum(knobs.l1 * jnp.sum(jnp.abs(k)) + knobs.l2 * jnp.sum(k * k) for k in kernels)
        gradients = [(g + knobs.l1 * jnp.sign(k) + 2.0 * knobs.l2 * k, b) for (g, b), k in zip(gradients, kernels, strict=True)]
    return tuple(gradients), loss, correct


def _product(a, b, a_axis, b_axis):
    return jax.lax.dot_general(a, b, (((a_axis,), (b_axis,)), ((), ())))


def _activate(x, activation):
    return jnp.maximum(x, 0.0) if activation == "relu" else jnp.tanh(x)


def _logits(layers, x, activation):
    *hidden, (last_kernel, last_bias) = layers
    for kernel, bias in hidden:
        x = _activate(x @ kernel + bias, activation)
    return _product(x, last_kernel, 1, 1) + last_bias


@functools.partial(jax.jit, static_argnames="activation")
def _probabilities(layers, images, activation):
    return jax.nn.softmax(_logits(layers, images.astype(jnp.float32) / 255.0, activation))


@functools.partial(jax.jit, static_argnames="activation")
def _score_batches(layers, images, labels, n_examples, activation):
    n_batches = labels.shape[0] // SCORING_BATCH

    def score(_, inputs):
        index, x, y = inputs
        log_p = jax.nn.log_softmax(_logits(layers, x.astype(jnp.float32) / 255.0, activation))
        valid = index * SCORING_BATCH + jnp.arange(SCORING_BATCH) < n_examples
        loss = -jnp.take_along_axis(log_p, y[:, None].astype(jnp.int32), axis=1)[:, 0]
        return None, (jnp.sum(jnp.where(valid, loss, 0.0)), log_p.argmax(axis=1).astype(jnp.uint8))

    inputs = jnp.arange(n_batches), images.reshape(n_batches, SCORING_BATCH, -1), labels.reshape(n_batches, SCORING_BATCH)
    return jax.lax.scan(score, None, inputs)[1]


def _score(layers, images, labels, n_examples, activation):
    losses, predictions = _score_batches(layers, images, labels, n_examples, activation)
    predicted = np.asarray(predictions).ravel()[:n_examples]
    return _mean(losses, n_examples), float((predicted == np.asarray(labels)[:n_examples]).mean()), predicted


def _mean(sums, n):
    return float(np.asarray(sums).sum(dtype=np.float64) / n)


def _form(network: NetworkSpec, training: TrainingSettings) -> Form:
    return Form(
        network.activation,
        training.optimizer,
        training.nesterov,
        training.batch_size,
        network.input_dropout > 0,
        network.hidden_dropout > 0,
        network.l1 > 0 or network.l2 > 0,
        network.max_norm is not None,
        training.ema_decay is not None,
        None,
    )


def _knobs(network: NetworkSpec, training: TrainingSettings, seed: int) -> Knobs:
    numbers = (
        network.input_dropout,
        network.hidden_dropout,
        network.l1,
        network.l2,
        network.max_norm or 0.0,
        training.momentum,
        training.weight_decay,
        training.label_smoothing,
        training.ema_decay or 0.0,
        0.0,
    )
    return Knobs(np.uint32(seed & 0xFFFFFFFF), *(np.float32(number) for number in numbers))


def _padded(array: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([array, np.zeros((n - len(array), *array.shape[1:]), array.dtype)]) if n > len(array) else array


def _on_device(digits: Digits, multiple: int) -> tuple[jax.Array, jax.Array, int]:
    n = -(-len(digits) // multiple) * multiple
    images = _padded(digits.images.reshape(len(digits), N_PIXELS), n)
    return jnp.asarray(images), jnp.asarray(_padded(digits.labels, n)), len(digits)


def _padded_order(n_examples: int, seed: int, epoch: int, batch_size: int) -> np.ndarray:
    return _padded(batch_order(n_examples, seed, epoch), n_updates_per_epoch(n_examples, batch_size) * batch_size)


def _layers_to_device(weights: Weights) -> Layers:
    kernels = [*weights[:-2:2], np.ascontiguousarray(weights[-2].T)]
    return tuple((jnp.array(kernel), jnp.array(bias)) for kernel, bias in zip(kernels, weights[1::2], strict=True))


def _to_device(state: FitState, form: Form) -> State:
    n_slots = optimizers.N_SLOTS[form.optimizer]
    layers = _layers_to_device(state.weights)
    slots = state.slots or tuple(np.zeros_like(w) for w in state.weights for _ in range(n_slots))
    per_slot = [_layers_to_device(slots[i::n_slots]) for i in range(n_slots)]
    by_layer = tuple(tuple(tuple(per_slot[s][i][a] for s in range(n_slots)) for a in (0, 1)) for i in range(len(layers)))
    averaged = _layers_to_device(state.averaged or state.weights) if form.averaged else ()
    return State(layers, by_layer, averaged)


def _layers_to_host(layers: Any) -> Weights:
    arrays = [np.array(array) for layer in layers for array in layer]
    if arrays:
        arrays[-2] = np.ascontiguousarray(arrays[-2].T)
    return tuple(arrays)


def _to_host(state: State, epoch: int) -> FitState:
    n_slots = len(state.slots[0][0])
    per_slot = [_layers_to_host(tuple((k[s], b[s]) for k, b in state.slots)) for s in range(n_slots)]
    slots = tuple(per_slot[s][i] for i in range(2 * len(state.layers)) for s in range(n_slots))
    return FitState(epoch, _layers_to_host(state.layers), slots, _layers_to_host(state.averaged))
