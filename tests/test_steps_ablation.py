"""The ablation: each remedy alone, against the overfitting model read alike."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made import development, images, network, run_in, trained_as, validation
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
    overfit = run_overfit(run, DATA, settings, BASELINE)
    outcomes = [curves(24 - 2 * number, LATE, 2) for number in range(6)]
    asked = trained_as(monkeypatch, "sevenfold.steps.ablation", outcomes)
    return run, overfit, run_ablation(run, DATA, SETTINGS, overfit), asked


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


def test_gains_are_read_at_each_networks_own_turn_and_at_the_end(
    ablated: tuple[Run, Overfit, Ablation, Any],
) -> None:
    _, overfit, found, _ = ablated
    assert overfit.model.at_turn.epoch == 6
    model_missed = {"best": [14, 15], "end": [8, 9]}
    for number, row in enumerate(found.rows[-6:]):
        first_missed = 24 - 2 * number
        for moment, epoch in (("best", 8), ("end", 12)):
            missed = [max(0, first_missed - epoch) + repeat for repeat in range(2)]
            gain = (sum(model_missed[moment]) - sum(missed)) / 80
            difference = getattr(row, f"difference_at_{moment}")
            assert difference.value == pytest.approx(gain), (row, moment)
            assert (difference.n, difference.n_seeds) == (40, 2)
    assert any(row.difference_at_best.value > 0 for row in found.rows[-6:])
    assert any(row.difference_at_best.value < 0 for row in found.rows[-6:])


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
