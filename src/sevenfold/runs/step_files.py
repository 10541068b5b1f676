"""The file of a finished step: its result, what it was computed from, and digests."""

from pathlib import Path
from typing import Any

from pydantic import Field

from sevenfold.errors import RunError, SettingsError
from sevenfold.records import Record, digest_of
from sevenfold.runs.layout import SCHEMA, require_schema


class StepFile(Record):
    """What stands in `steps/<step>.json`.

    inputs: digest of what the step was given. files: SHA-256 of every file that it
    saved. result_digest: SHA-256 over `result`, so that an edited result is noticed.
    """

    schema_: int = Field(SCHEMA, alias="schema")
    step: str
    inputs: str
    seconds: float
    files: dict[str, str]
    result: dict[str, Any]
    result_digest: str


def read_step(path: Path) -> StepFile:
    """A step's file, intact.

    Raises:
        RunError: it is damaged, was edited, or is of another schema.
    """
    content = path.read_bytes()
    require_schema(path, content)
    try:
        step = StepFile.from_json(content, unknown="ignore")
    except SettingsError:
        raise RunError(
            f"{path} is damaged. Delete it, and the same command runs that step again."
        ) from None
    if step.result_digest != digest_of(step.result):
        raise RunError(
            f"{path} was edited: its result does not fit its digest. Delete it, and the same"
            " command runs that step again."
        )
    return step
