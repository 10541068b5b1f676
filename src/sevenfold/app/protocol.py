"""The Open Inference Protocol v2 over HTTP: the paths below /v2."""

import json
import math
from collections.abc import Mapping
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from sevenfold import __version__
from sevenfold.app.batches import Batches
from sevenfold.app.bodies import Bodies, refuse, respond
from sevenfold.app.refusals import (
    BODY_SECONDS,
    MAX_BODY_BYTES,
    MAX_IMAGES,
    Refusal,
    too_busy,
)
from sevenfold.app.shelf import Served, Shelf
from sevenfold.app.tensors import HEADER_LENGTH, answer, described, parse

_HEADER_LENGTH = HEADER_LENGTH.lower().encode()
_VERSION = "1"
"""Of every network: a run has one, and another run another name."""
_JSON_BYTES_A_PIXEL, _JSON_BYTES_BESIDE = 5, 1 << 16


class InferenceProtocol:
    """An ASGI application; answers JSON, refuses with {"error": ...}."""

    def __init__(self, shelf: Shelf, bodies: Bodies) -> None:
        self.shelf, self.bodies, self.batches = shelf, bodies, Batches()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose path begins with /v2."""
        try:
            await self._answer(scope, receive, send)
        except Refusal as refusal:
            await refuse(receive, send, refusal)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        match _parts(scope):
            case ["models", name, "infer"] | ["models", name, "versions", _, "infer"]:
                _require(scope, "POST")
                await self._infer(self._model(name, scope), scope, receive, send)
                return
            case []:
                said: Mapping[str, object] = {
                    "name": "sevenfold",
                    "version": __version__,
                    "extensions": ["binary_tensor_data"],
                }
            case ["health", "live"]:
                said = {"live": True}
            case ["health", "ready"]:
                said = {"ready": True}
            case ["models", name, "ready"] | ["models", name, "versions", _, "ready"]:
                said = {"name": self._model(name, scope).name, "ready": True}
            case ["models", name] | ["models", name, "versions", _]:
                model = self._model(name, scope)
                said = {
                    "name": model.name,
                    "versions": [_VERSION],
                    "platform": "sevenfold_numpy",
                    **described(model.network),
                }
            case _:
                raise Refusal(404, "there is no such path here. /v2/models/NAME/infer is one.")
        _require(scope, "GET")
        await respond(send, 200, json.dumps(said).encode())

    def _model(self, name: str, scope: Scope) -> Served:
        parts = _parts(scope)
        model = self.shelf.served.get(name)
        if model is None or ("versions" in parts[2:3] and parts[3] != _VERSION):
            raise Refusal(404, "there is no such model or version here. The page / lists the runs.")
        return model

    async def _infer(self, model: Served, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.batches.has_room():  # before a body is looked at
            raise too_busy()
        network = model.network
        length = _header_length(scope)
        n_values = MAX_IMAGES * math.prod(network.image_shape)
        longest = min(MAX_BODY_BYTES, _JSON_BYTES_BESIDE + _JSON_BYTES_A_PIXEL * n_values)
        body = await self.bodies.read(scope, receive, at_most=longest, seconds=BODY_SECONDS)
        asked = parse(body, length, network.image_shape)
        probabilities = await self.batches.predict_proba(network, asked.pixels)
        names = {"model_name": model.name, "model_version": _VERSION}
        content, head = answer(names, network, asked, probabilities)
        if head is None:
            await respond(send, 200, content)
        else:
            kind, headers = "application/octet-stream", {HEADER_LENGTH: str(head)}
            await respond(send, 200, content, kind, headers)


def _parts(scope: Scope) -> list[str]:
    """The path's parts after /v2; a name may hold what an address must write as %2F."""
    path = scope["raw_path"].decode("ascii")
    parts = [unquote(part) for part in path.split("/")[2:]]
    return parts[:-1] if parts and not parts[-1] else parts


def _require(scope: Scope, method: str) -> None:
    allowed = (method, "HEAD") if method == "GET" else (method,)
    if scope["method"] not in allowed:
        raise Refusal(405, f"expected {method}, got another method.", {"Allow": method})


def _header_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == _HEADER_LENGTH:
            if not value.isdigit() or len(value) > 12:
                raise Refusal(400, f"expected {HEADER_LENGTH} in bytes, got something else.")
            return int(value)
    return None
