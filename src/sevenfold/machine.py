"""The machine that a run works on."""

import os
import platform
from contextlib import suppress
from pathlib import Path

from sevenfold.records import Record


def n_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Machine(Record):
    """What a run worked on; `cores` are those that it could use."""

    system: str
    architecture: str
    processor: str
    cores: int


def describe_machine() -> Machine:
    """This machine, for a run's records."""
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        processor=_processor(),
        cores=n_cores(),
    )


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
