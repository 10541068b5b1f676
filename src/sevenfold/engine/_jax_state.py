"""Between NumPy arrays in Keras's order and what the compiled epoch works on."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from sevenfold.data import Images
from sevenfold.engine import _optimizers
from sevenfold.engine._jax_epoch import State
from sevenfold.engine._jax_network import SCORING_BATCH, SCORING_STEP, Form, Knobs, Layers
from sevenfold.engine.jobs import Job
from sevenfold.engine.results import FitState
from sevenfold.engine.settings import n_updates_per_epoch
from sevenfold.networks import Weights, initial_weights
from sevenfold.photometric import batch_photometric
from sevenfold.warp import batch_warp

Tree = TypeVar("Tree")


class OnDevice(NamedTuple):
    """Images, and their copy on the device, padded to whole scoring batches; fewer than
    one such batch, to a multiple of `SCORING_STEP`.

    pixels: shape (n_padded, n_inputs), uint8. labels: shape (n_padded,), in the labels'
    own dtype.
    """

    images: Images
    pixels: jax.Array
    labels: jax.Array

    @property
    def n(self) -> int:
        """How many images there are, the padding left aside."""
        return len(self.images)


def on_device(images: Images) -> OnDevice:
    """Put images on the device."""
    whole = SCORING_BATCH if len(images) > SCORING_BATCH - SCORING_STEP else SCORING_STEP
    pixels = padded(images.pixels.reshape(len(images), images.n_inputs), whole)
    return OnDevice(images, jnp.asarray(pixels), jnp.asarray(padded(images.labels, whole)))


def padded(array: np.ndarray, multiple: int) -> np.ndarray:
    """The array with zero rows added up to a multiple of `multiple` rows."""
    n_missing = n_updates_per_epoch(len(array), multiple) * multiple - len(array)
    if not n_missing:
        return array
    return np.concatenate([array, np.zeros((n_missing, *array.shape[1:]), array.dtype)])


def form_of(job: Job, train: OnDevice) -> Form:
    """What the epochs of a job on these images are compiled for."""
    network, training, shape = job.network, job.training, train.images.shape
    return Form(
        optimizer=training.optimizer,
        batch_size=training.batch_size,
        input_dropout=network.input_dropout > 0,
        hidden_dropout=network.hidden_dropout > 0,
        penalized=network.l1 > 0 or network.l2 > 0,
        max_norm=network.max_norm is not None,
        hard_examples=training.hard_examples > 0,
        mixed_precision=training.precision == "mixed_bfloat16",
        transform=batch_warp(training.warp, shape) if training.distortion else None,
        photometric=(
            batch_photometric(training.photometric, shape) if training.photometric else None
        ),
    )


def knobs_of(job: Job) -> Knobs:
    """The numbers of a fit; `distortion` is that of no epoch, for it changes from one
    to the next.
    """
    network, training = job.network, job.training
    numbers = {
        "input_dropout": network.input_dropout,
        "hidden_dropout": network.hidden_dropout,
        "l1": network.l1,
        "l2": network.l2,
        "max_norm": network.max_norm or 0.0,
        "label_smoothing": training.label_smoothing,
        "distortion": 0.0,
    }
    scalars: Any = {name: np.float32(number) for name, number in numbers.items()}
    return Knobs(np.uint32(job.seed % 2**32), **scalars)  # type: ignore[arg-type]


def state_to_device(job: Job, form: Form) -> State:
    """The start of a fit; the optimizer's arrays are new in a new one."""
    start = job.start or FitState(0, initial_weights(job.network, job.seed), ())
    n_slots = _optimizers.N_SLOTS[form.optimizer]
    slots = start.slots or tuple(
        np.zeros_like(weight) for weight in start.weights for _ in range(n_slots)
    )
    per_slot = [layers_to_device(slots[i::n_slots]) for i in range(n_slots)]
    layers = layers_to_device(start.weights)
    by_layer = tuple(
        (tuple(slot[i][0] for slot in per_slot), tuple(slot[i][1] for slot in per_slot))
        for i in range(len(layers))
    )
    return State(layers, by_layer)


def state_to_host(state: State, epoch: int, difficulty: tuple[np.ndarray, ...]) -> FitState:
    """The same in Keras's order; an optimizer's arrays of one weight array stand
    together.
    """
    n_slots = len(state.slots[0][0])
    per_slot = [
        _layers_to_host(tuple((kernel[i], bias[i]) for kernel, bias in state.slots))
        for i in range(n_slots)
    ]
    slots = tuple(slot[i] for i in range(2 * len(state.layers)) for slot in per_slot)
    return FitState(epoch, _layers_to_host(state.layers), slots, difficulty)


def layers_to_device(weights: Weights) -> Layers:
    """Copies on the device, since an epoch overwrites what it is given; the last kernel
    becomes (n_classes, n).
    """
    kernels = [*weights[:-2:2], np.ascontiguousarray(weights[-2].T)]
    return tuple(
        jax.device_put(pair, may_alias=False) for pair in zip(kernels, weights[1::2], strict=True)
    )


def _layers_to_host(layers: Layers) -> Weights:
    arrays = [np.array(array) for layer in layers for array in layer]
    arrays[-2] = np.ascontiguousarray(arrays[-2].T)
    return tuple(arrays)


def stacked(trees: Iterable[Tree]) -> Tree:
    """Several states, inputs or scores as one with a leading axis."""
    together: Tree = jax.tree.map(lambda *arrays: jnp.stack(arrays), *trees)
    return together


def member(trees: Tree, index: int) -> Tree:
    """One of those that were stacked."""
    one: Tree = jax.tree.map(lambda array: array[index], trees)
    return one
