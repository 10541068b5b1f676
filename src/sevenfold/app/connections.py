"""Connections: so many at a time, and none that keeps the server waiting."""

import asyncio
import json

from uvicorn.protocols.http.h11_impl import H11Protocol

from sevenfold.app.refusals import (
    IDLE_SECONDS,
    LONGEST_SECONDS,
    MAX_CONNECTIONS,
    Refusal,
    too_busy,
)


class Connection(H11Protocol):
    """uvicorn's connection with an eye on the clock.

    uvicorn itself closes one that is idle after an answer; not one that says nothing at
    first, sends its head or its needless body slowly, or never takes its answer.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Answer those beyond the limit at once; begin to watch the others."""
        super().connection_made(transport)
        self._free_since = self.loop.time()
        self._watcher: asyncio.TimerHandle | None = None
        if len(self.connections) > MAX_CONNECTIONS:
            self._end_with(too_busy())
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._watcher is not None:
            self._watcher.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """The client's time begins anew."""
        self._free_since = self.loop.time()
        super().on_response_complete()

    def _watch(self) -> None:
        self._watcher = self.loop.call_later(IDLE_SECONDS / 2, self._look)

    def _look(self) -> None:
        seconds = self.loop.time() - self._free_since
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if seconds > LONGEST_SECONDS:
            self.transport.abort()
        elif seconds < IDLE_SECONDS or is_busy:
            self._watch()
        elif self.cycle is None and self.conn.trailing_data[0]:
            self._end_with(Refusal(408, f"the request took more than {IDLE_SECONDS:.0f} s."))
        else:
            self.transport.close()

    def _end_with(self, refusal: Refusal) -> None:
        """Say so without looking at what the client wants."""
        body = json.dumps({"error": str(refusal)})
        reason = {408: "Request Timeout", 503: "Service Unavailable"}[refusal.status]
        headers = {
            **refusal.headers,
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
        }
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {refusal.status} {reason}", *lines])
        self.transport.write(f"{head}\r\n\r\n{body}".encode())
        self.transport.close()
