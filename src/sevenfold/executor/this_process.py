"""Tasks done here, one after another: where one process owns what trains."""

from collections.abc import Iterator, Sequence

from sevenfold.executor.tasks import Result, Task
from sevenfold.protocol import DevelopmentSet
from sevenfold.terminal import Advance


class ThisProcess:
    """An executor of its caller's own process."""

    def __init__(self, development: DevelopmentSet) -> None:
        self.development = development

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """See `Executor.run`; an exception of a task is its caller's."""
        for index, task in enumerate(tasks):
            yield index, task.function(self.development, *task.arguments(), advance=advance)
