"""Validations as tasks of an executor, one for each configuration and seed, each kept
as it comes.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from sevenfold.engine import Engine
from sevenfold.executor.kept import KeptValidations
from sevenfold.executor.tasks import Executor, Task
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import digest_of
from sevenfold.runs.writing import Run
from sevenfold.splits import Split
from sevenfold.terminal import Advance
from sevenfold.validation import Configuration, Validation, cross_validate, n_fits

Rounds = tuple[tuple[Split, ...], ...]


def validate(
    run: Run,
    executor: Executor,
    development: DevelopmentSet,
    configurations: Sequence[Configuration],
    seeds: tuple[int, ...],
    title: str,
    *,
    rounds: Rounds | Literal["unsearched", "all"] = "unsearched",
    score_training: bool = False,
) -> list[Validation]:
    """Cross-validate each configuration at `executor`; every seed is a task of its own,
    whose result waits in the run's scratch folder for the others, so that a kill costs
    a task for each worker.

    `title` names the progress. rounds: those of the protocol, those that the search has
    not seen where there are several (then with probabilities), or other splits of the
    same images. score_training: the training curves too.
    """
    used, own = _used(development, rounds), rounds if isinstance(rounds, tuple) else None
    options: dict[str, Any] = {
        "engine": run.engine,
        "searched": rounds == "all",
        "score_training": score_training,
        "with_probabilities": rounds != "all",
    }
    function = functools.partial(_validate_one, **options)
    pairs = [(configuration, seed) for configuration in configurations for seed in seeds]
    kept, data = KeptValidations(run.scratch), used.digest
    names = [digest_of([data, c.digest, seed, options])[:32] for c, seed in pairs]
    parts = {i: known for i, name in enumerate(names) if (known := kept.load(name))}
    left = [i for i in range(len(pairs)) if i not in parts]
    n_epochs = [n_fits(used, 1) * configuration.training.n_epochs for configuration, _ in pairs]
    tasks = [_task(function, own, *pairs[i], n_epochs[i]) for i in left]
    n_done = sum(n_epochs[i] for i in parts)
    with run.terminal.stage(title, sum(n_epochs), done=n_done) as advance:
        for place, part in executor.run(tasks, advance):
            parts[left[place]] = part
            kept.save(names[left[place]], part)
    return [
        _joined([parts[i + j] for j in range(len(seeds))]) for i in range(0, len(pairs), len(seeds))
    ]


def _used(
    development: DevelopmentSet, rounds: Rounds | Literal["unsearched", "all"]
) -> DevelopmentSet:
    match rounds:
        case "unsearched":
            return development.unsearched()
        case "all":
            return development
        case _:
            return replace(development, rounds=rounds)


def _task(
    function: Callable[..., Validation],
    rounds: Rounds | None,
    configuration: Configuration,
    seed: int,
    n_epochs: int,
) -> Task[Validation]:
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
    rounds: Rounds | None = None,
    *,
    engine: Engine,
    searched: bool,
    score_training: bool,
    with_probabilities: bool,
    advance: Advance,
) -> Validation:
    (validation,) = cross_validate(
        _used(development, rounds or ("all" if searched else "unsearched")),
        [configuration],
        (seed,),
        engine=engine,
        score_training=score_training,
        with_probabilities=with_probabilities,
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
