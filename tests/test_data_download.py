"""Mirrors that misbehave, served from this machine."""

import dataclasses
import gzip
import hashlib
import io
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from sevenfold.data import cache, download, finding
from sevenfold.data.catalogue import ENTRIES
from sevenfold.data.mnist.catalogue import MNIST
from sevenfold.data.readers import idx
from sevenfold.errors import DataError, DataUnavailable

LABELS = {
    "development": np.repeat(np.arange(10, dtype=np.uint8), 30),
    "test": np.repeat(np.arange(10, dtype=np.uint8), 5),
}
CONTENT: dict[str, bytes] = {}
for part, (images_name, labels_name) in idx.PARTS.items():
    CONTENT[labels_name] = idx.to_bytes(LABELS[part])
    images = np.random.default_rng(len(LABELS[part])).integers(
        0, 256, (len(LABELS[part]), 28, 28), np.uint8
    )
    CONTENT[images_name] = idx.to_bytes(images)
MADE_UP = dataclasses.replace(
    MNIST,
    title="Made-up MNIST",
    n_development=300,
    n_test=50,
    sha256={name: hashlib.sha256(CONTENT[name]).hexdigest() for name in idx.FILES},
)


class Mirror(BaseHTTPRequestHandler):
    """The first folder of the path says how to misbehave."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        _, how, file = self.path.split("/")
        self.asked.append(self.path)
        data = CONTENT[file.removesuffix(".gz")]
        if how == "missing":
            return self.send_error(404)
        if how == "page":
            return self.answer(b"<!DOCTYPE html><html>come back later</html>")
        if how == "wrong":
            return self.answer(gzip.compress(data[:-1] + bytes([data[-1] ^ 1])))
        if how == "short":
            return self.answer(gzip.compress(data)[:-9], claim=len(gzip.compress(data)))
        if how == "cut":
            return self.answer(gzip.compress(data)[:-9])
        if how == "endless":
            return self.answer(bytes(50_000_000))
        if how == "unpacked":
            return self.answer(data)
        if how == "mute":
            time.sleep(2)
            return None
        if how == "garbage":
            self.wfile.write(b"\x1b[31mHELLO\r\n\r\n")
            return None
        if how == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            with suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"1")
                    self.wfile.flush()
                    time.sleep(0.1)
            return None
        if how == "stall":
            self.answer(gzip.compress(data)[:20], claim=len(data))
            time.sleep(2)
            return None
        return self.answer(gzip.compress(data, compresslevel=1 if how == "again" else 9))

    def answer(self, data: bytes, claim: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(claim or len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:  # the client has seen enough
            pass

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as httpd:
        threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SEVENFOLD_DATA", raising=False)
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(download, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(download, "PATIENCE_SECONDS", 1.5)
    monkeypatch.setitem(ENTRIES, "mnist", MADE_UP)
    Mirror.asked.clear()


def use(monkeypatch: pytest.MonkeyPatch, *mirrors: str) -> None:
    monkeypatch.setenv("SEVENFOLD_MIRRORS", " ".join(mirrors))


@pytest.mark.parametrize("how", ["good", "again", "unpacked"])
def test_the_right_content_is_taken_however_it_is_packed(
    how: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"{server}/{how}")
    source = finding.load("mnist")
    assert source.provenance.source == f"the mirror {server}/{how}/"
    assert source.provenance.sha256 == MADE_UP.sha256
    assert (len(source.development), source.provenance.n_test, len(source.read_test())) == (
        300,
        50,
        50,
    )
    use(monkeypatch)
    assert finding.load("mnist").provenance.source == "the sevenfold cache"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("missing", "HTTP status 404"),
        ("page", "expected IDX images, got an HTML page"),
        ("wrong", "expected SHA-256 [0-9a-f]{12}..., got [0-9a-f]{12}..."),
        ("short", r"broke off after [\d,]+ of [\d,]+ bytes"),
        ("cut", "expected a whole gzip file, got a damaged one"),
        ("endless", "sent more than 47,105,536 bytes"),
        ("mute", "no answer within 1 s|nothing came for 1 s|timed out"),
        ("stall", "nothing came for 1 s"),
        ("drip", "took too long: 0 bytes came"),
        ("garbage", r"an answer that is not HTTP .BadStatusLine.\)"),
    ],
)
def test_a_bad_mirror_is_named_with_its_error_and_leaves_nothing(
    how: str, reason: str, server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, f"{server}/{how}")
    with pytest.raises(
        DataUnavailable, match=rf"{server}/{how}/: .*({reason}).*Put the files train-images"
    ) as caught:
        finding.load("mnist")
    assert "\n" not in str(caught.value)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(Mirror.asked) == 1


def test_an_unreachable_mirror_is_followed_by_the_next(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        use(
            monkeypatch,
            f"http://127.0.0.1:{closed.getsockname()[1]}",
            f"{server}/page",
            f"{server}/good",
        )
        assert finding.load("mnist").provenance.source == f"the mirror {server}/good/"
    assert [path for path in Mirror.asked if "page" in path] == ["/page/train-images-idx3-ubyte.gz"]


def test_every_mirror_is_named_when_all_fail(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        use(monkeypatch, f"http://127.0.0.1:{closed.getsockname()[1]}", f"{server}/missing")
        with pytest.raises(
            DataUnavailable,
            match=r"Connection refused; http://127.0.0.1:\d+/missing/: HTTP status 404\)",
        ):
            finding.load("mnist")


def test_a_name_that_does_not_resolve_in_time_does_not_hold_anyone_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look_up(*args: object, **kwargs: object) -> list[object]:
        time.sleep(2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    use(monkeypatch, "https://mnist.invalid")
    started = time.monotonic()
    with pytest.raises(DataUnavailable, match=r"https://mnist.invalid/: no answer within 1 s"):
        finding.load("mnist")
    assert time.monotonic() - started < 1.5


def test_an_answer_that_comes_too_late_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed, response = threading.Event(), io.BytesIO()
    monkeypatch.setattr(response, "close", closed.set, raising=False)

    def urlopen(*args: object, **kwargs: object) -> io.BytesIO:
        time.sleep(1.5)
        return response

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    with pytest.raises(TimeoutError, match=r"no answer within 1 s"):
        download.download("https://mnist.invalid/x")
    assert closed.wait(5)


def test_auto_takes_the_subset_and_says_why_without_a_path(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, f"{server}/missing")
    provenance = finding.load("auto").provenance
    assert (provenance.name, provenance.embedded_subset) == ("mnist-5k", True)
    assert (
        provenance.reason
        == f"Made-up MNIST could not be fetched ({server}/missing/: HTTP status 404)."
    )
    assert str(tmp_path) not in provenance.to_json()


def test_no_mirrors_means_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)
    with pytest.raises(DataUnavailable, match=r"SEVENFOLD_MIRRORS is empty"):
        finding.load("mnist")


@pytest.mark.parametrize("mirror", ["file:///etc", "mnist", "ftp://127.0.0.1/"])
def test_only_web_addresses_are_mirrors(mirror: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, mirror)
    with pytest.raises(
        DataError, match=r"SEVENFOLD_MIRRORS: expected addresses that start with https"
    ):
        finding.load("mnist")


def test_more_mirrors_than_anyone_would_wait_for_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, *(f"https://127.0.0.{n}" for n in range(5)))
    with pytest.raises(DataError, match=r"expected at most 4 addresses, got 5"):
        finding.load("mnist")


def test_four_mirrors_of_ones_own_have_a_folder_for_each_data_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = [f"https://127.0.0.{n}/" for n in range(4)]
    use(monkeypatch, *own)
    assert download.mirrors(ENTRIES["mnist"]) == tuple(own)
    assert download.mirrors(ENTRIES["kmnist"]) == tuple(f"{url}kmnist/" for url in own)


def test_a_page_in_place_of_a_packed_file_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, "https://127.0.0.1/")
    monkeypatch.setattr(download, "download", lambda *_: b"<!DOCTYPE html>busy")
    with pytest.raises(DataUnavailable, match=r"expected a packed file, got an HTML page"):
        download.fetch_missing(ENTRIES["kmnist"], tmp_path, verify=["development"])


def test_fetch_mends_what_is_damaged_and_keeps_what_is_right(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"{server}/good")
    folder = finding.fetch("mnist")
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    (folder / "train-labels-idx1-ubyte").write_bytes(b"damaged")
    Mirror.asked.clear()
    assert finding.fetch("mnist") == folder
    assert Mirror.asked == ["/good/train-labels-idx1-ubyte.gz", "/good/t10k-labels-idx1-ubyte.gz"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.gz" for name in idx.FILES
    )
    assert len(finding.load("mnist").read_test()) == 50


@pytest.mark.parametrize("name", idx.FILES)
def test_a_folder_in_place_of_a_file_is_mended(
    name: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"{server}/good")
    folder = finding.fetch("mnist")
    (folder / f"{name}.gz").unlink()
    (folder / f"{name}.gz").mkdir()
    (folder / f"{name}.gz" / "more").write_bytes(b"x")
    source = finding.load("mnist")
    assert (len(source.development), len(source.read_test())) == (300, 50)


def test_load_mends_a_damaged_cache(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, f"{server}/good")
    folder = finding.fetch("mnist")
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"damaged"))
    assert finding.load("mnist").provenance.source == f"the mirror {server}/good/"


def test_what_a_killed_fetch_left_is_swept_up(tmp_path: Path) -> None:
    folder = cache.made_folder(tmp_path / "mnist")
    (folder / ".train-images.x.part").write_bytes(b"half")
    os.utime(folder / ".train-images.x.part", (time.time() - 7200,) * 2)
    cache.made_folder(folder)
    assert not list(folder.iterdir())


def test_progress_hears_of_every_byte(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, f"{server}/good")
    calls: list[tuple[str, int, int]] = []
    finding.fetch("mnist", lambda what, done, total: calls.append((what, done, total)))
    last = {what: (done, total) for what, done, total in calls}
    assert list(last) == [f"{name}.gz" for name in idx.FILES]
    assert all(done == total > 0 for done, total in last.values())


def test_a_fetch_into_a_place_that_cannot_be_written_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(
        DataError,
        match=r"cannot be written: Not a directory. Name another folder with SEVENFOLD_CACHE",
    ):
        finding.fetch("mnist")
