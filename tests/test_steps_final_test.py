"""The final test: the first seed's network counts, on images that are opened once."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import made_up_digits, uneven_images
from hand_made import CONFIDENCE, configuration, development, run_in, sealed

from sevenfold.data import Images
from sevenfold.engine import TrainingSettings
from sevenfold.errors import DataError, RunError, SevenfoldError
from sevenfold.protocol import DevelopmentSet
from sevenfold.runs.writing import Run
from sevenfold.statistics import (
    Proportion,
    grouped_mcnemar,
    grouped_proportion,
    homogeneity,
    proportion,
    recipe_accuracy,
    recipe_difference,
)
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.final_test import FinalTestSettings, run_final_test
from sevenfold.validation import Configuration

DATA = development(made_up_digits(300, seed=1), [range(50)])
TEST = uneven_images(200, seed=2)
WINNER = configuration(12, n_epochs=4, optimizer="adam", learning_rate=2e-3)
EARLIER = configuration(2, n_epochs=1)


@pytest.fixture(autouse=True)
def _no_keras_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def save(network: object, weights: object, path: Path) -> None:
        path.write_bytes(b"a model")

    monkeypatch.setattr("sevenfold.steps.final_test.save_keras", save)


def final_test(
    folder: Path,
    *,
    validation: Proportion | None = None,
    baseline_value: float = 0.0,
    baseline_n: int = 50,
    baseline: Configuration = EARLIER,
    winner: Configuration = WINNER,
    data: DevelopmentSet = DATA,
    test: Images = TEST,
    reason: str | None = None,
    confidence: Confidence = CONFIDENCE,
    **settings: int,
) -> FinalTest:
    """The step, where validation found this accuracy for the winner."""
    run = run_in(folder, "auto")
    at_end = SimpleNamespace(configuration=EARLIER)
    fresh = scored_in(run, "fresh", winner, validation or proportion(25, 50))
    chosen: Any = SimpleNamespace(winner=SimpleNamespace(fresh=fresh))
    of_baseline = proportion(baseline_value * baseline_n, baseline_n)
    before: Any = SimpleNamespace(network=scored_in(run, "small", baseline, of_baseline))
    overfit: Any = SimpleNamespace(model=SimpleNamespace(at_end=at_end))
    return run_final_test(
        run,
        data,
        sealed(folder, test, reason),
        FinalTestSettings(**{"n_seeds": 2, "n_mistakes": 7, **settings}),
        before,
        overfit,
        chosen,
        confidence,
    )


def scored_in(run: Run, name: str, tried: Configuration, accuracy: Proportion) -> Any:
    """A configuration's score by one seed, and the predictions that it stands for."""
    epoch, n = tried.training.n_epochs, accuracy.n
    predictions = np.ones((1, epoch, n), np.uint8)
    predictions[:, -1, : round(accuracy.value * n)] = 0
    history = f"histories/{name}.npz"
    curves = dict.fromkeys(
        ("train_loss", "train_accuracy", "val_loss", "val_accuracy"), np.zeros(0)
    )
    labels = np.zeros(n, np.uint8)
    run.save_arrays(history, {**curves, "labels": labels, "predictions": predictions})
    return SimpleNamespace(configuration=tried, accuracy=accuracy, epoch=epoch, history=history)


def events(folder: Path) -> list[str]:
    path = folder / "test_ledger.jsonl"
    rows = path.read_text().splitlines() if path.exists() else []
    return [json.loads(row)["event"] for row in rows]


def forward(weights: dict[str, np.ndarray], pixels: np.ndarray) -> np.ndarray:
    """A dense network with relu and softmax, in NumPy."""
    x, n = pixels.reshape(len(pixels), -1) / 255.0, len(weights) // 2
    for i in range(n):
        x = x @ weights[f"kernel_{i}"] + weights[f"bias_{i}"]
        x = np.maximum(x, 0.0) if i < n - 1 else x
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_the_network_that_is_kept_is_the_first_seeds_and_it_counts(tmp_path: Path) -> None:
    found, run = final_test(tmp_path), run_in(tmp_path)
    stored = run.load_arrays("predictions/test.npz")
    again = forward(run.load_arrays("models/final.npz"), TEST.pixels)
    assert stored["final"][0] == pytest.approx(again, abs=1e-5)
    errors = (stored["final"].argmax(axis=2) != TEST.labels).sum(axis=1)
    assert errors[0] != errors[1]
    assert found.scores.n_errors == errors[0]
    assert found.seed_accuracies.values == pytest.approx(1 - errors / 200)
    assert events(tmp_path) == ["frozen", "opened", "result"]
    assert (found.n_trained_on, found.n_test, found.n_openings) == (300, 200, 1)
    assert found.test_class_counts == tuple(np.bincount(TEST.labels))
    wrong = stored["final"][0].argmax(axis=1) != TEST.labels
    surest = stored["final"][0].max(axis=1)
    expected = sorted(np.flatnonzero(wrong), key=lambda i: -surest[i])[:7]
    assert [mistake.index for mistake in found.mistakes] == expected


