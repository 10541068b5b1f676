"""The fast engine, seen from outside: fits and predictions with NumPy arrays in Keras's
order; see `_jax_epoch` for the inside.
"""

import concurrent.futures
import dataclasses
import threading
from collections.abc import Sequence

import jax
import numpy as np

from sevenfold.engine import _jax_epoch, _jax_network
from sevenfold.engine._jax_fit import DataOnDevice, RunningFit
from sevenfold.engine._jax_network import SCORING_BATCH
from sevenfold.engine._jax_state import (
    form_of,
    layers_to_device,
    member,
    on_device,
    padded,
    stacked,
)
from sevenfold.engine.jobs import Course, FitData, Job
from sevenfold.engine.results import FitResult
from sevenfold.machine import n_cores
from sevenfold.networks import NetworkSpec, Weights


def fit_many(jobs: Sequence[Job], data: FitData, course: Course) -> list[FitResult]:
    """Train networks; see `sevenfold.engine.fit_many`.

    On a CPU each gets a thread and they share the cores: the same bytes as alone, in
    0.92 of the time of one after the other (784-512-10 on two cores;
    docs/performance.md). An accelerator trains those of one shape together under
    `vmap`.
    """
    validation = None if data.validation is None else on_device(data.validation)
    shared = DataOnDevice(on_device(data.train), validation)
    if len(jobs) == 1:
        return [_fit(jobs[0], shared, course)]
    if jax.default_backend() == "cpu":
        return _fit_side_by_side(jobs, shared, course)
    return fit_under_vmap(jobs, shared, course)


def predict(network: NetworkSpec, weights: Weights, images: np.ndarray) -> np.ndarray:
    """Class probabilities of images (n, h, w) or (n, h, w, c) uint8: shape (n,
    n_classes), float32; one compiled batch shape for every n.
    """
    layers = layers_to_device(weights)
    rows = padded(images.reshape(len(images), network.inputs), SCORING_BATCH)
    batches = [rows[i : i + SCORING_BATCH] for i in range(0, len(rows), SCORING_BATCH)]
    parts = [np.asarray(_jax_network.probabilities(layers, batch)) for batch in batches]
    return np.concatenate([*parts, np.zeros((0, network.classes), np.float32)])[: len(images)]


def _fit(job: Job, data: DataOnDevice, course: Course) -> FitResult:
    """Train one network, epoch by epoch."""
    fit = RunningFit(job, data, course)
    while not fit.finished:
        fit.train_epoch()
    return fit.result()


def _fit_side_by_side(jobs: Sequence[Job], data: DataOnDevice, course: Course) -> list[FitResult]:
    """A thread per core, a job per thread. The first exception stops the others after
    their epoch.
    """
    stop, calling = threading.Event(), threading.Lock()

    def on_epoch() -> None:
        with calling:
            if stop.is_set():
                raise concurrent.futures.CancelledError
            try:
                course.on_epoch()
            except BaseException:
                stop.set()
                raise

    shared = dataclasses.replace(course, on_epoch=on_epoch)
    with concurrent.futures.ThreadPoolExecutor(min(max(len(jobs), 1), n_cores())) as threads:
        futures = [threads.submit(_fit, job, data, shared) for job in jobs]
        try:
            concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_EXCEPTION)
        finally:  # nothing is left to stop when all are done
            stop.set()
            threads.shutdown(cancel_futures=True)
    for future in futures:
        if (
            not future.cancelled()
            and (error := future.exception())
            and not isinstance(error, concurrent.futures.CancelledError)
        ):
            raise error
    return [future.result() for future in futures]


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
        _train_together(fits)
        results |= {index: fit.result() for index, fit in zip(members, fits, strict=True)}
    return [results[index] for index in range(len(jobs))]


def _train_together(fits: Sequence[RunningFit]) -> None:
    """Train fits of one form as one computation; a diverged one is carried along, and
    what it gives is left aside.
    """
    train, job, course = fits[0].data.train, fits[0].job, fits[0].course
    states = stacked(fit.state for fit in fits)
    for epoch in range(job.first_epoch, course.last_epoch(job.training)):
        inputs = [fit.inputs(epoch) for fit in fits]
        states, scores = _jax_epoch.train_epochs(
            states,
            train.pixels,
            train.labels,
            stacked(inputs),
            np.int32(train.n),
            np.int32(epoch),
            form=fits[0].form,
        )
        for i, fit in enumerate(fits):
            if fit.diverged_at is None:
                fit.take(member(states, i), inputs[i], member(scores, i))
