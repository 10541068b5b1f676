"""What an executor is asked to do and how it answers, wherever the work is done."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sevenfold.terminal import Advance

Result = TypeVar("Result")

MAX_DEATHS = 5
"""Workers that one task may cost before it is taken for the cause."""


@dataclass(frozen=True)
class Task(Generic[Result]):
    """Work on the development images: `function(development, *arguments(),
    advance=...)`, a pure function of a module.

    `arguments` is called when the task is handed out, so that what waits needs no
    memory. `advance` is called once per epoch, `n_epochs` times in all. `cost` says
    which task to begin first; only its order matters.
    """

    function: Callable[..., Result]
    arguments: Callable[[], tuple[object, ...]]
    n_epochs: int
    cost: float = 0.0


class Executor(Protocol):
    """Somewhere to run tasks."""

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """The index and the result of each task, as they finish; a task whose worker
        was lost is repeated.

        Raises:
            SevenfoldError: a task failed, or lost its worker time and again.
        """