def test_all_networks_start_from_the_same_seeds_and_the_same_digits(tmp_path: Path) -> None:
    final_test(tmp_path, baseline=WINNER)
    stored = run_in(tmp_path).load_arrays("predictions/test.npz")
    assert np.array_equal(stored["baseline"], stored["final"])
    assert not np.array_equal(stored["final"][0], stored["final"][1])


@pytest.mark.parametrize(
    ("validation", "settings", "diagnosis"),
    [
        (proportion(4995, 5000), {}, "test_worse"),
        (proportion(5, 5000), {}, "test_better"),
        (proportion(6, 50), {}, "agrees"),
        (proportion(4995, 5000), {"n_epochs": 4}, "test_worse"),
        (proportion(4995, 5000), {"n_epochs": 5}, "trained_longer"),
        (proportion(4995, 5000), {"n_epochs": 1}, "test_worse"),
    ],
)
def test_what_the_gap_says(
    tmp_path: Path, validation: Proportion, settings: dict[str, int], diagnosis: str
) -> None:
    found = final_test(tmp_path, validation=validation, n_seeds=1, **settings)
    assert found.diagnosis == diagnosis
    assert found.gap.value == pytest.approx(found.scores.accuracy.value - validation.value)
    assert found.gap.ci_low < found.gap.value < found.gap.ci_high
    assert found.validation_accuracy == validation
    n_epochs = found.configuration.training.n_epochs
    assert n_epochs == max(4, settings.get("n_epochs", 0))


@pytest.mark.parametrize(
    ("baseline_value", "baseline_n", "diagnosis"),
    # A third of the test labels are wrong, and two units read hardly anything.
    [
        (0.50, 5_000, "other_data"),
        (0.50, 2, "test_worse"),  # a fall that chance explains
        (0.10, 5_000, "test_worse"),  # no fall
    ],
)
def test_a_baseline_that_falls_as_well_speaks_for_other_data(
    tmp_path: Path, baseline_value: float, baseline_n: int, diagnosis: str
) -> None:
    clear = made_up_digits(150, seed=5, noise=30.0)
    labels = np.where(np.arange(150) % 3 == 0, (clear.labels + 1) % 10, clear.labels)
    found = final_test(
        tmp_path,
        winner=configuration(64, n_epochs=60, learning_rate=1e-3, batch_size=20),
        test=Images(clear.pixels, labels.astype(np.uint8), clear.classes),
        validation=proportion(4_995, 5_000),
        baseline_value=baseline_value,
        baseline_n=baseline_n,
        n_seeds=1,
    )
    assert found.diagnosis == diagnosis
    own = found.comparisons["baseline"].accuracy.value
    assert found.baseline_gap.value == pytest.approx(own - baseline_value)
    assert bool(found.warning) is (diagnosis == "other_data")


def test_a_result_no_better_than_one_answer_is_said_aloud(tmp_path: Path) -> None:
    moved = Images(TEST.pixels, ((TEST.labels + 1) % 10).astype(np.uint8), TEST.classes)
    found = final_test(tmp_path, test=moved, validation=proportion(480, 500), n_seeds=1)
    most_frequent = DATA.images.class_counts.argmax()
    assert found.chance == pytest.approx((moved.labels == most_frequent).mean())
    assert found.is_no_better_than_chance
    assert f"Test accuracy {found.scores.accuracy} is no better than" in found.warning


def test_sure_errors_are_those_above_99_percent(tmp_path: Path) -> None:
    eager = configuration(64, n_epochs=60, learning_rate=1e-3, batch_size=20)
    clear = made_up_digits(60, seed=5, noise=30.0)
    mislabelled = Images(
        np.concatenate([clear.pixels, TEST.pixels]),
        np.concatenate([(clear.labels + 1) % 10, TEST.labels]).astype(np.uint8),
        TEST.classes,
    )
    found = final_test(tmp_path, winner=eager, test=mislabelled, n_seeds=1, n_mistakes=200)
    sure = [mistake for mistake in found.mistakes if mistake.probability > 0.99]
    assert found.n_confident_errors == len(sure)
    assert 0 < len(sure) != found.scores.n_errors - len(sure) > 0
    assert len(found.mistakes) == found.scores.n_errors


@pytest.mark.parametrize(("baseline_value", "is_worse"), [(0.56, True), (0.54, False)])
def test_a_network_worse_than_the_baseline_is_said_aloud_and_tested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], baseline_value: float, is_worse: bool
) -> None:
    """Half of 400 right is 0.451 to 0.549: 0.56 lies beyond, 0.54 within."""
    final_test(tmp_path, validation=proportion(200, 400), baseline_value=baseline_value)
    assert ("less than the baseline's" in capsys.readouterr().out) is is_worse
    assert events(tmp_path)[-1] == "result"


