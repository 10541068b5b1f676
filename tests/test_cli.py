"""The command line as a user meets it: one line per mistake, the right exit code,
nothing lost.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import SMALLEST

import sevenfold


def sevenfold_command(
    *arguments: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sevenfold", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_version(tmp_path: Path) -> None:
    assert (
        sevenfold_command("--version", cwd=tmp_path).stdout
        == f"sevenfold {sevenfold.__version__}\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--preset", "qick"], ["'qick' is not a preset", "'quick'"]),
        (["run", "--set", "regularize.search.n_trails=3"], ["n_trails", "n_trials"]),
        (["run", "--set", "n_trials"], ["--set wants name=value"]),
        (["run", "--seed", "-1"], ["seed", "-1"]),
        (["run", "--engine", "torch"], ["engine", "torch"]),
        (["run", "--protocol", "loo"], ["protocol.method", "loo"]),
        (["run", "--dataset", "mnits"], ["mnits", "mnist"]),
        (["run", "--dataset", "no/such/folder"], ["no/such/folder"]),
        (["run", "--config", "missing.toml"], ["missing.toml"]),
        (["run", "--config", "a.toml", "--preset", "book"], ["not both"]),
        (["run", "--dataset", "mnist", "--data", "empty"], ["empty"]),
        (["report", "no-such-run"], ["no-such-run"]),
        (["data", "check", "no-such-data"], ["no-such-data"]),
        (["data", "fetch", "cifar"], ["cifar"]),
    ],
)
def test_a_mistake_gets_one_clear_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    answer = sevenfold_command(*arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert answer.stderr.startswith("sevenfold: ")
    assert answer.stderr.count("\n") == 1
    for word in words:
        assert word in answer.stderr
    assert not list(tmp_path.iterdir())


def test_data_are_listed_and_checked_in_images_and_classes(tmp_path: Path) -> None:
    listed = sevenfold_command("data", "list", cwd=tmp_path)
    assert listed.returncode == 0
    assert "60,000 development and 10,000 test images" in listed.stdout
    labels = np.tile(np.arange(3), 20)
    pixels = np.random.default_rng(0).integers(0, 256, (60, 9, 17), np.uint8)
    parts = {"x_train": pixels, "y_train": labels, "x_test": 255 - pixels, "y_test": labels}
    np.savez(tmp_path / "d.npz", **parts)
    checked = sevenfold_command("data", "check", "d.npz", cwd=tmp_path)
    assert checked.stdout.splitlines() == [
        "the images in d.npz: 60 development and 60 test images. Nothing wrong found.",
        "each of 9 x 17 pixels, grey",
        "per class: [20, 20, 20] and [20, 20, 20]",
        "exact duplicates: 0 and 0; none across the two parts.",
        "pairs of nearly equal images: 0, across the two parts 0, with two labels 0.",
        "No published digests are known for this data.",
    ]


def test_settings_are_listed_with_the_values_of_a_preset(tmp_path: Path) -> None:
    listed = sevenfold_command("settings", "--preset", "quick", cwd=tmp_path).stdout.splitlines()
    assert listed[0] == "The preset quick; `sevenfold run --set NAME=VALUE` changes one."
    place = listed.index("regularize.search.n_trials = 9  (whole number from 1 to 10,000)")
    assert listed[place + 1] == "    Configurations that are tried in all."
    wrong = sevenfold_command("settings", "--preset", "qick", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Did you mean 'quick'?" in wrong.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_next_to_nothing(tmp_path: Path, arguments: list[str]) -> None:
    """So that it comes in 0.3 s; drawn help would import all of rich."""
    program = (
        "import atexit, sys, sevenfold.cli as cli\n"
        "heavy = {'rich', 'pydantic', 'numpy', 'PIL', 'jax', 'keras'}\n"
        "atexit.register(lambda: print('IMPORTED', sorted(heavy & set(sys.modules))))\n"
        f"sys.argv = ['sevenfold', *{arguments}]\n"
        "cli.main()"
    )
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    assert said.splitlines()[-1] == "IMPORTED []"


def test_an_unknown_option_is_explained(tmp_path: Path) -> None:
    answer = sevenfold_command("run", "--sede", "1", cwd=tmp_path)
    assert answer.returncode == 2
    assert "--seed" in answer.stderr


@pytest.mark.slow
def test_run_json_report_and_continue(digits_folder: Path, tmp_path: Path) -> None:
    """One command, from images to a report; the second time nothing is trained, and
    --json prints the summary alone.
    """
    changes = [
        f"--set={name}={json.dumps(value).replace(':', ' =').replace(chr(34) + ' =', ' =')}"
        for name, value in SMALLEST.items()
        if name != "overfit.stages"
    ]
    changes += ["--set", "overfit.stages=[{hidden = [64], n_epochs = 12}]"]
    arguments = ["run", "--preset", "quick", "--dataset", digits_folder, "--out", "mine", *changes]
    first = sevenfold_command(*arguments, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout.rstrip().endswith(f"Report: {Path('mine') / 'report.html'}")
    final = json.loads((tmp_path / "mine" / "summary.json").read_text())["final"]
    found = [f"{100 * final[name]:.1f}" for name in ("test_accuracy", "ci_low", "ci_high")]
    assert "Test accuracy {} % [{}, {}] on".format(*found) in first.stdout
    again = sevenfold_command(*arguments, "--json", cwd=tmp_path)
    assert json.loads(again.stdout) == json.loads((tmp_path / "mine" / "summary.json").read_text())
    repeated = sevenfold_command(
        "run",
        "--config",
        tmp_path / "mine" / "config.toml",
        "--out",
        "repeated",
        "--quiet",
        "--workers=1",
        cwd=tmp_path,
    )
    assert (repeated.returncode, repeated.stdout) == (0, "")
    summaries = [
        json.loads((tmp_path / run / "summary.json").read_text()) | {"seconds": 0}
        for run in ("mine", "repeated")
    ]
    assert summaries[0] == summaries[1]
    (tmp_path / "mine" / "report.html").unlink()
    assert sevenfold_command("report", "mine", cwd=tmp_path).returncode == 0
    assert (tmp_path / "mine" / "report.html").exists()
