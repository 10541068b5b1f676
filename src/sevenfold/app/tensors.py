"""Tensors of the Open Inference Protocol v2, as JSON or in its binary extension.

The protocol is KServe's ("Open Inference Protocol", version 2); of binary tensors
Triton's description is the one that clients follow ("Binary Tensor Data Extension").
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from sevenfold.app.refusals import MAX_IMAGES, Refusal
from sevenfold.errors import one_line, some_of
from sevenfold.predictor import Network

INPUT = "images"
OUTPUTS = {"probabilities": "FP32", "label": "BYTES", "unsure": "BOOL"}
HEADER_LENGTH = "Inference-Header-Content-Length"

_KIND = "UINT8"


@dataclass(frozen=True)
class Asked:
    """A request. pixels: shape (n, *image_shape), uint8. outputs: the names that are
    asked for, and whether as binary. id: whatever the client calls it.
    """

    pixels: np.ndarray
    outputs: dict[str, bool]
    id: str | None


def parse(body: bytes, header_length: int | None, image_shape: tuple[int, ...]) -> Asked:
    """What a request asks; header_length: of the JSON before binary tensors, None where
    the body is nothing else.

    Raises:
        Refusal: it is not what the protocol says, or not for a network of this image
        shape (400).
    """
    head, rest = body, b""
    if header_length is not None:
        if header_length > len(body):
            raise _wrong(
                f"{HEADER_LENGTH} of at most {len(body)}, the body's length", header_length
            )
        head, rest = body[:header_length], body[header_length:]
    request = _object(_json(head), "the request")
    tensors = request.get("inputs")
    if not isinstance(tensors, list) or len(tensors) != 1:
        raise _wrong(f"inputs with one tensor, {INPUT}", tensors)
    return Asked(
        _pixels(_object(tensors[0], "the tensor"), rest, image_shape),
        _outputs(request),
        _id(request),
    )


def answer(
    names: Mapping[str, str], network: Network, asked: Asked, probabilities: np.ndarray
) -> tuple[bytes, int | None]:
    """The body of the answer, and the length of its JSON where tensors follow it.

    names: what the answer says of the model.
    """
    tensors: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for name, binary in asked.outputs.items():
        values = _values(name, network, probabilities)
        tensor: dict[str, Any] = {
            "name": name,
            "datatype": OUTPUTS[name],
            "shape": list(values.shape),
        }
        if binary:
            parts.append(_bytes(values))
            tensor["parameters"] = {"binary_data_size": len(parts[-1])}
        else:
            tensor["data"] = values.ravel().tolist()
        tensors.append(tensor)
    said = {**names, **({} if asked.id is None else {"id": asked.id}), "outputs": tensors}
    head = json.dumps(said).encode()
    return (b"".join((head, *parts)), len(head)) if parts else (head, None)


def described(network: Network) -> dict[str, list[dict[str, Any]]]:
    """The tensors that go in and come out, as the protocol describes them."""
    shapes = {"probabilities": [-1, len(network.classes_)], "label": [-1], "unsure": [-1]}
    return {
        "inputs": [{"name": INPUT, "datatype": _KIND, "shape": [-1, *network.image_shape]}],
        "outputs": [
            {"name": name, "datatype": kind, "shape": shapes[name]}
            for name, kind in OUTPUTS.items()
        ],
    }


def _pixels(tensor: dict[str, Any], rest: bytes, image_shape: tuple[int, ...]) -> np.ndarray:
    if tensor.get("name") != INPUT:
        raise _wrong(f"an input called {INPUT}", tensor.get("name"))
    if tensor.get("datatype") != _KIND:
        raise _wrong(f"datatype {_KIND}", tensor.get("datatype"))
    shape = tensor.get("shape")
    if (
        not isinstance(shape, list)
        or any(type(length) is not int for length in shape)
        or shape[1:] != list(image_shape)
        or not 1 <= shape[0] <= MAX_IMAGES
    ):
        raise _wrong(f"shape {[f'1 to {MAX_IMAGES}', *image_shape]}", shape)
    n_bytes = math.prod(shape)
    size = _object(tensor.get("parameters", {}), "parameters").get("binary_data_size")
    if size is None:
        if rest:
            raise _wrong("nothing after the JSON, since binary_data_size is not given", len(rest))
        data = _listed(tensor.get("data"), n_bytes)
    elif size != n_bytes or type(size) is not int or len(rest) != n_bytes or "data" in tensor:
        raise Refusal(
            400,
            f"expected binary_data_size {n_bytes} for this shape, as many bytes after the JSON and"
            f" no data, got {_short(size)} and {len(rest)} bytes.",
        )
    else:
        data = rest
    return np.frombuffer(data, np.uint8).reshape(shape)


def _listed(data: object, n: int) -> bytes:
    """Numbers from 0 to 255, flat or nested as the shape is."""
    while isinstance(data, list) and data and isinstance(data[0], list):
        if not all(isinstance(part, list) for part in data):
            raise _wrong("data of numbers, or of lists of them", data)
        data = list(chain.from_iterable(data))
    if not isinstance(data, list) or len(data) != n:
        raise _wrong(f"data of {n} numbers", len(data) if isinstance(data, list) else data)
    try:
        return bytes(data)
    except (TypeError, ValueError):
        raise _wrong("data of whole numbers from 0 to 255", data) from None


def _outputs(request: dict[str, Any]) -> dict[str, bool]:
    parameters = _object(request.get("parameters", {}), "parameters")
    usual = parameters.get("binary_data_output", False) is True
    asked = request.get("outputs", [])
    if not isinstance(asked, list) or len(asked) > len(OUTPUTS):
        raise _wrong(f"outputs of {some_of(list(OUTPUTS), 3)}", asked)
    found: dict[str, bool] = {}
    for output in asked or [{"name": name} for name in OUTPUTS]:
        name = _object(output, "an output").get("name")
        if name not in list(OUTPUTS):
            raise _wrong(f"outputs of {some_of(list(OUTPUTS), 3)}", name)
        own = _object(output.get("parameters", {}), "parameters")
        if "classification" in own:
            raise Refusal(400, "classification is not known here. Ask for label.")
        found[name] = own.get("binary_data", usual) is True
    return found


def _id(request: dict[str, Any]) -> str | None:
    value = request.get("id")
    if value is not None and (not isinstance(value, str) or len(value) > 200):
        raise _wrong("an id of at most 200 characters", value)
    return value


def _values(name: str, network: Network, probabilities: np.ndarray) -> np.ndarray:
    if name == "probabilities":
        return probabilities.astype("<f4")
    if name == "unsure":
        return network.is_unsure(probabilities)
    return np.asarray(network.classes_[probabilities.argmax(axis=1)])


def _bytes(values: np.ndarray) -> bytes:
    if values.dtype.kind != "U":
        return values.tobytes()
    texts = [text.encode() for text in values.tolist()]
    return b"".join(len(text).to_bytes(4, "little") + text for text in texts)


def _json(text: bytes) -> object:
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Refusal(400, one_line(f"expected JSON, got something else ({reason}).")) from None


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(f"{name} as a JSON object", value)
    return value


def _wrong(expected: str, got: object) -> Refusal:
    return Refusal(400, one_line(f"expected {expected}, got {_short(got)}."))


def _short(value: object) -> str:
    """A value of a client's in a few characters, whatever it is."""
    try:
        text = json.dumps(value)
    except RecursionError:
        return "something nested too deeply"
    return text if len(text) <= 80 else f"{text[:60]} ..."
