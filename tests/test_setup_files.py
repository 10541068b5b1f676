"""What other set-ups read: git on Windows, containers, whoever installs the locks."""

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
def test_git_gives_scripts_and_locks_unix_lines_everywhere() -> None:
    files = ["scripts/run", "requirements.lock", ".ci/run", "src/sevenfold/presets/book.toml"]
    command = ["git", "check-attr", "eol", *files]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [f"{file}: eol: lf" for file in files]


def test_the_container_has_all_that_set_up_reads() -> None:
    steps = [
        line.split(maxsplit=1)
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    copied = {name for verb, rest in steps if verb == "COPY" for name in rest.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert copied >= {
        "pyproject.toml",
        *LOCKS,
        "scripts",
        "src",
        project["readme"],
        *project["license-files"],
    }
    words = dict(steps)
    image, _, version = words["FROM"].partition(":")
    assert (image, version) == ("python", "3.13-slim")
    assert words["RUN"] == "scripts/setup"
    assert os.access(ROOT / json.loads(words["ENTRYPOINT"])[0], os.X_OK)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".venv", "runs"} <= set(ignored)
    assert not copied & set(ignored)


def test_the_development_container_sets_up_what_tests_need() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["image"] == "python:3.13"
    assert container["postCreateCommand"] == "scripts/setup dev"


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in LOCKS:
        lines = (ROOT / lock).read_text().splitlines()
        pins = [i for i, line in enumerate(lines) if "==" in line and not line.startswith(" ")]
        assert len(pins) > 50
        assert all(lines[i + 1].strip().startswith("--hash=sha256:") for i in pins)
        assert not any("://" in line for line in lines)


def test_the_project_asks_nothing_of_uv_that_a_hash_checked_install_refuses() -> None:
    """`uv pip install --require-hashes` takes a constraint for one without a pin."""
    assert "uv" not in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
