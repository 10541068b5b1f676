"""In which precision a run trains: decided once, kept, the same wherever it works."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import SMALLEST, made_up_digits

import sevenfold as sf
from sevenfold import config as configuration
from sevenfold.config import load_config, with_precision
from sevenfold.engine import FitData, Job, TrainingSettings, fastest_precision, fit, fit_many
from sevenfold.errors import SettingsError
from sevenfold.networks import NetworkSpec
from sevenfold.storage import read_npz

MIXED = "mixed_bfloat16"
FLAGS = "processor : 0\nflags\t\t: fpu avx2 avx512f avx512_bf16_but_not_quite\n"


@pytest.mark.parametrize("content", [FLAGS, "Features : fp asimd bf16\n", "", None])
def test_a_processor_without_the_instruction_is_not_even_timed(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "cpuinfo"
    if content is not None:
        path.write_text(content)
    assert fastest_precision(path) == "float32"


@pytest.fixture
def fast_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that multiplies bfloat16 faster, whatever this one is."""
    monkeypatch.setattr(configuration, "fastest_precision", lambda: MIXED)


@pytest.mark.usefixtures("fast_bfloat16")
@pytest.mark.parametrize(
    ("changes", "on_cluster", "kept", "expected"),
    [
        ({}, False, None, MIXED),
        ({}, True, None, "float32"),
        ({"engine": "keras"}, False, None, "float32"),
        ({}, False, "float32", "float32"),
        ({}, True, MIXED, MIXED),
        ({}, False, "auto", MIXED),
        ({}, False, "float16", MIXED),
        ({"precision": "float32"}, False, None, "float32"),
        ({"precision": MIXED}, True, "float32", MIXED),
    ],
)
def test_as_asked_for_else_as_begun_else_what_is_faster(
    tmp_path: Path,
    changes: dict[str, str],
    on_cluster: bool,
    kept: str | None,
    expected: str,
) -> None:
    if kept:
        (tmp_path / "config.toml").write_text(f'precision = "{kept}"\n')
    config = load_config("quick", changes)
    decided, precision = with_precision(config, tmp_path, on_cluster=on_cluster)
    assert precision == decided.precision == expected
    assert decided.model_copy(update={"precision": config.precision}) == config


@pytest.mark.usefixtures("fast_bfloat16")
def test_a_damaged_folder_is_left_to_whoever_takes_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("precision = \n")
    _, precision = with_precision(load_config("quick"), tmp_path, on_cluster=False)
    assert precision == MIXED


def test_keras_has_float32_only() -> None:
    with pytest.raises(SettingsError, match="jax engine only"):
        load_config("quick", {"engine": "keras", "precision": MIXED})


def test_fits_side_by_side_have_the_bytes_of_one_alone() -> None:
    data = FitData(made_up_digits(300, seed=1), made_up_digits(100, seed=2))
    training = TrainingSettings(n_epochs=2, batch_size=64, precision=MIXED)
    network = NetworkSpec(inputs=784, classes=10, hidden=(40, 24), hidden_dropout=0.2)
    jobs = [Job(network, training, seed) for seed in range(3)]
    for job, together in zip(jobs, fit_many(jobs, data), strict=True):
        for one, other in zip(fit(job, data).weights, together.weights, strict=True):
            assert one.tobytes() == other.tobytes()


def test_gradients_are_those_of_rounded_factors() -> None:
    """One step of gradient descent on one layer, against the same in NumPy."""
    images = made_up_digits(64, seed=3)
    network = NetworkSpec(inputs=784, classes=10)
    training = TrainingSettings(
        n_epochs=1, batch_size=64, optimizer="sgd", learning_rate=1.0, precision=MIXED
    )
    start = fit(
        Job(network, training.model_copy(update={"learning_rate": 1e-30}), 0), FitData(images)
    )
    kernel, bias = start.weights
    x = rounded(images.pixels.reshape(64, -1).astype(np.float32) / np.float32(255.0))
    logits = x.astype(np.float64) @ rounded(kernel).astype(np.float64) + bias
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[images.labels]) / 64
    found = fit(Job(network, training, 0), FitData(images)).weights[0]
    expected = kernel - x.T.astype(np.float64) @ rounded(delta.astype(np.float32))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def rounded(array: np.ndarray) -> np.ndarray:
    """To bfloat16 and back: the upper half of the bits, ties to even."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32)
    upper = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return upper.view(np.float32)


@pytest.mark.slow
def test_a_whole_run_says_its_precision_and_any_number_of_workers_gives_its_bytes(
    digits_folder: Path, tmp_path: Path
) -> None:
    config = load_config("quick", {**SMALLEST, "dataset": str(digits_folder), "precision": MIXED})
    for n in (1, 2):
        out = tmp_path / str(n)
        assert sf.run_workflow(config, out, workers=n, terminal="quiet").precision == MIXED
    one, two = (read_npz(tmp_path / str(n) / "models" / "final.npz") for n in (1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    for step in ("baseline", "overfit", "search", "finalists", "final_test"):
        text = (out / "steps" / f"{step}.json").read_text()
        assert f'"{MIXED}"' in text
        assert '"float32"' not in text, step
    assert json.loads((out / "run.json").read_text())["precision"] == MIXED
    assert f'precision = "{MIXED}"' in (out / "config.toml").read_text()
    assert "to bfloat16" in sf.draw_report(out).read_text(encoding="utf-8")
