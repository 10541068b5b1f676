"""The time that a run should take: against runs that were timed, and as a function of
what is trained.
"""

import numpy as np
import pytest

from sevenfold.config import Config, load_config
from sevenfold.data import Images
from sevenfold.forecast import expected_seconds, measured_operations, n_operations, outlook
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, Split
from sevenfold.runs.reading import RESULTS

# Seconds of each preset on the real MNIST, seed 0, on two cores with nothing beside
# (README.md, docs/decisions.md): an AMD EPYC (Zen 3) of 145 GFLOP/s.
TIMED = {"quick": 180, "book": 843, "standard": 852, "record": 3960}
AS_TIMED = {
    "quick": {"regularize.space.width": [128, 256]},
    "standard": {"final_test.n_epochs": 24, "regularize.space.photometric": [0.0, 0.0]},
}
"""What a preset was when it was timed there."""


def development_of(n: int, *, n_folds: int = 1, n_rounds: int = 1) -> DevelopmentSet:
    images = Images(
        np.zeros((n, 28, 28), np.uint8),
        np.resize(np.arange(10), n).astype(np.uint8),
        tuple("0123456789"),
    )
    split = Split(np.arange(n - n // 6), np.arange(n - n // 6, n))
    return DevelopmentSet(images, ((split,) * n_folds,) * n_rounds, "holdout", "auto")


@pytest.fixture(scope="module")
def mnist_sized() -> DevelopmentSet:
    return development_of(60_000)


def expected(config: Config, development: DevelopmentSet) -> dict[str, float]:
    return expected_seconds(config, development, operations=145e9)


@pytest.mark.parametrize("preset", TIMED)
def test_presets_take_about_as_long_as_they_took(preset: str, mnist_sized: DevelopmentSet) -> None:
    config = load_config(preset, AS_TIMED.get(preset, {}))
    whole = sum(expected(config, mnist_sized).values())
    assert 0.7 < whole / TIMED[preset] < 1.4


def test_every_step_of_the_workflow_is_in_it(mnist_sized: DevelopmentSet) -> None:
    assert list(expected(Config(), mnist_sized)) == list(RESULTS)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"baseline.n_epochs": 40}, "baseline"),
        ({"overfit.n_seeds": 20}, "overfit"),
        ({"regularize.ablation.n_seeds": 12}, "ablation"),
        ({"regularize.search.n_trials": 240}, "search"),
        ({"regularize.n_finalists": 8}, "finalists"),
        ({"regularize.n_finalist_seeds": 12}, "finalists"),
        ({"leave_one_out.n_seeds": 8}, "leave_one_out"),
        ({"learning_curve.n_seeds": 8}, "learning_curve"),
        ({"final_test.n_seeds": 20}, "final_test"),
        ({"final_test.n_epochs": 64}, "final_test"),
    ],
)
def test_four_times_the_work_of_a_step_takes_that_step_four_times_as_long(
    changes: dict[str, int], step: str, mnist_sized: DevelopmentSet
) -> None:
    before = expected(Config(), mnist_sized)
    after = expected(load_config("book", changes), mnist_sized)
    assert 2.0 < after[step] / before[step] < 4.1
    assert {name for name in after if after[name] != before[name]} == {step}


def test_smaller_parts_cost_less_and_what_is_not_in_the_space_is_not_left_out(
    mnist_sized: DevelopmentSet,
) -> None:
    before = expected(Config(), mnist_sized)
    quarter = expected(load_config("book", {"learning_curve.shares": [0.25]}), mnist_sized)
    assert 0.3 < quarter["learning_curve"] / before["learning_curve"] < 0.45
    plain = {f"regularize.space.{name}": [0.0, 0.0] for name in ("input_dropout", "hidden_dropout")}
    fewer = expected(load_config("book", plain), mnist_sized)
    assert 0.75 < fewer["leave_one_out"] / before["leave_one_out"] < 0.85


def test_tensorflow_takes_its_time_only_where_it_is_used(mnist_sized: DevelopmentSet) -> None:
    before = expected(Config(), mnist_sized)
    after = expected(load_config("book", {"check_saved_network": False}), mnist_sized)
    assert {name for name in after if after[name] != before[name]} == {"saved_network"}
    assert after["saved_network"] < before["saved_network"] < 10.0


def test_folds_and_rounds_are_counted() -> None:
    plain = expected(Config(), development_of(6_000))
    folded = expected(Config(), development_of(6_000, n_folds=4))
    repeated = expected(Config(), development_of(6_000, n_folds=4, n_rounds=3))
    assert 3.0 < folded["ablation"] / plain["ablation"] <= 4.0
    assert 2.5 < repeated["ablation"] / folded["ablation"] <= 3.0
    assert repeated["search"] == folded["search"]  # it uses the first round alone
    assert 1.6 < repeated["finalists"] / folded["finalists"] <= 2.0  # and these the others
    assert repeated["final_test"] == plain["final_test"]


def test_half_the_speed_takes_twice_as_long(mnist_sized: DevelopmentSet) -> None:
    slow = expected_seconds(Config(), mnist_sized, operations=72.5e9)
    assert slow["search"] / expected(Config(), mnist_sized)["search"] == pytest.approx(2, rel=0.1)


def test_operations_of_an_update() -> None:
    network = NetworkSpec(inputs=784, classes=10, hidden=(32, 16))
    assert n_operations(network) == 4 * 784 * 32 + 6 * (32 * 16 + 16 * 10)
    assert 1e8 < measured_operations() < 1e14


@pytest.mark.parametrize(("engine", "cluster"), [("keras", None), ("jax", "auto")])
def test_nothing_is_expected_of_what_was_not_measured(
    engine: str, cluster: str | None, mnist_sized: DevelopmentSet
) -> None:
    unknown = outlook(Config(), mnist_sized, engine, cluster)  # type: ignore[arg-type]
    unknown.begin("baseline")
    assert str(unknown) == f"step {list(RESULTS).index('baseline') + 1} of {len(RESULTS)}"


def test_on_a_processor_the_time_is_expected(mnist_sized: DevelopmentSet) -> None:
    known = outlook(Config(), mnist_sized, "jax", None)
    known.begin("baseline")
    assert "left in all" in str(known)
