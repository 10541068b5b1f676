"""A run folder as the report sees it: plain JSON values and arrays, checked against the
digests stored beside them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from sevenfold.errors import LedgerError, RunError, SettingsError
from sevenfold.records import digest_of, read_step, read_toml
from sevenfold.storage import read_npz, sha256_of

STEPS = (
    "problem",
    "success",
    "evaluation_protocol",
    "preparation",
    "baseline",
    "overfit",
    "ablation",
    "search",
    "finalists",
    "final_test",
    "discussion",
)
PARTS = {"ablation": "finalists", "search": "finalists"}
"""Steps that stand in the section of a later one, which is drawn when that is
finished.
"""

Json = dict[str, Any]


@dataclass(frozen=True)
class StoredRun:
    """Everything a run left behind.

    description: `run.json`. config: every setting. steps: the result of each finished
    step, in the order of the workflow. seconds: of each finished step. digests: SHA-256
    of each array file. ledger: the lines of the test ledger, verified.
    """

    folder: Path
    description: Json
    config: Json
    steps: Mapping[str, Json]
    seconds: Mapping[str, float]
    digests: Mapping[str, str]
    ledger: tuple[Json, ...]

    @property
    def stopped_at(self) -> str | None:
        """The step of the first section that is not finished, or None for a finished
        run.
        """
        return next((PARTS.get(name, name) for name in STEPS if name not in self.steps), None)

    def arrays(self, file: str) -> dict[str, np.ndarray]:
        """The arrays of a file that a step saved.

        Raises:
            RunError: the file is gone or is not the one that the step saved.
        """
        path = self.folder / file
        if not path.is_file() or sha256_of(path) != self.digests.get(file):
            raise RunError(
                f"{path} is missing or changed since the run saved it, so no report can be drawn."
                " Restore it."
            )
        try:
            return read_npz(path)
        except (OSError, ValueError, EOFError, BadZipFile):
            raise RunError(f"{path} is damaged: its arrays cannot be read. Restore it.") from None


def read_run(folder: Path) -> StoredRun:
    """Read a run folder; the order of the workflow and the chain of the ledger are
    checked.

    Raises:
        RunError: it is not a run, holds no finished step, or is damaged.
        LedgerError: its test ledger was altered.
    """
    if not (folder / "run.json").is_file():
        raise RunError(
            f"{folder} is not a run of sevenfold: it holds no run.json. Give the folder that"
            " `sevenfold run` wrote."
        )
    stored = {
        name: _read_step(folder, name)
        for name in STEPS
        if (folder / "steps" / f"{name}.json").is_file()
    }
    _require_prefix(folder, list(stored))
    ledger = _read_ledger(folder / "test_ledger.jsonl")
    if "final_test" in stored:
        _require_recorded(folder, stored["final_test"]["result"], ledger)
    return StoredRun(
        folder=folder,
        description=_read_json(folder / "run.json"),
        config=_read_config(folder),
        steps={name: step["result"] for name, step in stored.items()},
        seconds={name: step["seconds"] for name, step in stored.items()},
        digests={
            file: digest for step in stored.values() for file, digest in step["files"].items()
        },
        ledger=ledger,
    )


def _require_recorded(folder: Path, final: Json, ledger: tuple[Json, ...]) -> None:
    """The result to be shown must be the one that the ledger closes with."""
    last = ledger[-1] if ledger else {}
    shown = final.get("scores", {}).get("n_errors"), final.get("n_test")
    if last.get("event") != "result" or (last.get("n_errors"), last.get("n")) != shown:
        raise LedgerError(
            f"{folder / 'test_ledger.jsonl'} does not end with the result in steps/final_test.json"
            f" ({shown[0]} errors of {shown[1]}); one of the two was changed, so the test result"
            " cannot be trusted."
        )


def _read_json(path: Path) -> Json:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(
            f"{path} is damaged: {error}. Restore it, or delete it and run the same command again."
        ) from None
    if not isinstance(value, dict):
        raise RunError(f"{path} is damaged: expected a JSON object, got {type(value).__name__}.")
    return value


def _read_step(folder: Path, name: str) -> Json:
    return read_step(folder / "steps" / f"{name}.json").model_dump()


def _require_prefix(folder: Path, names: list[str]) -> None:
    if not names:
        raise RunError(
            f"{folder} holds no finished step, so there is nothing to report. Run the same command"
            " again."
        )
    for expected, name in zip(STEPS, names, strict=False):
        if name != expected:
            raise RunError(
                f"{folder} is damaged: steps/{name}.json is there, but steps/{expected}.json before"
                " it is not."
            )


def _read_config(folder: Path) -> Json:
    try:
        return read_toml(folder / "config.toml")
    except SettingsError as error:
        raise RunError(f"{folder} is damaged: {error}") from None


def _read_ledger(path: Path) -> tuple[Json, ...]:
    rows = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    lines: list[Json] = []
    for number, row in enumerate(rows, start=1):
        line = _ledger_line(row)
        body = {name: value for name, value in line.items() if name != "hash"}
        previous = lines[-1]["hash"] if lines else ""
        if (line.get("line"), line.get("previous"), line.get("hash")) != (
            number,
            previous,
            digest_of(body),
        ):
            raise LedgerError(
                f"{path} was altered at line {number}: its hash does not fit. Its test result"
                " cannot be trusted."
            )
        lines.append(line)
    return tuple(lines)


def _ledger_line(row: str) -> Json:
    try:
        line = json.loads(row)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
