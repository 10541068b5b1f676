"""The test ledger: what happened to the test set, each line chained to the one before
by its SHA-256.
"""

import json
from pathlib import Path
from typing import Any, Literal

from sevenfold.errors import LedgerError, SettingsError
from sevenfold.records import Record, digest_of
from sevenfold.runs.description import now
from sevenfold.storage import write_atomically

Event = Literal["frozen", "opened", "resumed", "rescored", "result"]


class LedgerLine(Record):
    """One event, at an ISO time, under a plan (its digest).

    data, settings, network, weights: digests of the plan's parts, on the line that
    freezes it. reason: the user's words for a further opening. n_errors, n, images: of
    a result, `images` being the SHA-256 of what it was scored on. previous, hash: of
    the line before (empty for the first) and of this one.
    """

    line: int
    time: str
    event: Event
    plan: str
    data: str | None = None
    settings: str | None = None
    network: str | None = None
    weights: str | None = None
    reason: str | None = None
    n_errors: int | None = None
    n: int | None = None
    images: str | None = None
    previous: str
    hash: str


class Ledger:
    """The file `test_ledger.jsonl` of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> tuple[LedgerLine, ...]:
        """The lines, checked.

        Raises:
            LedgerError: a line was edited, removed, added or put elsewhere.
        """
        text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        lines: list[LedgerLine] = []
        for number, row in enumerate(text.splitlines(), start=1):
            line = _intact(row, number, lines[-1].hash if lines else "")
            if line is None:
                raise LedgerError(
                    f"{self.path} was altered at line {number}: its hash does not fit. Its test"
                    " result cannot be trusted."
                )
            lines.append(line)
        return tuple(lines)

    def lines_of(self, event: Event) -> tuple[LedgerLine, ...]:
        """The lines of one kind, checked as `lines` are."""
        return tuple(line for line in self.lines() if line.event == event)

    def append(self, event: Event, **details: Any) -> None:
        """Add a line; it is on disk when this returns."""
        lines = self.lines()
        body = {
            "line": len(lines) + 1,
            "time": now(),
            "event": event,
            **{name: value for name, value in details.items() if value is not None},
            "previous": lines[-1].hash if lines else "",
        }
        rows = [line.model_dump(exclude_none=True) for line in lines]
        rows.append({**body, "hash": digest_of(body)})
        write_atomically(self.path, "".join(json.dumps(row) + "\n" for row in rows))

    def require_result(self, plan: str, n_errors: int, n: int, n_openings: int) -> None:
        """Check that a stored final result, under the plan with this digest, is the one
        on record.

        Raises:
            LedgerError: the ledger ends otherwise.
        """
        lines = self.lines()
        last = lines[-1] if lines else None
        recorded = last and (last.event, last.plan, last.n_errors, last.n)
        opened = sum(line.event == "opened" for line in lines)
        if recorded != ("result", plan, n_errors, n) or opened != n_openings:
            raise LedgerError(
                f"{self.path} does not end with the result that steps/final_test.json holds"
                f" ({n_errors} errors of {n:,}), so one of the two was changed. Restore them, or"
                " start a new run with another --out."
            )


def _intact(row: str, number: int, previous: str) -> LedgerLine | None:
    """The line that `row` spells out, if it is the one that was written there."""
    try:
        line = LedgerLine.from_json(row, unknown="ignore")
        body = {name: value for name, value in json.loads(row).items() if name != "hash"}
    except (SettingsError, ValueError, AttributeError, RecursionError):
        return None
    fits = (line.line, line.previous, line.hash) == (number, previous, digest_of(body))
    return line if fits else None
