"""The baseline: scored by hand-made predictions, and stopped where it beats too
little.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hand_made import NOWHERE, development, images, network, run_in, trained_as, validation
from scipy.stats import binomtest

from sevenfold.errors import NoStatisticalPower
from sevenfold.steps.baseline import Baseline, BaselineSettings, require_power, run_baseline
from sevenfold.validation import Validation

# Class 2 is the most frequent in training, class 0 among the 40 validation images.
LABELS = [0] * 20 + [1] * 12 + [2] * 8 + [2] * 40 + [0] * 5 + [1] * 6 + [3] * 3
SETTINGS = BaselineSettings(hidden=(4,), n_epochs=2, n_seeds=2, significance=0.05)


def scored(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    network_misses: list[int],
    softmax_misses: list[int],
    later_seed: list[int] | None = None,
    *,
    settings: BaselineSettings = SETTINGS,
    last_loss: float = 2.0,
) -> Baseline:
    """The step, where the first seed's networks miss these validation images after the
    last epoch; their losses begin at 2 and end with `last_loss`.
    """
    data = development(images(LABELS), [range(40)])

    def outcome(misses: list[int], n_epochs: int) -> Validation:
        ends = (misses, misses if later_seed is None else later_seed)
        losses = np.linspace(2.0, last_loss, n_epochs)
        wrong = [[list(range(40))] * (n_epochs - 1) + [end] for end in ends]
        return validation(LABELS[:40], wrong, [losses, losses])

    outcomes = [
        [outcome(softmax_misses, n_epochs), outcome(network_misses, n_epochs)]
        for n_epochs in (times * settings.n_epochs for times in (1, 2, 4, 8))
    ]
    trained_as(monkeypatch, "sevenfold.steps.baseline", *outcomes)
    return run_baseline(run_in(tmp_path), data, settings, executor=NOWHERE)


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
    ("network_misses", "softmax_misses", "unbeaten"),
    [
        ([], range(6), ()),
        ([], range(3), ("softmax",)),  # three wins of three: 0.075 [-0.008, 0.158]
        (range(6, 8), range(6), ("softmax",)),  # six of eight
        (range(7), [], ("softmax",)),  # clearly worse
        (range(35), range(35, 40), ("majority", "softmax")),
    ],
)
def test_who_is_beaten_beyond_chance(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    network_misses: range,
    softmax_misses: range,
    unbeaten: tuple[str, ...],
) -> None:
    found = scored(tmp_path, monkeypatch, list(network_misses), list(softmax_misses))
    assert found.unbeaten == unbeaten


def test_only_the_most_frequent_class_ends_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_power(scored(tmp_path, monkeypatch, list(range(7)), []))
    with pytest.raises(NoStatisticalPower, match=r"no more than always answering.*n_epochs"):
        require_power(scored(tmp_path, monkeypatch, list(range(35)), []))


def test_every_seed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first seed alone would do, a second as bad as softmax weighs in."""
    alone = scored(tmp_path, monkeypatch, [], list(range(6)))
    both = scored(tmp_path, monkeypatch, [], list(range(6)), later_seed=list(range(20)))
    assert (alone.over_softmax.value, both.over_softmax.value) == pytest.approx((0.15, 0.075))
    by_image = np.zeros(40)
    by_image[:6] = 0.5
    half = 1.959964 * by_image.std(ddof=1) / np.sqrt(40)
    assert both.over_softmax.ci_low == pytest.approx(0.075 - half, abs=1e-6)
    assert both.over_softmax.n_seeds == 2


def test_how_sure_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = SETTINGS.model_copy(update={"significance": 1e-5})
    lax = scored(tmp_path, monkeypatch, [], list(range(6)))
    sure = scored(tmp_path, monkeypatch, [], list(range(6)), settings=strict)
    assert (lax.unbeaten, sure.unbeaten) == ((), ("softmax",))


@pytest.mark.parametrize(
    ("softmax_misses", "last_loss", "batch_size", "n_epochs"),
    # 54 images to train on: 540 updates in ten epochs of single images.
    [
        (range(8), 1.0, 1, 10),  # nobody is left to beat
        ([1], 1.0, 1, 80),
        ([1], 1.90, 1, 80),  # 2.6 % in the second half
        ([1], 1.95, 1, 10),  # 1.3 %
        ([1], 2.0, 1, 10),
        ([1], 3.0, 1, 10),  # it rises
        ([1], 2.0, 2, 20),
        ([1], 2.0, 54, 80),
    ],
)
def test_training_goes_on_until_the_loss_is_flat_while_a_rival_stands(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    softmax_misses: Sequence[int],
    last_loss: float,
    batch_size: int,
    n_epochs: int,
) -> None:
    longer = SETTINGS.model_copy(update={"n_epochs": 10, "batch_size": batch_size})
    found = scored(
        tmp_path, monkeypatch, [0], list(softmax_misses), settings=longer, last_loss=last_loss
    )
    assert found.network.epoch == n_epochs


def test_the_curves_are_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = scored(tmp_path, monkeypatch, [0, 1], [2])
    run = run_in(tmp_path)
    for score, missed in ((found.network, [0, 1]), (found.softmax, [2])):
        arrays = run.load_arrays(score.history)
        assert np.flatnonzero(arrays["predictions"][0, -1] != arrays["labels"]).tolist() == missed
