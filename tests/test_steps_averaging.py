"""The second number: distorted copies of each test image, averaged."""

from pathlib import Path

import numpy as np
import pytest
from hand_made import configuration, run_in
from test_steps_final_test import TEST, WINNER, final_test

from sevenfold.engine import predict
from sevenfold.networks import initial_weights
from sevenfold.records import Record
from sevenfold.steps import averaging
from sevenfold.steps.averaging import against_itself, averaged
from sevenfold.validation import Configuration
from sevenfold.warp import WarpSettings, warp


def distorted(dose: float, **changes: object) -> Configuration:
    tried = configuration(12, n_epochs=3, optimizer="adam", learning_rate=2e-3)
    training = tried.training.model_copy(update={"distortion": dose, **changes})
    return tried.model_copy(update={"training": training})


def no_progress() -> None:
    """Nobody looks."""


def test_log_probabilities_are_averaged_over_half_the_dose() -> None:
    tried = distorted(0.8)
    weights = initial_weights(tried.network, 3)
    found = averaged(tried, weights, TEST, 3, "jax", no_progress)
    copies = [warp(TEST.pixels, TEST.labels, WarpSettings(), draw, 0.4) for draw in range(3)]
    mean = np.mean([np.log(predict(tried.network, weights, one)) for one in copies], axis=0)
    expected = np.exp(mean) / np.exp(mean).sum(axis=1, keepdims=True)
    assert found == pytest.approx(expected, abs=1e-5)
    assert found.dtype == np.float32
    alone = predict(tried.network, weights, TEST.pixels)
    assert abs(found - alone).max() > 1e-3


def test_labels_are_not_looked_at() -> None:
    tried = distorted(1.0, warp=WarpSettings(narrow_labels=(1, 7), narrow_rotation=0.0))
    weights = initial_weights(tried.network, 3)
    others = TEST.__class__(TEST.pixels, (TEST.labels + 1) % 10, TEST.classes)
    one, other = (averaged(tried, weights, x, 2, "jax", no_progress) for x in (TEST, others))
    assert one.tobytes() == other.tobytes()


def test_parts_of_a_large_test_set_are_each_distorted_in_their_own_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = distorted(1.0)
    weights = initial_weights(tried.network, 3)
    same = TEST[np.zeros(90, np.int64)]
    monkeypatch.setattr(averaging, "PIXELS_AT_ONCE", 40 * 784)
    found = averaged(tried, weights, same, 1, "jax", no_progress)
    assert abs(found[:40] - found[40:80]).max() > 1e-3
    assert len(np.unique(found[:, 0])) > 80


def test_what_it_changes_is_told_beside_the_network_alone() -> None:
    labels = np.array([0, 1, 2, 3, 4])
    alone, averages = np.eye(5)[[0, 1, 2, 0, 0]], np.eye(5)[[0, 1, 2, 3, 1]]
    found = against_itself(distorted(0.8), labels, averages, alone, None, 16)
    assert (found.n_draws, found.dose, found.n_errors) == (16, 0.4, 1)
    assert (found.test.only_first, found.test.only_second) == (1, 0)
    assert found.accuracy.value == pytest.approx(0.8)


def test_a_final_test_has_it_where_asked_and_distorted(tmp_path: Path) -> None:
    n_calls = {name: tmp_path / name for name in ("asked", "not asked", "undistorted")}
    found = {
        "asked": final_test(n_calls["asked"], winner=distorted(0.5), n_draws=4),
        "not asked": final_test(n_calls["not asked"], winner=distorted(0.5)),
        "undistorted": final_test(n_calls["undistorted"], winner=WINNER, n_draws=4),
    }
    assert [one.averaged is None for one in found.values()] == [False, True, True]
    second = found["asked"].averaged
    assert isinstance(second, Record)
    stored = run_in(n_calls["asked"]).load_arrays("predictions/test.npz")
    wrong = stored["averaged"].argmax(axis=1) != TEST.labels
    assert second.n_errors == wrong.sum()
    assert f"averaged over 4 distorted copies {wrong.sum()}" in str(found["asked"])
    assert "averaged" not in str(found["not asked"])
    for name in ("not asked", "undistorted"):
        assert "averaged" not in run_in(n_calls[name]).load_arrays("predictions/test.npz")
    assert found["asked"].scores == found["not asked"].scores
