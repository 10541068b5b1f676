"""The fast engine, seen from outside: fits and predictions with NumPy arrays in Keras's
order; see `_jax_epoch` for the inside.
"""

import concurrent.futures
import dataclasses
import threading
from collections.abc import Sequence

import jax
import numpy as np

from sevenfold.engine import _jax_network
from sevenfold.engine._jax_fit import DataOnDevice, RunningFit
from sevenfold.engine._jax_network import SCORING_BATCH
from sevenfold.engine._jax_state import layers_to_device, on_device, padded
from sevenfold.engine._jax_together import fit_under_vmap
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
