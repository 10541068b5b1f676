"""Fits of one form as one computation: how an accelerator trains many networks.

The networks' weights, and everything that is as large, stay on the device from the
first epoch to the last: all are scored there together, and what comes back after an
epoch, in one transfer, is losses, counts and predicted classes.
"""

import concurrent.futures
from collections.abc import Sequence

import jax
import numpy as np

from sevenfold.engine import _jax_epoch, _jax_network
from sevenfold.engine._jax_epoch import EpochInputs, State
from sevenfold.engine._jax_fit import DataOnDevice, RunningFit
from sevenfold.engine._jax_network import Scored, UpdateScores
from sevenfold.engine._jax_state import OnDevice, form_of, member, stacked
from sevenfold.engine.jobs import Course, Job
from sevenfold.engine.results import FitResult
from sevenfold.machine import n_cores


def fit_under_vmap(jobs: Sequence[Job], data: DataOnDevice, course: Course) -> list[FitResult]:
    """Train together what has one compiled form, one shape and the same epochs; the
    groups one after the other.
    """
    groups: dict[object, list[int]] = {}
    for index, job in enumerate(jobs):
        last_epoch = course.last_epoch(job.training)
        key = (form_of(job, data.train), job.network.widths, job.first_epoch, last_epoch)
        groups.setdefault(key, []).append(index)
    results: dict[int, FitResult] = {}
    for members in groups.values():
        fits = [RunningFit(jobs[index], data, course) for index in members]
        with concurrent.futures.ThreadPoolExecutor(n_cores()) as threads:
            _train_together(fits, threads)
        results |= {index: fit.result() for index, fit in zip(members, fits, strict=True)}
    return [results[index] for index in range(len(jobs))]


def _train_together(
    fits: Sequence[RunningFit], threads: concurrent.futures.ThreadPoolExecutor
) -> None:
    """Train fits of one form to their end; a diverged one is carried along, and what it
    gives is left aside.

    The threads draw the orders of the next epoch, while the device works where those do
    not hang on what this epoch sees.
    """
    data, job, course = fits[0].data, fits[0].job, fits[0].course
    epochs = range(job.first_epoch, course.last_epoch(job.training))
    waits = fits[0].form.hard_examples
    states = stacked(fit.state for fit in fits)
    drawn: list[EpochInputs] = []
    for epoch in epochs:
        inputs = drawn or _inputs(fits, epoch, threads)
        states, scores = _jax_epoch.train_epochs(
            states,
            data.train.pixels,
            data.train.labels,
            _together(inputs),
            np.int32(data.train.n),
            np.int32(epoch),
            form=fits[0].form,
        )
        training = _score(states, data.train) if course.score_training else None
        validation = _score(states, data.validation) if data.validation else None
        more = epoch + 1 in epochs and not waits
        drawn = _inputs(fits, epoch + 1, threads) if more else []
        _take(fits, states, inputs, *jax.device_get((scores, training, validation)))
    for i, fit in enumerate(fits):
        if fit.diverged_at is None:
            fit.state = member(states, i)


def _inputs(
    fits: Sequence[RunningFit], epoch: int, threads: concurrent.futures.ThreadPoolExecutor
) -> list[EpochInputs]:
    return list(threads.map(lambda fit: fit.inputs(epoch), fits))


def _together(inputs: Sequence[EpochInputs]) -> EpochInputs:
    """The members' inputs with a leading axis, put together on the host."""
    together: EpochInputs = jax.tree.map(lambda *arrays: np.stack(arrays), *inputs)
    return together


def _score(states: State, scored: OnDevice) -> Scored:
    together: Scored = _jax_network.score_each(
        states.layers, scored.pixels, scored.labels, np.int32(scored.n)
    )
    return together


def _take(
    fits: Sequence[RunningFit],
    states: State,
    inputs: Sequence[EpochInputs],
    scores: UpdateScores,
    training: Scored | None,
    validation: Scored | None,
) -> None:
    """Hand every member what an epoch gave it; one that diverges keeps its state as it
    is then.
    """
    for i, fit in enumerate(fits):
        if fit.diverged_at is None:
            fit.take(inputs[i], *member((scores, training, validation), i))
            if fit.diverged_at is not None:
                fit.state = member(states, i)
