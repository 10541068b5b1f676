"""How a network is judged: what is trained on, what is validated on, and the test set
that stays shut until the end.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from sevenfold.datasets import Digits
from sevenfold.errors import LedgerError, RunError, SettingsError
from sevenfold.records import Record, digest_of
from sevenfold.statistics import proportion
from sevenfold.storage import write_atomically

Method = Literal["holdout", "kfold", "iterated-kfold"]


class ProtocolSettings(Record):
    """The rule that picks the evaluation protocol from the size of the data.

    Hold-out is chosen while the 95 % interval of an accuracy of `expected_accuracy` on
    the validation part is no wider than ± `holdout_half_width`; else K-fold while the
    interval over all development digits is no wider than ± `kfold_half_width`; else
    iterated K-fold with shuffling (DLWP 4.5.3: the simplest protocol that suffices).
    """

    method: Literal["auto", "holdout", "kfold", "iterated-kfold"] = "auto"
    validation_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 1 / 6
    n_folds: Annotated[int, Field(ge=2, le=20)] = 4
    n_rounds: Annotated[int, Field(ge=2, le=20)] = 2
    expected_accuracy: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.98
    holdout_half_width: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.003
    kfold_half_width: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.006


@dataclass(frozen=True)
class Split:
    """One division of the development digits: index arrays, int64, sorted, disjoint."""

    train: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True)
class DevelopmentSet:
    """Every digit that may be looked at, and how it is divided.

    rounds: hold-out has one round of one split; K-fold one round of K splits whose
    validation parts cover everything once; iterated K-fold several such rounds,
    shuffled anew.
    """

    digits: Digits
    rounds: tuple[tuple[Split, ...], ...]
    method: Method
    asked: str

    @property
    def scored(self) -> np.ndarray:
        """Indices of the digits that a round validates on, sorted: the examples behind
        every validation score.
        """
        return np.sort(np.concatenate([split.validation for split in self.rounds[0]]))

    def unsearched(self) -> "DevelopmentSet":
        """The rounds whose folds the search, which uses the first, has not seen; the
        whole where there is only one.
        """
        return self if len(self.rounds) == 1 else replace(self, rounds=self.rounds[1:])

    @cached_property
    def digest(self) -> str:
        """SHA-256 over pixels, labels and every index."""
        content = _sha256_of(self.digits)
        for split in (split for splits in self.rounds for split in splits):
            content.update(split.train.tobytes() + split.validation.tobytes())
        return content.hexdigest()

    def index_arrays(self) -> dict[str, np.ndarray]:
        """The indices by name, for `split.npz`."""
        return {
            f"round{r}_fold{f}_{part}": getattr(split, part)
            for r, splits in enumerate(self.rounds)
            for f, split in enumerate(splits)
            for part in ("train", "validation")
        }


def split(digits: Digits, settings: ProtocolSettings, seed: int) -> DevelopmentSet:
    """Divide the development digits, stratified by class, by the protocol that
    `settings` ask for or the rule chooses.

    Raises:
        SettingsError: a class has too few digits for the folds.
    """
    method = choose_method(len(digits), settings)
    smallest = int(np.bincount(digits.labels, minlength=10).min())
    n_validation = round(len(digits) * settings.validation_fraction)
    if method == "holdout" and not 10 <= n_validation <= len(digits) - 10:
        raise SettingsError(
            "protocol.validation_fraction must leave each part ten digits or more."
            f" {settings.validation_fraction} of {len(digits):,} puts {n_validation:,} into"
            " validation. Try 0.17."
        )
    if method != "holdout" and smallest < settings.n_folds:
        raise SettingsError(
            f"protocol.n_folds is {settings.n_folds}, but a digit has only {smallest} examples. Use"
            " fewer folds."
        )
    rounds: tuple[tuple[Split, ...], ...]
    if method == "holdout":
        rounds = (_holdout(digits.labels, settings.validation_fraction, seed),)
    elif method == "kfold":
        rounds = (_folds(digits.labels, settings.n_folds, seed),)
    else:
        rounds = tuple(
            _folds(digits.labels, settings.n_folds, seed + r) for r in range(settings.n_rounds)
        )
    return DevelopmentSet(digits, rounds, method, settings.method)


def choose_method(n: int, settings: ProtocolSettings) -> Method:
    """The protocol for `n` development digits: the one asked for, or the simplest whose
    interval is narrow enough.
    """
    if settings.method != "auto":
        return settings.method
    if (
        expected_half_width(max(1, round(n * settings.validation_fraction)), settings)
        <= settings.holdout_half_width
    ):
        return "holdout"
    return (
        "kfold"
        if expected_half_width(n, settings) <= settings.kfold_half_width
        else "iterated-kfold"
    )


def expected_half_width(n: int, settings: ProtocolSettings) -> float:
    """Half the width of the Wilson interval of the expected accuracy on n digits."""
    interval = proportion(settings.expected_accuracy * n, n)
    return (interval.ci_high - interval.ci_low) / 2


def _holdout(labels: np.ndarray, fraction: float, seed: int) -> tuple[Split, ...]:
    from sklearn.model_selection import train_test_split

    n_validation = round(len(labels) * fraction)
    train, validation = train_test_split(
        np.arange(len(labels)), test_size=n_validation, random_state=seed, stratify=labels
    )
    return (Split(np.sort(train), np.sort(validation)),)


def _folds(labels: np.ndarray, n_folds: int, seed: int) -> tuple[Split, ...]:
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(labels, labels)
    return tuple(Split(train, validation) for train, validation in folds)


def _sha256_of(digits: Digits) -> "hashlib._Hash":
    return hashlib.sha256(digits.images.tobytes() + digits.labels.tobytes())


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
        read: Callable[[], Digits],
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

    def open(self, plan: Plan) -> Digits:
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

    def record_result(self, plan: Plan, n_errors: int, test: Digits) -> None:
        """Close the opening with its one result on the digits that `open` gave.

        Raises:
            LedgerError: the same plan gave another result before, or was scored on
            other digits.
        """
        digits = _sha256_of(test).hexdigest()
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
