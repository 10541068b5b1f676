"""What the network knew about itself, on test images and by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand_made import CONFIDENCE, images
from test_steps_final_test import final_test

from sevenfold.data import Images
from sevenfold.statistics import at_temperature
from sevenfold.steps.self_knowledge import self_knowledge

N = 200
TEST = replace(
    images(np.resize(np.arange(10), N)),
    aspects={"hand": np.repeat(["left", "right"], [150, 50])},
)
HEAT, THRESHOLD = 2.0, 0.9  # of CONFIDENCE


def beliefs(raw: np.ndarray, is_right: np.ndarray) -> np.ndarray:
    """Probabilities (N, 10) whose largest is `raw`, on the label or on the next."""
    p = np.repeat((1.0 - raw)[:, None] / 9, 10, axis=1)
    answers = np.where(is_right, TEST.labels, (TEST.labels + 1) % 10)
    p[np.arange(N), answers] = raw
    return p.astype(np.float32)


SURE, HALF = 0.9999, 0.5
# The first 150 are sure, 3 of them wrongly; the others are unsure, half wrongly.
RAW = np.where(np.arange(N) < 150, SURE, HALF)
RIGHT = np.isin(np.arange(N), [*range(3), *range(175, 200)], invert=True)
P = beliefs(RAW, RIGHT)


def test_promises_are_checked_at_the_temperature_of_the_validation_images() -> None:
    found = self_knowledge(TEST, P, CONFIDENCE)
    assert SURE > THRESHOLD
    cooled = at_temperature(P[:1], HEAT).max()
    assert THRESHOLD < cooled < 0.99
    assert (found.before.n_confident, found.before.n_confident_errors) == (150, 3)
    assert found.after.n_confident == 0
    assert found.answered is not None
    assert found.answered.error is not None
    assert found.answered.coverage.value == 0.75
    assert found.answered.error.value == pytest.approx(3 / 150)
    assert found.curve.risk[-1] == pytest.approx(28 / N)
    assert not found.by_groups


def test_each_kind_of_image_is_checked_by_itself() -> None:
    left, right = self_knowledge(TEST, P, CONFIDENCE).by_aspect
    assert (left.aspect, left.value, left.found.coverage.n) == ("hand", "left", 150)
    assert left.found.coverage.value == 1.0
    assert right.found.coverage.value == 0.0
    assert right.found.error is None


def test_sets_hold_what_the_rule_of_the_validation_images_lets_in() -> None:
    """Scores are at most 0.8: a class with a fifth of the probability is inside."""
    found = self_knowledge(TEST, P, CONFIDENCE).sets
    half = at_temperature(P[150:151], HEAT)
    assert half.max() > 0.2
    assert np.sort(half[0])[-2] < 0.2
    assert found.coverage.value == pytest.approx(RIGHT.mean())
    assert (found.n_single, found.mean_size) == (N, 1.0)


@pytest.mark.parametrize(("n_groups", "by_groups"), [(20, True), (1, False)])
def test_intervals_go_by_groups_where_there_are_several(n_groups: int, by_groups: bool) -> None:
    grouped: Images = replace(TEST, groups=(np.arange(N) * n_groups // N).astype(str))
    found = self_knowledge(grouped, P, CONFIDENCE)
    assert found.by_groups is by_groups
    assert found.answered is not None
    assert found.answered.coverage.n_groups == (n_groups if by_groups else N)
    assert [kind.n_groups for kind in found.by_aspect] == [15, 5] if by_groups else [1, 1]


def test_without_a_threshold_nothing_is_promised() -> None:
    assert CONFIDENCE.unsure is not None
    none = CONFIDENCE.unsure.model_copy(update={"threshold": None})
    for unsure in (None, none):
        found = self_knowledge(TEST, P, CONFIDENCE.model_copy(update={"unsure": unsure}))
        assert (found.answered, found.by_aspect) == (None, ())


def test_the_final_test_judges_the_network_that_counts(tmp_path: Path) -> None:
    found = final_test(tmp_path)
    assert found.self_knowledge is not None
    assert found.self_knowledge.curve.risk[-1] == pytest.approx(found.scores.n_errors / 200)
    assert found.self_knowledge.before.log_loss == pytest.approx(found.scores.log_loss, rel=1e-4)


def test_what_was_learnt_before_is_part_of_the_plan(tmp_path: Path) -> None:
    plans = {
        final_test(
            tmp_path / str(heat), confidence=CONFIDENCE.model_copy(update={"n": heat})
        ).plan.settings
        for heat in (100, 101)
    }
    assert len(plans) == 2
