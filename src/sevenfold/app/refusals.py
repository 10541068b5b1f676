"""What the app does not do, as one line and a status; and how much it takes."""

from collections.abc import Mapping
from types import MappingProxyType

MAX_IMAGES = 256
"""Of one request: 5 ms of products for the networks of `book`."""
MAX_WAITING = 64
"""Requests that may wait for a product. Each takes about 0.3 ms of one core, most of it
HTTP, so that the last of them waits some 20 ms."""
MAX_WAITING_IMAGES = 512
MAX_CONNECTIONS = 512
MAX_PICTURE_BYTES = 20 << 20
MAX_PICTURES = 4
"""Pictures that may wait to be decoded, which happens one at a time."""
MAX_BODY_BYTES = 16 << 20
MAX_HELD_BYTES = 64 << 20
"""Of all bodies together that are on their way."""

BODY_SECONDS, PICTURE_SECONDS = 10.0, 30.0
"""In which a body, or a picture, must have arrived."""
IDLE_SECONDS = 20.0
"""How long a connection may be quiet, or send the head of a request."""
LONGEST_SECONDS = 120.0
"""How long one request may take with everything, its answer's way included."""
RETRY_SECONDS = 1.0
"""After which a refused client may come again; until then it is not listened to."""


class Refusal(Exception):
    """A request that is not answered; its text is one line, meant for the client."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


def too_busy() -> Refusal:
    """What a client hears while others fill the queue."""
    seconds = f"{RETRY_SECONDS:.0f}"
    return Refusal(
        503, f"too many requests wait. Come again in {seconds} s.", {"Retry-After": seconds}
    )
