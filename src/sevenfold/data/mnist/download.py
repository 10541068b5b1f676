"""MNIST from its mirrors: every byte checked before it is kept, every wait bounded,
every failure named.

A mirror may answer with an error, a web page under the file's name, half a file,
another file, or nothing at all; only the SHA-256 of the unpacked bytes decides.
"""

import hashlib
import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from concurrent.futures import Future
from pathlib import Path

from sevenfold.data.mnist.catalogue import Entry, mirrors
from sevenfold.data.readers.files import read_bytes
from sevenfold.data.readers.idx import FILES, present_files, unpack
from sevenfold.errors import DataError, DataUnavailable
from sevenfold.storage import write_atomically

TransferProgress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes that came so far, and the bytes expected
(0: not known).
"""

CONNECT_SECONDS = 5.0
STALL_SECONDS = 10.0
FILE_SECONDS = 600.0

_CHUNK_BYTES = 1 << 16
_MAX_BYTES = 60_000 * 784 + 65_536
_NETWORK_ERRORS = (OSError, http.client.HTTPException, ValueError)


def fetch_missing(
    entry: Entry, folder: Path, verify: Collection[str], progress: TransferProgress | None = None
) -> str | None:
    """Complete the four files of `entry` in `folder`; gives the mirror used last, None
    where nothing was missing.

    verify: names of the files that are read and fetched again if they are not what they
    should be; the others only have to be there.

    Raises:
        DataUnavailable: no mirror gave a file; names each and its error, and no path.
        OSError: the folder cannot be written.
    """
    used, failures = None, dict[str, str]()
    for name in FILES:
        present = present_files(folder).get(name)
        if present is not None and (name not in verify or _is_right(present, entry, name)):
            continue
        used, data = _from_some_mirror(entry, name, failures, progress)
        target = folder / f"{name}.gz"
        write_atomically(target, data)
        if present not in (None, target):
            present.unlink(missing_ok=True)
    return used


def _from_some_mirror(
    entry: Entry, name: str, failures: dict[str, str], progress: TransferProgress | None
) -> tuple[str, bytes]:
    """The first mirror that gives the right file, and the file. A mirror that failed
    once (`failures`) is not asked again.
    """
    for mirror in mirrors():
        if mirror in failures:
            continue
        try:
            data = download(f"{mirror}{name}.gz", progress)
            _require_right(data, entry, name)
            return mirror, data
        except (DataError, *_NETWORK_ERRORS) as error:
            failures[mirror] = _reason(error)
    tried = (
        "; ".join(f"{mirror}: {reason}" for mirror, reason in failures.items())
        or "no mirror is set (SEVENFOLD_MIRRORS is empty)"
    )
    raise DataUnavailable(f"{entry.title} could not be fetched ({tried}).")


def download(url: str, progress: TransferProgress | None = None) -> bytes:
    """What `url` sends: at most as many bytes as any file of ours has.

    Raises:
        OSError, http.client.HTTPException, ValueError: no connection, an error status,
        a stall, or a transfer that broke off.
        DataError: it sends more than it should.
    """
    what, deadline = url.rpartition("/")[2], time.monotonic() + FILE_SECONDS
    with _open(url) as response:
        n_total = response.length or 0
        data = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            data += chunk
            if len(data) > _MAX_BYTES:
                raise DataError(f"sent more than {_MAX_BYTES:,} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError(f"took longer than {FILE_SECONDS:.0f} s")
            if progress is not None:
                progress(what, len(data), n_total)
    if len(data) < n_total:
        raise TimeoutError(f"broke off after {len(data):,} of {n_total:,} bytes")
    return bytes(data)


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


def _is_right(path: Path, entry: Entry, name: str) -> bool:
    try:
        _require_right(read_bytes(path), entry, name)
    except DataError:
        return False
    return True


def _require_right(data: bytes, entry: Entry, name: str) -> None:
    unpacked = unpack(data, "images" if "images" in name else "labels", name)
    digest = hashlib.sha256(unpacked).hexdigest()
    if digest != entry.sha256[name]:
        raise DataError(
            f"{name}: expected SHA-256 {entry.sha256[name][:12]}..., got {digest[:12]}..."
        )


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
    return " ".join(str(error).split()).split(". ")[0] or type(error).__name__
