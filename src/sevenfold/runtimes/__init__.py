"""Programs that open or write a network's file by its own runtime, each in a fresh
process that settles its surroundings itself.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

import numpy as np

from sevenfold.errors import SevenfoldError
from sevenfold.storage import arrays_to_npz, read_npz
from sevenfold.surroundings import worker_environment

Program = Literal["reader", "writer"]

SECONDS = 900.0
"""A program that takes longer hangs; the slowest seen took 60 s, on a busy machine."""


class RuntimeFailed(SevenfoldError):
    """A runtime does not open a file, or does not write it."""


def installed(*modules: str) -> bool:
    """Whether all of these can be imported here; nothing is imported."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


class RuntimeProcess:
    """A program that runs beside this process. `framework` is imported at once, so that
    the wait is over, or shorter, when `ask` comes; leaving the context ends it.

    framework: what Keras runs on. It is decided here, whatever the user set.
    """

    def __init__(
        self, program: Program, framework: Literal["tensorflow", "jax"] | None = None
    ) -> None:
        variables = {"KERAS_BACKEND": framework} if framework else {}
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).parent / f"{program}.py", framework or ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**worker_environment(), **variables},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def ask(self, **request: str) -> dict[str, Any]:
        """Have the program do its one task; gives what it says of it.

        Raises:
            RuntimeFailed: it ended otherwise; the text is its last line.
        """
        try:
            said, _ = self._process.communicate(json.dumps(request).encode(), SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeFailed(f"it did not answer within {SECONDS:.0f} s") from None
        if self._process.returncode:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").split("\n")
            last = [line.strip() for line in lines if line.strip()][-1:]
            code = self._process.returncode
            raise RuntimeFailed(last[0] if last else f"it ended with exit code {code}")
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        return answer


def predict(
    process: RuntimeProcess, kind: str, model: Path, pixels: np.ndarray
) -> tuple[np.ndarray, dict[str, Any]]:
    """What the network in the file `model` says of images (n, h, w) or (n, h, w, c)
    uint8: probabilities (n, n_classes) float32, and what the program tells of itself.

    Raises:
        RuntimeFailed: the runtime does not open the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        images, answers = Path(folder) / "images.npz", Path(folder) / "answers.npz"
        images.write_bytes(arrays_to_npz({"pixels": pixels}))
        told = process.ask(kind=kind, model=str(model), images=str(images), answers=str(answers))
        return read_npz(answers)["probabilities"], told
