"""What is wrong with a run folder is said in one line; what is wrong with the report is
not blamed on the folder.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reports import folder_of, html_of

from sevenfold.errors import LedgerError, RunError
from sevenfold.records import digest_of
from sevenfold.report import draw
from sevenfold.report.sections.final_test import words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(folder_of("plain"), tmp_path / "copy"))
    (copy / "report.html").unlink()
    return copy


def change_result(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a stored result as another version of the step would have written it,
    digest included.
    """
    step = json.loads(path.read_text())
    change(step["result"])
    path.write_text(json.dumps({**step, "result_digest": digest_of(step["result"])}))


def damage_missing_value(folder: Path) -> None:
    change_result(
        folder / "steps" / "overfit.json",
        lambda result: [attempt["turn"].pop("threshold") for attempt in result["attempts"]],
    )


def damage_kind_of_value(folder: Path) -> None:
    change_result(
        folder / "steps" / "final_test.json",
        lambda result: result["scores"].update(per_class="none"),
    )


def edit_result(folder: Path) -> None:
    path = folder / "steps" / "overfit.json"
    path.write_text(path.read_text().replace('"reached": true', '"reached": false'))


def earlier_schema(folder: Path) -> None:
    path = folder / "steps" / "problem.json"
    path.write_text(path.read_text().replace('"schema": 3', '"schema": 2'))


DAMAGE: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "no run": (lambda f: (f / "run.json").unlink(), RunError, "is not a run of sevenfold"),
    "no steps": (lambda f: shutil.rmtree(f / "steps"), RunError, "holds no finished step"),
    "a gap": (
        lambda f: (f / "steps" / "baseline.json").unlink(),
        RunError,
        r"steps/overfit.json is there, but steps/baseline",
    ),
    "cut json": (
        lambda f: (f / "steps" / "overfit.json").write_text('{"result": '),
        RunError,
        "overfit.json is damaged",
    ),
    "no result": (
        lambda f: (f / "steps" / "overfit.json").write_text("{}"),
        RunError,
        "overfit.json is damaged",
    ),
    "edited": (edit_result, RunError, "overfit.json was edited"),
    "missing value": (
        damage_missing_value,
        RunError,
        r"overfit.json is damaged: attempts.0.turn.threshold",
    ),
    "another kind of value": (
        damage_kind_of_value,
        RunError,
        "final_test.json is damaged: scores.per_class",
    ),
    "earlier schema": (earlier_schema, RunError, "has schema 2; this version of sevenfold reads 3"),
    "changed array": (
        lambda f: (f / "histories" / "baseline.npz").write_bytes(b"x"),
        RunError,
        "missing or changed",
    ),
    "settings": (lambda f: (f / "config.toml").write_text("= 1"), RunError, "not valid TOML"),
    "run.json": (lambda f: (f / "run.json").write_text("[]"), RunError, "run.json is damaged"),
    "ledger": (
        lambda f: (f / "test_ledger.jsonl").write_text('{"line": 1}\n'),
        LedgerError,
        "altered at line 1",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_folder_is_explained_in_a_line(kind: str, folder: Path) -> None:
    damage, error, message = DAMAGE[kind]
    damage(folder)
    with pytest.raises(error, match=message) as caught:
        draw(folder)
    assert "\n" not in str(caught.value)
    assert not (folder / "report.html").exists()


def test_fields_that_a_later_version_stores_are_left_out(folder: Path) -> None:
    change_result(
        folder / "steps" / "final_test.json",
        lambda result: (
            result.update(foresight={"error": 0.01}),
            result["scores"].update(top_two=0.99),
        ),
    )
    assert "foresight" not in draw(folder).read_text(encoding="utf-8")


def test_a_fault_of_the_report_stays_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object) -> str:
        raise KeyError("no such word")

    monkeypatch.setattr(words, "gap", faulty)
    with pytest.raises(KeyError, match="no such word"):
        draw(folder)
    assert not (folder / "report.html").exists()


@pytest.mark.slow
def test_four_commands_that_draw_one_run_at_once_all_succeed(tmp_path: Path) -> None:
    folder = shutil.copytree(folder_of("own data"), tmp_path / "run")
    command = [sys.executable, "-m", "sevenfold", "report", str(folder)]
    for _ in range(2):  # into an empty folder, and over what is there
        at_once = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
        said = [process.communicate(timeout=300)[1] for process in at_once]
        assert said == [b""] * 4
        assert [process.returncode for process in at_once] == [0] * 4
    assert not list(folder.rglob("*.part"))
    assert (folder / "report.html").read_text("utf-8") == html_of("own data")
