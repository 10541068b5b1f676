"""What the user sees while a run works: a verdict per step, and progress with time left
on everything long.
"""

import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.console import Console, Group, RenderableType
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
from sevenfold.machine import n_cores
from sevenfold.outlook import Outlook, duration
from sevenfold.progress_lines import PlainLeader, PlainProgress, PlainTransfer

Advance = Callable[[], None]
Show = Callable[[Sequence[Sequence[str]]], None]

NARROW = 72
"""Columns below which a verdict stands under its step, and a count without its bar."""

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
    pipe, `TERM=dumb`); `quiet` prints nothing. On a terminal long lines are broken at
    its width, and go on indented; elsewhere they stay whole. `NO_COLOR` is heeded.
    """

    def __init__(
        self, mode: Literal["auto", "quiet"] = "auto", console: Console | None = None
    ) -> None:
        self.quiet = mode == "quiet"
        self.console = console or Console(quiet=self.quiet, highlight=False, soft_wrap=True)
        self.outlook = Outlook(())
        self._said_how_long = False

    @property
    def draws(self) -> bool:
        """Whether there is somebody before a terminal that can draw."""
        return not self.quiet and self.console.is_terminal and not self.console.is_dumb_terminal

    def follow(self, outlook: Outlook) -> None:
        """Say from now on how far the run is, and how long it will go on."""
        self.outlook = outlook

    def begin(self, step: str) -> None:
        """A step of the outlook is at work from now on; before the first of them a long
        run says how long it should take.
        """
        self.outlook.begin(step)
        left = self.outlook.seconds_left
        if left is not None and left > 120.0 and not self._said_how_long:
            cores = f"{n_cores()} {'core' if n_cores() == 1 else 'cores'}"
            self.say(f"Estimate: about {duration(left)} on {cores}; it is corrected as steps end.")
        self._said_how_long = True

    def say(self, text: str) -> None:
        """Print one line as it is."""
        self.console.print(self._broken(text), markup=False)

    def verdict(self, step: str, text: str, seconds: float | None = None) -> None:
        """Print what a step found, with the time that it took (nothing where an earlier
        result was reused).
        """
        took = "(kept)" if seconds is None else f"{seconds:.1f} s"
        head, indent = f"[bold]{step:<20}[/bold] [dim]{took:>9}[/dim]  ", 32
        if self.console.is_terminal and self.console.width < NARROW:
            head, indent = f"[bold]{step}[/bold] [dim]{took}[/dim]\n  ", 2
        self.console.print(head, end="")
        self.console.print(self._broken(" " * indent + text, indent)[indent:], markup=False)

    def warn(self, text: str) -> None:
        """Print one line that must not be missed."""
        self.console.print(self._broken(text), markup=False, style="bold yellow")

    def _broken(self, text: str, indent: int = 0) -> str:
        """The text in lines as wide as the terminal, all but the first indented: so
        far, or as far as the first, or by two.
        """
        margin = len(text) - len(text.lstrip())
        indent, text = indent or margin or 2, " " * margin + one_line(text)
        if not self.console.is_terminal:
            return text
        return textwrap.fill(
            text,
            max(self.console.width, indent + 8),
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )

    @contextmanager
    def transfer(self) -> Iterator[Callable[[str, int, int], None]]:
        """Show downloads; yields the function to call with (file, bytes done, bytes in
        all).
        """
        if not self.draws:
            yield PlainTransfer(self.say)
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
        elif self.draws:
            bar, advance = self._bar(title, total, done)
            with self._live(bar):
                yield advance
        else:
            yield _interruptible(PlainProgress(self.say, title, total, done, self.outlook))

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
        elif self.draws:
            bar, advance = self._bar(title, total, done)
            with self._live(bar) as live:
                yield advance, (lambda rows: live.update(Group(_table(columns, rows), bar)))
        else:
            yield (
                _interruptible(PlainProgress(self.say, title, total, done, self.outlook)),
                PlainLeader(self.say, title, columns),
            )

    def _live(self, bar: RenderableType) -> Live:
        return Live(bar, console=self.console, transient=True)

    def _bar(self, title: str, total: int, done: int) -> tuple[RenderableType, Advance]:
        """A bar with the outlook below it, and what moves it on."""
        wide = self.console.width >= NARROW
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        columns = (
            TextColumn("  {task.description}"),
            *((BarColumn(),) if wide else ()),
            MofNCompleteColumn(),
            *(times if wide else ()),
        )
        bar = Progress(*columns, console=self.console)
        task = bar.add_task(title, total=total, completed=done)
        return Group(bar, _OutlookLine(self.outlook)), _interruptible(lambda: bar.advance(task))


class _OutlookLine:
    """The outlook as it is whenever it is drawn."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook

    def __rich__(self) -> Text:
        return Text(f"  {self.outlook}", style="dim")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*columns, box=None, padding=(0, 2), header_style="dim")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
