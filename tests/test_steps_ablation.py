"""The ablation: each remedy alone, against the overfitting model read alike."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made import NOWHERE, development, images, network, run_in, trained_as, validation
from test_steps_overfit import BASELINE, TURNING

from sevenfold.runs.writing import Run
from sevenfold.steps.ablation import Ablation, AblationSettings, run_ablation, variants
from sevenfold.steps.overfit import Overfit, OverfitSettings, Stage, run_overfit
from sevenfold.validation import Validation

LABELS = np.resize(np.arange(10), 40)
DATA = development(images(LABELS), [range(40)])
SETTINGS = AblationSettings(n_seeds=2, dropout=0.3, l2=2e-4, l1=3e-5)
LATE = np.roll(TURNING, 2)
LATE[:2] = 1.2  # as TURNING, but two epochs later


def curves(first_missed: int, losses: np.ndarray, n_repeats: int) -> Validation:
    """After epoch e, `first_missed` - e images are missed, by the second repeat one
    more.
    """
    wrong = [
        [range(max(0, first_missed - epoch) + repeat) for epoch in range(1, 13)]
        for repeat in range(n_repeats)
    ]
    return validation(LABELS, wrong, np.stack([losses] * n_repeats))  # type: ignore[arg-type]


@pytest.fixture
def ablated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, Overfit, Ablation, Any]:
    """The model turns after epoch 6 and errs less at its end; each remedy turns after
    epoch 8 and misses fewer images than the one before it.
    """
    run = run_in(tmp_path)
    trained_as(monkeypatch, "sevenfold.steps.overfit", [curves(20, TURNING, 3)])
    settings = OverfitSettings(stages=(Stage(hidden=(6, 3), n_epochs=12),), n_seeds=3)
    overfit = run_overfit(run, DATA, settings, BASELINE, executor=NOWHERE)
    outcomes = [curves(24 - 2 * number, LATE, 2) for number in range(6)]
    asked = trained_as(monkeypatch, "sevenfold.steps.ablation", outcomes)
    return run, overfit, run_ablation(run, DATA, SETTINGS, overfit, executor=NOWHERE), asked


def test_each_remedy_changes_one_thing() -> None:
    found = variants(network(6, 3), SETTINGS)
    networks = {name: v[1] if isinstance(v, tuple) else v for name, v in found.items()}
    assert networks == {
        "dropout": network(6, 3, hidden_dropout=0.3),
        "l2": network(6, 3, l2=2e-4),
        "l1": network(6, 3, l1=3e-5),
        "less_capacity": network(3, 1),
        "more_capacity": network(12, 6),
        "dropout_l2": network(6, 3, hidden_dropout=0.3, l2=2e-4),
    }


def test_seeds_and_epochs_are_the_models(ablated: tuple[Run, Overfit, Ablation, Any]) -> None:
    _, overfit, found, asked = ablated
    (call,) = asked
    assert call.seeds == (0, 1)
    assert len(call.configurations) == found.n_consultations == 6
    model = overfit.model.at_end.configuration
    assert {c.training for c in call.configurations} == {model.training}


def missed(first: int, epoch: int, repeat: int) -> int:
    return max(0, first - epoch) + repeat


def mean_missed(first: int, epochs: range, n_repeats: int) -> float:
    """Over epochs and repeats, of networks made by `curves`."""
    return float(np.mean([missed(first, e, r) for e in epochs for r in range(n_repeats)]))


def test_gains_are_means_over_neighbouring_epochs_at_each_networks_best_and_at_the_end(
    ablated: tuple[Run, Overfit, Ablation, Any],
) -> None:
    """Accuracy rises to the end, so the best five epochs are the last."""
    _, _, found, _ = ablated
    last = range(8, 13)
    base = mean_missed(20, last, 3)  # every seed of the model
    assert (found.model.at_best.epoch, found.model.at_end.epoch) == (10, 12)
    for number, row in enumerate(found.rows):
        first = 24 - 2 * number
        assert (row.reading.at_best.epoch, row.reading.at_end.epoch) == (10, 12)
        for moment in ("at_best", "at_end"):
            own = mean_missed(first, last, 2)
            d = found.differences(moment)[row.remedy]  # type: ignore[arg-type]
            assert d.value == pytest.approx((base - own) / 40), (row.remedy, moment)
            assert (d.n, d.n_seeds) == (40, 2)
            accuracy = getattr(row.reading, moment).accuracy.value
            assert accuracy == pytest.approx(1 - own / 40)
    assert found.at_best.n_base_seeds == 3
    assert found.at_best.deviation.degrees_of_freedom == 2 + 6


def test_a_single_lucky_epoch_is_not_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By single epochs the second would be read; of five in a row, those about the
    seventh.
    """
    run = run_in(tmp_path)
    numbers = [20, 0, 20, 20, 9, 8, 7, 8, 9, 20, 20, 20]
    jumping = validation(LABELS, [[range(n) for n in numbers]] * 2, np.stack([TURNING] * 2))  # type: ignore[arg-type]
    trained_as(monkeypatch, "sevenfold.steps.overfit", [jumping])
    settings = OverfitSettings(stages=(Stage(hidden=(6, 3), n_epochs=12),), n_seeds=2)
    overfit = run_overfit(run, DATA, settings, BASELINE, executor=NOWHERE)
    trained_as(monkeypatch, "sevenfold.steps.ablation", [jumping] * 6)
    found = run_ablation(run, DATA, SETTINGS, overfit, executor=NOWHERE)
    assert found.model.at_best.epoch == 7
    assert found.model.at_best.accuracy.value == pytest.approx(1 - 8.2 / 40)
    assert str(found).endswith("told from no effect at their best: none")


def test_groups_of_the_validation_images_make_the_intervals(
    ablated: tuple[Run, Overfit, Ablation, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images that are missed together, in groups, tell less than as many strangers."""
    run, overfit, alone, _ = ablated
    grouped = replace(
        DATA, images=replace(DATA.images, groups=np.array([f"w{i // 8}" for i in range(40)]))
    )
    outcomes = [curves(24 - 2 * number, LATE, 2) for number in range(6)]
    trained_as(monkeypatch, "sevenfold.steps.ablation", outcomes)
    found = run_ablation(run, grouped, SETTINGS, overfit, executor=NOWHERE)
    assert (found.at_end.n_groups, alone.at_end.n_groups) == (5, 40)
    assert found.at_end.error_of_groups > 1.5 * alone.at_end.error_of_groups
    assert found.reach_at_end.most > alone.reach_at_end.most


def test_the_rise_is_above_the_smoothed_minimum(
    ablated: tuple[Run, Overfit, Ablation, Any],
) -> None:
    smooth = np.array([LATE[max(0, i - 2) : i + 3].mean() for i in range(12)])
    row = ablated[2].rows[-1]
    rise = row.val_loss_rise if hasattr(row, "val_loss_rise") else row.reading.val_loss_rise
    assert rise == pytest.approx(smooth[-1] - smooth.min())
    assert rise != pytest.approx(smooth[-1] - smooth[0])


def test_the_curves_are_stored(ablated: tuple[Run, Overfit, Ablation, Any]) -> None:
    run = ablated[0]
    stored = run.load_arrays("histories/ablation_dropout_l2.npz")
    assert (stored["predictions"][0, 0] != stored["labels"]).sum() == 13
