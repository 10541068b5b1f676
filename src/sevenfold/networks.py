"""Which network: a specification of Dense and Dropout layers, and the
`keras.Sequential` that it describes.
"""

import math
import os
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from sevenfold.errors import SevenfoldError
from sevenfold.records import Record

if TYPE_CHECKING:
    import keras

MAX_INPUTS = 128 * 128 * 4
"""An image of 128 by 128 pixels in four channels."""
MAX_CLASSES = 65_535
"""As many as a label of two bytes tells apart."""

Width = Annotated[int, Field(ge=1, le=65_536)]
Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
Penalty = Annotated[float, Field(ge=0.0, le=1.0)]

Weights = tuple[np.ndarray, ...]
"""Kernels and biases in Keras's order: kernel (n_in, n_out) float32, bias (n_out,)
float32, layer by layer.
"""


class NetworkSpec(Record):
    """A network of Dense layers with Dropout between them, from `inputs` numbers in [0,
    1] to one probability for each of `classes` classes.

    Hidden layers have ReLU, the output softmax; `hidden=()` is softmax regression.
    `input_dropout` acts on the pixels, `hidden_dropout` after each hidden layer. The
    penalties `l1` and `l2` act on every kernel (not on biases), as Keras's
    `kernel_regularizer` does: `l1 * sum|w|` and `l2 * sum w**2` are added to the mean
    loss. `max_norm` bounds the norm of each hidden unit's incoming weights after each
    update (Srivastava et al. 2014, section 5.1), as Keras's `kernel_constraint` does.
    """

    inputs: Annotated[int, Field(ge=1, le=MAX_INPUTS)]
    classes: Annotated[int, Field(ge=2, le=MAX_CLASSES)]
    hidden: tuple[Width, ...] = Field(default=(), max_length=16)
    input_dropout: Rate = 0.0
    hidden_dropout: Rate = 0.0
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    max_norm: Annotated[float, Field(gt=0.0)] | None = None

    @property
    def widths(self) -> tuple[int, ...]:
        """Units per layer from the input to the output."""
        return (self.inputs, *self.hidden, self.classes)

    @property
    def n_parameters(self) -> int:
        """Kernels and biases together."""
        return sum(
            n_in * n_out + n_out for n_in, n_out in zip(self.widths, self.widths[1:], strict=False)
        )

    def __str__(self) -> str:
        """Its shape as the literature writes it: `784-512-10`."""
        return "-".join(str(width) for width in self.widths)


def initial_weights(spec: NetworkSpec, seed: int) -> Weights:
    """The weights that training starts from: the same numbers for every engine and
    framework.

    Kernels follow Keras's `glorot_uniform`, U(-a, a) with a = sqrt(6 / (n_in + n_out))
    (Glorot and Bengio 2010); biases are zero. The draws are NumPy's Philox instead of
    the framework's own, since those differ between TensorFlow and JAX.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 0x1217]))
    weights: list[np.ndarray] = []
    for n_in, n_out in zip(spec.widths, spec.widths[1:], strict=False):
        limit = math.sqrt(6.0 / (n_in + n_out))
        kernel = rng.uniform(-limit, limit, (n_in, n_out)).astype(np.float32)
        weights += [kernel, np.zeros(n_out, np.float32)]
    return tuple(weights)


def build(spec: NetworkSpec, weights: Weights | None = None, seed: int = 0) -> "keras.Sequential":
    """The `keras.Sequential` of Input, Dense and Dropout that `spec` describes, with
    softmax output.

    It carries `weights`, or the initial weights of `seed`.
    """
    # Where nothing else was asked for, Keras runs on JAX: building a model then needs
    # no TensorFlow.
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    penalty = keras.regularizers.L1L2(l1=spec.l1, l2=spec.l2) if spec.l1 or spec.l2 else None
    constraint = keras.constraints.MaxNorm(spec.max_norm, axis=0) if spec.max_norm else None
    layers: list[Any] = [keras.Input((spec.inputs,), name="pixels")]
    if spec.input_dropout:
        layers.append(keras.layers.Dropout(spec.input_dropout, seed=seed, name="input_dropout"))
    for index, width in enumerate(spec.hidden, start=1):
        layers.append(
            keras.layers.Dense(
                width,
                activation="relu",
                kernel_regularizer=penalty,
                kernel_constraint=constraint,
                name=f"hidden_{index}",
            )
        )
        if spec.hidden_dropout:
            layers.append(
                keras.layers.Dropout(
                    spec.hidden_dropout, seed=seed + index, name=f"dropout_{index}"
                )
            )
    layers.append(
        keras.layers.Dense(
            spec.classes, activation="softmax", kernel_regularizer=penalty, name="classes"
        )
    )
    model = keras.Sequential(layers, name="sevenfold")
    model.set_weights(list(weights if weights is not None else initial_weights(spec, seed)))
    assert_dense_only(model)
    return model


def assert_dense_only(model: "keras.Sequential") -> None:
    """Prove that `model` is a `Sequential` of Dense and Dropout layers and nothing
    else.

    Raises:
        SevenfoldError: names the first layer of another kind.
    """
    import keras

    if type(model) is not keras.Sequential:
        raise SevenfoldError(f"The network must be a keras.Sequential. Got {type(model).__name__}.")
    for layer in model.layers:
        if type(layer) not in (keras.layers.Dense, keras.layers.Dropout):
            raise SevenfoldError(
                f"Layer {layer.name!r} is a {type(layer).__name__}; only Dense and Dropout are"
                " allowed."
            )
