"""`Run`: one folder per run; a step's result is written last and atomically, and is
never computed twice.
"""

import json
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, cast, get_type_hints

import numpy as np

from sevenfold import __version__
from sevenfold.errors import RunError
from sevenfold.machine import describe_machine
from sevenfold.records import Record, digest_of, read_step, read_toml, to_toml
from sevenfold.runs.seeds import Stream, seeds
from sevenfold.storage import arrays_to_npz, read_npz, sha256_of, write_atomically
from sevenfold.terminal import Terminal

Result = TypeVar("Result", bound=Record)

SCHEMA = 1
LIBRARIES = (
    *(
        "keras",
        "tensorflow",
        "tensorflow-cpu",
        "jax",
        "jaxlib",
        "numpy",
        "scipy",
        "scikit-learn",
        "optuna",
        "matplotlib",
    ),
    *("jinja2", "pydantic", "typer", "rich", "mlxtend"),
)


class Digestible(Protocol):
    """Anything that a step's result depends on; equal digests mean equal inputs."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the value says."""


class Run:
    """A run folder and what is known about the run while it works.

    Create it with `Run.open`. Steps receive it first: they save arrays through it and
    report progress on `run.terminal`. What a step leaves in the folder `scratch` is
    there again after a kill, and goes once the step's result is stored.
    """

    def __init__(
        self, folder: Path, *, seed: int, engine: Literal["jax", "keras"], terminal: Terminal
    ) -> None:
        self.folder, self.seed, self.engine, self.terminal = folder, seed, engine, terminal
        self.step_seconds: dict[str, float] = {}
        self.scratch = folder / "scratch"
        self._started = _started(folder)
        self._files: list[str] = []

    @classmethod
    @contextmanager
    def open(
        cls,
        folder: Path,
        config: Record,
        *,
        seed: int,
        engine: Literal["jax", "keras"],
        terminal: Terminal,
    ) -> Iterator["Run"]:
        """Start a run in `folder`, or go on with the one that is there.

        Raises:
            RunError: the folder holds something else, another run's settings, or a run
            that is at work right now.
        """
        settings = config.model_dump(mode="json")
        _require_free(folder)
        with _lock(folder):
            _require_same_settings(folder, settings)
            write_atomically(folder / "config.toml", to_toml(settings))
            run = cls(folder, seed=seed, engine=engine, terminal=terminal)
            run._describe(status="running")
            try:
                yield run
            except (KeyboardInterrupt, SystemExit):  # SystemExit: nobody reads the output any more
                run._describe(status="interrupted")
                raise
            except BaseException as error:
                # A full disk must not hide what went wrong.
                with suppress(OSError):
                    run._describe(status="failed", error=f"{type(error).__name__}: {error}")
                raise
            run._describe(status="done")

    def step(
        self, name: str, function: Callable[..., Result], *inputs: Digestible, **resources: object
    ) -> Result:
        """The result of `function(run, *inputs, **resources)`: from the folder where it
        was already computed, else computed and stored.

        Only the inputs may bear on the result; `resources` are what it is computed
        with.

        Raises:
            RunError: the stored result came from other inputs, or one of its files is
            gone or changed.
        """
        path = self.folder / "steps" / f"{name}.json"
        result_type = get_type_hints(function)["return"]
        inputs_digest = digest_of([item.digest for item in inputs])
        if path.exists():
            return cast(Result, self._kept(name, path, result_type, inputs_digest))
        self._files = []
        started = time.perf_counter()
        result: Result = function(self, *inputs, **resources)
        seconds = time.perf_counter() - started
        record = {
            "schema": SCHEMA,
            "step": name,
            "inputs": inputs_digest,
            "seconds": round(seconds, 3),
        }
        record["files"] = {file: sha256_of(self.folder / file) for file in self._files}
        record["result"] = result.model_dump(mode="json")
        record["result_digest"] = result.digest
        write_atomically(path, json.dumps(record, indent=1, allow_nan=False) + "\n")
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._report(name, result, seconds, kept=False)
        return result

    def forget(self, *names: str) -> None:
        """Drop the results of these steps, so that they are computed again."""
        for name in names:
            (self.folder / "steps" / f"{name}.json").unlink(missing_ok=True)

    def seeds(self, stream: Stream, n: int) -> tuple[int, ...]:
        """`n` training seeds of this run; see `runs.seeds`."""
        return seeds(self.seed, stream, n)

    def save_arrays(self, file: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Store arrays in the folder as `file` (an .npz), as part of the step that is
        at work.
        """
        self.save_bytes(file, arrays_to_npz(arrays))

    def save_bytes(self, file: str, content: bytes) -> None:
        """Store a file in the folder as part of the step that is at work."""
        write_atomically(self.folder / file, content)
        self._files.append(file)

    def load_arrays(self, file: str) -> dict[str, np.ndarray]:
        """Arrays that an earlier step saved."""
        return read_npz(self.folder / file)

    def _kept(self, name: str, path: Path, result_type: type[Result], inputs_digest: str) -> Result:
        stored = read_step(path)
        if stored.schema_ != SCHEMA or stored.inputs != inputs_digest:
            raise RunError(
                f"{path} was computed from other inputs than this run has now (data, settings or an"
                f" earlier step changed). Choose another folder with --out, or delete {self.folder}"
                " to start over."
            )
        for file, digest in stored.files.items():
            if not (self.folder / file).exists() or sha256_of(self.folder / file) != digest:
                raise RunError(
                    f"{self.folder / file} is missing or changed. Delete {path}, and the same"
                    " command makes it again."
                )
        kept = result_type.from_values(stored.result, source=str(path))
        self._report(name, kept, stored.seconds, kept=True)
        return kept

    def _report(self, name: str, result: Record, seconds: float, *, kept: bool) -> None:
        self.step_seconds[name] = seconds
        verdict = getattr(result, "verdict", "")
        self.terminal.verdict(name.replace("_", " "), verdict, None if kept else seconds)
        self._describe(status="running")

    def _describe(self, status: str, error: str | None = None) -> None:
        path = self.folder / "run.json"
        description = {
            "schema": SCHEMA,
            "status": status,
            "started": self._started,
            "updated": _now(),
            "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
            "seed": self.seed,
            "engine": self.engine,
            "versions": _versions(),
            "commit": _commit(),
            "machine": describe_machine(),
            "seconds": self.step_seconds,
            "error": error,
        }
        write_atomically(path, json.dumps(description, indent=1) + "\n")


def _started(folder: Path) -> str:
    """When the run in this folder was started: now, unless an intact run.json says
    otherwise.
    """
    try:
        return str(json.loads((folder / "run.json").read_bytes())["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return _now()


def _require_free(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise RunError(f"--out must be a folder. {folder} is a file; choose another name.")
        if (
            folder.is_dir()
            and not (folder / "config.toml").exists()
            and any(not _is_ours(p) for p in folder.iterdir())
        ):
            raise RunError(
                f"{folder} holds files that are not a run of sevenfold. Choose an empty or a new"
                " folder with --out."
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"Cannot make the run folder {folder}: {error.strerror}. Choose another with --out."
        ) from None


def _is_ours(path: Path) -> bool:
    """What a run that was killed in its first moment leaves behind."""
    return path.name == ".lock" or (path.name.startswith(".") and path.name.endswith(".part"))


def _require_same_settings(folder: Path, settings: dict[str, Any]) -> None:
    if not (folder / "config.toml").exists():
        return
    version = _version_of(folder)
    if version != __version__:
        raise RunError(
            f"{folder} was made by sevenfold {version}; this is {__version__}. Start anew with"
            " another --out."
        )
    earlier, asked = _flat(read_toml(folder / "config.toml")), _flat(settings)
    changed = [
        name
        for name in sorted(earlier.keys() | asked.keys())
        if earlier.get(name) != asked.get(name)
    ]
    if changed:
        name = changed[0]
        more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
        raise RunError(
            f"{folder} is a run with other settings: {name} is {earlier.get(name)!r} there and"
            f" {asked.get(name)!r} now{more}. Use the same settings to go on with it, or another"
            " --out for a new run."
        )


def _version_of(folder: Path) -> str:
    try:
        return str(json.loads((folder / "run.json").read_bytes())["versions"]["sevenfold"])
    except (OSError, ValueError, KeyError, TypeError):
        return __version__


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[prefix + name] = value
    return flat


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the lock goes with the process, however it
    ends.
    """
    try:
        import fcntl
    except ImportError:  # Windows: runs are not guarded against each other there.
        yield
        return
    try:
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise RunError(
            f"Cannot write in the run folder {folder}: {error.strerror}. Choose another with --out."
        ) from None
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                f"Another sevenfold is at work in {folder}. Wait for it, or choose another --out."
            ) from None
        yield


def _versions() -> dict[str, str]:
    versions = {"sevenfold": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            versions[library] = metadata.version(library)
    return versions


def _commit() -> str | None:
    """The commit of the source tree that this code runs from, or None for an installed
    package.
    """
    if shutil.which("git") is None:
        return None
    source = Path(__file__).parent
    answer = subprocess.run(
        ["git", "-C", source, "rev-parse", "HEAD", "--show-toplevel"],
        capture_output=True,
        text=True,
    )
    lines = answer.stdout.split()
    ours = (
        answer.returncode == 0
        and len(lines) == 2
        and source == Path(lines[1]) / "src" / "sevenfold"
    )
    return lines[0] if ours else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
