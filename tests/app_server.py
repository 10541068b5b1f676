"""`sevenfold app` as a process, and a client that says anything to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

COMMAND = (sys.executable, "-m", "sevenfold", "app")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class App:
    """An app at work."""

    process: "subprocess.Popen[str]"
    port: int

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, content, headers)

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def infer(self, name: str, images: np.ndarray, **more: object) -> Answer:
        tensor = {"name": "images", "datatype": "UINT8", "shape": list(images.shape)}
        return self.post(
            f"/v2/models/{name}/infer",
            {"inputs": [{**tensor, "data": images.ravel().tolist()}], **more},
        )

    def say(self, content: bytes, seconds: float = 30.0) -> bytes:
        """Send bytes and give whatever comes back until the other side is done."""
        with self.connected(seconds) as connection:
            connection.sendall(content)
            return read_all(connection)

    def connected(self, seconds: float = 30.0) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)


def read_all(connection: socket.socket) -> bytes:
    parts = []
    while True:
        try:
            part = connection.recv(65_536)
        except ConnectionResetError:
            part = b""
        if not part:
            return b"".join(parts)
        parts.append(part)


@contextmanager
def app_at_work(runs: Path, *options: str) -> Iterator[App]:
    """The app with these runs, on a free port; it must end at SIGTERM with no word."""
    process = subprocess.Popen(
        [*COMMAND, str(runs), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Runs: http://127.0.0.1:"), process.communicate()
        yield App(process, int(line.rstrip().rstrip("/").rpartition(":")[2]))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        process.kill()
        process.wait()
