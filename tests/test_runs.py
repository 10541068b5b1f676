"""A run folder: steps are computed once, refused when changed, and whole or absent."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from sevenfold.config import Config, load_config
from sevenfold.errors import RunError
from sevenfold.records import Record
from sevenfold.runs.claiming import is_at_work
from sevenfold.runs.reading import read_run
from sevenfold.runs.writing import Run
from sevenfold.terminal import Terminal, keep_swallowed_interrupts


class Input(Record):
    value: int


class Answer(Record):
    doubled: int


def double(run: Run, given: Input) -> Answer:
    run.save_arrays("histories/double.npz", {"x": np.arange(given.value)})
    return Answer(doubled=2 * given.value)


def never(run: Run, given: Input) -> Answer:
    raise AssertionError("a finished step was run again")


@contextmanager
def opened(folder: Path, config: Config | None = None) -> Iterator[Run]:
    with Run.open(
        folder, config or load_config("quick"), seed=0, engine="jax", terminal=Terminal("quiet")
    ) as run:
        yield run


def test_a_finished_step_is_not_run_again(tmp_path: Path) -> None:
    for function in (double, never):
        with opened(tmp_path / "run") as run:
            assert run.step("double", Answer, function, Input(value=3)) == Answer(doubled=6)
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "done"


def test_a_step_with_other_inputs_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        run.step("double", Answer, double, Input(value=3))
    with pytest.raises(RunError, match=r"other inputs.*--out"), opened(tmp_path) as run:
        run.step("double", Answer, double, Input(value=4))


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_step_whose_files_are_gone_is_refused(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as run:
        run.step("double", Answer, double, Input(value=3))
    file = tmp_path / "histories" / "double.npz"
    file.unlink() if damage == "missing" else file.write_bytes(b"other")
    with (
        pytest.raises(RunError, match=r"double\.npz is missing or changed"),
        opened(tmp_path) as run,
    ):
        run.step("double", Answer, double, Input(value=3))


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_damaged_result_is_named(tmp_path: Path, content: str) -> None:
    with opened(tmp_path) as run:
        run.step("double", Answer, double, Input(value=3))
    (tmp_path / "steps" / "double.json").write_text(content)
    with (
        pytest.raises(RunError, match=r"double\.json is damaged.*Delete it"),
        opened(tmp_path) as run,
    ):
        run.step("double", Answer, double, Input(value=3))


def test_changed_settings_are_refused_by_name(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    changed = load_config("quick", {"regularize.search.n_trials": 12})
    with (
        pytest.raises(RunError, match=r"regularize\.search\.n_trials is 9 there and 12 now.*--out"),
        opened(tmp_path, changed),
    ):
        pass


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(RunError, match="not a run of sevenfold"), opened(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_out_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(RunError, match="is a file"), opened(tmp_path / "x"):
        pass


def test_what_a_kill_left_half_written_goes_when_the_run_goes_on(tmp_path: Path) -> None:
    with opened(tmp_path / "run"):
        pass
    left = [".run.json.x.part", "steps/.baseline.json.x.part", "histories/.a.npz.x.part"]
    kept = [".report.html.x.part", "figures/.a.svg.x.part", "mine.part"]  # another may be writing
    for name in (*left, *kept):
        (tmp_path / "run" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "run" / name).write_bytes(b"half")
    with opened(tmp_path / "run"):
        assert not [name for name in left if (tmp_path / "run" / name).exists()]
        assert all((tmp_path / "run" / name).exists() for name in kept)


def test_two_at_once_in_one_folder(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom sevenfold.config import load_config\n"
        "from sevenfold.runs.writing import Run\nfrom sevenfold.terminal import Terminal\n"
        "from sevenfold.errors import RunError\ntry:\n"
        "    with Run.open(Path(sys.argv[1]), load_config('quick'), seed=0, engine='jax',\n"
        "        terminal=Terminal('quiet')): pass\nexcept RunError as error: print(error)\n"
    )
    with opened(tmp_path):
        answer = subprocess.run(
            [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
        )
    assert "Another sevenfold is at work" in answer.stdout


def test_streams_of_seeds_never_meet(tmp_path: Path) -> None:
    with opened(tmp_path) as run:
        streams = [
            set(run.seeds(stream, 250)) for stream in ("comparison", "search", "finalists", "final")
        ]
    assert len(set.union(*streams)) == 1000


def test_a_ctrl_c_that_python_swallows_ends_the_next_stage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted_inside(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    keep_swallowed_interrupts()
    with Terminal("quiet").stage("Work", 3) as advance:
        advance()
        gc.callbacks.append(interrupted_inside)
        gc.collect()
        gc.callbacks.remove(interrupted_inside)
        with pytest.raises(KeyboardInterrupt):
            advance()
        advance()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="no locks there")
def test_a_link_in_place_of_the_lock_does_not_empty_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").symlink_to(tmp_path / "precious")
    with pytest.raises(RunError, match=r"Cannot lock the run folder"), opened(tmp_path / "run"):
        pass
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("name", [".DS_Store", "desktop.ini", "Thumbs.db", ".directory"])
def test_what_file_managers_leave_does_not_occupy_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"icons")
    with opened(tmp_path):
        assert (tmp_path / "config.toml").exists()


def test_who_is_at_work_is_known(tmp_path: Path) -> None:
    assert not is_at_work(tmp_path)
    with opened(tmp_path):
        assert is_at_work(tmp_path)
    assert not is_at_work(tmp_path)


@pytest.mark.parametrize(
    ("error", "said"),
    [(KeyboardInterrupt(), "was interrupted"), (RuntimeError("oh"), "failed .RuntimeError: oh.")],
)
def test_a_run_without_a_step_says_how_it_ended(
    tmp_path: Path, error: BaseException, said: str
) -> None:
    with suppress(KeyboardInterrupt, RuntimeError), opened(tmp_path):
        with pytest.raises(RunError, match=r"the run is at work. Wait for it"):
            read_run(tmp_path)
        raise error
    with pytest.raises(RunError, match=f"the run {said}. Run the same command"):
        read_run(tmp_path)
