"""`sevenfold app` among clients that send what they like, as slowly as they like."""

import asyncio
import json
import random
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app_server import App, app_at_work, read_all
from made_up_run import MadeUp
from starlette.types import Receive, Scope, Send

from sevenfold.app import Shelf
from sevenfold.app.bodies import Bodies
from sevenfold.app.entrance import Entrance
from sevenfold.app.protocol import InferenceProtocol
from sevenfold.app.refusals import BODY_SECONDS, MAX_CONNECTIONS, MAX_WAITING, Refusal

N_FUZZED = 2_000
HOST, CLOSE = b"Host: localhost\r\n", b"Connection: close\r\n"
INFER = b"POST /v2/models/run/infer HTTP/1.1\r\n" + HOST
IMAGE = np.zeros((1, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MadeUp().write(tmp_path_factory.mktemp("hostile") / "run").parent


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[App]:
    with app_at_work(folder) as at_work:
        yield at_work
        assert at_work.infer("run", IMAGE).status == 200  # after everything


class Fuzzer:
    """Requests that are wrong somewhere, the same ones from the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def request(self) -> bytes:
        kind = self.random.choice((self.path, self.json, self.binary, self.head, self.picture))
        return kind()

    def noise(self, n: int) -> bytes:
        return self.random.randbytes(self.random.randrange(n))

    def path(self) -> bytes:
        words = ("..", "%2e%2e", ".", "runs", "run", "%2f", "v2", "models", "static", "%00", "~")
        words += (
            "etc",
            "passwd",
            "run.json",
            "\\..",
            "%c3%28",
            "%ff",
            "a" * 300,
            "tables",
            "infer",
        )
        parts = "/".join(self.random.choices(words, k=self.random.randrange(1, 9)))
        method = self.random.choice(("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "X-Y"))
        query = self.random.choice(("", "?run=../..", "?run=%00&run=&run=", "?" + "q" * 500))
        return self.framed(f"{method} /{parts}{query} HTTP/1.1\r\n".encode(), b"")

    def json(self) -> bytes:
        tensor = {
            "name": self.random.choice(("images", "", None, [], "x" * 999)),
            "datatype": self.random.choice(("UINT8", "FP32", "BYTES", 8, None)),
            "shape": self.value(),
            "data": self.value(),
            "parameters": self.value(),
        }
        for key in self.random.sample(list(tensor), self.random.randrange(4)):
            del tensor[key]
        asked = {"inputs": [tensor], "outputs": self.value(), "id": self.value()}
        body = json.dumps(self.random.choice((asked, tensor, [asked]))).encode()
        cut = self.random.randrange(len(body) + 1)
        return self.framed(
            INFER, self.random.choice((body, body[:cut], body[:cut] + self.noise(9)))
        )

    def value(self) -> object:
        huge = 10 ** self.random.randrange(1, 400)
        whole = [self.random.randrange(-1, 257) for _ in range(784)]
        deep: object = 1
        for _ in range(self.random.randrange(900)):
            deep = [deep]
        shapes = [[1, 28, 28], [huge, 28, 28], [-1, 28, 28]]
        data = [whole, [0] * 784, [[0] * 28] * 28, deep, []]
        others = [huge, -huge, None, True, 1e308, "\ud800", "é", {}, {"binary_data_size": huge}]
        return self.random.choice([*shapes, *data, *others])

    def binary(self) -> bytes:
        size = self.random.choice((784, 0, -1, 10**18, "784", None))
        tensor = {"name": "images", "datatype": "UINT8", "shape": [1, 28, 28]}
        head = json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]})
        length = self.random.choice((len(head), 0, -5, 10**15, "x", "", len(head) + 1))
        named = f"Inference-Header-Content-Length: {length}\r\n".encode()
        return self.framed(INFER + named, head.encode() + self.noise(1_000))

    def head(self) -> bytes:
        lines = (
            *(b"Content-Length: -1", b"Content-Length: 9" * 2, b"Content-Length: 1e3", b": x"),
            *(b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"Expect: 100-continue"),
            *(b"Upgrade: websocket\r\nConnection: upgrade", b"Host: a\r\nHost: b", b"\0: \0"),
            *(b"X: " + b"y" * 70_000, b"Host: ../..", b"Range: bytes=0-", b"\xff: \xfe"),
        )
        chosen = self.random.choices(lines, k=self.random.randrange(1, 4))
        start = self.random.choice(
            (INFER, b"GET / HTTP/1.1\r\n" + HOST, b"GET / HTTP/9\r\n", b"\r\n")
        )
        start = self.random.choice((start, self.noise(50), b"GET /run" + self.noise(20) + b"\r\n"))
        return start + b"\r\n".join(chosen) + b"\r\n\r\n" + self.noise(200)

    def picture(self) -> bytes:
        start = self.random.choice(
            (b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"P6 9 9 255\n", b"")
        )
        line = b"POST /runs/run/upload HTTP/1.1\r\n" + HOST
        return self.framed(line, start + self.noise(2_000))

    def framed(self, head: bytes, body: bytes) -> bytes:
        own = b"" if HOST in head else HOST
        return b"%s%s%sContent-Length: %d\r\n\r\n%s" % (head, own, CLOSE, len(body), body)


def statuses_of(content: bytes) -> list[int]:
    return [int(answer[:3]) for answer in content.split(b"HTTP/1.1 ")[1:]]


def test_fuzzed_requests_get_clear_refusals_alone(app: App, folder: Path) -> None:
    fuzzer = Fuzzer(seed=17)
    found: Counter[int] = Counter()
    for number in range(N_FUZZED):
        request = fuzzer.request()
        with app.connected() as connection:
            connection.sendall(request)
            if CLOSE not in request:
                with suppress(OSError):  # it may have gone already
                    connection.shutdown(socket.SHUT_WR)
            said = read_all(connection)
        statuses = statuses_of(said)
        found.update(statuses)
        wrong = [status for status in statuses if status >= 500 and status != 503]
        assert not wrong, (number, request[:300], said[:300])
        for secret in (b"Traceback", b"site-packages", b".py", str(folder).encode(), b"/tmp/"):
            assert secret not in said, (number, request[:300])
    # Some of what is drawn is right after all: / and the pages of the run, say.
    assert sum(n for status, n in found.items() if 400 <= status < 500) > 0.8 * N_FUZZED
    assert set(found) <= {100, 200, 400, 404, 405, 408, 411, 413, 414, 415, 421, 431, 503}


@pytest.mark.slow
@pytest.mark.parametrize("start", [b"", b"{"])
def test_a_body_that_trickles_in_is_given_up(app: App, start: bytes) -> None:
    with app.connected() as connection:
        connection.sendall(INFER + b"Content-Length: 1000\r\n\r\n" + start)
        started = time.monotonic()
        connection.settimeout(0.5)
        said = b""
        while not said.endswith(b"}") and time.monotonic() - started < BODY_SECONDS + 5:
            try:
                said += connection.recv(4_096)
            except TimeoutError:
                connection.sendall(start and b" ")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b'{"error": "the body took more than 10 s."}' in said
    assert BODY_SECONDS - 1 < time.monotonic() - started < BODY_SECONDS + 4


def answer_of(application: Entrance, path: str, host: bytes) -> tuple[int, bytes]:
    messages: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
    asyncio.run(application({**scope, "headers": [(b"host", host)]}, receive, send))
    return messages[0]["status"], messages[1]["body"]


def test_where_everybody_may_come_any_host_will_do(folder: Path) -> None:
    for is_local, status in ((True, 421), (False, 200)):
        application = Entrance(Shelf(folder), is_local=is_local)
        assert answer_of(application, "/v2", b"a.example")[0] == status
        assert answer_of(application, "/v2", b"127.0.0.9:1")[0] == 200


def test_a_fault_of_ours_is_one_line_here_and_says_nothing_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(f"{folder}/run\nis gone")

    application = Entrance(Shelf(folder), is_local=True)
    application.pages = broken
    status, body = answer_of(application, "/", b"localhost")
    assert (status, json.loads(body)) == (500, {"error": "a fault of sevenfold, not yours."})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("sevenfold: OSError: ")
    assert "is gone. This is a fault of sevenfold" in line


def test_bodies_together_are_bounded() -> None:
    async def read(bodies: Bodies, n_mebibytes: int, gate: asyncio.Event) -> int:
        left = [n_mebibytes]

        async def receive() -> dict[str, object]:
            if left[0] == 1:
                await gate.wait()
            left[0] -= 1
            return {"type": "http.request", "body": bytes(2**20), "more_body": left[0] > 0}

        scope: dict[str, object] = {"headers": []}
        return len(await bodies.read(scope, receive, at_most=40 * 2**20, seconds=9))

    async def read_together() -> list[object]:
        bodies, gate = Bodies(), asyncio.Event()
        held = asyncio.gather(*(read(bodies, 31, gate) for _ in range(2)))
        await asyncio.sleep(0.1)
        refused = await asyncio.gather(
            read(bodies, 10, gate), read(bodies, 41, gate), return_exceptions=True
        )
        gate.set()
        return [*await held, *refused, await read(bodies, 39, gate)]

    *held, busy, other, again = asyncio.run(read_together())
    assert (held, again) == ([31 * 2**20] * 2, 39 * 2**20)
    for refusal in (busy, other):
        assert isinstance(refusal, Refusal)
        assert refusal.status == 503


def test_a_body_that_ends_too_early_is_no_fault(app: App) -> None:
    with app.connected() as connection:
        connection.sendall(INFER + b"Content-Length: 1000\r\n\r\n{")
    assert app.infer("run", IMAGE).status == 200


@pytest.mark.slow
def test_a_quiet_connection_and_a_slow_head_are_closed(app: App) -> None:
    with app.connected(60) as quiet, app.connected(60) as slow, app.connected(60) as done:
        slow.sendall(b"GET / HT")
        done.sendall(b"GET /v2 HTTP/1.1\r\n" + HOST + b"\r\n")
        started = time.monotonic()
        assert read_all(quiet) == b""
        assert read_all(slow).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert read_all(done).startswith(b"HTTP/1.1 200 OK\r\n")
        assert 19 < time.monotonic() - started < 45


def test_more_connections_than_it_holds_are_told_so(folder: Path) -> None:
    with app_at_work(folder) as own:
        held = [own.connected() for _ in range(MAX_CONNECTIONS)]
        said = own.say(b"")
        assert said.startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n")
        for connection in held:
            connection.close()
        time.sleep(0.5)
        assert own.infer("run", IMAGE).status == 200


def single_image() -> bytes:
    tensor = {"name": "images", "datatype": "UINT8", "shape": [1, 28, 28], "data": [0] * 784}
    body = json.dumps({"inputs": [tensor]}).encode()
    return INFER + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_full_queue_says_so_at_once_and_then_listens_to_others(app: App) -> None:
    request = single_image()
    connections = [app.connected() for _ in range(4 * MAX_WAITING)]
    found: Counter[int] = Counter()
    for _ in range(3):
        for connection in connections:
            connection.sendall(request)
        for connection in connections:
            said = connection.recv(65_536)
            while not said.rstrip().endswith(b"}"):
                said += connection.recv(65_536)
            found.update(statuses_of(said))
            if said.startswith(b"HTTP/1.1 503"):
                assert b"\r\nretry-after: 1\r\n" in said.lower()
    assert set(found) <= {200, 503}
    assert found.total() == 3 * len(connections)
    assert found[200] >= 3 * MAX_WAITING
    for connection in connections:
        connection.close()
    assert app.infer("run", IMAGE).status == 200


def test_a_refused_client_is_not_listened_to_for_as_long_as_it_was_told(folder: Path) -> None:
    """Its answer is there at once; what is held back is the end, which has no bytes."""
    body = single_image().partition(b"\r\n\r\n")[2]
    sent: list[list[tuple[float, dict[str, Any]]]] = []

    async def ask(application: InferenceProtocol) -> None:
        mine: list[tuple[float, dict[str, Any]]] = []
        sent.append(mine)
        scope = {"raw_path": b"/v2/models/run/infer", "method": "POST", "headers": []}

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            mine.append((time.monotonic(), message))

        await application(scope, receive, send)

    async def ask_together() -> None:
        application = InferenceProtocol(Shelf(folder), Bodies())
        await asyncio.gather(*(ask(application) for _ in range(MAX_WAITING + 2)))

    asyncio.run(ask_together())
    assert [mine[0][1]["status"] for mine in sent] == [200] * MAX_WAITING + [503] * 2
    for (_, start), (first, said), (last, end) in sent[MAX_WAITING:]:
        assert (b"retry-after", b"1") in start["headers"]
        assert (b"content-length", b"%d" % len(said["body"])) in start["headers"]
        assert json.loads(said["body"])["error"].startswith("too many requests wait")
        assert (said["more_body"], end["body"]) == (True, b"")
        assert last - first == pytest.approx(1.0, abs=0.3)
