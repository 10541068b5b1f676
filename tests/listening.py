"""On which addresses this process and those that it started listen (Linux)."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from killed_search import children_of

_LISTENS = "0A"
"""Of the states in `/proc/net/tcp`."""


def addresses_listened_on() -> set[str]:
    """Their TCP addresses, of IPv4 also where they are written as IPv6."""
    ours = {inode for pid in _family(os.getpid()) for inode in _sockets(pid)}
    rows = [
        row.split()
        for file in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{file}").read_text().splitlines()[1:]
    ]
    return {
        _address(row[1].partition(":")[0]) for row in rows if row[3] == _LISTENS and row[9] in ours
    }


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in children_of(pid):
        yield from _family(child)


def _sockets(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = str(entry.readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]


def _address(spelled: str) -> str:
    """From words of four bytes, each the wrong way round."""
    words = bytes.fromhex(spelled)
    address = ipaddress.ip_address(
        b"".join(words[i : i + 4][::-1] for i in range(0, len(words), 4))
    )
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
