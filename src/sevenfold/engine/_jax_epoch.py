"""The compiled part of the fast engine: one epoch, from shuffled pixels to updated
weights and scores, as one call.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp

from sevenfold.engine import _optimizers
from sevenfold.engine._dropout_masks import stream_key
from sevenfold.engine._jax_network import (
    WARP_STREAM,
    Batch,
    Form,
    Knobs,
    Layers,
    UpdateScores,
    gradients_of,
    pixels,
)
from sevenfold.engine._optimizers import Slots


class State(NamedTuple):
    """What one update hands to the next.

    slots: the optimizer's arrays of each kernel and bias.
    """

    layers: Layers
    slots: tuple[tuple[Slots, Slots], ...]


class EpochInputs(NamedTuple):
    """What is new in an epoch. order: the examples in the order of their visits, shape
    (n_updates * batch_size,), int32. rates: the learning rate of every update, shape
    (n_updates,), float32.
    """

    order: jax.Array
    rates: jax.Array
    knobs: Knobs


def epoch(
    state: State,
    images: jax.Array,
    labels: jax.Array,
    inputs: EpochInputs,
    n_examples: jax.Array,
    index: jax.Array,
    form: Form,
) -> tuple[State, UpdateScores]:
    """Train epoch `index` (from 0) on images (n, n_inputs) uint8 with labels (n,).

    Only the first `n_examples` of the order count; the rest fills the last batch. Gives
    the new state, and the scores of each update.
    """
    knobs, n_updates = inputs.knobs, inputs.rates.shape[0]

    def update(
        state: State, of_update: tuple[jax.Array, jax.Array, jax.Array]
    ) -> tuple[State, UpdateScores]:
        number, rows, rate = of_update
        n_valid = jnp.minimum(n_examples - number * form.batch_size, form.batch_size)
        step = index * n_updates + number
        drawn, drawn_labels = images.at[rows].get(mode="promise_in_bounds"), labels[rows]
        key = stream_key(knobs.seed, step, WARP_STREAM)
        if form.transform is None:
            x = pixels(drawn)
        else:
            x = form.transform(drawn, drawn_labels, key, knobs.distortion)
        if form.photometric is not None:
            x = form.photometric(x, key)
        return _update(state, Batch(x, drawn_labels, n_valid), rate, step, knobs, form)

    rows = inputs.order.reshape(n_updates, form.batch_size)
    return jax.lax.scan(update, state, (jnp.arange(n_updates), rows, inputs.rates))


train_epoch = jax.jit(epoch, static_argnames="form", donate_argnums=0)


@functools.partial(jax.jit, static_argnames="form", donate_argnums=0)
def train_epochs(
    states: State,
    images: jax.Array,
    labels: jax.Array,
    inputs: EpochInputs,
    n_examples: jax.Array,
    index: jax.Array,
    form: Form,
) -> tuple[State, UpdateScores]:
    """`epoch` of several networks of one shape at once; states and inputs carry a
    leading axis.
    """
    in_axes = (0, None, None, 0, None, None)
    return jax.vmap(functools.partial(epoch, form=form), in_axes)(
        states, images, labels, inputs, n_examples, index
    )


def _update(
    state: State, batch: Batch, rate: jax.Array, step: jax.Array, knobs: Knobs, form: Form
) -> tuple[State, UpdateScores]:
    """Forward, backward and optimizer on one batch; `step` counts the updates of the
    whole fit before this one.
    """
    gradients, scores = gradients_of(state.layers, batch, step, knobs, form)
    numbers = _optimizers.Update(rate, (step + 1).astype(jnp.float32))
    updated = [
        tuple(
            _optimizers.apply(form.optimizer, *arrays, numbers)
            for arrays in zip(layer, slots, gradient, strict=True)
        )
        for layer, slots, gradient in zip(state.layers, state.slots, gradients, strict=True)
    ]
    layers: Layers = tuple((kernel, bias) for (kernel, _), (bias, _) in updated)
    slots = tuple((kernel_slots, bias_slots) for (_, kernel_slots), (_, bias_slots) in updated)
    if form.max_norm:
        layers = (
            *(
                (_optimizers.limit_norm(kernel, knobs.max_norm), bias)
                for kernel, bias in layers[:-1]
            ),
            layers[-1],
        )
    return State(layers, slots), scores
