"""The last check: the saved network, opened by plain Keras on TensorFlow in a process
of its own, says what it said here.
"""

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from sevenfold.data import Images
from sevenfold.engine import predict
from sevenfold.executor.memory import give_back_memory
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.runtimes import RuntimeFailed, RuntimeProcess, installed
from sevenfold.runtimes import predict as predict_there
from sevenfold.steps.final_result import FinalTest
from sevenfold.storage import read_npz

TOLERANCE = 1e-5
"""Between probabilities of two frameworks that compute in float32."""
N_IMAGES, _MAX_BYTES, _N_LEAST = 1_000, 4_000_000, 16
"""Images that are compared; fewer where more than so many bytes would be stored."""


class SavedNetwork(Record):
    """What plain Keras on TensorFlow made of the saved file.

    n: validation images that were compared. keras, tensorflow: versions; None where it
    was not opened, and `why_not` says why. largest_difference: between probabilities,
    of which `allowed` is. n_other_answers: images that get another class.
    """

    n: int
    keras: str | None = None
    tensorflow: str | None = None
    largest_difference: float | None = None
    n_other_answers: int | None = None
    allowed: float = TOLERANCE
    why_not: str = ""
    failed: bool = False

    @property
    def agrees(self) -> bool:
        """Whether it was opened and says the same, to what is `allowed`."""
        return self.largest_difference is not None and self.largest_difference <= self.allowed

    @property
    def warning(self) -> str:
        """What must be said aloud of the file; empty where nothing is odd."""
        if self.failed:
            return (
                f"Plain Keras on TensorFlow does not open {layout.MODEL}: {self.why_not}. The run's"
                " numbers stand; use models/final.npz."
            )
        if self.largest_difference is not None and not self.agrees:
            return (
                f"Plain Keras on TensorFlow reads {layout.MODEL} otherwise: probabilities differ by"
                f" up to {self.largest_difference:.1e} (allowed {self.allowed:.0e}) and"
                f" {self.n_other_answers} of {self.n} answers are others."
            )
        return ""

    def __str__(self) -> str:
        if self.largest_difference is None:
            return f"not opened by plain Keras on TensorFlow: {self.why_not}"
        return (
            f"opened by plain Keras {self.keras} on TensorFlow {self.tensorflow}: largest"
            f" difference {self.largest_difference:.1e} on {self.n} images"
        )


def keras_beside(*, wanted: bool) -> AbstractContextManager[RuntimeProcess | None]:
    """A process that imports Keras on TensorFlow, which takes as much memory as a run
    does; None where it is not wanted or TensorFlow is not installed.
    """
    if wanted and installed("tensorflow"):
        give_back_memory()
        return RuntimeProcess("reader", "tensorflow")
    return nullcontext()


def open_saved_network(
    run: Run, development: DevelopmentSet, final: FinalTest, *, process: RuntimeProcess | None
) -> SavedNetwork:
    """Store validation images with what the saved network says of them, and have it
    opened by the process.
    """
    images = _sample(development)
    weights = tuple(read_npz(run.folder / layout.WEIGHTS).values())
    here = predict(final.configuration.network, weights, images.pixels, engine=run.engine)
    run.save_arrays(
        layout.SAMPLE,
        {"pixels": images.pixels, "labels": images.labels, "probabilities": here},
    )
    if process is None:
        missing = not installed("tensorflow")
        why_not = "TensorFlow is not installed" if missing else "the settings say so"
        return SavedNetwork(n=len(images), why_not=why_not)
    try:
        there, told = predict_there(process, "keras", run.folder / layout.MODEL, images.pixels)
    except RuntimeFailed as error:
        return SavedNetwork(n=len(images), why_not=str(error), failed=True)
    return SavedNetwork(
        n=len(images),
        keras=told["keras"],
        tensorflow=told["tensorflow"],
        largest_difference=float(np.abs(there - here).max()),
        n_other_answers=int((there.argmax(axis=1) != here.argmax(axis=1)).sum()),
    )


def _sample(development: DevelopmentSet) -> Images:
    """Validation images of the first split, evenly over their order."""
    validation = np.sort(development.rounds[0][0].validation)
    n = max(_N_LEAST, min(N_IMAGES, _MAX_BYTES // development.images.n_inputs))
    places = np.linspace(0, len(validation) - 1, min(n, len(validation))).astype(np.int64)
    return development.images[validation[places]]
