"""The code of a notebook is the run's networks and trainings, and what it expects is
what seeds explain.
"""

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from reports import folder_of

import sevenfold as sf
from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec, build
from sevenfold.notebook.cells import FINAL, code_cells
from sevenfold.notebook.expected import Expected, SeedNoise, around, final_on_test
from sevenfold.notebook.keras_code import LEFT_OUT, left_out, network_code, training_code
from sevenfold.notebook.texts import PREPARATION


def training(**changes: Any) -> TrainingSettings:
    return TrainingSettings(n_epochs=4, **changes)


@pytest.mark.parametrize(
    "spec",
    [
        NetworkSpec(inputs=9, classes=3),
        NetworkSpec(inputs=9, classes=3, hidden=(8, 4), input_dropout=0.1, hidden_dropout=0.5),
        NetworkSpec(inputs=9, classes=3, hidden=(8,), l1=1e-5, l2=1e-4, max_norm=2.0),
        NetworkSpec(inputs=9, classes=3, hidden=(8, 8), l2=1e-4),
    ],
)
def test_the_code_of_a_network_is_the_network(spec: NetworkSpec) -> None:
    import keras

    names: dict[str, Any] = {"keras": keras}
    exec(network_code(spec, "made"), names)
    made, ours = names["made"], build(spec)

    def described(model: Any) -> list[dict[str, Any]]:
        configs = [layer.get_config() for layer in model.layers]
        return [{k: v for k, v in c.items() if k not in ("name", "seed")} for c in configs]

    assert described(made) == described(ours)
    assert made.input_shape == ours.input_shape


@pytest.mark.parametrize("schedule", ["constant", "cosine", "step"])
@pytest.mark.parametrize("n_epochs", [4, 5])
def test_the_code_of_a_schedule_is_the_schedule(schedule: Any, n_epochs: int) -> None:
    import keras

    from sevenfold.engine.settings import learning_rates

    settings = TrainingSettings(n_epochs=n_epochs, batch_size=4, schedule=schedule)
    code = training_code(settings, 3, "made", ("x", "y"))
    names: dict[str, Any] = {"keras": keras, "x": np.zeros(10)}
    exec(code[: code.index("made.compile")], names)
    table = learning_rates(settings, 10).ravel()
    rate = names.get("learning_rate", lambda _: settings.learning_rate)
    found = [float(np.asarray(rate(step))) for step in range(len(table))]
    assert found == pytest.approx(table.tolist(), rel=1e-5, abs=1e-9)


def test_label_smoothing_gets_labels_that_can_be_smoothed() -> None:
    code = training_code(training(label_smoothing=0.1), 3, "made", ("x", "y"), ("v", "w"))
    assert "CategoricalCrossentropy(label_smoothing=0.1)" in code
    assert "x, keras.utils.to_categorical(y, 3)" in code
    assert "validation_data=(v, keras.utils.to_categorical(w, 3))" in code


def test_every_setting_of_training_is_written_out_or_named_as_left_out() -> None:
    assert left_out(training(schedule="cosine", label_smoothing=0.1, batch_size=5)) == ()
    assert left_out(training(distortion=1.0, distortion_fade=0.5)) == (LEFT_OUT["distortion"],)
    assert left_out(training(photometric=0.5)) == (LEFT_OUT["photometric"],)
    assert left_out(training(hard_examples=0.5)) == (LEFT_OUT["hard_examples"],)
    assert left_out(training(distortion_fade=0.5)) == ()  # of no distortion


def test_a_final_network_of_distorted_images_says_what_its_code_goes_without() -> None:
    run = sf.read_run(folder_of("distorted, tied"))
    assert run.final_test is not None
    assert run.finalists is not None
    assert run.finalists.undistorted is not None
    (cell, *_) = code_cells(run)[FINAL]
    lacking = (
        "without distorted training images, changed ink and paper and hard examples visited more"
        " often"
    )
    assert f"this cell goes {lacking}" in cell.words
    assert f'"Final network {lacking}, test"' in cell.source
    assert "opened by the last cell" in cell.words
    (plain, *_) = code_cells(sf.read_run(folder_of("plain")))[FINAL]
    assert "goes without" not in plain.words
    known = final_on_test(run, run.final_test, left_out=False)
    less = final_on_test(run, run.final_test, left_out=True)
    difference = run.finalists.undistorted.difference
    stored = run.arrays("predictions/test.npz")
    errors = float((stored["final"].argmax(axis=2) != stored["labels"]).mean())
    measured = (difference.ci_high - difference.ci_low) / 2
    assert less == known.moved(difference.value, max(measured, errors / 2))


