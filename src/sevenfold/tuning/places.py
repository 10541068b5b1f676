"""Where tuning work runs: the same functions with the same results in worker processes
here or on a Ray cluster.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from sevenfold.errors import SettingsError
from sevenfold.machine import n_cores
from sevenfold.protocol import DevelopmentSet
from sevenfold.terminal import Advance

Result = TypeVar("Result")

WORKER_ENVIRONMENT = {
    # One thread each: the rounding of a matrix product depends on the number of
    # threads, and two workers of one thread get more done than one of two
    # (docs/performance.md).
    "PJRT_NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Several workers share an accelerator, where there is one.
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
"""What a worker's environment adds to the driver's; it must be set before JAX or
TensorFlow is imported.
"""


MAX_DEATHS = 5
"""Workers that one task may cost before it is taken for the cause."""


@dataclass(frozen=True)
class Task(Generic[Result]):
    """Work on the development digits: `function(development, *arguments(),
    advance=...)`, a pure function of a module.

    `arguments` is called when the task is handed out, so that what waits needs no
    memory. `advance` is called once per epoch, `n_epochs` times in all. `cost` says
    which task to begin first; only its order matters.
    """

    function: Callable[..., Result]
    arguments: Callable[[], tuple[object, ...]]
    n_epochs: int
    cost: float = 0.0


class Place(Protocol):
    """Somewhere to run tasks."""

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """The index and the result of each task, as they finish; a task whose worker
        was lost is repeated.

        Raises:
            SevenfoldError: a task failed, or lost its worker time and again.
        """


@contextmanager
def open_place(
    development: DevelopmentSet,
    scratch: Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
) -> Iterator[Place]:
    """`workers` processes on this machine (default: one per core), or the Ray cluster
    at the address `cluster`.

    Nothing starts before the first task. `scratch` is a folder for what processes
    share, and is gone at the end.
    """

    def opening() -> AbstractContextManager[Place]:
        if cluster is not None:
            from sevenfold.tuning.cluster import RayCluster

            return RayCluster.open(development, cluster)
        from sevenfold.tuning.local import LocalWorkers

        return LocalWorkers.open(development, scratch, workers or n_cores())

    try:
        with ExitStack() as stack:
            yield _OpenedByFirstTask(lambda: stack.enter_context(opening()))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _OpenedByFirstTask:
    """The place that `open_now` gives."""

    def __init__(self, open_now: Callable[[], Place]) -> None:
        self.open_now = open_now
        self.place: Place | None = None

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """See `Place.run`."""
        if tasks and self.place is None:
            self.place = self.open_now()
        return self.place.run(tasks, advance) if self.place else iter(())


def require_place(workers: int | None, cluster: str | None) -> None:
    """Refuse, before any work, what `open_place` could not open.

    Raises:
        SettingsError: both are given, or one that cannot be used.
    """
    if workers is not None and cluster is not None:
        raise SettingsError(
            "Give --workers or --cluster, not both: on a cluster every processor works."
        )
    if workers is not None and workers < 1:
        raise SettingsError(f"--workers must be 1 or more. Got {workers}.")
    if cluster is not None:
        from sevenfold.tuning.cluster import require_cluster

        require_cluster(cluster)
