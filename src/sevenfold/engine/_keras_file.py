"""The `.keras` file of a network: one that every Keras from 3.3 on opens, with the same
bytes for the same weights.

Keras writes into it whatever its own version knows (`quantization_config` since 3.14,
`input_axes` since 3.15, `ragged`, `optional`), and every older one refuses a word that
it does not know, even where it says nothing. So a file keeps what says which network it
is, in words that all versions share; what is left out has its default everywhere. The
hour and the addresses in memory that Keras writes down would differ from run to run,
and where a machine's clock stands before 1980, its own archive cannot be written.
"""

import io
import json
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

from sevenfold.engine._backend import without_tensorflow
from sevenfold.networks import NetworkSpec, Weights, build

WORDS = {
    "Sequential": ("name", "layers", "build_input_shape"),
    "InputLayer": ("name", "batch_shape", "dtype"),
    "Dense": ("name", "units", "activation", "kernel_regularizer", "kernel_constraint", "dtype"),
    "Dropout": ("name", "rate", "seed", "dtype"),
    "L1L2": ("l1", "l2"),
    "MaxNorm": ("max_value", "axis"),
}
"""What is kept of the settings of each class."""
ABOUT = ("module", "class_name", "registered_name", "build_config")
"""What is kept beside the settings."""
PRECISION = "float32"


def save_keras(network: NetworkSpec, weights: Weights, path: Path) -> None:
    """Write the network as a plain `.keras` file, which every Keras from 3.3 on opens,
    on any backend; equal weights give equal bytes.
    """
    import keras

    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "network.weights.h5"
        model = build(network, weights)
        with without_tensorflow():
            model.save_weights(written)
            config = _plain(json.loads(model.to_json()))
        contents = {
            "metadata.json": json.dumps({"keras_version": keras.__version__}).encode(),
            "config.json": json.dumps(config).encode(),
            "model.weights.h5": written.read_bytes(),
        }
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            archive.writestr(ZipInfo(name), content)  # dated 1980, as nothing else is known
    path.write_bytes(buffer.getvalue())


def _plain(value: Any) -> Any:
    """An object of `config.json` in words that all versions share."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    settings = value["config"]
    kept = {
        word: PRECISION if word == "dtype" else _plain(settings[word])
        for word in WORDS[value["class_name"]]
        if settings.get(word) is not None
    }
    return {word: value[word] for word in ABOUT if word in value} | {"config": kept}
