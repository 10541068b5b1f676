"""What this process may use of the machine: cores, memory, addresses."""

import os
import platform
from contextlib import suppress
from pathlib import Path

from sevenfold.errors import InputError


def of_processor(name: str, cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """What Linux says of the first processor under a name such as `model name` or
    `flags`; empty where it says nothing, and elsewhere.
    """
    with suppress(OSError):
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            label, _, value = line.partition(":")
            if label.strip() == name:
                return value.strip()
    return ""


def processor() -> str:
    """The name of the processor."""
    return of_processor("model name") or platform.processor()


def n_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_left() -> int | None:
    """Bytes that this process may still take, as far as Linux tells; None elsewhere.
    What a container and `ulimit -v` leave of them count too.
    """
    left = []
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        left.append(int(line.split()[1]) * 1024)
    with suppress(OSError, ValueError):  # a container's own limit ("max": none)
        most, used = (Path(f"/sys/fs/cgroup/memory.{name}") for name in ("max", "current"))
        left.append(int(most.read_text()) - int(used.read_text()))
    if (addresses := addresses_left()) is not None:
        left.append(addresses)
    return min(left, default=None)


def addresses_left() -> int | None:
    """Bytes of addresses that this process may still map under `ulimit -v`; None
    without that limit. Libraries map several times what they fill: their code, a stack
    and an arena of each thread.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        n_pages = int(Path("/proc/self/statm").read_text().split()[0])
        if limit != resource.RLIM_INFINITY:
            return max(0, limit - n_pages * resource.getpagesize())
    return None


def require_addresses_left(n_bytes: int, n_bytes_per_core: int, what: str) -> None:
    """Nothing, if so many bytes can be mapped still. Where they cannot, C++ code ends
    the process without a word that a user could read, so it is asked beforehand.

    Raises:
        InputError: they cannot; `what` needs them.
    """
    left, n_bytes = addresses_left(), n_bytes + n_cores() * n_bytes_per_core
    if left is not None and n_bytes > left:
        raise InputError(
            f"{what} needs about {n_bytes / 1e6:,.0f} MB of addresses on {n_cores()} cores, and the"
            f" limit (ulimit -v) leaves {left / 1e6:,.0f} MB. Raise it: ulimit -v unlimited."
        )


def require_memory_left(n_bytes: int, what: str) -> None:
    """Nothing, if so many bytes can be had still, or nobody knows.

    Raises:
        InputError: they cannot; `what` needs them.
    """
    left = memory_left()
    if left is not None and n_bytes > left:
        raise InputError(
            f"{what} needs about {n_bytes / 1e6:,.0f} MB of memory, and {left / 1e6:,.0f} MB are"
            " left. Close other programs, raise the limit (ulimit -v), or use fewer images."
        )
