"""The fast engine, seen from outside: fits and predictions with NumPy arrays in Keras's
order; see `jax_epoch` for the inside.
"""

import concurrent.futures
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from sevenfold.data import Images
from sevenfold.engine import compilation, jax_epoch, optimizers
from sevenfold.engine.hard_examples import hard_order, learned
from sevenfold.engine.jax_epoch import SCORING_BATCH, Form, Knobs, Layers, Scores, State
from sevenfold.engine.results import FitResult, FitState, HistoryWriter
from sevenfold.engine.settings import (
    TrainingSettings,
    batch_order,
    distortions,
    learning_rates,
    n_updates_per_epoch,
)
from sevenfold.machine import n_cores
from sevenfold.networks import NetworkSpec, Weights, initial_weights
from sevenfold.warp import batch_warp

Tree = TypeVar("Tree", State, Knobs, Scores)

# Held while a computation is handed to JAX, which returns before it is done: of several
# threads that need the same new code one compiles it and the others find it.
_handing_over = threading.Lock()


class Job(NamedTuple):
    """One network to train."""

    network: NetworkSpec
    training: TrainingSettings
    seed: int
    start: FitState | None = None


class OnDevice(NamedTuple):
    """Images padded to whole scoring batches. pixels: shape (n_padded, 784), uint8.
    labels: shape (n_padded,), uint8. n: the real ones.
    """

    pixels: jax.Array
    labels: jax.Array
    n: int


class Task(NamedTuple):
    """What the fits of one call share: data, and how far to go."""

    train: OnDevice
    validation: OnDevice | None
    score_training: bool
    until_epoch: int | None
    on_epoch: Callable[[], None]

    def last_epoch(self, training: TrainingSettings) -> int:
        """The epoch after which to stop."""
        return (
            training.n_epochs
            if self.until_epoch is None
            else min(self.until_epoch, training.n_epochs)
        )


def fit(
    network: NetworkSpec,
    training: TrainingSettings,
    train: Images,
    validation: Images | None,
    seed: int,
    score_training: bool,
    start: FitState | None,
    until_epoch: int | None,
    on_epoch: Callable[[], None] | None,
) -> FitResult:
    """Train with the fused loop; see `sevenfold.engine.fit` for the arguments."""
    job = Job(network, training, seed, start)
    return _fit(job, _task(train, validation, score_training, until_epoch, on_epoch))


def fit_many(
    jobs: Sequence[Job],
    train: Images,
    validation: Images | None,
    score_training: bool,
    until_epoch: int | None,
    on_epoch: Callable[[], None] | None,
) -> list[FitResult]:
    """Train several networks; see `sevenfold.engine.fit_many`.

    On a CPU each gets a thread and they share the cores: the same bytes as `fit`, in
    0.92 of the time of one after the other (784-512-10 on two cores;
    docs/performance.md). An accelerator trains those of one shape together under
    `vmap`.
    """
    task = _task(train, validation, score_training, until_epoch, on_epoch)
    if jax.default_backend() == "cpu":
        return _fit_side_by_side(jobs, task)
    return fit_under_vmap(jobs, task)


def predict(network: NetworkSpec, weights: Weights, images: np.ndarray) -> np.ndarray:
    """Class probabilities of images (n, 28, 28) uint8: shape (n, 10), float32; one
    compiled batch shape for every n.
    """
    layers = _layers_to_device(weights)
    padded = _padded(images.reshape(len(images), network.inputs), SCORING_BATCH)
    batches = [padded[i : i + SCORING_BATCH] for i in range(0, len(padded), SCORING_BATCH)]
    parts = [
        np.asarray(jax_epoch.probabilities(layers, batch, network.activation)) for batch in batches
    ]
    return np.concatenate([*parts, np.zeros((0, network.classes), np.float32)])[: len(images)]


