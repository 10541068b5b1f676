"""Kernels and biases by name, with the network in words beside them."""

import json
from pathlib import Path

import numpy as np

from sevenfold.export.portable import Portable
from sevenfold.storage import arrays_to_npz


def arrays_of(network: Portable) -> dict[str, np.ndarray]:
    """`kernel_0`, shape (inputs, n_out), `bias_0`, shape (n_out,), and so on, float32,
    from the pixels to the classes.
    """
    names = [f"{kind}_{n}" for n in range(len(network.weights) // 2) for kind in ("kernel", "bias")]
    return dict(zip(names, network.weights, strict=True))


def description_of(network: Portable) -> dict[str, str]:
    """What the arrays do not say, as JSON: `network` (units of each layer, penalties),
    `image_shape`, `classes`; and which sevenfold made them.
    """
    return {
        "network": network.spec.model_dump_json(),
        "image_shape": json.dumps(network.image_shape),
        "classes": json.dumps(network.classes, ensure_ascii=False),
        "sevenfold": network.version,
    }


def write_npz(network: Portable, path: Path) -> None:
    """NumPy's own format; the words stand in it as texts without a dimension."""
    words = {name: np.array(text) for name, text in description_of(network).items()}
    path.write_bytes(arrays_to_npz(arrays_of(network) | words))


def write_safetensors(network: Portable, path: Path) -> None:
    """The format of the hubs; the words are its metadata."""
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(array) for name, array in arrays_of(network).items()}
    path.write_bytes(save(arrays, metadata=description_of(network)))