def test_seeds_that_agree_by_luck_still_leave_room() -> None:
    right = np.zeros((2, 100), bool)
    right[0, :50], right[1, 10:60] = True, True  # both 50 %, on other images
    noise = SeedNoise.of(right)
    assert noise.disagreement == pytest.approx(0.2)
    assert noise.sd_on(100) == pytest.approx(np.sqrt(0.2 / 200))
    assert noise.sd_on(10_000) == pytest.approx(np.sqrt(0.2 / 20_000))


def test_seeds_that_go_better_or_worse_do_so_on_any_number_of_images() -> None:
    right = np.zeros((2, 1_000), bool)
    right[0, :500], right[1, :700] = True, True
    noise = SeedNoise.of(right)
    assert noise.sd_on(1_000) == pytest.approx(0.2 / np.sqrt(2))
    assert noise.sd_on(10**9) == pytest.approx(np.sqrt(0.02 - 0.0001), rel=1e-3)


def test_one_more_seed_lies_within_three_standard_deviations_in_the_logit() -> None:
    expected = around(0.9, 0.91, SeedNoise(0.02, 0.0), 100, 4)
    half = 3 * 0.01 * np.sqrt(1.25) / (0.91 * 0.09)
    odds = 0.91 / 0.09 * np.exp([-half, half])
    low, high = odds / (1 + odds)
    assert (expected.run, expected.low, expected.high) == pytest.approx(
        (0.9, low - 0.01, high + 0.01)
    )
    assert 0.91 - low > 1.2 * (high - 0.91)
    assert Expected(0.9, 0.8, 0.95).moved(-0.1, 0.2) == Expected(
        0.9,
        pytest.approx(0.5),
        1.0,  # type: ignore[arg-type]
    )
    flawless = around(1.0, 1.0, SeedNoise(0.0, 0.0), 100, 4)
    assert (flawless.low, flawless.high) == pytest.approx((0.985, 1.0))


def test_fewer_readings_leave_more_room() -> None:
    few, many = (around(0.9, 0.9, SeedNoise(0.02, 0.0, d), 10_000, 4) for d in (3, 300))
    assert few.high - few.low > 2.5 * (many.high - many.low)
    right = np.zeros((4, 5, 100), bool)
    assert SeedNoise.of(right).degrees == 15
    assert SeedNoise.of(right[:1]).degrees == 0
    pooled = SeedNoise.of(right[:2]).pooled(2, SeedNoise.of(right), 4)
    assert pooled.degrees == 20


def test_a_training_that_leapt_down_lies_in_the_range_of_those_that_leapt_up() -> None:
    """MNIST, `quick`: the last five epochs of four seeds, and what plain Keras gave,
    which lay outside 97.34 to 98.53 %.
    """
    accuracies = np.array(
        [
            [0.9754, 0.9771, 0.9774, 0.9795, 0.9795],
            [0.9751, 0.9792, 0.9736, 0.9784, 0.9784],
            [0.9743, 0.9750, 0.9794, 0.9766, 0.9791],
            [0.9757, 0.9805, 0.9786, 0.9793, 0.9804],
        ]
    )
    rng = np.random.default_rng(0)
    right = np.array([[rng.permutation(10_000) < 10_000 * a for a in row] for row in accuracies])
    mean = float(right[:, -1].mean())
    expected = around(mean, mean, SeedNoise.of(right), 10_000, 4)
    assert expected.low < 0.9722 < expected.high
    assert expected.high < 0.99


@pytest.mark.slow
def test_batches_come_in_another_order_in_each_epoch_and_again_the_next_time() -> None:
    """`fit` on arrays has one order for all epochs once a seed is set."""
    program = PREPARATION.split("x, y = ")[0] + (
        "for _ in range(2):\n"
        "    keras.utils.set_random_seed(3)\n"
        "    data = batches(np.arange(50.0)[:, None], np.arange(50), 8)\n"
        "    seen = [[y.numpy() for _, y in data] for _ in range(3)]\n"
        "    assert [len(y) for y in seen[0]] == [8] * 6 + [2]\n"
        "    print([int(y) for epoch in seen for batch in epoch for y in batch])\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import keras\nimport numpy as np\nimport tensorflow as tf\n{program}",
        ],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert first == second
    epochs = [tuple(first[i : i + 50]) for i in (0, 50, 100)]
    assert len(set(epochs)) == 3
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)


def test_noise_covers_trainings_as_often_as_it_says() -> None:
    rng, n, n_seeds = np.random.default_rng(0), 400, 4
    within = []
    for _ in range(400):
        # Each image has its chance, each training its own skill.
        chance = rng.beta(8, 1, n) + rng.normal(0, 0.01, (n_seeds + 1, 1))
        right = rng.random((n_seeds + 1, n)) < chance
        mean = float(right[:-1].mean())
        expected = around(mean, mean, SeedNoise.of(right[:-1]), n, n_seeds)
        within.append(expected.low <= right[-1].mean() <= expected.high)
    assert np.mean(within) > 0.97
