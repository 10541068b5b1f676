"""Where tasks run: worker processes on this machine, or a Ray cluster."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

from sevenfold.errors import SettingsError
from sevenfold.executor.cluster import RayCluster, require_cluster
from sevenfold.executor.local import LocalWorkers
from sevenfold.executor.memory import give_back_memory
from sevenfold.executor.tasks import Executor, Result, Task
from sevenfold.executor.this_process import ThisProcess
from sevenfold.machine import n_cores
from sevenfold.protocol import DevelopmentSet
from sevenfold.terminal import Advance


@contextmanager
def open_executor(
    development: DevelopmentSet,
    scratch: Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    one_process: Callable[[], bool] = lambda: False,
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[Executor]:
    """`workers` processes on this machine (default: one per core), or the Ray cluster
    at the address `cluster`; `warn` is told what the user should know of that.
    one_process: whether this process is to work alone, unless `workers` are asked for,
    since an accelerator serves one; not called before the first task.

    Nothing starts before the first task. `scratch` is a folder for what processes
    share, and is gone at the end.
    """

    def opening() -> AbstractContextManager[Executor]:
        if cluster is not None:
            return RayCluster.open(development, cluster, warn)
        if workers is None and one_process():
            return nullcontext(ThisProcess(development))
        return LocalWorkers.open(development, scratch, workers or n_cores())

    try:
        with ExitStack() as stack:
            yield _OpenedByFirstTask(lambda: stack.enter_context(opening()))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        give_back_memory()  # of results that this process took in


class _OpenedByFirstTask:
    """The executor that `open_now` gives."""

    def __init__(self, open_now: Callable[[], Executor]) -> None:
        self.open_now = open_now
        self.executor: Executor | None = None

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """See `Executor.run`."""
        if tasks and self.executor is None:
            self.executor = self.open_now()
        return self.executor.run(tasks, advance) if self.executor else iter(())


def require_executor(workers: int | None, cluster: str | None) -> None:
    """Refuse, before any work, what `open_executor` could not open.

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
        require_cluster(cluster)
