"""What the user sees while a run works: a verdict per step, and progress with time left
on everything long.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from sevenfold.errors import one_line

Advance = Callable[[], None]
Show = Callable[[Sequence[Sequence[str]]], None]

_swallowed_interrupt = threading.Event()


def keep_swallowed_interrupts() -> None:
    """Have a Ctrl-C that Python must swallow end the next stage of progress instead.

    One that arrives inside a callback of the garbage collector (JAX has one) or a
    `__del__` can only be reported, not raised.
    """
    report = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _swallowed_interrupt.set()
        else:
            report(unraisable)

    sys.unraisablehook = hook


def _interruptible(advance: Advance) -> Advance:
    def step() -> None:
        if _swallowed_interrupt.is_set():
            _swallowed_interrupt.clear()
            raise KeyboardInterrupt
        advance()

    return step


class Terminal:
    """Lines and progress for a person.

    `auto` draws progress bars on a terminal and prints plain lines elsewhere (a log, a
    pipe); `quiet` prints nothing.
    """

    def __init__(self, mode: Literal["auto", "quiet"] = "auto") -> None:
        self.quiet = mode == "quiet"
        self.console = Console(quiet=self.quiet, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """Print one line as it is."""
        self.console.print(one_line(text), markup=False)

    def verdict(self, step: str, text: str, seconds: float | None = None) -> None:
        """Print what a step found, with the time that it took (nothing where an earlier
        result was reused).
        """
        took = "(kept)" if seconds is None else f"{seconds:.1f} s"
        self.console.print(f"[bold]{step:<20}[/bold] [dim]{took:>9}[/dim]  ", end="")
        self.console.print(one_line(text), markup=False)

    def warn(self, text: str) -> None:
        """Print one line that must not be missed."""
        self.console.print(one_line(text), markup=False, style="bold yellow")

    @contextmanager
    def transfer(self) -> Iterator[Callable[[str, int, int], None]]:
        """Show downloads; yields the function to call with (file, bytes done, bytes in
        all).
        """
        if self.quiet or not self.console.is_terminal:
            yield _PlainTransfer(self.say)
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as bar:
            tasks: dict[str, TaskID] = {}

            def show(file: str, n_done: int, n_total: int) -> None:
                if file not in tasks:
                    tasks[file] = bar.add_task(file, total=n_total)
                bar.update(tasks[file], completed=n_done)

            yield show

    @contextmanager
    def stage(self, title: str, total: int, done: int = 0) -> Iterator[Advance]:
        """Show progress through `total` epochs, of which `done` are done; yields the
        function to call after each.
        """
        if self.quiet:
            yield _interruptible(lambda: None)
        elif self.console.is_terminal:
            with _bar(self.console) as bar:
                task = bar.add_task(title, total=total, completed=done)
                yield _interruptible(lambda: bar.advance(task))
        else:
            yield _interruptible(_PlainProgress(self.say, title, total, done))

    @contextmanager
    def leaderboard(
        self, title: str, total: int, columns: Sequence[str], done: int = 0
    ) -> Iterator[tuple[Advance, Show]]:
        """`stage` with a table above its bar; also yields the function that replaces
        the table's rows, best first.

        Where there is no terminal, the first row is printed when it changes.
        """
        if self.quiet:
            yield _interruptible(lambda: None), (lambda _: None)
        elif self.console.is_terminal:
            bar = _bar(self.console)
            task = bar.add_task(title, total=total, completed=done)
            with Live(bar, console=self.console, transient=True) as live:
                yield (
                    _interruptible(lambda: bar.advance(task)),
                    (lambda rows: live.update(Group(_table(columns, rows), bar))),
                )
        else:
            yield (
                _interruptible(_PlainProgress(self.say, title, total, done)),
                _PlainLeader(self.say, title, columns),
            )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*columns, box=None, padding=(0, 2), header_style="dim")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
    )
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)


class _PlainLeader:
    """A line whenever another row comes first."""

    def __init__(self, say: Callable[[str], None], title: str, columns: Sequence[str]) -> None:
        self.say, self.title, self.columns = say, title, columns
        self.leader: Sequence[str] = ()

    def __call__(self, rows: Sequence[Sequence[str]]) -> None:
        if rows and rows[0] != self.leader:
            self.leader = rows[0]
            cells = (f"{name} {cell}" for name, cell in zip(self.columns, self.leader, strict=True))
            self.say(f"  {self.title}: now first: {', '.join(cells)}")


class _PlainTransfer:
    """One line per file that is fetched."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.started: set[str] = set()

    def __call__(self, file: str, _: int, n_total: int) -> None:
        if file not in self.started:
            self.started.add(file)
            self.say(f"Fetching {file} ({n_total / 1e6:.1f} MB)")


class _PlainProgress:
    """A line now and then, for output that is not a terminal."""

    seconds_between_lines = 15.0

    def __init__(self, say: Callable[[str], None], title: str, total: int, done: int = 0) -> None:
        self.say, self.title, self.total = say, title, total
        self.done = self.done_before = done
        self.started = self.last_line = time.monotonic()

    def __call__(self) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.last_line >= self.seconds_between_lines and self.done < self.total:
            self.last_line = now
            left = (now - self.started) / (self.done - self.done_before) * (self.total - self.done)
            self.say(
                f"  {self.title}: {self.done} of {self.total} epochs, about {_time(left)} left"
            )


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
