"""`Run`: one folder per run; a step's result is written last and atomically, and is
never computed twice.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import numpy as np

from sevenfold.errors import RunError
from sevenfold.records import Record, digest_of, to_toml
from sevenfold.runs import layout
from sevenfold.runs.claiming import claimed
from sevenfold.runs.description import Status, describe, started_and_version
from sevenfold.runs.seeds import Stream, seeds
from sevenfold.runs.step_files import first_changed, read_step, write_step
from sevenfold.storage import arrays_to_npz, read_npz, write_atomically
from sevenfold.terminal import Terminal

Result = TypeVar("Result", bound=Record)


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
        self,
        folder: Path,
        *,
        seed: int,
        engine: Literal["jax", "keras"],
        precision: Literal["float32", "mixed_bfloat16"] = "float32",
        terminal: Terminal,
    ) -> None:
        self.folder, self.seed, self.terminal = folder, seed, terminal
        self.engine, self.precision = engine, precision
        self.step_seconds: dict[str, float] = {}
        self.scratch = folder / layout.SCRATCH
        self._started, _ = started_and_version(folder)
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
        precision: Literal["float32", "mixed_bfloat16"] = "float32",
        terminal: Terminal,
    ) -> Iterator["Run"]:
        """Start a run in `folder`, or go on with the one that is there.

        Raises:
            RunError: the folder holds something else, another run's settings, or a run
            that is at work right now.
        """
        settings = config.model_dump(mode="json")
        with claimed(folder, settings):
            write_atomically(folder / layout.CONFIG, to_toml(settings))
            run = cls(folder, seed=seed, engine=engine, precision=precision, terminal=terminal)
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
        self,
        name: str,
        result_type: type[Result],
        function: Callable[..., Result],
        *inputs: Digestible,
        **resources: object,
    ) -> Result:
        """The result of `function(run, *inputs, **resources)`: from the folder where it
        was already computed, else computed and stored.

        Only the inputs may bear on the result; `resources` are what it is computed
        with. The text of a result (`str`) is its verdict on the terminal.

        Raises:
            RunError: the stored result came from other inputs, or one of its files is
            gone or changed.
        """
        file = layout.step_file(name)
        inputs_digest = digest_of([item.digest for item in inputs])
        if (path := self.folder / file).exists():
            return self._kept(name, path, result_type, inputs_digest)
        self._files = []
        self.terminal.begin(name)
        started = time.perf_counter()
        result = function(self, *inputs, **resources)
        seconds = time.perf_counter() - started
        write_step(self.folder, file, result, inputs_digest, seconds, self._files)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._report(name, result, seconds, kept=False)
        return result

    def has(self, name: str) -> bool:
        """Whether the result of this step is in the folder already."""
        return (self.folder / layout.step_file(name)).exists()

    def forget(self, *names: str) -> None:
        """Drop the results of these steps, so that they are computed again."""
        for name in names:
            (self.folder / layout.step_file(name)).unlink(missing_ok=True)

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
        if stored.inputs != inputs_digest:
            raise RunError(
                f"{path} was computed from other inputs than this run has now (data, settings or an"
                f" earlier step changed). Choose another folder with --out, or delete {self.folder}"
                " to start over."
            )
        if changed := first_changed(self.folder, stored.files):
            raise RunError(
                f"{changed} is missing or changed. Delete {path}, and the same command makes it"
                " again."
            )
        kept = result_type.from_values(stored.result, source=str(path))
        self._report(name, kept, stored.seconds, kept=True)
        return kept

    def _report(self, name: str, result: Record, seconds: float, *, kept: bool) -> None:
        self.step_seconds[name] = seconds
        self.terminal.outlook.end(name, seconds)
        self.terminal.verdict(name.replace("_", " "), str(result), None if kept else seconds)
        self._describe(status="running")

    def _describe(self, status: Status, error: str | None = None) -> None:
        describe(
            self.folder,
            status=status,
            started=self._started,
            seed=self.seed,
            engine=self.engine,
            precision=self.precision,
            seconds=self.step_seconds,
            error=error,
        )
