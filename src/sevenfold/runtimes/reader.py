"""A program: open a network's file by its own runtime and predict. It knows nothing of
sevenfold; a request of one line comes in, an answer of one line goes out.

Its argument is what Keras runs on, imported before the request is read. A request has
kind, model (a path), images (an npz of `pixels`, uint8) and answers (where an npz of
`probabilities` goes).
"""

import json
import sys
from collections.abc import Callable
from importlib import metadata
from typing import Any

import numpy as np

Answer = tuple[np.ndarray, dict[str, Any]]


def main(framework: str) -> None:
    """Answer the one request on standard input."""
    if framework:
        import keras  # noqa: F401
    line = sys.stdin.readline()
    if not line:  # whoever started this has ended
        return
    request = json.loads(line)
    with np.load(request["images"]) as archive:
        pixels = archive["pixels"]
    probabilities, told = READERS[request["kind"]](request["model"], pixels)
    np.savez(request["answers"], probabilities=probabilities.astype(np.float32))
    print(json.dumps(told), flush=True)


def inputs_of(pixels: np.ndarray) -> np.ndarray:
    """Images as the networks want them: (n, inputs), float32 in [0, 1]."""
    return pixels.reshape(len(pixels), -1).astype(np.float32) / np.float32(255)


def _keras(model: str, pixels: np.ndarray) -> Answer:
    import keras

    network = keras.models.load_model(model)
    told = {"keras": keras.__version__}
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        told["tensorflow"] = tensorflow.__version__
    return np.asarray(network.predict(inputs_of(pixels), batch_size=256, verbose=0)), told


def _onnx(model: str, pixels: np.ndarray) -> Answer:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    (probabilities,) = session.run([given.name], {taken.name: pixels})
    return np.asarray(probabilities), {"onnxruntime": onnxruntime.__version__}


def _litert(model: str, pixels: np.ndarray) -> Answer:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=model, num_threads=1)
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    inputs = _quantized(inputs_of(pixels), taken)
    interpreter.resize_tensor_input(taken["index"], inputs.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(taken["index"], inputs)
    interpreter.invoke()
    raw = interpreter.get_tensor(given["index"])
    if raw.dtype == np.int8:
        scale, zero = given["quantization"]
        raw = np.float32(scale) * (raw.astype(np.float32) - zero)
    return np.asarray(raw), {"ai-edge-litert": metadata.version("ai-edge-litert")}


def _quantized(inputs: np.ndarray, taken: dict[str, Any]) -> np.ndarray:
    if taken["dtype"] != np.int8:
        return inputs
    scale, zero = taken["quantization"]
    return np.asarray(np.clip(np.rint(inputs / scale) + zero, -128, 127).astype(np.int8))


def _saved_model(model: str, pixels: np.ndarray) -> Answer:
    import tensorflow

    network = tensorflow.saved_model.load(model)
    probabilities = network.serve(tensorflow.constant(inputs_of(pixels))).numpy()
    return np.asarray(probabilities), {"tensorflow": tensorflow.__version__}


def _safetensors(model: str, pixels: np.ndarray) -> Answer:
    from safetensors import safe_open

    with safe_open(model, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        spec = json.loads(file.metadata()["network"])
    return _forward(arrays, spec, pixels), {"safetensors": metadata.version("safetensors")}


def _npz(model: str, pixels: np.ndarray) -> Answer:
    with np.load(model, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    spec = json.loads(str(arrays["network"]))
    return _forward(arrays, spec, pixels), {"numpy": np.__version__}


def _forward(arrays: dict[str, np.ndarray], spec: dict[str, Any], pixels: np.ndarray) -> np.ndarray:
    """ReLU after each hidden layer, softmax at the end; the whole network in NumPy."""
    values = inputs_of(pixels)
    for layer in range(len(spec["hidden"])):
        values = np.maximum(values @ arrays[f"kernel_{layer}"] + arrays[f"bias_{layer}"], 0)
    last = len(spec["hidden"])
    logits = values @ arrays[f"kernel_{last}"] + arrays[f"bias_{last}"]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


READERS: dict[str, Callable[[str, np.ndarray], Answer]] = {
    "keras": _keras,
    "onnx": _onnx,
    "litert": _litert,
    "saved-model": _saved_model,
    "safetensors": _safetensors,
    "npz": _npz,
}


if __name__ == "__main__":
    main(sys.argv[1])
