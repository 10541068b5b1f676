"""The network inside the compiled epoch: forward, backward and scoring of one batch.

The last kernel is kept transposed, shape (n_classes, n): its gradient is then one
product of n_classes x batch and batch x n, many times as fast on a CPU as n x batch and
batch x n_classes, which XLA would otherwise run for few classes (docs/performance.md).
The backward pass is written out, not derived, because derivation would bring the slow
product back.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from sevenfold.engine._dropout_masks import dropout_scale, stream_key
from sevenfold.photometric import Change

SCORING_BATCH = 1_000
"""Examples that are scored together at most."""

SCORING_STEP = 64
"""Fewer are filled up to a multiple of this: of 75 a whole batch would score 13 times
as many, more work than training on them.
"""

WARP_STREAM, INPUT_STREAM, HIDDEN_STREAM = 0, 1, 2

BatchTransform = Callable[[jax.Array, jax.Array, jax.Array, jax.Array], jax.Array]
"""(images (b, n_inputs) uint8, labels (b,) unsigned, key () uint32, strength ()
float32) -> images (b, n_inputs) float32 in [0, 1].

It is traced into the compiled epoch, so it must be a pure function; the key is new for
every update and vmap may wrap it.
"""

Layers = tuple[tuple[jax.Array, jax.Array], ...]
"""Kernel and bias per layer, float32, the last kernel transposed."""


class Form(NamedTuple):
    """What an epoch is compiled for, besides its shapes; everything else is an input of
    the compiled call.

    The switches are static because their work costs time even at zero: penalties 6 % of
    an epoch of 784-512-10.
    """

    optimizer: str
    batch_size: int
    input_dropout: bool
    hidden_dropout: bool
    penalized: bool
    max_norm: bool
    hard_examples: bool
    mixed_precision: bool
    transform: BatchTransform | None
    photometric: Change | None


class Knobs(NamedTuple):
    """The numbers that change from fit to fit without a new compilation: scalars,
    float32 except for the seed (uint32).
    """

    seed: jax.Array
    input_dropout: jax.Array
    hidden_dropout: jax.Array
    l1: jax.Array
    l2: jax.Array
    max_norm: jax.Array
    label_smoothing: jax.Array
    distortion: jax.Array


class UpdateScores(NamedTuple):
    """What an update saw of its batch before it, dropout and distortion included.

    loss: () float32, the sum over the examples, with penalties. correct: () int32.
    missing: shape (b,), float32, 1 - p(label) of every example; shape (0,) where no
    hard examples are asked for.
    """

    loss: jax.Array
    correct: jax.Array
    missing: jax.Array


class Batch(NamedTuple):
    """x: shape (b, n_inputs), float32. labels: shape (b,), unsigned. n_valid: the
    examples that count; the rest is padding.
    """

    x: jax.Array
    labels: jax.Array
    n_valid: jax.Array

    @property
    def valid(self) -> jax.Array:
        """Which examples count: shape (b,), bool."""
        return jnp.arange(self.labels.shape[0]) < self.n_valid


def gradients_of(
    layers: Layers, batch: Batch, step: jax.Array, knobs: Knobs, form: Form
) -> tuple[list[tuple[jax.Array, jax.Array]], UpdateScores]:
    """Gradients of the batch's mean loss, and its scores."""
    mixed = form.mixed_precision
    product = functools.partial(_product, mixed_precision=mixed)
    over_batch = functools.partial(_product_over_batch, always=step >= 0, mixed_precision=mixed)
    inputs, slopes = _forward(layers, batch.x, step, knobs, form)
    last_kernel, last_bias = layers[-1]
    output = product(inputs[-1], last_kernel, 1, 1) + last_bias
    delta, loss, missing = _output_loss(output, batch, knobs)
    correct = jnp.sum(batch.valid & (output.argmax(axis=1) == batch.labels))
    gradients = [(over_batch(delta, inputs[-1]), delta.sum(axis=0))]
    for i in reversed(range(len(slopes))):
        above_is_last = i == len(slopes) - 1
        delta = product(delta, layers[i + 1][0], 1, 0 if above_is_last else 1) * slopes[i]
        gradients.insert(0, (over_batch(inputs[i], delta), delta.sum(axis=0)))
    if form.penalized:
        loss += batch.n_valid * sum(
            knobs.l1 * jnp.sum(jnp.abs(k)) + knobs.l2 * jnp.sum(k * k) for k, _ in layers
        )
        pairs = zip(gradients, layers, strict=True)
        gradients = [
            (g + knobs.l1 * jnp.sign(k) + 2.0 * knobs.l2 * k, g_bias)
            for (g, g_bias), (k, _) in pairs
        ]
    return gradients, UpdateScores(loss, correct, missing if form.hard_examples else missing[:0])


Scored = tuple[jax.Array, jax.Array]
"""Per scoring batch the sum of cross-entropies, and the predicted class of every
example.
"""


