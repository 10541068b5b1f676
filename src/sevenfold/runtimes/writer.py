"""A program: turn a Keras file into what Keras exports on TensorFlow. It knows nothing
of sevenfold; a request of one line comes in, an answer of one line goes out.

A request has kind, model (the Keras file), images (an npz of `pixels`, uint8, by whose
values int8 is scaled) and path (what is written).
"""

import json
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np


def main(framework: str) -> None:
    """Answer the one request on standard input."""
    assert framework == "tensorflow", framework
    import keras

    line = sys.stdin.readline()
    if not line:  # whoever started this has ended
        return
    request = json.loads(line)
    network = keras.models.load_model(request["model"])
    warnings.simplefilter("ignore")  # of what TensorFlow will drop, to whoever reads the log
    if request["kind"] == "saved-model":
        network.export(request["path"], format="tf_saved_model", verbose=False)
    else:
        wanted = _int8(request["images"]) if request["kind"] == "litert-int8" else {}
        network.export(request["path"], format="litert", verbose=False, **wanted)
    print("{}", flush=True)


def _int8(images: str) -> dict[str, Any]:
    """The settings of a converter to 8-bit integers, input and output included."""
    import tensorflow

    with np.load(images) as archive:
        pixels = archive["pixels"]

    def representative() -> Iterator[list[np.ndarray]]:
        # The first two show the whole range, so that an input is its byte minus 128.
        for image in (np.zeros_like(pixels[0]), np.full_like(pixels[0], 255), *pixels):
            yield [image.reshape(1, -1).astype(np.float32) / np.float32(255)]

    return {
        "optimizations": [tensorflow.lite.Optimize.DEFAULT],
        "representative_dataset": representative,
        "target_spec": {"supported_ops": [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]},
        "inference_input_type": tensorflow.int8,
        "inference_output_type": tensorflow.int8,
    }


if __name__ == "__main__":
    main(sys.argv[1])
