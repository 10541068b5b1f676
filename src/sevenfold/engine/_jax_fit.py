"""One fit of the fast engine while it runs."""

import threading
import time
from typing import NamedTuple

import jax
import numpy as np

from sevenfold.engine import _jax_epoch, _jax_network
from sevenfold.engine._compilation import seconds_compiling
from sevenfold.engine._hard_examples import hard_order, learned
from sevenfold.engine._jax_epoch import EpochInputs
from sevenfold.engine._jax_network import Scored, UpdateScores
from sevenfold.engine._jax_state import (
    OnDevice,
    form_of,
    knobs_of,
    padded,
    state_to_device,
    state_to_host,
)
from sevenfold.engine.jobs import Course, Job
from sevenfold.engine.results import FitResult, HistoryWriter, Scoring
from sevenfold.engine.settings import batch_order, distortions, learning_rates

# Held while a computation is handed to JAX, which returns before it is done: of several
# threads that need the same new code one compiles it and the others find it.
_handing_over = threading.Lock()


class DataOnDevice(NamedTuple):
    """`FitData` on the device."""

    train: OnDevice
    validation: OnDevice | None


class RunningFit:
    """Where the network of a job stands, the examples that come next, the curves so far
    and the clock, which starts with the object.

    epoch: epochs trained. diverged_at: see `FitResult`.
    """

    def __init__(self, job: Job, data: DataOnDevice, course: Course) -> None:
        self._started, self._compiled_before = time.perf_counter(), seconds_compiling()
        self.job, self.data, self.course = job, data, course
        self.form, self.knobs = form_of(job, data.train), knobs_of(job)
        self.rates = learning_rates(job.training, data.train.n)
        self.doses = distortions(job.training)
        self.state = state_to_device(job, self.form)
        self.visits = Visits(job, data.train.n)
        self.history = HistoryWriter(data.validation.images.labels if data.validation else None)
        self.epoch = job.first_epoch
        self.diverged_at: int | None = None

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to train."""
        last_epoch = self.course.last_epoch(self.job.training)
        return self.diverged_at is not None or self.epoch >= last_epoch

    def inputs(self, epoch: int) -> EpochInputs:
        """What epoch `epoch` (from 0) trains with."""
        knobs = self.knobs._replace(distortion=self.doses[epoch])
        return EpochInputs(self.visits.order(epoch), self.rates[epoch], knobs)  # type: ignore[arg-type]

    def train_epoch(self) -> None:
        """Train the next epoch."""
        train, inputs = self.data.train, self.inputs(self.epoch)
        with _handing_over:
            self.state, scores = _jax_epoch.train_epoch(
                self.state,
                train.pixels,
                train.labels,
                inputs,
                np.int32(train.n),
                np.int32(self.epoch),
                form=self.form,
            )
        validation = self.data.validation
        self.take(
            inputs,
            scores,
            self._score(train) if self.course.score_training else None,
            self._score(validation) if validation else None,
        )

    def take(
        self,
        inputs: EpochInputs,
        scores: UpdateScores,
        training: Scored | None,
        validation: Scored | None,
    ) -> None:
        """Take in what an epoch saw, and the scores after it; a loss that is not finite
        ends the fit.
        """
        self.epoch += 1
        n = self.data.train.n
        if self.history.add(
            (_mean(scores.loss, n), _mean(scores.correct, n)),
            _scoring(self.data.train, training),
            _scoring(self.data.validation, validation),
        ):
            self.visits.learn(np.asarray(inputs.order), scores)
        else:
            self.diverged_at = self.epoch
        self.course.on_epoch()

    def result(self) -> FitResult:
        """What the fit gives, as it stands."""
        difficulty = self.visits.difficulty
        state = state_to_host(self.state, self.epoch, () if difficulty is None else (difficulty,))
        return FitResult(
            weights=state.weights,
            history=self.history.finish(),
            state=state,
            seconds=time.perf_counter() - self._started,
            diverged_at=self.diverged_at,
            compile_seconds=seconds_compiling() - self._compiled_before,
        )

    def _score(self, scored: OnDevice) -> Scored:
        with _handing_over:
            alone: Scored = _jax_network.score(
                self.state.layers,
                scored.pixels,
                scored.labels,
                np.int32(scored.n),
            )
        return alone


class Visits:
    """Which examples each epoch of a fit visits: all of them once, or the hard ones
    more often.

    difficulty: shape (n_examples,), float32, or None where nobody asked for hard ones.
    """

    def __init__(self, job: Job, n_examples: int) -> None:
        self.job, self.n = job, n_examples
        self.difficulty: np.ndarray | None = None
        if job.training.hard_examples:  # before anything is known all examples are alike
            self.difficulty = (
                job.start.difficulty[0] if job.start else np.ones(n_examples, np.float32)
            )

    def order(self, epoch: int) -> np.ndarray:
        """The examples in the order of the epoch's visits, filled up to whole batches:
        int32.
        """
        training, seed = self.job.training, self.job.seed
        if self.difficulty is None:
            order = batch_order(self.n, seed, epoch)
        else:
            n_classes = self.job.network.classes
            order = hard_order(training, self.difficulty, n_classes, seed, epoch)
        return padded(order, training.batch_size)

    def learn(self, order: np.ndarray, scores: UpdateScores) -> None:
        """Take in what an epoch has seen."""
        if self.difficulty is not None:
            missing = np.asarray(scores.missing).ravel()
            self.difficulty = learned(self.difficulty, order[: self.n], missing[: self.n])


def _scoring(images: OnDevice | None, scored: Scored | None) -> Scoring | None:
    if images is None or scored is None:
        return None
    losses, predicted = scored
    predictions = np.asarray(predicted)[: images.n]
    accuracy = float((predictions == images.images.labels).mean())
    return _mean(losses, images.n), accuracy, predictions


def _mean(sums: jax.Array, n: int) -> float:
    return float(np.asarray(sums).sum(dtype=np.float64) / n)
