"""`scripts/setup` with made-up Pythons on the PATH: it says the true cause, or sets
up.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COPIED = ("pyproject.toml", "requirements.lock", "requirements-dev.lock")

# Answers programs as a Python of another version, kind or equipment would, and plays
# `-m venv` and `-m pip` by leaving behind what the real ones do and a line in the log.
MADE_UP = """#!/bin/sh
{start}
while [ $# -gt 0 ]; do
    case "$1" in
    -c) shift; program=$1; shift
        [ ! -e "$(dirname "$0")/installed" ] || export PYTHONPATH=src
        exec {real} -c 'import sys
{changes}
exec(sys.argv.pop(1))' "$program" "$@" ;;
    -m) echo "{name} $2" >>"$LOG"
        case "$*" in
        *"venv .venv"*) mkdir -p .venv/bin; cat "$0" >.venv/bin/python
            chmod +x .venv/bin/python ;;
        *--editable*) touch .venv/bin/installed ;;
        esac
        [ "$2" = venv ] || exit {pip}
        exit ;;
    esac
    shift
done
"""


class Checkout:
    """A copy of what set-up reads, and a PATH with nothing but made-up Pythons."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tools, self.log = folder / "checkout", folder / "bin", folder / "log"
        self.tools.mkdir()
        (self.folder / "src" / "sevenfold").mkdir(parents=True)
        (self.folder / "src" / "sevenfold" / "__init__.py").touch()
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        for name in COPIED:
            shutil.copy(ROOT / name, self.folder / name)
        for name in ("cat", "chmod", "cksum", "dirname", "mkdir", "rm", "sh", "touch", "tr"):
            (self.tools / name).symlink_to(shutil.which(name) or "")
        self.uname("Linux")

    def uname(self, system: str) -> None:
        self._write(self.tools / "uname", f"#!/bin/sh\necho {system}\n")

    def python(
        self, name: str, *, changes: str = "", start: str = "", pip: int = 0, place: str = ""
    ) -> Path:
        path = self.folder / place / name if place else self.tools / name
        changes = changes.replace("'", '"')  # they stand within single quotes
        text = MADE_UP.format(name=name, real=sys.executable, changes=changes, start=start, pip=pip)
        return self._write(path, text)

    def uv(self, install: int = 0) -> None:
        self._write(
            self.tools / "uv",
            '#!/bin/sh\necho "uv $1 $2" >>"$LOG"\ncase "$1 $*" in\n'
            'venv*) while [ "$1" != --python ]; do shift; done; mkdir -p .venv/bin\n'
            '    cp "$2" .venv/bin/python ;;\n*--editable*) touch .venv/bin/installed ;;\n'
            f"pip*) exit {install} ;;\nesac\n",
        )
        (self.tools / "cp").symlink_to(shutil.which("cp") or "")

    def _write(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def setup(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.tools), "LOG": str(self.log), **variables}
        command = ["/bin/sh", "scripts/setup", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60
        )

    def calls(self) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines


OLD = "sys.version_info = (3, 10, 13, 'final', 0)"
NEW = "sys.version_info = (3, 12, 1, 'final', 0)"
NEXT = "sys.version_info = (3, 15, 0, 'final', 0)"
BARE = "sys.modules['ensurepip'] = None"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def stamps(checkout: Checkout) -> list[Path]:
    return sorted((checkout.folder / ".venv").glob(".sevenfold-*"))


