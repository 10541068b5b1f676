"""The trainings of section 8, on all development images: long ones are kept on disk
about once a minute.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from sevenfold.engine import Engine, FitData, FitResult, FitState, Job, fit_many
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import digest_of
from sevenfold.runs.writing import Run
from sevenfold.tuning.checkpoints import Checkpoints
from sevenfold.tuning.trial import TrialState
from sevenfold.validation import Configuration

# A stretch of Keras's own fit builds and traces every model anew.
SECONDS_BETWEEN_CHECKPOINTS: dict[Engine, float] = {"jax": 60.0, "keras": 300.0}


def refit(
    run: Run,
    development: DevelopmentSet,
    configurations: Sequence[tuple[Configuration, int]],
    title: str,
) -> list[FitResult]:
    """Train each configuration with its seed on all development images; a history holds
    what the last stretch trained, if anything.

    Trainings stop together about once a minute to leave their states in the run's
    scratch folder, and go on from the states that a killed run left there, with the jax
    engine on a CPU with the same bytes as without the kill. Where one diverges all end.
    `title` names the progress.
    """
    identity = digest_of(
        [
            development.digest,
            *(configuration.digest for configuration, _ in configurations),
            *(str(seed) for _, seed in configurations),
        ]
    )
    checkpoints = Checkpoints(run.scratch / f"refit-{identity[:16]}")
    jobs = [
        Job(configuration.network, configuration.training, seed, _kept(checkpoints, number))
        for number, (configuration, seed) in enumerate(configurations)
    ]
    lengths = [job.training.n_epochs for job in jobs]
    done = [job.first_epoch for job in jobs]
    n_epochs = 1
    with run.terminal.stage(title, sum(lengths), done=sum(done)) as advance:
        while True:
            behind = min(
                epoch for epoch, length in zip(done, lengths, strict=True) if epoch < length
            )
            started = time.monotonic()
            results = fit_many(
                jobs,
                FitData(development.images),
                engine=run.engine,
                until_epoch=behind + n_epochs,
                on_epoch=advance,
            )
            diverged = any(result.diverged_at is not None for result in results)
            if diverged or all(
                result.state.epoch >= length
                for result, length in zip(results, lengths, strict=True)
            ):
                return results
            for number, result in enumerate(results):
                if result.state.epoch > done[number]:
                    checkpoints.save(number, 0, TrialState((result.state,)))
            jobs = [
                replace(job, start=result.state) for job, result in zip(jobs, results, strict=True)
            ]
            done = [job.first_epoch for job in jobs]
            fitting = round(
                n_epochs * SECONDS_BETWEEN_CHECKPOINTS[run.engine] / (time.monotonic() - started)
            )
            n_epochs = max(1, min(fitting, 4 * n_epochs))


def _kept(checkpoints: Checkpoints, number: int) -> FitState | None:
    """Where a killed run left this training."""
    folds = checkpoints.load(number, 0).folds
    return folds[0] if folds else None
