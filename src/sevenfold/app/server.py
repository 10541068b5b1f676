"""The server process: an address, and a clean end."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from sevenfold.app.connections import Connection
from sevenfold.app.entrance import Entrance
from sevenfold.app.refusals import IDLE_SECONDS
from sevenfold.app.shelf import Shelf
from sevenfold.errors import SettingsError


def serve(place: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the runs in `place` until SIGTERM or Ctrl-C; `say` is given a line or two,
    the first with the address.

    Raises:
        RunError: there is no run.
        SettingsError: the address cannot be had.
    """
    shelf = Shelf(place)
    with closing(_listening(host, port)) as listener:
        address, port = listener.getsockname()[:2]
        is_local = ip_address(address).is_loopback
        server = _Server(
            uvicorn.Config(
                Entrance(shelf, is_local=is_local),
                http=Connection,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=int(IDLE_SECONDS),
                timeout_graceful_shutdown=3,
            )
        )
        shown = f"[{address}]" if ":" in address else address
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, server.handle_exit)
        say(f"Runs: http://{shown}:{port}/")
        if not is_local:
            say("Whoever reaches this machine reaches them too.")
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """One whose end by a signal is its usual end: uvicorn's raises the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listening(host: str, port: int) -> socket.socket:
    """A socket at the first address of that name."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for each answer.
        listener = socket.socket(family, kind, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # where it lets nobody share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except BaseException:
            listener.close()
            raise
        return listener
    except socket.gaierror:
        raise SettingsError(
            f"--host {host} is no address of this machine. 127.0.0.1 is for this machine alone,"
            " 0.0.0.0 for everybody."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"--port {port} of {host} cannot be had ({error.strerror or error}). End what listens"
            " there, or give another --port."
        ) from None
