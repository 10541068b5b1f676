"""`FinishedRun`: the one door to what a run left behind, as typed values, verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np

from sevenfold.config import Config
from sevenfold.errors import RunError, SettingsError
from sevenfold.examination.keeping import kept
from sevenfold.examination.results import Examination
from sevenfold.networks import NetworkSpec, Weights
from sevenfold.records import Record, read_toml
from sevenfold.runs import layout
from sevenfold.runs.claiming import is_at_work
from sevenfold.runs.description import Description, read_description
from sevenfold.runs.ledger import Ledger, LedgerLine
from sevenfold.runs.step_files import StepFile, read_step
from sevenfold.steps.ablation import Ablation
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.learning_curve import LearningCurveFound
from sevenfold.steps.leave_one_out import LeaveOneOut
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.preparation import Preparation
from sevenfold.steps.problem import Problem
from sevenfold.steps.saved_network import SavedNetwork
from sevenfold.steps.search import Search
from sevenfold.steps.success import Success
from sevenfold.storage import read_npz, sha256_of

RESULTS: Mapping[str, type[Record]] = MappingProxyType(
    {
        "problem": Problem,
        "success": Success,
        "evaluation_protocol": EvaluationProtocol,
        "preparation": Preparation,
        "baseline": Baseline,
        "overfit": Overfit,
        "ablation": Ablation,
        "search": Search,
        "finalists": Finalists,
        "leave_one_out": LeaveOneOut,
        "learning_curve": LearningCurveFound,
        "confidence": Confidence,
        "final_test": FinalTest,
        "saved_network": SavedNetwork,
    }
)
"""What each step finds, in the order of the workflow."""


@dataclass(frozen=True)
class FinishedRun:
    """Everything in a run folder. Open it with `read_run`.

    A step that did not finish is None; those after it are None too. seconds: of each
    finished step. digests: SHA-256 of each file that a step or a field exam saved.
    ledger: the lines of the test ledger, their chain verified. examination: what field
    exams of the network that counts found; None where there was none.
    """

    folder: Path
    description: Description
    config: Config
    seconds: Mapping[str, float]
    digests: Mapping[str, str]
    ledger: tuple[LedgerLine, ...]
    problem: Problem
    success: Success | None = None
    evaluation_protocol: EvaluationProtocol | None = None
    preparation: Preparation | None = None
    baseline: Baseline | None = None
    overfit: Overfit | None = None
    ablation: Ablation | None = None
    search: Search | None = None
    finalists: Finalists | None = None
    leave_one_out: LeaveOneOut | None = None
    learning_curve: LearningCurveFound | None = None
    confidence: Confidence | None = None
    final_test: FinalTest | None = None
    saved_network: SavedNetwork | None = None
    examination: Examination | None = None

    @property
    def unfinished(self) -> str | None:
        """The first step without a result; None where all are done."""
        return next((name for name in RESULTS if name not in self.seconds), None)

    def saved(self, file: str) -> Path:
        """The path of a file that a step saved.

        Raises:
            RunError: the file is gone or is not the one that the step saved.
        """
        path = self.folder / file
        if not path.is_file() or sha256_of(path) != self.digests.get(file):
            raise RunError(f"{path} is missing or changed since the run saved it. Restore it.")
        return path

    def arrays(self, file: str) -> dict[str, np.ndarray]:
        """The arrays of a file that a step saved.

        Raises:
            RunError: the file is gone or is not the one that the step saved.
        """
        path = self.saved(file)
        try:
            return read_npz(path)
        except (OSError, ValueError, EOFError, BadZipFile):
            raise RunError(f"{path} is damaged: its arrays cannot be read. Restore it.") from None

    def network(self) -> tuple[NetworkSpec, Weights]:
        """The network that counts, with the weights that were tested.

        Raises:
            RunError: the run has no final network, or its file is gone or changed.
        """
        if self.final_test is None:
            raise RunError(f"{self.folder} has no final network: the run did not get that far.")
        weights = tuple(self.arrays(layout.WEIGHTS).values())
        return self.final_test.configuration.network, weights


def read_run(folder: Path | str) -> FinishedRun:
    """Read a run folder; digests, the order of the steps and the chain of the ledger
    are checked.

    Raises:
        RunError: it is not a run, holds no finished step, is damaged, or of another
        schema.
        LedgerError: its test ledger was altered, or has another result.
    """
    folder = Path(folder)
    description = read_description(folder)
    files = {
        name: read_step(folder / layout.step_file(name))
        for name in RESULTS
        if (folder / layout.step_file(name)).is_file()
    }
    _require_in_order(folder, list(files), state_of(folder, description))
    results: dict[str, Any] = {name: _result(folder, name, file) for name, file in files.items()}
    examination, saved = _examination(folder, results.get("final_test"))
    saved |= {path: digest for file in files.values() for path, digest in file.files.items()}
    ledger = Ledger(folder / layout.LEDGER)
    run = FinishedRun(
        folder=folder,
        description=description,
        config=_read_config(folder),
        seconds={name: file.seconds for name, file in files.items()},
        digests=saved,
        ledger=ledger.lines(),
        examination=examination,
        **results,
    )
    if (final := run.final_test) is not None:
        ledger.require_result(
            final.plan.digest, final.scores.n_errors, final.n_test, final.n_openings
        )
    return run


def _examination(
    folder: Path, final: FinalTest | None
) -> tuple[Examination | None, dict[str, str]]:
    """What field exams of the network that counts found, and the digests of the files
    that they saved; nothing where another network was examined, before a further
    opening.
    """
    found = None if final is None else kept(folder, layout.EXAMINATION, Examination)
    if found is None or final is None or found[0].plan != final.plan.digest:
        return None, {}
    return found[0], dict(found[1].files)


def _result(folder: Path, name: str, file: StepFile) -> Record:
    path = folder / layout.step_file(name)
    try:
        # What a later version found out besides is not known here.
        return RESULTS[name].from_values(file.result, unknown="ignore")
    except SettingsError as error:
        raise RunError(
            f"{path} is damaged: {error} Delete it, and the same command runs that step again."
        ) from None


def state_of(folder: Path, description: Description) -> str:
    """In words, how far the run in `folder` is; empty where it is done."""
    if description.status == "running":
        return "is at work" if is_at_work(folder) else "was cut off"
    if description.status == "failed":
        return f"failed ({description.error or 'nobody knows why'})"
    return "was interrupted" if description.status == "interrupted" else ""


def _require_in_order(folder: Path, names: list[str], state: str) -> None:
    if not names:
        raise RunError(
            f"{folder} holds no finished step, so there is nothing to read: the run"
            f" {state or 'is done, but its steps are gone'}."
            f" {'Wait for it' if state == 'is at work' else 'Run the same command again'}."
        )
    for expected, name in zip(RESULTS, names, strict=False):
        if name != expected:
            raise RunError(
                f"{folder} is damaged: {layout.step_file(name)} is there, but"
                f" {layout.step_file(expected)} before it is not."
            )


def _read_config(folder: Path) -> Config:
    path = folder / layout.CONFIG
    try:
        return Config.from_values(read_toml(path), source=str(path), unknown="ignore")
    except SettingsError as error:
        raise RunError(f"{folder} is damaged: {error}") from None