def refused(answer: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refusal."""
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.startswith("setup: ")
    return answer.stderr


def test_a_second_call_finds_its_stamp(checkout: Checkout) -> None:
    checkout.python("python3")
    assert checkout.setup().returncode == 0
    assert checkout.calls() == ["python3 venv", "python3 pip", "python3 pip"]
    assert checkout.setup().stderr == ""
    assert checkout.calls() == []


def test_tests_need_more_than_a_run_but_not_the_other_way_round(checkout: Checkout) -> None:
    checkout.python("python3")
    checkout.setup()
    assert "requirements-dev.lock" not in checkout.setup("dev").stderr
    assert checkout.calls().count("python3 pip") == 4
    checkout.setup()
    assert checkout.calls() == []


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("is Python 3.10", OLD),
        ("is Python 3.15", NEXT),
        ("is pypy", "sys.implementation.name = 'pypy'"),
        ("is of 32 bits", "sys.maxsize = 2**31 - 1"),
        ("is free-threaded", "import sysconfig; sysconfig.get_config_var = lambda name: 1"),
        ("has no venv (on Debian and Ubuntu: apt install python3-venv)", BARE),
    ],
)
def test_a_python_that_will_not_do_is_passed_over_and_named(
    checkout: Checkout, fault: str, changes: str
) -> None:
    unusable = checkout.python("python3", changes=changes)
    assert f"found python3 {fault}." in refused(checkout.setup())
    named = refused(checkout.setup(SEVENFOLD_PYTHON=str(unusable)))
    assert f"SEVENFOLD_PYTHON is {unusable}, which {fault};" in named
    assert not (checkout.folder / ".venv").exists()
    checkout.python("python3.12")
    assert checkout.setup().returncode == 0
    assert checkout.calls()[0] == "python3.12 venv"


def test_a_python_that_does_not_start_is_passed_over(checkout: Checkout) -> None:
    checkout.python("python3", start="exit 127")
    assert "found python3 does not start." in refused(checkout.setup())
    checkout.python("python3.13")
    checkout.setup()
    assert checkout.calls()[0] == "python3.13 venv"


def test_no_python_at_all(checkout: Checkout) -> None:
    assert "found none." in refused(checkout.setup())


def test_the_python_that_is_named_is_taken_or_refused(checkout: Checkout) -> None:
    checkout.python("python3")
    assert "which is not there;" in refused(checkout.setup(SEVENFOLD_PYTHON="/no/python"))
    chosen = checkout.python("of mine", place="a folder")
    assert checkout.setup(SEVENFOLD_PYTHON=str(chosen)).returncode == 0
    assert checkout.calls()[0] == "of mine venv"


def test_uv_needs_no_venv_of_the_python(checkout: Checkout) -> None:
    checkout.python("python3", changes=BARE)
    checkout.uv()
    assert checkout.setup().returncode == 0
    assert [line for line in checkout.calls() if "version" not in line] == [
        "uv venv --quiet",
        "uv pip install",
        "uv pip install",
    ]
    assert stamps(checkout)


def test_a_uv_that_does_not_start_is_passed_over(checkout: Checkout) -> None:
    checkout.python("python3")
    (checkout.tools / "uv").symlink_to("/bin/false")
    assert checkout.setup().returncode == 0
    assert checkout.calls()[0] == "python3 venv"


def test_an_environment_of_another_python_is_made_anew(checkout: Checkout) -> None:
    checkout.python("python3", changes=NEW)
    checkout.setup()
    checkout.calls()
    other = checkout.python("python3.11")
    left = checkout.folder / ".venv" / "left-over"
    left.touch()
    answer = checkout.setup(SEVENFOLD_PYTHON=str(other))
    assert "anew" in answer.stderr
    assert not left.exists()
    assert checkout.calls()[0] == "python3.11 venv"
    assert checkout.setup(SEVENFOLD_PYTHON=str(other)).stderr == ""


@pytest.mark.parametrize("damage", ["python gone", "moved"])
def test_an_environment_that_does_not_run_this_checkout_is_made_anew(
    checkout: Checkout, damage: str
) -> None:
    checkout.python("python3")
    checkout.setup()
    if damage == "python gone":
        (checkout.folder / ".venv" / "bin" / "python").unlink()
    else:
        (checkout.folder / ".venv" / "bin" / "installed").unlink()
    checkout.calls()
    assert "anew" in checkout.setup().stderr
    assert checkout.calls() == ["python3 venv", "python3 pip", "python3 pip"]


def test_changed_locks_are_installed_into_the_environment_that_is_there(checkout: Checkout) -> None:
    checkout.python("python3")
    checkout.setup()
    (checkout.folder / ".venv" / "mine").touch()
    with (checkout.folder / "requirements.lock").open("a") as lock:
        lock.write("# another\n")
    checkout.calls()
    assert "anew" not in checkout.setup().stderr
    assert "python3 pip" in checkout.calls()
    assert (checkout.folder / ".venv" / "mine").exists()
    assert len(stamps(checkout)) == 1


@pytest.mark.parametrize("leads_to", ["elsewhere", "nowhere"])
def test_a_link_to_an_environment_is_replaced_and_what_it_leads_to_is_left(
    checkout: Checkout, tmp_path: Path, leads_to: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").touch()
    (checkout.folder / ".venv").symlink_to(tmp_path / leads_to)
    checkout.python("python3")
    checkout.setup()
    assert not (checkout.folder / ".venv").is_symlink()
    assert (tmp_path / "elsewhere" / "mine").exists()


@pytest.mark.parametrize("by", ["pip", "uv"])
def test_a_failed_installation_says_so_and_leaves_no_stamp(checkout: Checkout, by: str) -> None:
    checkout.python("python3", pip=1)
    if by == "uv":
        checkout.uv(install=1)
    answer = checkout.setup()
    assert answer.returncode == 2
    assert "could not install requirements.lock" in answer.stderr.splitlines()[-1]
    assert not stamps(checkout)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_checkout_is_named_as_such(checkout: Checkout) -> None:
    checkout.python("python3")
    checkout.folder.chmod(0o555)
    try:
        assert "cannot write to" in refused(checkout.setup())
    finally:
        checkout.folder.chmod(0o755)


def test_windows_is_told_its_own_two_commands(checkout: Checkout) -> None:
    checkout.uname("MINGW64_NT-10.0")
    assert "py -m pip install ." in refused(checkout.setup())
