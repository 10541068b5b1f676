"""Files that are whole or absent, whoever writes at once and whoever is killed."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sevenfold.storage import keep_within, remove_stale_parts, write_atomically

WRITE_AGAIN_AND_AGAIN = """
import sys
from pathlib import Path
from sevenfold.storage import write_atomically
for _ in range(40):
    write_atomically(Path(sys.argv[1]), sys.argv[2] * 50_000)
"""


def test_processes_that_write_one_name_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE_AGAIN_AND_AGAIN, str(path), letter])
        for letter in "abc"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert path.read_text() in {letter * 50_000 for letter in "abc"}
    assert [file.name for file in path.parent.iterdir()] == ["file.txt"]


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_a_written_file_may_be_read_by_all(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"x")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomically(tmp_path / "file", "old")

    names = []

    def full(descriptor: int) -> None:
        names.extend(path.name for path in tmp_path.iterdir() if path.name != "file")
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(tmp_path / "file", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]
    assert re.fullmatch(r"\.file\..+\.part", *names)  # a name that a run takes for its own


def leave_behind(folder: Path) -> None:
    for name, age in (
        (".file.x.part", 7200),
        (".file.y.part", 0),
        (".other.z.part", 7200),
        ("file.json", 7200),
    ):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_killed_processes_left_is_swept_up_but_not_what_another_is_writing(
    tmp_path: Path,
) -> None:
    leave_behind(tmp_path)
    remove_stale_parts(tmp_path)
    assert names_in(tmp_path) == [".file.y.part", "file.json"]


def test_the_next_write_of_a_name_sweeps_up_what_is_left_of_it(tmp_path: Path) -> None:
    leave_behind(tmp_path)
    write_atomically(tmp_path / "file", b"whole")
    assert names_in(tmp_path) == [".file.y.part", ".other.z.part", "file", "file.json"]


def test_a_link_under_the_name_of_a_half_written_file_keeps_its_target(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for name in (".report.html.part", "report.html.part", "report.html"):
        (tmp_path / name).symlink_to(precious)
    write_atomically(tmp_path / "report.html", "page")
    assert precious.read_text() == "mine"
    assert precious.stat().st_mode & 0o777 != 0o777
    assert (tmp_path / "report.html").read_text() == "page"
    assert not (tmp_path / "report.html").is_symlink()


def test_a_name_is_drawn_again_where_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even whoever guesses the random name cannot have us write through a link."""
    names = iter(["guessed", "other"])
    monkeypatch.setattr("tempfile._get_candidate_names", lambda: names)
    (tmp_path / ".file.guessed.part").symlink_to(tmp_path / "precious")
    write_atomically(tmp_path / "file", "x")
    assert not (tmp_path / "precious").exists()
    assert (tmp_path / "file").read_text() == "x"


def test_a_cache_is_kept_small_by_dropping_what_was_used_longest_ago(tmp_path: Path) -> None:
    for age in range(10):
        (tmp_path / str(age)).write_bytes(bytes(100))
        os.utime(tmp_path / str(age), (time.time() - 100 * age,) * 2)
    keep_within(tmp_path, 1000)
    assert len(names_in(tmp_path)) == 10
    keep_within(tmp_path, 999)
    assert names_in(tmp_path) == ["0", "1", "2", "3"]
    keep_within(tmp_path / "nowhere", 10)
