"""Where every request comes in: the API or the pages, and never a traceback."""

import sys
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sevenfold.app.bodies import Bodies, refuse
from sevenfold.app.pages import pages
from sevenfold.app.protocol import InferenceProtocol
from sevenfold.app.refusals import Refusal
from sevenfold.app.shelf import Shelf
from sevenfold.errors import one_line

_HEADERS_OF_API = [(b"x-content-type-options", b"nosniff")]
_HEADERS_OF_PAGES = [
    *_HEADERS_OF_API,
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class Entrance:
    """An ASGI application for the runs on a shelf.

    is_local: whether it listens for this machine alone. Then a request must call it by
    a name of this machine: a page elsewhere whose name points here stays out.
    """

    def __init__(self, shelf: Shelf, *, is_local: bool) -> None:
        self.is_local = is_local
        bodies = Bodies()
        self.protocol = InferenceProtocol(shelf, bodies)
        self.pages: ASGIApp = pages(shelf, bodies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        path, has_begun = scope["path"], False
        is_api = path == "/v2" or path.startswith("/v2/")
        headers = _HEADERS_OF_API if is_api else _HEADERS_OF_PAGES

        async def guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        try:
            if self.is_local and not _is_of_this_machine(scope):
                await refuse(receive, guarded, Refusal(421, "expected the host 127.0.0.1."))
            elif is_api:
                await self.protocol(scope, receive, guarded)
            else:
                await self.pages(scope, receive, guarded)
        except Exception as error:
            fault = one_line(f"{type(error).__name__}: {error}")
            print(f"sevenfold: {fault}. This is a fault of sevenfold, not yours.", file=sys.stderr)
            if not has_begun:
                await refuse(receive, guarded, Refusal(500, "a fault of sevenfold, not yours."))


def _is_of_this_machine(scope: Scope) -> bool:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"localhost")
    try:
        name = urlsplit(f"//{host.decode('ascii')}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
