"""Bodies of requests, as far as they are not too long, too slow or too many; and
answers.
"""

import asyncio
import json
from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import Receive, Scope, Send

from sevenfold.app.refusals import MAX_HELD_BYTES, RETRY_SECONDS, Refusal, too_busy

_JSON = "application/json"
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_DRAIN_BYTES = 32 << 20
_DRAIN_SECONDS: Mapping[int, float] = MappingProxyType({408: 1.0, 413: 5.0})
"""How long what is still sent is taken after a refusal: a connection that is closed
with something unread is reset, and the refusal with it."""


class Bodies:
    """Reads bodies and knows how much of them is held."""

    def __init__(self) -> None:
        self._n_held = 0

    async def read(self, scope: Scope, receive: Receive, *, at_most: int, seconds: float) -> bytes:
        """The body of a request.

        Raises:
            Refusal: it is longer (413), takes longer (408), is encoded (415), or all
            bodies on their way are too much together (503).
        """
        _require_plain(scope, at_most)
        try:
            async with asyncio.timeout(seconds):
                message = await receive()
                if not message.get("more_body", False):  # mostly all of it is there
                    return _within(message.get("body", b""), at_most)
                return await self._rest(message["body"], receive, at_most)
        except TimeoutError:
            raise Refusal(
                408, f"the body took more than {seconds:.0f} s.", {"Connection": "close"}
            ) from None

    async def _rest(self, first: bytes, receive: Receive, at_most: int) -> bytes:
        parts, n_held = [first], 0
        try:
            while True:
                n_new = len(parts[-1])
                n_held += n_new
                self._n_held += n_new
                if n_held > at_most:
                    raise _too_long(at_most)
                if self._n_held > MAX_HELD_BYTES:
                    raise too_busy()
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "the body ended too early.")
                parts.append(message["body"])
                if not message["more_body"]:
                    return _within(b"".join(parts), at_most)
        finally:
            self._n_held -= n_held


async def respond(
    send: Send,
    status: int,
    body: bytes,
    kind: str = _JSON,
    headers: Mapping[str, str] = _NO_HEADERS,
) -> None:
    """Send a whole answer."""
    await send(_start(status, body, kind, headers))
    await send({"type": "http.response.body", "body": body})


async def refuse(receive: Receive, send: Send, refusal: Refusal) -> None:
    """Send a refusal as {"error": ...}.

    A client that came while the queue was full has its answer at once, and its
    connection stays unread for `RETRY_SECONDS`: the answer's last, empty part is held
    back. So refusing costs little however often it comes back.
    """
    body = json.dumps({"error": str(refusal)}).encode()
    await send(_start(refusal.status, body, _JSON, refusal.headers))
    lingers = refusal.status in (*_DRAIN_SECONDS, 503)
    await send({"type": "http.response.body", "body": body, "more_body": lingers})
    if lingers:
        if refusal.status == 503:
            await asyncio.sleep(RETRY_SECONDS)
        else:
            await _drain(receive, _DRAIN_SECONDS[refusal.status])
        await send({"type": "http.response.body", "body": b""})


async def _drain(receive: Receive, seconds: float) -> None:
    """Take what is still sent, within bounds, or the client never reads the answer."""
    n = 0
    try:
        async with asyncio.timeout(seconds):
            while n < _DRAIN_BYTES:
                message = await receive()
                n += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def _start(status: int, body: bytes, kind: str, headers: Mapping[str, str]) -> dict[str, object]:
    own = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
    more = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": own + more}


def _require_plain(scope: Scope, at_most: int) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > at_most:
            raise _too_long(at_most)
        if name == b"content-encoding" and value.lower() != b"identity":
            raise Refusal(415, "expected a body without Content-Encoding. Send it as it is.")


def _within(body: bytes, at_most: int) -> bytes:
    if len(body) > at_most:
        raise _too_long(at_most)
    return body


def _too_long(at_most: int) -> Refusal:
    return Refusal(
        413, f"expected a body of at most {at_most:,} bytes, got more.", {"Connection": "close"}
    )
