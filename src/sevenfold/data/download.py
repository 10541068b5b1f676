"""Data sets from their mirrors: every byte checked before it is kept, every wait
bounded, every failure named.

A mirror may answer with an error, a web page under the file's name, half a file,
another file, or nothing at all; only the SHA-256 of the unpacked bytes decides.
"""

import hashlib
import http.client
import os
import queue
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from concurrent.futures import Future
from pathlib import Path

from sevenfold.data.entry import Entry
from sevenfold.data.images import Part
from sevenfold.data.readers.files import exists, foreign, read_bytes
from sevenfold.data.readers.idx import PARTS, present_files, unpack
from sevenfold.data.readers.idx_names import role_of
from sevenfold.errors import DataError, DataUnavailable
from sevenfold.storage import write_atomically

TransferProgress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes that came so far, and the bytes expected
(0: not known).
"""

MAX_BYTES = 47_105_536
"""More than the largest file of most has, unpacked; of one that is larger, its size."""

MAX_MIRRORS = 4
"""Each mirror is asked until it first fails, for 5 s at most, so nobody waits longer
than 20 s for connections.
"""

CONNECT_SECONDS = 5.0
STALL_SECONDS = 10.0
FILE_SECONDS = 600.0
PATIENCE_SECONDS, LEAST_BYTES_PER_SECOND = 15.0, 20_000
"""After so many seconds, a transfer that is slower than this on average is ended."""

_CHUNK_BYTES = 1 << 16
_PACKED = (b"\x1f\x8b", b"PK")
_NETWORK_ERRORS = (OSError, http.client.HTTPException, ValueError)


def mirrors(entry: Entry) -> tuple[str, ...]:
    """Where `entry` is fetched from, in order: `SEVENFOLD_MIRRORS` (separated by
    spaces; empty: nowhere), in which any but MNIST has a folder of its name, or the
    public ones.

    Raises:
        DataError: a mirror that is not an http or https address, or too many of them.
    """
    given = os.environ.get("SEVENFOLD_MIRRORS")
    if given is None:
        return entry.mirrors
    urls = tuple(url.rstrip("/") + "/" for url in given.split())
    if len(urls) > MAX_MIRRORS:
        raise DataError(
            f"SEVENFOLD_MIRRORS: expected at most {MAX_MIRRORS} addresses, got {len(urls)}. Leave"
            " some out."
        )
    for url in urls:
        if not url.startswith(("http://", "https://")):
            raise DataError(
                "SEVENFOLD_MIRRORS: expected addresses that start with https:// or http://. Got"
                f" {url!r}."
            )
    return urls if entry.name == "mnist" else tuple(f"{url}{entry.name}/" for url in urls)


def fetched_files(entry: Entry) -> tuple[str, ...]:
    """The names of the files that mirrors of `entry` hold."""
    return tuple(entry.packed) or tuple(f"{name}.gz" for name in entry.sha256)


def fetch_missing(
    entry: Entry, folder: Path, verify: Collection[Part], progress: TransferProgress | None = None
) -> str | None:
    """Complete the files of `entry` in `folder`; gives the mirror used last, None where
    nothing was missing.

    verify: the parts whose files are read and fetched again if they are not what they
    should be; the others only have to be there.

    Raises:
        DataUnavailable: no mirror gave a file; names each and its error, and no path.
        OSError: the folder cannot be written.
    """
    used, failures = None, dict[str, str]()
    names = [name for part in verify for name in PARTS[part]]
    for file in fetched_files(entry):
        role, target = role_of(file), folder / file
        present = _present(folder, file)
        matters = role in names or role is None
        for place in (present, target):
            if place is not None and place.is_dir():
                shutil.rmtree(place)  # of the cache, where we alone put files of this name
        present = present if present is not None and exists(present) else None
        if present is not None and (not matters or _is_right(present, entry, file)):
            continue
        used, data = _from_some_mirror(entry, file, failures, progress)
        write_atomically(target, data)
        if present not in (None, target):
            present.unlink(missing_ok=True)
    return used


def _present(folder: Path, file: str) -> Path | None:
    """The file of this name that is there, or MNIST's under another spelling."""
    if exists(folder / file):
        return folder / file
    return present_files(folder).get(file.removesuffix(".gz"))


def _from_some_mirror(
    entry: Entry, file: str, failures: dict[str, str], progress: TransferProgress | None
) -> tuple[str, bytes]:
    """The first mirror that gives the right file, and the file. A mirror that failed
    once (`failures`) is not asked again.
    """
    known = mirrors(entry)
    for mirror in known:
        if mirror in failures:
            continue
        try:
            data = download(f"{mirror}{file}", progress, max(MAX_BYTES, entry.n_bytes))
            _require_right(data, entry, file)
            return mirror, data
        except (DataError, *_NETWORK_ERRORS) as error:
            failures[mirror] = _reason(error)
    tried = "; ".join(f"{mirror}: {reason}" for mirror, reason in failures.items())
    if not tried and os.environ.get("SEVENFOLD_MIRRORS") is None:
        tried = f"no mirror is known that we could verify; {entry.url} describes it"
    raise DataUnavailable(
        f"{entry.title} could not be fetched"
        f" ({tried or 'no mirror is set (SEVENFOLD_MIRRORS is empty)'})."
    )


