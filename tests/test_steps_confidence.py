"""What is learnt of the network's confidence before the test set is opened."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made import development, images, run_in

from sevenfold.protocol import DevelopmentSet
from sevenfold.statistics import at_temperature, choose_unsure, conformal_rule, fit_temperature
from sevenfold.steps.confidence import Confidence, ConfidenceSettings, learn_confidence

N = 800
LABELS = np.resize(np.arange(10), N)
FOLDS = (range(1, N, 2), range(0, N, 2))


def beliefs(seed: int, share_right: float = 0.95) -> np.ndarray:
    """Float32 probabilities (N, 10) that are too sure."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, (N, 10))
    answers = np.where(rng.random(N) < share_right, LABELS, rng.integers(0, 10, N))
    logits[np.arange(N), answers] += rng.normal(9, 2, N)
    shares = np.exp(logits)
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def learn(
    folder: Path,
    probabilities: np.ndarray,
    data: DevelopmentSet | None = None,
    **settings: float,
) -> Confidence:
    """The step, where the fresh seeds gave these probabilities to the scored images."""
    data = data or development(images(LABELS), FOLDS)
    run = run_in(folder)
    labels = data.images.labels[data.scored]
    run.save_arrays("predictions/validation.npz", {"labels": labels, "final": probabilities})
    unread: Any = None
    return learn_confidence(run, data, ConfidenceSettings(**settings), unread)


def test_one_network_is_cooled_and_then_judged(tmp_path: Path) -> None:
    p = np.stack([beliefs(0), beliefs(1)])
    found = learn(tmp_path, p, max_error=0.02, set_level=0.9)
    heat = fit_temperature(LABELS, p[0])
    assert found.temperature == heat
    assert heat.value > 1.2
    cooled = at_temperature(p[0], heat.value)
    right = cooled.argmax(axis=1) == LABELS
    assert found.unsure == choose_unsure(cooled.max(axis=1), right, None, 0.02)
    assert found.conformal == conformal_rule(LABELS, cooled, 0.9)
    assert (found.n, found.n_errors, found.n_seeds) == (N, int((~right).sum()), 2)
    assert (found.n_groups, found.bound_of_data) == (None, False)


def test_suspects_are_named_by_their_places_among_all_development_images(tmp_path: Path) -> None:
    """A hold-out scores the odd places alone; the label of number 33 is wrong, which
    only the mean of both seeds is sure of.
    """
    labels, p = LABELS.copy(), np.full((2, N // 2, 10), 0.01, np.float32)
    p[:, np.arange(N // 2), LABELS[1::2]] = 0.91
    labels[33] = (labels[33] + 2) % 10
    p[1, 16, LABELS[33]] = 0.99
    p[0] = 0.1
    found = learn(tmp_path, p, development(images(labels), [FOLDS[0]]))
    (worst,) = found.suspects.worst
    assert (worst.index, worst.label, worst.suggested) == (33, labels[33], LABELS[33])
    stored = run_in(tmp_path).load_arrays("pictures/suspects.npz")
    assert stored["indices"].tolist() == [33]
    assert np.array_equal(stored["images"], images(labels).pixels[[33]])


@pytest.mark.parametrize(("share_right", "bound"), [(0.95, 0.02), (0.60, 0.2), (1.0, 0.01)])
def test_the_promise_fits_the_data_where_none_is_asked_for(
    tmp_path: Path, share_right: float, bound: float
) -> None:
    found = learn(tmp_path, beliefs(3, share_right)[None])
    assert found.bound_of_data
    assert found.unsure is not None
    assert found.unsure.bound == bound


def test_a_network_without_any_error_is_not_cooled_and_answers_everything(tmp_path: Path) -> None:
    certain = np.eye(10, dtype=np.float32)[LABELS]
    found = learn(tmp_path, certain[None])
    assert (found.temperature.value, found.n_errors) == (1.0, 0)
    assert found.unsure is not None
    assert (found.unsure.threshold, found.unsure.coverage) == (0.0, 1.0)
    assert found.suspects.worst == ()
    assert "100.0 % of validation images are answered" in str(found)


def test_groups_count_and_a_single_one_promises_nothing(tmp_path: Path) -> None:
    p = beliefs(0)
    p[:80] = beliefs(9, 0.0)[:80]  # whatever the first writer wrote

    def of(groups: np.ndarray) -> Confidence:
        data = development(images(LABELS), FOLDS)
        data.images.__dict__["groups"] = groups
        return learn(tmp_path, p[None], data, max_error=0.2)

    several, one = of((np.arange(N) // 80).astype(str)), of(np.full(N, "a"))
    assert several.n_groups == 10
    assert several.unsure is not None
    assert several.unsure.design_effect > 5.0
    assert one.unsure is None
    assert "no promise" in str(one)
