"""The headline numbers: each is taken from its own place."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from sevenfold.statistics import Spread, proportion
from sevenfold.summary import Summary, summarize


def scored(value: float) -> Any:
    return SimpleNamespace(accuracy=SimpleNamespace(value=value))


PROBLEM: Any = SimpleNamespace(
    provenance=SimpleNamespace(name="mine", embedded_subset=True, reason="no network"),
    n_development=1_200,
)
BASELINE: Any = SimpleNamespace(
    majority=SimpleNamespace(value=0.2), softmax=scored(0.5), network=scored(0.6)
)
OVERFIT: Any = SimpleNamespace(
    reached=True,
    model=SimpleNamespace(turn=SimpleNamespace(epoch=9), at_turn=scored(0.7), at_end=scored(0.68)),
)
SEARCHED: Any = SimpleNamespace(
    trials=[SimpleNamespace(scores=(1,)), SimpleNamespace(scores=(1, 2))]
)
CHOSEN: Any = SimpleNamespace(winner=SimpleNamespace(search_accuracy=0.83, fresh=scored(0.8)))
FINAL: Any = SimpleNamespace(
    n_test=300,
    scores=SimpleNamespace(
        accuracy=proportion(270, 300), macro_f1=0.88, macro_recall=0.87, n_errors=30
    ),
    seed_accuracies=Spread(mean=0.91, sd=0.01, n=2, values=(0.9, 0.92)),
    recipe=SimpleNamespace(value=0.91, ci_low=0.87, ci_high=0.94),
    n_parameters=4_242,
    n_openings=3,
    averaged=SimpleNamespace(n_errors=27),
)


CONFIG: Any = SimpleNamespace(preset="quick")
RUN: Any = SimpleNamespace(
    precision="mixed_bfloat16",
    engine="jax",
    seed=7,
    step_seconds={"problem": 2.345, "search": 10.0},
)


@pytest.fixture
def summary() -> Summary:
    return summarize(CONFIG, RUN, PROBLEM, BASELINE, OVERFIT, SEARCHED, CHOSEN, FINAL)


def test_a_summary_survives_json(summary: Summary) -> None:
    assert Summary.from_json(summary.to_json()) == summary


def test_each_number_comes_from_its_own_place(summary: Summary) -> None:
    said = json.loads(summary.to_json())
    interval = proportion(270, 300)
    assert said == {
        "schema": 1, "dataset": "mine", "embedded_subset": True,
        "embedded_subset_reason": "no network", "n_development": 1_200, "n_test": 300,
        "preset": "quick", "engine": "jax", "precision": "mixed_bfloat16", "seed": 7,
        "seconds": 12.3, "test_openings": 3,
        "baseline": {"common_sense_accuracy": 0.5, "val_accuracy": 0.6},
        "overfit": {"reached": True, "epoch": 9, "val_accuracy": 0.7},
        "regularize": {"n_trials": 2, "best_val_accuracy": 0.8},
        "final": {
            "test_accuracy": 0.9, "ci_low": interval.ci_low, "ci_high": interval.ci_high,
            "macro_f1": 0.88, "n_errors": 30, "n_parameters": 4_242,
            "seed_test_accuracies": [0.9, 0.92],
            "recipe_accuracy": 0.91, "recipe_ci_low": 0.87, "recipe_ci_high": 0.94,
            "averaged_n_errors": 27,
        },
    }  # fmt: skip


def test_common_sense_is_the_stronger_of_the_two() -> None:
    strong: Any = SimpleNamespace(**{**vars(BASELINE), "majority": SimpleNamespace(value=0.55)})
    made = summarize(CONFIG, RUN, PROBLEM, strong, OVERFIT, SEARCHED, CHOSEN, FINAL)
    assert made.baseline.common_sense_accuracy == 0.55