def _fit(job: Job, task: Task) -> FitResult:
    """Train one network, epoch by epoch."""
    started, compiled_before = time.perf_counter(), compilation.seconds_compiling()
    training, epoch = job.training, job.start.epoch if job.start else 0
    form, knobs = _form(job), _knobs(job)
    rates, doses = learning_rates(training, task.train.n), distortions(training)
    images, labels, n = task.train
    state, visits, history, finite = (
        _state_to_device(job, form),
        Visits(job, n),
        HistoryWriter(),
        True,
    )
    while finite and epoch < task.last_epoch(training):
        order, dosed = visits.order(epoch), knobs._replace(distortion=doses[epoch])
        with _handing_over:
            state, scores = jax_epoch.train_epoch(
                state,
                images,
                labels,
                order,
                np.int32(n),
                rates[epoch],
                np.int32(epoch),
                dosed,
                form=form,
            )
        epoch += 1
        if finite := _record(history, job, task, state, scores):
            visits.learn(order, scores)
        task.on_epoch()
    return _result(
        job,
        task,
        state,
        visits,
        history,
        epoch,
        None if finite else epoch,
        started,
        compiled_before,
    )


def _fit_side_by_side(jobs: Sequence[Job], task: Task) -> list[FitResult]:
    """A thread per core, a job per thread. The first exception stops the others after
    their epoch.
    """
    stop, calling = threading.Event(), threading.Lock()

    def on_epoch() -> None:
        with calling:
            if stop.is_set():
                raise concurrent.futures.CancelledError
            try:
                task.on_epoch()
            except BaseException:
                stop.set()
                raise

    shared = task._replace(on_epoch=on_epoch)
    with concurrent.futures.ThreadPoolExecutor(min(max(len(jobs), 1), n_cores())) as threads:
        futures = [threads.submit(_fit, job, shared) for job in jobs]
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


def fit_under_vmap(jobs: Sequence[Job], task: Task) -> list[FitResult]:
    """Train together what has one compiled form, one shape and the same epochs; the
    groups one after the other.
    """
    groups: dict[object, list[int]] = {}
    for index, job in enumerate(jobs):
        key = (
            _form(job),
            job.network.widths,
            job.start.epoch if job.start else 0,
            task.last_epoch(job.training),
        )
        groups.setdefault(key, []).append(index)
    results: dict[int, FitResult] = {}
    for members in groups.values():
        results.update(zip(members, _fit_group([jobs[i] for i in members], task), strict=True))
    return [results[index] for index in range(len(jobs))]


def _fit_group(jobs: Sequence[Job], task: Task) -> list[FitResult]:
    """Train networks of one form as one computation; a diverged one is carried along,
    its history stays as it was.
    """
    started, compiled_before = time.perf_counter(), compilation.seconds_compiling()
    form, training = _form(jobs[0]), jobs[0].training
    first, last = jobs[0].start.epoch if jobs[0].start else 0, task.last_epoch(training)
    rates = [learning_rates(job.training, task.train.n) for job in jobs]
    knobs, doses = (
        _stacked(_knobs(job) for job in jobs),
        np.stack([distortions(job.training) for job in jobs]),
    )
    images, labels, n = task.train
    states = _stacked(_state_to_device(job, form) for job in jobs)
    members = [_member(states, i) for i in range(len(jobs))]
    visits = [Visits(job, n) for job in jobs]
    histories, diverged_at = [HistoryWriter() for _ in jobs], [0 for _ in jobs]
    for epoch in range(first, last):
        orders = np.stack([member_visits.order(epoch) for member_visits in visits])
        epoch_rates = np.stack([table[epoch] for table in rates])
        dosed = knobs._replace(distortion=jnp.asarray(doses[:, epoch]))
        states, scores = jax_epoch.train_epochs(
            states,
            images,
            labels,
            orders,
            np.int32(n),
            epoch_rates,
            np.int32(epoch),
            dosed,
            form=form,
        )
        for i in (i for i in range(len(jobs)) if not diverged_at[i]):
            members[i], member_scores = _member(states, i), _member(scores, i)
            if _record(histories[i], jobs[i], task, members[i], member_scores):
                visits[i].learn(orders[i], member_scores)
            else:
                diverged_at[i] = epoch + 1
            task.on_epoch()
    return [
        _result(
            job,
            task,
            member,
            seen,
            history,
            diverged or max(first, last),
            diverged or None,
            started,
            compiled_before,
        )
        for job, member, seen, history, diverged in zip(
            jobs, members, visits, histories, diverged_at, strict=True
        )
    ]


