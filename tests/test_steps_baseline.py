"""The baseline: scored by hand-made predictions, and stopped where it beats too
little.
"""

from pathlib import Path

import numpy as np
import pytest
from hand_made import development, images, network, run_in, trained_as, validation
from scipy.stats import binomtest

from sevenfold.errors import NoStatisticalPower
from sevenfold.steps.baseline import Baseline, BaselineSettings, require_power, run_baseline

# Class 2 is the most frequent in training, class 0 among the 40 validation images.
LABELS = [0] * 20 + [1] * 12 + [2] * 8 + [2] * 40 + [0] * 5 + [1] * 6 + [3] * 3
SETTINGS = BaselineSettings(hidden=(4,), n_epochs=2, n_seeds=2, significance=0.05)


def scored(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    network_misses: list[int],
    softmax_misses: list[int],
    later_seed: list[int] | None = None,
) -> Baseline:
    """The step, where the first seed's networks miss these validation images after the
    last epoch.
    """
    data, every = development(images(LABELS), [range(40)]), list(range(40))
    outcomes = [
        validation(LABELS[:40], [[every, misses], [every, misses if more is None else more]])
        for misses, more in ((softmax_misses, later_seed), (network_misses, later_seed))
    ]
    trained_as(monkeypatch, "sevenfold.steps.baseline", outcomes)
    return run_baseline(run_in(tmp_path), data, SETTINGS)


def test_each_is_scored_after_the_last_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = scored(tmp_path, monkeypatch, [0, 1], [0, 2, 3, 4, 5, 6], later_seed=[7])
    assert found.majority.value == 8 / 40  # class 2, by the training labels
    assert found.network.accuracy.value == pytest.approx((38 + 39) / 80)
    assert found.softmax.accuracy.value == pytest.approx((34 + 39) / 80)
    assert found.network.over_seeds.values == pytest.approx((38 / 40, 39 / 40))
    assert found.network.configuration.network == network(4)
    assert found.softmax.configuration.network == network()
    assert (found.network.n_parameters, found.softmax.n_parameters) == (3190, 7850)


def test_the_tests_take_the_first_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scored(tmp_path, monkeypatch, [0, 1], [0, 2, 3, 4, 5, 6], later_seed=[7])
    softmax, majority = found.against_softmax, found.against_majority
    assert (softmax.n, softmax.only_first, softmax.only_second) == (40, 5, 1)
    assert softmax.p_value == pytest.approx(binomtest(5, 6).pvalue)
    assert (majority.only_first, majority.only_second) == (30, 0)


@pytest.mark.parametrize(
    ("network_misses", "softmax_misses", "rival"),
    [
        ([], range(6), None),
        ([], range(5), "softmax regression"),  # five wins of five: p = 0.0625
        (range(6, 8), range(6), "softmax regression"),  # six of eight: p = 0.29
        (range(7), [], "softmax regression"),  # clearly worse
        (range(35), range(35, 40), "most frequent"),
    ],
)
def test_common_sense_must_be_beaten_beyond_chance(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    network_misses: range,
    softmax_misses: range,
    rival: str | None,
) -> None:
    found = scored(tmp_path, monkeypatch, list(network_misses), list(softmax_misses))
    if rival is None:
        require_power(found)
    else:
        with pytest.raises(NoStatisticalPower, match=rival):
            require_power(found)


def test_how_sure_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scored(tmp_path, monkeypatch, [], list(range(5)))
    require_power(found.model_copy(update={"significance": 0.07}))
    strict = found.model_copy(update={"significance": 0.06})
    with pytest.raises(NoStatisticalPower, match=r"5 against 0.*p = 0\.0625"):
        require_power(strict)


def test_the_curves_are_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scored(tmp_path, monkeypatch, [0, 1], [2])
    run = run_in(tmp_path)
    for score, missed in ((found.network, [0, 1]), (found.softmax, [2])):
        arrays = run.load_arrays(score.history)
        assert np.flatnonzero(arrays["predictions"][0, -1] != arrays["labels"]).tolist() == missed
