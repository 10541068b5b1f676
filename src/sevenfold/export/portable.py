"""What every format is made from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sevenfold.networks import NetworkSpec


@dataclass(frozen=True)
class Portable:
    """A network with what a reader must know of it.

    weights: kernels and biases, as `FinishedRun.network` gives them. image_shape: (h,
    w) or (h, w, c). classes: names, in the order of the outputs. version: of the
    sevenfold that trained it. keras_file: the same network as a plain Keras file.
    sample: an npz of `pixels` that it saw.
    """

    spec: NetworkSpec
    weights: tuple[np.ndarray, ...]
    image_shape: tuple[int, ...]
    classes: tuple[str, ...]
    version: str
    keras_file: Path
    sample: Path
