"""Where data and compiled code are kept, and what is left of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sevenfold.data import cache

pytestmark = pytest.mark.skipif(os.name == "nt", reason="users and processes are those of POSIX")


@pytest.fixture
def homeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user without a home, and the folder in which temporary ones are made."""

    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("SEVENFOLD_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    cache.temporary_folder.cache_clear()
    yield tmp_path
    cache.temporary_folder.cache_clear()


def test_without_a_home_one_folder_of_this_process_is_made(homeless: Path) -> None:
    assert not cache.is_lasting()
    folder = cache.cache_folder()
    assert cache.cache_folder() == folder
    assert [entry.name for entry in homeless.iterdir()] == [folder.parts[-3]]
    assert folder.parts[-3].startswith(f"sevenfold-{os.getpid()}-")


def test_folders_of_dead_processes_go_and_all_others_stay(homeless: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        dead = process.pid
    for name in (f"sevenfold-{dead}-a", f"sevenfold-{os.getppid()}-b", "sevenfold-mine"):
        (homeless / name).mkdir()
        (homeless / name / "file").write_bytes(b"x")
    (homeless / f"sevenfold-{dead}-link").symlink_to(homeless / "sevenfold-mine")
    own = cache.temporary_folder()
    assert sorted(entry.name for entry in homeless.iterdir()) == sorted(
        [f"sevenfold-{os.getppid()}-b", "sevenfold-mine", f"sevenfold-{dead}-link", own.name]
    )


def test_no_compiled_code_is_kept_where_it_would_not_be_found(homeless: Path) -> None:
    pytest.importorskip("jax").config.update("jax_compilation_cache_dir", None)
    from sevenfold.engine import _compilation

    _compilation.keep_compiled_code()
    assert not list(homeless.iterdir())
