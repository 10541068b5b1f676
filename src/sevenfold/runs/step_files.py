"""The file of a finished step: its result, what it was computed from, and digests."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from sevenfold.errors import RunError, SettingsError
from sevenfold.records import Record, digest_of
from sevenfold.runs.layout import SCHEMA, require_schema
from sevenfold.storage import sha256_of, write_atomically


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


def write_step(
    folder: Path, file: str, result: Record, inputs: str, seconds: float, saved: Iterable[str]
) -> None:
    """Store a result in `folder` as `file`. inputs: digest of what it was computed
    from. saved: the files in `folder` that belong to it.
    """
    stored = StepFile(
        schema=SCHEMA,
        step=Path(file).stem,
        inputs=inputs,
        seconds=round(seconds, 3),
        files={name: sha256_of(folder / name) for name in saved},
        result=result.model_dump(mode="json"),
        result_digest=result.digest,
    )
    text = json.dumps(stored.model_dump(by_alias=True), indent=1, allow_nan=False)
    write_atomically(folder / file, text + "\n")


def first_changed(folder: Path, files: Mapping[str, str]) -> Path | None:
    """The first of these files in `folder` that is gone or has another SHA-256."""
    paths = ((folder / name, digest) for name, digest in files.items())
    return next((p for p, own in paths if not p.is_file() or sha256_of(p) != own), None)


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
