"""Validations as tasks of an executor: one for each configuration and seed."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sevenfold.engine import Engine
from sevenfold.executor.tasks import Executor, Task
from sevenfold.protocol import DevelopmentSet
from sevenfold.runs.writing import Run
from sevenfold.splits import Split
from sevenfold.terminal import Advance
from sevenfold.validation import Configuration, Validation, cross_validate, n_fits


def validate(
    run: Run,
    executor: Executor,
    development: DevelopmentSet,
    configurations: Sequence[Configuration],
    seeds: tuple[int, ...],
    title: str,
    *,
    rounds: tuple[tuple[Split, ...], ...] | None = None,
) -> list[Validation]:
    """Cross-validate each configuration at `executor`, on the rounds that the search
    has not seen where there are several, and with probabilities; every seed is a task
    of its own. `title` names the
    progress. rounds: other splits to train and score on, of the same images.
    """
    function = functools.partial(_validate_one, engine=run.engine)
    tasks = [
        _task(function, development, rounds, c, seed) for c in configurations for seed in seeds
    ]
    with run.terminal.stage(title, sum(task.n_epochs for task in tasks)) as advance:
        parts = dict(executor.run(tasks, advance))
    return [
        _joined([parts[i + j] for j in range(len(seeds))]) for i in range(0, len(tasks), len(seeds))
    ]


def _task(
    function: Callable[..., Validation],
    development: DevelopmentSet,
    rounds: tuple[tuple[Split, ...], ...] | None,
    configuration: Configuration,
    seed: int,
) -> Task[Validation]:
    n_epochs = n_fits(development.unsearched(), 1) * configuration.training.n_epochs
    return Task(
        function,
        lambda: (configuration, seed, *(() if rounds is None else (rounds,))),
        n_epochs,
        n_epochs * configuration.network.n_parameters,
    )


def _validate_one(
    development: DevelopmentSet,
    configuration: Configuration,
    seed: int,
    rounds: tuple[tuple[Split, ...], ...] | None = None,
    *,
    engine: Engine,
    advance: Advance,
) -> Validation:
    used = replace(development, rounds=rounds) if rounds else development.unsearched()
    (validation,) = cross_validate(
        used,
        [configuration],
        (seed,),
        engine=engine,
        with_probabilities=True,
        advance=advance,
    )
    return validation


def _joined(parts: Sequence[Validation]) -> Validation:
    """Validations of one configuration by one seed each as the one by all of them; it
    ends where the first diverged.
    """
    n_epochs = min(part.val_loss.shape[1] for part in parts)
    curves = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "predictions")
    diverged = [part.diverged_at for part in parts if part.diverged_at is not None]
    probabilities = [part.probabilities for part in parts if part.probabilities is not None]
    return Validation(
        **{
            name: np.concatenate([getattr(part, name)[:, :n_epochs] for part in parts])
            for name in curves
        },
        labels=parts[0].labels,
        diverged_at=min(diverged, default=None),
        probabilities=np.concatenate(probabilities) if probabilities else None,
    )