def test_a_training_that_diverges_opens_nothing(tmp_path: Path) -> None:
    wild = Configuration(
        network=WINNER.network,
        training=TrainingSettings(n_epochs=3, optimizer="sgd", learning_rate=10.0),
    )
    wild = wild.model_copy(
        update={"network": wild.network.model_copy(update={"l2": 1.0, "hidden": (64, 64)})}
    )
    with pytest.raises(SevenfoldError, match="diverged"):
        final_test(tmp_path, winner=wild)
    assert events(tmp_path) == []


def test_a_test_image_that_was_trained_on_ends_it(tmp_path: Path) -> None:
    pixels = TEST.pixels.copy()
    pixels[17] = DATA.images.pixels[3]
    leaky = Images(pixels, TEST.labels, TEST.classes)
    with pytest.raises(DataError, match="got 1"):
        final_test(tmp_path, test=leaky)
    assert "result" not in events(tmp_path)


def test_a_further_opening_is_on_record_with_its_reason(tmp_path: Path) -> None:
    final_test(tmp_path)
    with pytest.raises(RunError, match="already opened"):
        final_test(tmp_path, winner=EARLIER)
    found = final_test(tmp_path, winner=EARLIER, reason="a referee asked")
    assert (found.n_openings, found.reopening_reasons) == (2, ("a referee asked",))


def test_each_kind_of_test_image_is_scored_by_itself(tmp_path: Path) -> None:
    kinds = np.where(np.arange(200) < 50, "old", "new")
    groups = np.where(np.arange(200) < 50, np.arange(200) // 5, 99).astype(str)
    test = replace(TEST, aspects={"age": kinds}, groups=groups)
    found = final_test(tmp_path, test=test, n_seeds=1)
    new, old = found.aspects
    assert [(one.aspect, one.value, one.n_groups) for one in (new, old)] == [
        ("age", "new", 1),
        ("age", "old", 10),
    ]
    right = run_in(tmp_path).load_arrays("predictions/test.npz")["final"][0].argmax(axis=1)
    hits = right == TEST.labels
    assert old.accuracy == grouped_proportion(hits[:50], groups[:50])
    assert new.accuracy == grouped_proportion(hits[50:], None)
    assert final_test(tmp_path / "plain", n_seeds=1).aspects == ()


def test_groups_that_were_trained_on_are_counted_at_the_opening(tmp_path: Path) -> None:
    assert final_test(tmp_path / "plain", n_seeds=1).groups is None
    grouped = replace(DATA.images, groups=np.repeat(np.arange(30), 10).astype(str))
    test = replace(TEST, groups=np.repeat(np.arange(28, 48), 10).astype(str))
    data = replace(DATA, images=grouped)
    found = final_test(tmp_path / "grouped", data=data, test=test, n_seeds=1).groups
    assert found is not None
    assert (found.n, found.n_known, found.n_images_of_known) == (20, 2, 20)


def test_groups_make_the_intervals(tmp_path: Path) -> None:
    """Errors that come in groups are worth fewer than so many of strangers."""
    moved = (TEST.labels + (np.arange(200) // 10 % 3 == 0)) % 10
    clear = replace(TEST, labels=moved.astype(np.uint8))
    groups = (np.arange(200) // 10).astype(str)
    alone = final_test(tmp_path / "alone", test=clear)
    grouped = final_test(tmp_path / "grouped", test=replace(clear, groups=groups))
    stored = run_in(tmp_path / "grouped").load_arrays("predictions/test.npz")
    right = stored["final"].argmax(axis=2) == clear.labels
    earlier = stored["baseline"].argmax(axis=2) == clear.labels
    assert stored["groups"].tolist() == groups.tolist()
    assert grouped.scores.accuracy == grouped_proportion(right[0], groups)
    assert alone.scores.accuracy == proportion(int(right[0].sum()), 200)
    assert grouped.recipe == recipe_accuracy(right, groups)
    assert alone.recipe == recipe_accuracy(right, None) != grouped.recipe
    found = grouped.comparisons["baseline"]
    assert found.test == grouped_mcnemar(right[0], earlier[0], groups)
    assert found.over_seeds == recipe_difference(right, earlier, groups, paired=False)
    here = clear.labels == 3
    assert grouped.scores.per_class[3].recall == grouped_proportion(right[0][here], groups[here])
    one = final_test(tmp_path / "one", test=replace(clear, groups=np.full(200, "a")))
    assert one.scores.accuracy == alone.scores.accuracy
    assert "groups" not in run_in(tmp_path / "alone").load_arrays("predictions/test.npz")


def test_two_kinds_of_test_images_are_told_apart_by_a_test(tmp_path: Path) -> None:
    kinds = np.where(np.arange(200) < 90, "old", "new")
    found = final_test(tmp_path, test=replace(TEST, aspects={"age": kinds}), n_seeds=1)
    assert found.aspect_tests == {"age": homogeneity([one.accuracy for one in found.aspects])}