class Visits:
    """Which examples each epoch of a fit visits: all of them once, or the hard ones
    more often.
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
            return _padded(batch_order(self.n, seed, epoch), training.batch_size)
        return _padded(
            hard_order(training, self.difficulty, self.job.network.classes, seed, epoch),
            training.batch_size,
        )

    def learn(self, order: np.ndarray, scores: Scores) -> None:
        """Take in what an epoch has seen."""
        if self.difficulty is not None:
            missing = np.asarray(scores.missing).ravel()
            self.difficulty = learned(self.difficulty, order[: self.n], missing[: self.n])


def _record(history: HistoryWriter, job: Job, task: Task, state: State, scores: Scores) -> bool:
    """Score the epoch and add it to the history, unless a loss is not finite; whether
    all are.
    """
    layers = state.averaged or state.layers
    trained = _mean(scores.loss, task.train.n), _mean(scores.correct, task.train.n)
    train, validation = (
        None if images is None else _score(layers, images, job.network.activation)
        for images in (task.train if task.score_training else None, task.validation)
    )
    return history.add(trained, None if train is None else train[:2], validation)


def _score(layers: Layers, images: OnDevice, activation: str) -> tuple[float, float, np.ndarray]:
    """Mean cross-entropy, accuracy and predicted digits (n,) uint8, in inference mode
    without penalties.
    """
    with _handing_over:
        losses, predicted = jax_epoch.score(
            layers, images.pixels, images.labels, np.int32(images.n), activation=activation
        )
    predictions = np.asarray(predicted)[: images.n]
    return (
        _mean(losses, images.n),
        float((predictions == np.asarray(images.labels)[: images.n]).mean()),
        predictions,
    )


def _mean(sums: jax.Array, n: int) -> float:
    return float(np.asarray(sums).sum(dtype=np.float64) / n)


def _result(
    job: Job,
    task: Task,
    state: State,
    visits: Visits,
    history: HistoryWriter,
    epoch: int,
    diverged_at: int | None,
    started: float,
    compiled_before: float,
) -> FitResult:
    final = _state_to_host(state, epoch, () if visits.difficulty is None else (visits.difficulty,))
    n_validation = task.validation.n if task.validation else 0
    seconds, compile_seconds = (
        time.perf_counter() - started,
        compilation.seconds_compiling() - compiled_before,
    )
    return FitResult(
        final.averaged or final.weights,
        history.finish(n_validation),
        final,
        seconds,
        diverged_at,
        compile_seconds,
    )


def _task(
    train: Images,
    validation: Images | None,
    score_training: bool,
    until_epoch: int | None,
    on_epoch: Callable[[], None] | None,
) -> Task:
    on_device = None if validation is None else _on_device(validation)
    return Task(
        _on_device(train), on_device, score_training, until_epoch, on_epoch or (lambda: None)
    )


def _on_device(images: Images) -> OnDevice:
    pixels = _padded(images.pixels.reshape(len(images), images.n_inputs), SCORING_BATCH)
    return OnDevice(
        jnp.asarray(pixels), jnp.asarray(_padded(images.labels, SCORING_BATCH)), len(images)
    )


def _padded(array: np.ndarray, multiple: int) -> np.ndarray:
    """The array with zero rows added up to a multiple of `multiple` rows."""
    n_missing = n_updates_per_epoch(len(array), multiple) * multiple - len(array)
    return (
        np.concatenate([array, np.zeros((n_missing, *array.shape[1:]), array.dtype)])
        if n_missing
        else array
    )


def _form(job: Job) -> Form:
    network, training = job.network, job.training
    return Form(
        activation=network.activation,
        optimizer=training.optimizer,
        nesterov=training.nesterov,
        batch_size=training.batch_size,
        input_dropout=network.input_dropout > 0,
        hidden_dropout=network.hidden_dropout > 0,
        penalized=network.l1 > 0 or network.l2 > 0,
        max_norm=network.max_norm is not None,
        averaged=training.ema_decay is not None,
        hard_examples=training.hard_examples > 0,
        mixed_precision=training.precision == "mixed_bfloat16",
        transform=batch_warp(training.warp) if training.distortion else None,
    )


def _knobs(job: Job) -> Knobs:
    """The numbers of a fit; `distortion` is that of no epoch, for it changes from one
    to the next.
    """
    network, training = job.network, job.training
    numbers = {
        "input_dropout": network.input_dropout,
        "hidden_dropout": network.hidden_dropout,
        "l1": network.l1,
        "l2": network.l2,
        "max_norm": network.max_norm or 0.0,
        "momentum": training.momentum,
        "weight_decay": training.weight_decay,
        "label_smoothing": training.label_smoothing,
        "ema_decay": training.ema_decay or 0.0,
        "distortion": 0.0,
    }
    scalars: Any = {name: np.float32(number) for name, number in numbers.items()}
    return Knobs(np.uint32(job.seed % 2**32), **scalars)  # type: ignore[arg-type]


def _state_to_device(job: Job, form: Form) -> State:
    """The start of a fit; the optimizer's arrays and the average are new in a new
    fit.
    """
    start = job.start or FitState(0, initial_weights(job.network, job.seed), ())
    n_slots = optimizers.N_SLOTS[form.optimizer]
    slots = start.slots or tuple(
        np.zeros_like(weight) for weight in start.weights for _ in range(n_slots)
    )
    per_slot = [_layers_to_device(slots[i::n_slots]) for i in range(n_slots)]
    by_layer = tuple(
        (tuple(kernel for kernel, _ in layer), tuple(bias for _, bias in layer))
        for layer in zip(*per_slot, strict=True)
    )
    averaged = _layers_to_device(start.averaged or start.weights) if form.averaged else ()
    return State(_layers_to_device(start.weights), by_layer, averaged)


def _state_to_host(state: State, epoch: int, difficulty: tuple[np.ndarray, ...]) -> FitState:
    """The same in Keras's order; an optimizer's arrays of one weight array stand
    together.
    """
    n_slots = len(state.slots[0][0])
    per_slot = [
        _layers_to_host(tuple((kernel[i], bias[i]) for kernel, bias in state.slots))
        for i in range(n_slots)
    ]
    slots = tuple(slot[i] for i in range(2 * len(state.layers)) for slot in per_slot)
    averaged = _layers_to_host(state.averaged) if state.averaged else ()
    return FitState(epoch, _layers_to_host(state.layers), slots, averaged, difficulty)


def _layers_to_device(weights: Weights) -> Layers:
    """Copies on the device, since an epoch overwrites what it is given; the last kernel
    becomes (10, n).
    """
    kernels = [*weights[:-2:2], np.ascontiguousarray(weights[-2].T)]
    return tuple(
        jax.device_put(pair, may_alias=False) for pair in zip(kernels, weights[1::2], strict=True)
    )


def _layers_to_host(layers: Layers) -> Weights:
    arrays = [np.array(array) for layer in layers for array in layer]
    arrays[-2] = np.ascontiguousarray(arrays[-2].T)
    return tuple(arrays)


def _stacked(trees: Iterable[Tree]) -> Tree:
    stacked: Tree = jax.tree.map(lambda *arrays: jnp.stack(arrays), *trees)
    return stacked


def _member(trees: Tree, index: int) -> Tree:
    member: Tree = jax.tree.map(lambda array: array[index], trees)
    return member
