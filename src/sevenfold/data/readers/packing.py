"""Files packed by gzip or xz, unpacked a piece at a time: nothing that such a file says
of itself, and nothing that was put behind it, costs memory or time.
"""

import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from sevenfold.data.readers.files import exists, open_file
from sevenfold.data.readers.members import ZIP_ERRORS
from sevenfold.errors import DataError

UNPACKING_ERRORS = (OSError, lzma.LZMAError, *ZIP_ERRORS)

_CHUNK = 1 << 16
_MAX_XZ_MEMORY = 1 << 27
"""Bytes; `xz -9` needs half of it. A file may ask for four gigabytes."""

_MAX_PADDING = 1 << 24
_FREE_PIECES, _LEAST_PIECE = 1_000, 100
"""Files may be packed in many pieces (bgzip: 64 KB each); so many of any size, and from
then on so many bytes in each on average.
"""


class _Packing(NamedTuple):
    name: str
    start: bytes
    new: Callable[[], Any]


_PACKINGS = (
    _Packing("gzip", b"\x1f\x8b", lambda: zlib.decompressobj(wbits=31)),
    _Packing("xz", b"\xfd7zXZ", lambda: lzma.LZMADecompressor(memlimit=_MAX_XZ_MEMORY)),
)


def packed_or_not(folder: Path, name: str) -> Path | None:
    """The file of this name, or that with `.gz` behind it; None where neither is."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if exists(p)), None)


def read_unpacked(path: Path, at_most: int) -> bytes:
    """The first `at_most` bytes of a file, or of what is packed in it.

    Raises:
        DataError: it cannot be read, or is damaged.
    """
    try:
        with open_file(path) as file:
            return unpacked(file)[1].read(at_most)
    except UNPACKING_ERRORS as error:
        raise DataError(
            f"{path}: expected a whole gzip file, got a damaged one ({error}). Fetch it again."
        ) from None


def unpacked(stream: io.BufferedReader) -> tuple[str, io.BufferedReader]:
    """How the bytes of `stream` are packed (`gzip`, `xz` or nothing), and the stream of
    the bytes inside. What is damaged raises one of `UNPACKING_ERRORS` when it is read.
    """
    start = stream.peek(8)[:8]
    for packing in _PACKINGS:
        if start.startswith(packing.start):
            inner = _Unpacked(cast(BinaryIO, stream), packing.new)
            return packing.name, io.BufferedReader(inner, _CHUNK)
    return "", stream


class _Unpacked(io.RawIOBase):
    """The bytes inside of one packed piece after the other."""

    def __init__(self, packed: BinaryIO, new: Callable[[], Any]) -> None:
        self._packed, self._new = packed, new
        self._piece, self._rest = new(), b""
        self._n_pieces, self._n_bytes = 1, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._piece.eof and not self._has_next():
                return 0
            data = self._unpacked(len(buffer))
            if data:
                self._n_bytes += len(data)
                buffer[: len(data)] = data
                return len(data)

    def _unpacked(self, at_most: int) -> bytes:
        wants_input = getattr(self._piece, "needs_input", True)
        if wants_input and not self._rest:
            self._rest = self._packed.read(_CHUNK)
            if not self._rest:
                raise EOFError("it ends before its end is marked")
        data: bytes = self._piece.decompress(self._rest if wants_input else b"", at_most)
        if wants_input:  # xz keeps what it has not used yet, gzip gives it back
            self._rest = getattr(self._piece, "unconsumed_tail", b"")
        if self._piece.eof:
            self._rest = self._piece.unused_data
        return data

    def _has_next(self) -> bool:
        """Whether another piece follows, behind zeros that fill up a tape's block."""
        n_padding, rest = len(self._rest), self._rest.lstrip(b"\0")
        while not rest and n_padding <= _MAX_PADDING and (rest := self._packed.read(_CHUNK)):
            n_padding, rest = n_padding + len(rest), rest.lstrip(b"\0")
        if not rest and n_padding > _MAX_PADDING:
            raise EOFError("more than 16 MB of zeros follow it")
        self._rest = rest
        if not self._rest:
            return False
        self._piece, self._n_pieces = self._new(), self._n_pieces + 1
        if self._n_pieces > _FREE_PIECES + self._n_bytes / _LEAST_PIECE:
            raise EOFError("it has many pieces with nothing in them")
        return True
