"""`run.json`: how a run was started, with what, on what, and how far it came."""

import functools
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import Field

from sevenfold import __version__
from sevenfold.errors import RunError, SettingsError, visible
from sevenfold.machine import n_cores, processor
from sevenfold.records import Record
from sevenfold.runs.layout import DESCRIPTION, SCHEMA, require_schema
from sevenfold.storage import write_atomically

Status = Literal["running", "interrupted", "failed", "done"]
LIBRARIES = (
    *("keras", "tensorflow", "tensorflow-cpu", "jax", "jaxlib", "numpy", "scipy"),
    *("scikit-learn", "optuna", "matplotlib", "jinja2", "pydantic", "typer", "rich", "mlxtend"),
    *("pillow", "nbformat", "markdown-it-py"),
)


class Machine(Record):
    """What a run worked on; `cores` are those that it could use."""

    system: str
    architecture: str
    processor: str
    cores: int


class Description(Record):
    """What stands in `run.json`. started, updated: ISO times. commit: of the source
    tree that the code runs from, None for an installed package. seconds: of each step.
    precision: of training; None is not known.
    """

    schema_: int = Field(SCHEMA, alias="schema")
    status: Status
    started: str
    updated: str
    command: tuple[str, ...]
    seed: int
    engine: Literal["jax", "keras"]
    precision: Literal["float32", "mixed_bfloat16"] | None = None
    versions: dict[str, str]
    commit: str | None
    machine: Machine
    seconds: dict[str, float]
    error: str | None


def describe(
    folder: Path,
    *,
    status: Status,
    started: str,
    seed: int,
    engine: Literal["jax", "keras"],
    precision: Literal["float32", "mixed_bfloat16"],
    seconds: Mapping[str, float],
    error: str | None = None,
) -> None:
    """Write `run.json` anew."""
    description = Description(
        schema=SCHEMA,
        status=status,
        started=started,
        updated=now(),
        command=tuple(map(visible, (*_program(), *sys.argv[1:]))),
        seed=seed,
        engine=engine,
        precision=precision,
        versions=_versions(),
        commit=_commit(),
        machine=_machine(),
        seconds=dict(seconds),
        error=error,
    )
    content = description.model_dump_json(by_alias=True, indent=1) + "\n"
    write_atomically(folder / DESCRIPTION, content)


def read_description(folder: Path) -> Description:
    """What `run.json` says.

    Raises:
        RunError: there is none, it is damaged, or of another schema.
    """
    path = folder / DESCRIPTION
    try:
        if not path.is_file():
            raise RunError(
                f"{folder} is not a run of sevenfold: it holds no {DESCRIPTION}. Give the folder"
                " that `sevenfold run` wrote."
            )
        content = path.read_bytes()
    except OSError as error:
        raise RunError(
            f"{path} cannot be read: {error.strerror}. Check the path and its permissions."
        ) from None
    require_schema(path, content)
    try:
        return Description.from_json(content, unknown="ignore")
    except SettingsError:
        raise RunError(f"{path} is damaged. Restore it, or run the same command again.") from None


def started_and_version(folder: Path) -> tuple[str, str]:
    """When the run in this folder was started and by which version: now and by this
    one, unless an intact run.json says otherwise.
    """
    try:
        description = json.loads((folder / DESCRIPTION).read_bytes())
        return str(description["started"]), str(description["versions"]["sevenfold"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return now(), __version__


def now() -> str:
    """The time in UTC, to the second, as ISO text."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _program() -> tuple[str, ...]:
    """How this program is called."""
    name = Path(sys.argv[0]).name
    return ("python", "-m", "sevenfold") if name == "__main__.py" else (name,)


@functools.cache
def _versions() -> dict[str, str]:
    """Of what is imported, and so of this process: read once, not at every step."""
    versions = {"sevenfold": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            versions[library] = metadata.version(library)
    return versions


@functools.cache
def _commit() -> str | None:
    if shutil.which("git") is None:
        return None
    source = Path(__file__).parents[1]
    answer = subprocess.run(
        ["git", "-C", source, "rev-parse", "HEAD", "--show-toplevel"],
        capture_output=True,
        text=True,
    )
    lines = answer.stdout.splitlines()
    ours = (
        answer.returncode == 0
        and len(lines) == 2
        and source == Path(lines[1]) / "src" / "sevenfold"
    )
    return lines[0] if ours else None


@functools.cache
def _machine() -> Machine:
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        processor=processor(),
        cores=n_cores(),
    )