@jax.jit
def score(layers: Layers, images: jax.Array, labels: jax.Array, n_examples: jax.Array) -> Scored:
    """Per scoring batch the sum of cross-entropies (float32), and the predicted class
    of every example (n,) in the labels' dtype.
    """
    batch = min(SCORING_BATCH, labels.shape[0])
    n_batches = labels.shape[0] // batch

    def score_batch(
        _: None, inputs: tuple[jax.Array, jax.Array, jax.Array]
    ) -> tuple[None, tuple[jax.Array, jax.Array]]:
        index, x, y = inputs
        log_p = jax.nn.log_softmax(_logits(layers, pixels(x)))
        valid = index * batch + jnp.arange(batch) < n_examples
        losses = -jnp.sum(_one_hot(y, log_p.shape[1]) * log_p, axis=1)
        return None, (
            jnp.sum(jnp.where(valid, losses, 0.0)),
            log_p.argmax(axis=1).astype(labels.dtype),
        )

    inputs = (
        jnp.arange(n_batches),
        images.reshape(n_batches, batch, -1),
        labels.reshape(n_batches, batch),
    )
    _, (losses, predicted) = jax.lax.scan(score_batch, None, inputs)
    return losses, predicted.ravel()


score_each = jax.jit(jax.vmap(score, in_axes=(0, None, None, None)))
"""`score` of several networks of one shape at once; layers and results carry a leading
axis.
"""


@jax.jit
def probabilities(layers: Layers, images: jax.Array) -> jax.Array:
    """Class probabilities (b, n_classes) float32 of images (b, n_inputs) uint8, in
    inference mode.
    """
    return jax.nn.softmax(_logits(layers, pixels(images)))


def pixels(images: jax.Array) -> jax.Array:
    """`sevenfold.data.prepare` inside the graph: uint8 becomes float32 in [0, 1]."""
    return images.astype(jnp.float32) / 255.0


def _logits(layers: Layers, x: jax.Array) -> jax.Array:
    """Outputs before the softmax, shape (b, n_classes), in inference mode."""
    *hidden, (last_kernel, last_bias) = layers
    for kernel, bias in hidden:
        x = jnp.maximum(_product(x, kernel, 1, 0) + bias, 0.0)
    return _product(x, last_kernel, 1, 1) + last_bias


def _forward(
    layers: Layers, x: jax.Array, step: jax.Array, knobs: Knobs, form: Form
) -> tuple[list[jax.Array], list[jax.Array]]:
    """The input of every layer, dropout applied, and the derivative of every hidden
    layer's output by its product.
    """
    if form.input_dropout:
        x = x * dropout_scale(
            stream_key(knobs.seed, step, INPUT_STREAM), knobs.input_dropout, x.shape
        )
    inputs, slopes = [x], []
    for i, (kernel, bias) in enumerate(layers[:-1]):
        output = jnp.maximum(_product(inputs[-1], kernel, 1, 0, form.mixed_precision) + bias, 0.0)
        slope = (output > 0.0).astype(output.dtype)
        if form.hidden_dropout:
            scale = dropout_scale(
                stream_key(knobs.seed, step, HIDDEN_STREAM + i), knobs.hidden_dropout, output.shape
            )
            output, slope = output * scale, slope * scale
        inputs.append(output)
        slopes.append(slope)
    return inputs, slopes


def _output_loss(
    output: jax.Array, batch: Batch, knobs: Knobs
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The gradient of the mean cross-entropy by the logits (b, n_classes), the sum of
    cross-entropies, and 1 - p(label) of each example (b,).

    Padding counts nothing.
    """
    n_classes = output.shape[1]
    log_p = jax.nn.log_softmax(output)
    p, label = jnp.exp(log_p), _one_hot(batch.labels, n_classes)
    target = label * (1.0 - knobs.label_smoothing) + knobs.label_smoothing / n_classes
    valid = batch.valid[:, None]
    loss = -jnp.sum(jnp.where(valid, target * log_p, 0.0))
    return jnp.where(valid, p - target, 0.0) / batch.n_valid, loss, 1.0 - jnp.sum(p * label, axis=1)


def _one_hot(labels: jax.Array, n_classes: int) -> jax.Array:
    return (labels[:, None] == jnp.arange(n_classes, dtype=labels.dtype)).astype(jnp.float32)


def _product(
    a: jax.Array, b: jax.Array, a_axis: int, b_axis: int, mixed_precision: bool = False
) -> jax.Array:
    """The matrix product over these axes, float32; with `mixed_precision` the factors
    are rounded to bfloat16 first.
    """
    if mixed_precision:
        a, b = a.astype(jnp.bfloat16), b.astype(jnp.bfloat16)
    return jax.lax.dot_general(
        a, b, (((a_axis,), (b_axis,)), ((), ())), preferred_element_type=jnp.float32
    )


def _product_over_batch(
    a: jax.Array, b: jax.Array, *, always: jax.Array, mixed_precision: bool
) -> jax.Array:
    """The product (m, n) of a (batch, m) and b (batch, n) over the batch, as `_product`
    gives it; `always` is true, which the compiler does not know.

    XLA's processor code multiplies bfloat16 along the rows of the first factor only
    (jaxlib 0.10.2), so the transpose is put in memory first: behind a branch, since a
    bare one would be taken into the product again (docs/performance.md).
    """
    if not mixed_precision or jax.default_backend() != "cpu":
        return _product(a, b, 0, 0, mixed_precision)
    turned = jax.lax.cond(
        always,
        jnp.transpose,
        lambda rows: jnp.zeros(rows.shape[::-1], rows.dtype),
        a.astype(jnp.bfloat16),
    )
    return _product(turned, b, 1, 0, mixed_precision)
