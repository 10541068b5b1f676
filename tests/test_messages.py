"""Every message is one short line in which nothing is hidden, whatever a name, a
setting, a file or a path holds.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sevenfold import cli
from sevenfold.config import load_config, parse_assignment
from sevenfold.errors import MAX_LENGTH, DataError, SettingsError, one_line, visible
from sevenfold.records import Record, read_toml
from sevenfold.runs.description import read_description
from sevenfold.terminal import Terminal

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Runs the command line here; gives its exit code and standard error."""
    before = signal.getsignal(signal.SIGINT)

    def run(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sevenfold", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    yield run
    signal.signal(signal.SIGINT, before)


def require_one_line(error: str) -> None:
    assert error.startswith("sevenfold: ")
    assert error.endswith("\n")
    assert error[:-1].isprintable()
    assert len(error) <= 501


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("\x9b2J\x00", r"\x9b2J\x00"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2028", r"\u2028"),
        ("\udcff", r"\udcff"),
    ],
)
def test_what_a_terminal_would_obey_is_spelt_out(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown
    assert str(DataError(f"x{hidden}y")) == f"x{shown}y"


@pytest.mark.parametrize("text", ["café 手書き", "👩\u200d🔬", "می\u200cخواهم", "a\\nb"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_long_message_keeps_the_thing_and_what_to_do() -> None:
    line = one_line("data.npz: " + "x" * 5000 + ". Fetch it again.")
    assert len(line) == MAX_LENGTH - 1
    assert line.startswith("data.npz: x")
    assert line.endswith("x. Fetch it again.")
    assert one_line(line) == line


def test_the_terminal_prints_no_escape_sequence_of_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Terminal()
    for show in (screen.say, screen.warn, lambda text: screen.verdict("step", text)):
        show("left\x1b]0;title\x07out" + "x" * 1000)
        said = capsys.readouterr().out
        assert r"left\x1b]0;title\x07out" in said
        assert said.count("\n") == 1
        assert len(said) < 550


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--seed", "a\x1b[1mb"], ["--seed", "valid integer"]),
        (["run", "--s\x1b[1me"], [r"\x1b[1me", "--help"]),
        (["run", "--size", "3"], ["--size"]),
        (["reprot"], ["reprot", "report"]),
        (["run", "--set", "a\x1b[1mb=1"], [r"a\x1b[1mb is not a setting"]),
        (["run", "--set", "seed=" + 3000 * "["], ["seed", "valid integer"]),
        (["run", "--set", "seed=" + 5000 * "9"], ["seed", "valid integer"]),
        (["run", "--set", "seed=0x" + 5000 * "f"], ["seed", "a number of 20,000 bits"]),
        (["run", "--set", 1000 * "a." + "b=1"], ["is not a setting", "at most 8 groups"]),
        (["run", "--set", r'dataset="a\u0000b/c"'], [r"a\x00b/c"]),
        (["run", "--set", 'dataset="no/such\\u001b[2J"'], [r"no/such\x1b[2J"]),
        (["run", "--preset", "a\nb"], [r"a\nb", "not a preset"]),
        (["run", "--open-test-again", "\n"], ["wants a reason"]),
        (["report", "x" * 5000], ["File name too long", "permissions"]),
        (["report", "a\nb"], [r"a\nb", "not a run"]),
        (["report", "/dev/zero"], ["/dev/zero", "not a run"]),
        (["run", "--config", "x" * 5000], ["File name too long"]),
        (["run", "--config", "/dev/zero"], ["special file"]),
        (["run", "--config", "/proc/self/mem"], ["Cannot read the settings file"]),
        (["run", "--config", "."], ["is a folder"]),
        (["run", "--data", "x" * 5000], ["File name too long"]),
        (["run", "--data", "/dev/random"], ["/dev/random"]),
        (["run", "--out", "/dev/null", "--dataset", "mnist-5k"], ["must be a folder"]),
        (["data", "check", "x" * 5000], ["give the path of"]),
        (["data", "check", "a\nb/c"], [r"a\nb/c"]),
        (["data", "check", "/dev/zero"], ["/dev/zero"]),
        (["data", "check", "/proc/self/mem"], ["/proc/self/mem"]),
        (["data", "fetch", "\x1b[31m"], [r"\x1b[31m"]),
    ],
)  # fmt: skip
def test_odd_names_and_settings_get_their_one_line(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], words: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    started = time.monotonic()
    code, error = command(*arguments)
    assert code == 2, error
    require_one_line(error)
    assert all(word in error for word in words), error
    assert time.monotonic() - started < 10
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize(
    "arguments",
    [["run", "--config"], ["run", "--data"], ["run", "--dataset"], ["data", "check"], ["report"]],
)
@pytest.mark.parametrize("name", ["d.npz", "d.csv", "d.zip", "d.parquet", "d.h5", "d.toml"])
def test_a_pipe_without_a_writer_holds_nobody_up(
    command: Command, tmp_path: Path, arguments: list[str], name: str
) -> None:
    os.mkfifo(tmp_path / name)
    signal.alarm(20)  # a hang ends the test run
    code, error = command(*arguments, tmp_path / name)
    signal.alarm(0)
    assert code == 2, error
    require_one_line(error)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
@pytest.mark.parametrize(
    "arguments", [["run", "--config"], ["run", "--data"], ["data", "check"], ["report"]]
)
def test_what_may_not_be_read_gets_our_line(
    command: Command, tmp_path: Path, arguments: list[str]
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    code, error = command(*arguments, closed)
    assert code == 2, error
    require_one_line(error)


@pytest.mark.parametrize(
    "arguments", [["run", "--config"], ["run", "--data"], ["run", "--out"], ["report"]]
)
def test_the_parser_of_options_leaves_permissions_to_us(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Its own answer is another; root is asked to believe so."""
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    (tmp_path / "file").write_bytes(b"")
    code, error = (
        command(*arguments, tmp_path, "--seed=-1")
        if arguments[0] == "run"
        else command(*arguments, tmp_path)
    )
    assert code == 2
    assert "readable" not in error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 9 GiB"),
        RuntimeError("RESOURCE_EXHAUSTED: x"),
        ImportError("libx.so: failed to map segment from shared object"),
    ],
)
def test_too_little_memory_is_nobodys_fault(
    command: Command, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("sevenfold.report.draw", fail)
    code, said = command("report", "x")
    assert code == 1
    require_one_line(said)
    assert "too little memory" in said
    assert "fault" not in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's limits")
@pytest.mark.parametrize("kilobytes", [200_000, 400_000, 800_000, 1_500_000, 2_000_000])
def test_a_limit_under_which_libraries_end_the_process_is_named_before_any_work(
    tmp_path: Path, kilobytes: int
) -> None:
    """OpenBLAS ended it at 1,200,000, LLVM with -6 at 1,950,000; 2,100,000 is fine."""
    limited = f"ulimit -v {kilobytes}; exec {sys.executable} -m sevenfold run --dataset mnist-5k"
    done = subprocess.run(
        ["sh", "-c", f"{limited} --out {tmp_path / 'out'}"], capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    require_one_line(done.stderr)
    assert "memory" in done.stderr or "(ulimit -v) leaves" in done.stderr
    assert not (tmp_path / "out").exists()


def test_memory_that_is_not_there_is_said_before_anything_is_trained(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sevenfold.machine.memory_left", lambda: 200_000_000)
    out = tmp_path / "out"
    code, said = command("run", "--dataset", "mnist-5k", "--quiet", "--out", out)
    assert code == 2
    require_one_line(said)
    assert "needs about 313 MB of memory, and 200 MB are left" in said
    assert not out.exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_settings_in_utf_16_are_named_as_such(tmp_path: Path, encoding: str) -> None:
    bom = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    (tmp_path / "a.toml").write_bytes((bom + "seed = 1").encode(encoding))
    with pytest.raises(SettingsError, match=r"got UTF-16. Save it as UTF-8"):
        read_toml(tmp_path / "a.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seed = " + 3000 * "[", "brackets inside one another"),
        ("seed = " + 5000 * "9", "not valid TOML"),
        ("a." * 1000 + "b = 1", "hundreds inside one another"),
        ("#" * (1 << 20) + "#", "at most 1,048,576 bytes"),
        ('"\\u001b[2J" = 1', r"\\x1b\[2J is not a setting"),
        ("seed = 0x" + 5000 * "f", "a number of 20,000 bits"),
    ],
)
def test_odd_settings_files_get_their_one_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.toml").write_text(content)
    with pytest.raises(SettingsError, match=said):
        load_config(tmp_path / "a.toml")


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'preset = "quick"\r\nseed = 3\r\n')
    assert load_config(tmp_path / "a.toml").seed == 3


def test_what_is_no_toml_is_a_plain_word() -> None:
    assert parse_assignment("a=b c") == ("a", "b c")
    assert parse_assignment("a=[1, 2]") == ("a", [1, 2])


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"schema": 3, "a": ' + b"[" * 100_000])
def test_a_run_described_by_brackets_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(Exception, match=r"run\.json is damaged"):
        read_description(tmp_path)


class Plain(Record):
    value: float


def test_whole_numbers_of_any_usual_size_are_plain() -> None:
    assert Plain.from_values({"value": 10**300}).value == 1e300