def download(
    url: str, progress: TransferProgress | None = None, max_bytes: int = MAX_BYTES
) -> bytes:
    """What `url` sends: at most `max_bytes`.

    Raises:
        OSError, http.client.HTTPException, ValueError: no connection, an error status,
        a stall, or a transfer that broke off.
        DataError: it sends more than it should.
    """
    what, started = url.rpartition("/")[2], time.monotonic()
    deadline = started + FILE_SECONDS * max_bytes / MAX_BYTES
    response = _open(url)
    n_total, data, given_up = response.length or 0, bytearray(), threading.Event()
    arrived = _received(response, given_up)
    try:
        while True:
            latest = started + PATIENCE_SECONDS + len(data) / LEAST_BYTES_PER_SECOND
            try:
                item = arrived.get(timeout=max(0.0, min(latest, deadline) - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"took too long: {len(data):,} bytes came") from None
            if isinstance(item, Exception):
                raise item
            if not item:
                break
            data += item
            if len(data) > max_bytes:
                raise DataError(f"sent more than {max_bytes:,} bytes")
            if progress is not None:
                progress(what, len(data), n_total)
    finally:
        given_up.set()
    if len(data) < n_total:
        raise TimeoutError(f"broke off after {len(data):,} of {n_total:,} bytes")
    return bytes(data)


def _received(
    response: http.client.HTTPResponse, given_up: threading.Event
) -> "queue.SimpleQueue[bytes | Exception]":
    """What comes, piece by piece, the last one empty or an error.

    A thread does the waiting, since a server that sends the head of a piece one byte at
    a time keeps any single read waiting for ever.
    """
    arrived: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def receive() -> None:
        try:
            with response:
                while not given_up.is_set():
                    chunk = response.read1(_CHUNK_BYTES)
                    arrived.put(chunk)
                    if not chunk:
                        return
        except Exception as error:
            arrived.put(error)

    threading.Thread(target=receive, daemon=True, name="sevenfold-receive").start()
    return arrived


def _open(url: str) -> http.client.HTTPResponse:
    """The response to a GET, within `CONNECT_SECONDS` in all.

    Socket timeouts do not bound the look-up of a name, and count for each address of
    it; so a thread does the waiting. It is a daemon, which those of a
    `ThreadPoolExecutor` are not: a look-up that hangs must not hold up the end.
    """
    answer = Future[http.client.HTTPResponse]()

    def connect() -> None:
        request = urllib.request.Request(url, headers={"User-Agent": "sevenfold"})
        try:
            response = urllib.request.urlopen(request, timeout=STALL_SECONDS)
        except Exception as error:
            if answer.set_running_or_notify_cancel():
                answer.set_exception(error)
            return
        if answer.set_running_or_notify_cancel():
            answer.set_result(response)
        else:
            response.close()

    threading.Thread(target=connect, daemon=True, name="sevenfold-connect").start()
    try:
        return answer.result(timeout=CONNECT_SECONDS)
    except TimeoutError:
        if answer.cancel():
            raise TimeoutError(f"no answer within {CONNECT_SECONDS:g} s") from None
        return answer.result()  # it came at the last moment, or was a timeout itself


def _is_right(path: Path, entry: Entry, file: str) -> bool:
    try:
        _require_right(read_bytes(path), entry, file)
    except DataError:
        return False
    return True


def _require_right(data: bytes, entry: Entry, file: str) -> None:
    name = file.removesuffix(".gz")
    if entry.packed:
        expected, digest = entry.packed[file], hashlib.sha256(data).hexdigest()
        if known := foreign(data[:64]) if not data.startswith(_PACKED) else None:
            raise DataError(f"{file}: expected a packed file, got {known[0]}")
    else:
        unpacked = unpack(data, "images" if "images" in name else "labels", name)
        expected, digest = entry.sha256[name], hashlib.sha256(unpacked).hexdigest()
    if digest != expected:
        raise DataError(f"{name}: expected SHA-256 {expected[:12]}..., got {digest[:12]}...")


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"HTTP status {error.code}"
    if isinstance(error, urllib.error.URLError):
        return str(error.reason)
    if isinstance(error, TimeoutError) and str(error) in (
        "timed out",
        "The read operation timed out",
    ):
        return f"nothing came for {STALL_SECONDS:g} s"
    if isinstance(error, http.client.HTTPException):  # its text is what the server sent
        return f"an answer that is not HTTP ({type(error).__name__})"
    return " ".join(str(error).split()).split(". ")[0] or type(error).__name__
