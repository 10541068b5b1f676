"""How a network is judged: what is trained on, what is validated on, and the test set
that stays shut until the end.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sevenfold.data import Images
from sevenfold.errors import LedgerError, RunError
from sevenfold.records import Record, digest_of
from sevenfold.storage import write_atomically


class Plan(Record):
    """What is fixed before the test set is opened; its digest goes into the ledger."""

    data: str
    settings: str
    network: str
    weights: str


class Ledger:
    """`test_ledger.jsonl`: what happened to the test set, each line chained to the one
    before by its SHA-256.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[dict[str, Any]]:
        """The lines, checked.

        Raises:
            LedgerError: a line was edited, removed, added or put elsewhere.
        """
        text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        lines: list[dict[str, Any]] = []
        previous = ""
        for number, row in enumerate(text.splitlines(), start=1):
            try:
                line = json.loads(row)
                body = {name: value for name, value in line.items() if name != "hash"}
                intact = (
                    line["hash"] == digest_of(body)
                    and line["previous"] == previous
                    and line["line"] == number
                )
            except (ValueError, KeyError, TypeError, AttributeError):
                intact = False
            if not intact:
                raise LedgerError(
                    f"{self.path} was altered at line {number}: its hash does not fit. Its test"
                    " result cannot be trusted."
                )
            previous = line["hash"]
            lines.append(line)
        return lines

    def lines_of(self, event: str) -> list[dict[str, Any]]:
        """The lines of one kind, checked as `lines` are."""
        return [line for line in self.lines() if line["event"] == event]

    def append(self, event: str, **details: Any) -> None:
        """Add a line; it is on disk when this returns."""
        lines = self.lines()
        previous = lines[-1]["hash"] if lines else ""
        time = datetime.now(UTC).isoformat(timespec="seconds")
        body = {
            "line": len(lines) + 1,
            "time": time,
            "event": event,
            **details,
            "previous": previous,
        }
        row = json.dumps({**body, "hash": digest_of(body)})
        write_atomically(self.path, "".join(json.dumps(line) + "\n" for line in lines) + row + "\n")

    @property
    def n_openings(self) -> int:
        """How often the test set was opened."""
        return len(self.lines_of("opened"))


class SealedTestSet:
    """The test digits, still on disk. Only `steps/final_test.py` opens it, once.

    read: reads the digits. ledger: where openings are recorded. reason: the user's
    words for a further opening, if any.
    """

    def __init__(
        self,
        read: Callable[[], Images],
        ledger: Ledger,
        data_digest: str,
        reason: str | None = None,
    ) -> None:
        self._read, self.ledger, self.data_digest, self.reason = read, ledger, data_digest, reason

    @property
    def digest(self) -> str:
        """Stands for the sealed digits among a step's inputs; known without reading
        them.
        """
        return self.data_digest

    def require_openable(self, **known: str) -> None:
        """Check, before anything is trained for it, that no opening on record stands in
        the way; `known` are fields of the plan.

        Raises:
            RunError: the set was opened for another plan and no reason for another
            opening was given.
        """
        openings, frozen = self.ledger.lines_of("opened"), self.ledger.lines_of("frozen")
        if (
            openings
            and not self.reason
            and any(frozen[-1].get(name) != value for name, value in known.items())
        ):
            raise self._already_opened(openings[-1]["time"])

    def open(self, plan: Plan) -> Images:
        """Freeze `plan`, record the opening and read the test digits.

        An opening that was cut off before its result was recorded is finished, not
        repeated, if the plan is the same. The same plan may also be scored again to
        restore lost files (`rescored`): it can only give the result that is on record.

        Raises:
            RunError: the set was opened before and no reason for another opening was
            given.
        """
        lines, openings = self.ledger.lines(), self.ledger.lines_of("opened")
        finished = bool(lines) and lines[-1]["event"] == "result"
        if (
            openings
            and openings[-1]["plan"] == plan.digest
            and self._goes_on(openings[-1], finished)
        ):
            self.ledger.append("rescored" if finished else "resumed", plan=plan.digest)
            return self._read()
        if openings and not self.reason:
            raise self._already_opened(openings[-1]["time"])
        self.ledger.append("frozen", plan=plan.digest, **plan.model_dump())
        self.ledger.append("opened", plan=plan.digest, reason=self.reason if openings else None)
        return self._read()

    def _goes_on(self, opening: dict[str, Any], finished: bool) -> bool:
        """Whether the last opening is this one: nobody asked for another, or the one
        asked for was cut off.
        """
        return not self.reason or (not finished and opening["reason"] == self.reason)

    def _already_opened(self, time: str) -> RunError:
        return RunError(
            f"The test set was already opened on {time}, for another plan ({self.ledger.path}). "
            f'A further opening needs --open-test-again "why", and the report will say so on its'
            f" first page."
        )

    def record_result(self, plan: Plan, n_errors: int, test: Images) -> None:
        """Close the opening with its one result on the digits that `open` gave.

        Raises:
            LedgerError: the same plan gave another result before, or was scored on
            other digits.
        """
        digits = test.sha256().hexdigest()
        for line in self.ledger.lines_of("result"):
            if line["plan"] == plan.digest:
                if line["digits"] != digits:
                    raise LedgerError(
                        f"{self.ledger.path} records another test set for this plan; its files were"
                        " changed since."
                    )
                if line["n_errors"] != n_errors:
                    raise LedgerError(
                        f"{self.ledger.path} records {line['n_errors']} errors for this plan; now"
                        f" it makes {n_errors}."
                    )
        self.ledger.append(
            "result", plan=plan.digest, n_errors=n_errors, n=len(test), digits=digits
        )

    def require_result(self, plan: Plan, n_errors: int, n: int, n_openings: int) -> None:
        """Check that a stored final result is the one on record.

        Raises:
            LedgerError: the ledger ends otherwise.
        """
        lines = self.ledger.lines()
        last = lines[-1] if lines else {}
        recorded = (
            last.get("event"),
            last.get("plan"),
            last.get("n_errors"),
            last.get("n"),
            self.ledger.n_openings,
        )
        if recorded != ("result", plan.digest, n_errors, n, n_openings):
            raise LedgerError(
                f"{self.ledger.path} does not end with the result that steps/final_test.json holds"
                f" ({n_errors} errors of {n:,}), so one of the two was changed. Restore them, or"
                " start a new run with another --out."
            )
