"""Progress in single lines now and then: for a log, a pipe, a terminal that cannot move
its cursor.
"""

import time
from collections.abc import Callable, Sequence

from sevenfold.outlook import Outlook, duration


class PlainLeader:
    """A line whenever another row comes first."""

    def __init__(self, say: Callable[[str], None], title: str, columns: Sequence[str]) -> None:
        self.say, self.title, self.columns = say, title, columns
        self.leader: Sequence[str] = ()

    def __call__(self, rows: Sequence[Sequence[str]]) -> None:
        """Take the rows as they are now, best first."""
        if rows and rows[0] != self.leader:
            self.leader = rows[0]
            cells = (f"{name} {cell}" for name, cell in zip(self.columns, self.leader, strict=True))
            self.say(f"  {self.title}: now first: {', '.join(cells)}")


class PlainTransfer:
    """One line per file that is fetched."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.started: set[str] = set()

    def __call__(self, file: str, _: int, n_total: int) -> None:
        """Take what has been fetched of a file, and its bytes in all."""
        if file not in self.started:
            self.started.add(file)
            self.say(f"Fetching {file} ({n_total / 1e6:.1f} MB)")


class PlainProgress:
    """A line now and then, for output that is not a terminal."""

    seconds_between_lines = 15.0
    share_that_tells = 0.05
    """Before it the compilation, and workers that start, are most of the time."""

    def __init__(
        self, say: Callable[[str], None], title: str, total: int, done: int, outlook: Outlook
    ) -> None:
        self.say, self.title, self.total, self.outlook = say, title, total, outlook
        self.done = self.done_before = done
        self.started = self.last_line = time.monotonic()

    def __call__(self) -> None:
        """Take an epoch as done."""
        self.done += 1
        now = time.monotonic()
        if now - self.last_line >= self.seconds_between_lines and self.done < self.total:
            self.last_line = now
            words = f"{self.done} of {self.total} epochs"
            n_seen, n_left = self.done - self.done_before, self.total - self.done
            if n_seen >= self.share_that_tells * (n_seen + n_left):
                words += f", about {duration((now - self.started) / n_seen * n_left)} left"
            self.say("; ".join(filter(None, (f"  {self.title}: {words}", str(self.outlook)))))
