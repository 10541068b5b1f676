"""What a field exam leaves in a run folder: stored as results of steps are, found again
and verified.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from sevenfold.errors import RunError, SettingsError
from sevenfold.records import Record
from sevenfold.runs.step_files import StepFile, first_changed, read_step, write_step
from sevenfold.storage import write_atomically

Result = TypeVar("Result", bound=Record)


def keep(
    folder: Path, file: str, result: Record, inputs: str, seconds: float, saved: Mapping[str, bytes]
) -> None:
    """Store a result in `folder` as `file`, after the files that belong to it, whose
    digests it holds. inputs: digest of what it was computed from.
    """
    for name, content in saved.items():
        write_atomically(folder / name, content)
    write_step(folder, file, result, inputs, seconds, saved)


def kept(
    folder: Path, file: str, result_type: type[Result], inputs: str | None = None
) -> tuple[Result, StepFile] | None:
    """The result stored as `file`, and what is stored with it; None where there is
    none, or none of these inputs.

    Raises:
        RunError: it is damaged, was edited or is of another schema, or a file of its is
        gone or changed.
    """
    path = folder / file
    if not path.is_file():
        return None
    stored = read_step(path)
    if inputs is not None and stored.inputs != inputs:
        return None
    if changed := first_changed(folder, stored.files):
        raise RunError(
            f"{changed} is missing or changed. Delete {path}, and `sevenfold examine` makes it"
            " again."
        )
    try:
        return result_type.from_values(stored.result, unknown="ignore"), stored
    except SettingsError as error:
        raise RunError(
            f"{path} is damaged: {error} Delete it, and `sevenfold examine` makes it again."
        ) from None
