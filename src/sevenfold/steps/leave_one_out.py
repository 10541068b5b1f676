"""Section 7, after the choice: the chosen network against itself without each thing
that it has, which says what its accuracy is owed to.
"""

from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field

from sevenfold.executor.tasks import Executor
from sevenfold.executor.validations import validate
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import Record, Settings
from sevenfold.runs import layout
from sevenfold.runs.writing import Run
from sevenfold.statistics import (
    READING_WINDOW,
    Reach,
    RowDifference,
    Rows,
    reach,
    rows_against_base,
)
from sevenfold.steps.ablation import Ablation
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.undistorted import AS_THEY_ARE
from sevenfold.validation import (
    Configuration,
    ScoredConfiguration,
    Validation,
    scored,
    stored,
)

Thing = Literal[
    "dropout",
    "penalty",
    "max_norm",
    "schedule",
    "size",
    "label_smoothing",
    "distortion",
    "photometric",
    "hard_examples",
]


class LeaveOneOutSettings(Settings):
    """How surely the report says what the chosen network owes to each thing it has."""

    n_seeds: Annotated[int, Field(ge=1, le=50)] = 2
    """Seeds on which the chosen network is trained without each thing that it has; the
    first of those of the finalists."""
    things: tuple[Thing, ...] = get_args(Thing)
    """What is left out, where the chosen network has it."""


class LeftOut(Record):
    """The chosen network without one thing: same epochs, same seeds, as far as there
    are as many.
    """

    thing: Thing
    scored: ScoredConfiguration


class LeaveOneOut(Record):
    """The chosen network and, in the order of the table's rows, what it is without each
    thing that it has. Accuracies are means over the last epochs.

    table: accuracy without the thing less that of the chosen network, None where there
    is nothing to leave out. diverged: what training did not do without. not_tried: what
    it has besides.
    """

    winner: ScoredConfiguration
    rows: tuple[LeftOut, ...]
    table: Rows | None
    reach: Reach | None
    diverged: tuple[Thing, ...]
    not_tried: tuple[Thing, ...]
    n_consultations: int

    @property
    def differences(self) -> dict[Thing, RowDifference]:
        """What leaving each thing out changes."""
        found = self.table.rows if self.table else ()
        return {row.thing: d for row, d in zip(self.rows, found, strict=True)}

    def __str__(self) -> str:
        if not self.rows:
            return "the chosen network has nothing that could be left out and compared"
        told = [
            f"{thing.replace('_', ' ')} ({100 * d.value:+.2f} points without it)"
            for thing, d in self.differences.items()
            if d.detectable
        ]
        return f"{len(self.rows)} things left out, one at a time; told: {', '.join(told) or 'none'}"


def run_leave_one_out(
    run: Run,
    development: DevelopmentSet,
    settings: LeaveOneOutSettings,
    overfit: Overfit,
    ablation: Ablation,
    chosen: Finalists,
    *,
    executor: Executor,
) -> LeaveOneOut:
    """Train the chosen network at `executor` without each thing that it has, on the
    finalists' seeds and for as many epochs, and compare. What seeds do is pooled with
    the ablation's, so that a seed or two a row suffice.
    """
    fresh = chosen.winner.fresh
    seeds = run.seeds("finalists", settings.n_seeds)
    all_things = without(fresh.configuration, overfit.model.at_end.configuration)
    tried = {thing: one for thing, one in all_things.items() if thing in settings.things}
    found: dict[Thing, tuple[Configuration, Validation, str]] = {}
    if (
        chosen.undistorted is not None and "distortion" in tried
    ):  # trained already, and with more seeds
        plain = chosen.undistorted.scored
        found["distortion"] = plain.configuration, stored(run, plain), plain.history
    todo = {thing: one for thing, one in tried.items() if thing not in found}
    # Distortions that the finalists did without diverged there.
    diverged: list[Thing] = [thing for thing in todo if thing == "distortion"]
    todo = {thing: one for thing, one in todo.items() if thing not in diverged}
    results = validate(run, executor, development, list(todo.values()), seeds, "Leave one out")
    for (thing, configuration), validation in zip(todo.items(), results, strict=True):
        if validation.diverged_at is not None:
            run.terminal.warn(
                f"Without {thing.replace('_', ' ')} the chosen network diverged, so the report"
                " does not compare the two."
            )
            diverged.append(thing)
            continue
        history = layout.history(f"without_{thing}")
        run.save_arrays(history, validation.arrays())
        found[thing] = configuration, validation, history
    base = stored(run, fresh)
    things: list[Thing] = [thing for thing in tried if thing in found]
    table = None
    if things:
        table = rows_against_base(
            _shares(base),
            [_shares(found[thing][1]) for thing in things],
            development.scored_groups,
            known=ablation.at_end.deviation,
        )
    return LeaveOneOut(
        winner=_last(fresh.name, fresh.configuration, base, fresh.history),
        rows=tuple(
            LeftOut(thing=thing, scored=_last(f"without {thing}", *found[thing]))
            for thing in things
        ),
        table=table,
        reach=reach(table) if table else None,
        diverged=tuple(diverged),
        not_tried=tuple(thing for thing in all_things if thing not in tried),
        n_consultations=len(todo),
    )


def without(winner: Configuration, model: Configuration) -> dict[Thing, Configuration]:
    """The configuration without each thing that it has and the overfitting model has
    not; without its size it has that model's.
    """
    network, training = winner.network, winner.training
    changes: dict[Thing, tuple[bool, dict[str, object], dict[str, object]]] = {
        "dropout": (
            bool(network.input_dropout or network.hidden_dropout),
            {"input_dropout": 0.0, "hidden_dropout": 0.0},
            {},
        ),
        "penalty": (bool(network.l1 or network.l2), {"l1": 0.0, "l2": 0.0}, {}),
        "max_norm": (network.max_norm is not None, {"max_norm": None}, {}),
        "schedule": (training.schedule != "constant", {}, {"schedule": "constant"}),
        "size": (network.hidden != model.network.hidden, {"hidden": model.network.hidden}, {}),
        "label_smoothing": (bool(training.label_smoothing), {}, {"label_smoothing": 0.0}),
        "distortion": (bool(training.distortion), {}, AS_THEY_ARE),
        "photometric": (bool(training.photometric), {}, {"photometric": 0.0}),
        "hard_examples": (bool(training.hard_examples), {}, {"hard_examples": 0.0}),
    }
    return {
        thing: Configuration(
            network=network.model_copy(update=of_network),
            training=training.model_copy(update=of_training),
        )
        for thing, (has, of_network, of_training) in changes.items()
        if has
    }


def _shares(validation: Validation) -> np.ndarray:
    return validation.shares_right(validation.val_loss.shape[1])


def _last(
    name: str, configuration: Configuration, validation: Validation, history: str
) -> ScoredConfiguration:
    n_epochs = validation.val_loss.shape[1]
    return scored(name, configuration, validation, n_epochs, history, READING_WINDOW)
