"""The whole workflow on small made-up digits: honest, repeatable, and it goes on where
it was stopped.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import SMALLEST, TINY, made_up_digits, write_idx_folder

import sevenfold as sf
from sevenfold.errors import DataError, LedgerError, NoStatisticalPower, RunError
from sevenfold.records import digest_of
from sevenfold.runs.ledger import Ledger
from sevenfold.steps.baseline import run_baseline
from sevenfold.storage import read_npz


def tiny(folder: Path, **changes: object) -> sf.Config:
    return sf.load_config(
        "quick",
        {**TINY, "dataset": str(folder), **{k.replace("__", "."): v for k, v in changes.items()}},
    )


def smallest(folder: Path, **changes: object) -> sf.Config:
    return tiny(folder, **(SMALLEST | {k.replace("__", "."): v for k, v in changes.items()}))


def without_seconds(path: Path) -> dict[str, object]:
    return {
        name: value for name, value in json.loads(path.read_text()).items() if name != "seconds"
    }


def test_summary_has_the_public_fields(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text())
    assert summary["schema"] == 1
    assert summary.keys() >= {
        "dataset", "embedded_subset", "n_development", "n_test", "preset", "engine", "seed",
        "seconds", "baseline", "overfit", "regularize", "final", "test_openings",
    }  # fmt: skip
    assert summary["final"].keys() >= {
        "test_accuracy",
        "ci_low",
        "ci_high",
        "macro_f1",
        "n_errors",
        "n_parameters",
        "seed_test_accuracies",
    }
    assert (summary["n_development"], summary["n_test"], summary["test_openings"]) == (1200, 300, 1)


def test_distorted_digits_and_a_longer_final_training(digits_folder: Path, tmp_path: Path) -> None:
    config = tiny(
        digits_folder,
        regularize__space__hidden=[[32], [48, 32]],
        regularize__space__distortion=[0.02, 0.05],
        regularize__space__hard_examples=[0.2, 0.5],
        regularize__n_finalists=1,
        final_test__n_epochs=30,
    )
    sf.run_workflow(config, tmp_path / "run", workers=1, terminal="quiet")
    chosen, final = (
        json.loads((tmp_path / "run" / "steps" / f"{name}.json").read_text())["result"]
        for name in ("finalists", "final_test")
    )
    winner = chosen["finalists"][0]["fresh"]["configuration"]
    plain = chosen["undistorted"]["scored"]["configuration"]
    assert winner["network"]["hidden"] in ([32], [48, 32])
    assert 0.02 <= winner["training"].pop("distortion") <= 0.05
    assert 0.2 <= winner["training"]["hard_examples"] <= 0.5
    assert plain["training"].pop("distortion") == 0.0
    assert plain == winner
    assert chosen["undistorted"]["difference"]["n_seeds"] == 2
    assert final["configuration"]["training"]["n_epochs"] == 30
    assert final["diagnosis"] == "trained_longer"
    pictures = read_npz(tmp_path / "run" / "pictures" / "distorted.npz")
    assert not np.array_equal(pictures["distorted"][0], pictures["originals"])
    page = sf.draw_report(tmp_path / "run").read_text()
    assert "What the distortions are worth" in page
    assert "% of all visits in proportion to how hard an example is" in page
    assert "Online batch selection for faster training" in page
    assert 'id="figure-distortions"' in page
    assert "trained longer than validation could afford" in page
    assert not (tmp_path / "run" / "scratch").exists()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_summary(
    finished: Path, digits_folder: Path, tmp_path: Path
) -> None:
    """Also where more processes share the work."""
    sf.run_workflow(tiny(digits_folder), tmp_path / "again", workers=2, terminal="quiet")
    assert without_seconds(tmp_path / "again" / "summary.json") == without_seconds(
        finished / "summary.json"
    )


def test_summary_agrees_with_the_stored_predictions(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text())
    stored = read_npz(finished / "predictions" / "test.npz")
    wrong = stored["final"].argmax(axis=2) != stored["labels"]
    assert wrong[0].sum() == summary["final"]["n_errors"]
    assert (1.0 - wrong.mean(axis=1)).tolist() == pytest.approx(
        summary["final"]["seed_test_accuracies"]
    )


def test_one_opening_after_the_plan_was_frozen(finished: Path) -> None:
    lines = Ledger(finished / "test_ledger.jsonl").lines()
    assert [line.event for line in lines] == ["frozen", "opened", "result"]
    assert lines[0].plan == lines[1].plan == lines[2].plan


def test_a_finished_run_is_kept(
    finished: Path, digits_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sevenfold.validation.fit_many", None)
    folder = shutil.copytree(finished, tmp_path / "run")
    sf.run_workflow(tiny(digits_folder), folder, terminal="quiet")
    assert (folder / "summary.json").read_bytes() == (finished / "summary.json").read_bytes()


@pytest.mark.slow
def test_no_test_file_is_touched_before_the_ledger_says_opened(
    digits_folder: Path, tmp_path: Path
) -> None:
    """The audit hook sees every open() of the process, whoever calls it."""
    program = (
        "import sys\nfrom pathlib import Path\nout = Path(sys.argv[1])\nlog = []\n"
        "def hook(event, arguments):\n"
        "    if event == 'open' and 't10k' in str(arguments[0]):\n"
        "        ledger = out / 'test_ledger.jsonl'\n"
        "        log.append(ledger.exists() and '\"opened\"' in ledger.read_text())\n"
        "sys.addaudithook(hook)\n"
        "import json\nimport sevenfold as sf\n"
        "sf.run_workflow(\n"
        "    sf.load_config('quick', json.loads(sys.argv[2])), out, workers=1, terminal='quiet')\n"
        "assert len(log) >= 2 and all(log), log\n"
    )
    settings = json.dumps({**SMALLEST, "dataset": str(digits_folder)})
    subprocess.run(
        [sys.executable, "-c", program, tmp_path / "run", settings], check=True, timeout=300
    )


def test_a_forged_result_is_found(finished: Path, digits_folder: Path, tmp_path: Path) -> None:
    """Neither an edited result nor one with a digest made to fit gets past the
    ledger.
    """
    folder = tmp_path / "forged"
    shutil.copytree(finished, folder)
    path = folder / "steps" / "final_test.json"
    step = json.loads(path.read_text())
    step["result"]["scores"]["n_errors"] += 1
    path.write_text(json.dumps(step))
    with pytest.raises(RunError, match="was edited"):
        sf.run_workflow(tiny(digits_folder), folder, terminal="quiet")
    step["result_digest"] = digest_of(step["result"])
    path.write_text(json.dumps(step))
    for look in (
        lambda: sf.run_workflow(tiny(digits_folder), folder, terminal="quiet"),
        lambda: sf.draw_report(folder),
    ):
        with pytest.raises(LedgerError, match="does not end with the result"):
            look()


@pytest.mark.slow
def test_a_second_opening_needs_a_reason_and_is_on_record(
    finished: Path, digits_folder: Path, tmp_path: Path
) -> None:
    config = tiny(digits_folder)
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    (tmp_path / "steps" / "final_test.json").unlink()
    assert sf.run_workflow(config, tmp_path, terminal="quiet").test_openings == 1
    assert Ledger(tmp_path / "test_ledger.jsonl").lines()[-2].event == "rescored"
    for _ in range(2):  # a command that was cut off is given again as it was
        summary = sf.run_workflow(
            config, tmp_path, open_test_again="a reviewer asked", terminal="quiet"
        )
        assert summary.test_openings == 2
    result = json.loads((tmp_path / "steps" / "final_test.json").read_text())["result"]
    assert result["reopening_reasons"] == ["a reviewer asked"]


@pytest.mark.slow
def test_an_interrupted_run_goes_on_from_the_last_finished_step(
    digits_folder: Path, tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **keywords: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sevenfold.steps.search.search", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sf.run_workflow(tiny(digits_folder), tmp_path, workers=1, terminal="quiet")
    assert json.loads((tmp_path / "run.json").read_text())["status"] == "interrupted"
    kept = {path.name: path.read_bytes() for path in (tmp_path / "steps").iterdir()}
    assert "ablation.json" in kept
    sf.run_workflow(tiny(digits_folder), tmp_path, workers=1, terminal="quiet")
    assert all(
        (tmp_path / "steps" / name).read_bytes() == content for name, content in kept.items()
    )
    assert without_seconds(tmp_path / "summary.json") == without_seconds(finished / "summary.json")


def test_random_labels_stop_at_the_baseline(tmp_path: Path) -> None:
    development, test = made_up_digits(600, seed=3), made_up_digits(100, seed=4)
    np.random.default_rng(0).shuffle(development.labels)
    folder = write_idx_folder(tmp_path / "random", development, test)
    with pytest.raises(NoStatisticalPower, match="two hypotheses are in question"):
        sf.run_workflow(tiny(folder), tmp_path / "run", workers=1, terminal="quiet")
    assert not (tmp_path / "run" / "steps" / "overfit.json").exists()
    assert not (tmp_path / "run" / "test_ledger.jsonl").exists()


@pytest.mark.slow
def test_an_image_in_both_parts_is_refused_when_the_seal_is_broken(tmp_path: Path) -> None:
    development, test = made_up_digits(1200, seed=1), made_up_digits(300, seed=2)
    test.pixels[0] = development.pixels[0]
    folder = write_idx_folder(tmp_path / "leaky", development, test)
    with pytest.raises(DataError, match="test"):
        sf.run_workflow(smallest(folder), tmp_path / "run", workers=1, terminal="quiet")
    assert not (tmp_path / "run" / "steps" / "final_test.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["kfold", "iterated-kfold"])
def test_other_protocols(digits_folder: Path, tmp_path: Path, method: str) -> None:
    config = smallest(digits_folder, protocol__method=method, protocol__n_folds=2)
    sf.run_workflow(config, tmp_path, workers=1, terminal="quiet")
    baseline = json.loads((tmp_path / "steps" / "baseline.json").read_text())["result"]
    assert baseline["network"]["accuracy"]["n"] == 1200
    assert baseline["network"]["over_seeds"]["n"] == (1 if method == "kfold" else 2)
    assert run_baseline.__doc__


@pytest.mark.slow
def test_the_keras_file_opens_in_plain_keras_on_tensorflow(
    finished: Path, digits_folder: Path
) -> None:
    program = (
        "import os, sys, gzip\nos.environ['KERAS_BACKEND'] = 'tensorflow'\nimport keras, numpy as"
        " np\nrun, data = sys.argv[1:]\nmodel ="
        " keras.models.load_model(f'{run}/models/final.keras')\nassert {type(layer).__name__ for"
        " layer in model.layers} <= {'InputLayer', 'Dense', 'Dropout'}\nimages ="
        " np.frombuffer(gzip.open(f'{data}/t10k-images-idx3-ubyte.gz').read()[16:],"
        " np.uint8).reshape(-1, 784)\nstored ="
        " np.load(f'{run}/predictions/test.npz')['final'][0]\nfound ="
        " model.predict(images.astype('float32') / 255, verbose=0)\nassert np.abs(found -"
        " stored).max() < 1e-5, np.abs(found - stored).max()\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, finished, digits_folder], check=True, timeout=300
    )


@pytest.mark.slow
def test_the_keras_engine_carries_out_the_whole_workflow(
    digits_folder: Path, tmp_path: Path
) -> None:
    # Each of Keras's fits compiles anew, and each of its epochs is a call.
    short = {
        "baseline.n_epochs": 6,
        "overfit.stages": [{"hidden": [64], "n_epochs": 5}],
        "regularize.search.rungs": [8],
        "leave_one_out.things": ["dropout"],
        "learning_curve.n_seeds": 1,
        "engine": "keras",
    }
    settings = json.dumps({**SMALLEST, **short, "dataset": str(digits_folder)})
    program = (
        "import json, sys\nimport sevenfold as sf\nsummary ="
        " sf.run_workflow(sf.load_config('quick', json.loads(sys.argv[2])), sys.argv[1],"
        " workers=1, terminal='quiet')\nassert summary.engine == 'keras' and"
        " summary.final.test_accuracy > 0.5\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, tmp_path / "run", settings], check=True, timeout=900
    )
