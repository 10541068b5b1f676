"""A worker process: the messages that it cannot read, and what is said of its death."""

import gc
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import made_up_digits

from sevenfold.errors import SevenfoldError
from sevenfold.executor.choosing import open_executor
from sevenfold.executor.tasks import Task
from sevenfold.executor.worker import LENGTH, receive, send
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide
from sevenfold.terminal import Advance


@pytest.fixture(scope="module")
def development() -> DevelopmentSet:
    return divide(made_up_digits(100, seed=1), ProtocolSettings(method="holdout"), 0)


def test_messages_come_as_they_were_sent() -> None:
    pipe = io.BytesIO()
    for message in ("epoch", {"a": (1, None)}):
        send(pipe, message)
    pipe.seek(0)
    assert [receive(pipe), receive(pipe)] == ["epoch", {"a": (1, None)}]
    with pytest.raises(EOFError):
        receive(pipe)


class Raises:
    """Raises `error` where it is unpickled."""

    def __init__(self, error: str) -> None:
        self.error = error

    def __reduce__(self) -> tuple[object, ...]:
        return eval, (f"(_ for _ in ()).throw({self.error})",)


def pickled(value: object) -> bytes:
    content = pickle.dumps(value, protocol=5)
    return LENGTH.pack(len(content)) + content


# As where driver and worker have different code, or memory is short.
UNREADABLE = {
    "nothing_of_this_name": LENGTH.pack(35) + b"\x80\x05c__main__\nnothing_of_this_name\n..",
    "ImportError: no such module": pickled(Raises("ImportError('no such module')")),
    "MemoryError": pickled(Raises("MemoryError()")),
    # The message before: the worker opens its images in its other thread.
    "No such file": pickled(("/no/such/file", None)),
    "OverflowError": LENGTH.pack(2**64 - 1),
}


@pytest.mark.parametrize("words", UNREADABLE)
def test_a_message_that_cannot_be_read_ends_the_worker(words: str, tmp_path: Path) -> None:
    """Nothing would ever answer, and nothing would end it with its driver."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "sevenfold.executor"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert worker.stdin is not None
    worker.stdin.write(UNREADABLE[words])
    worker.stdin.flush()
    assert worker.wait(timeout=60) == 1
    assert worker.stderr is not None
    assert words in worker.stderr.read().decode()
    for pipe in (worker.stdin, worker.stdout, worker.stderr):
        assert pipe is not None
        pipe.close()


class ReadableOnce:
    """A task's argument that the first process that reads it dies of."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return _die_once, (self.mark,)


def _die_once(mark: Path) -> str:
    if mark.exists():
        return "read"
    mark.touch()
    raise ImportError("only this once")


def _answer(development: DevelopmentSet, argument: object, *, advance: Advance) -> object:
    return argument


def _leave(development: DevelopmentSet, *, advance: Advance) -> None:
    sys.stderr.write("terminate called after\n  what(): \033[31mno room\n")
    sys.stderr.flush()
    os._exit(7)


def test_a_dead_worker_is_replaced_and_its_last_words_are_told(
    development: DevelopmentSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    once = Task(_answer, lambda: (ReadableOnce(tmp_path / "mark"),), 0)
    with open_executor(development, tmp_path / "workers", workers=1) as executor:
        assert list(executor.run([once], lambda: None)) == [(0, "read")]
        with pytest.raises(SevenfoldError) as death:
            list(executor.run([Task(_leave, tuple, 0)], lambda: None))
    assert "the last one with exit code 7: terminate called after / what():  [31mno room." in str(
        death.value
    )


def test_a_worker_that_cannot_even_start_says_why(
    development: DevelopmentSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    always = Task(_answer, lambda: (Raises("ImportError('no such module')"),), 0)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    monkeypatch.setattr("sevenfold.executor.local.MAX_DEATHS", 2)
    with (
        open_executor(development, tmp_path / "workers", workers=1) as executor,
        pytest.raises(SevenfoldError, match=r"with exit code 1: ImportError: no such module\. The"),
    ):
        list(executor.run([always], lambda: None))


CYCLES = """
import gc, weakref
from sevenfold.executor.memory import MAX_COMPILED, release_memory
class Cycle:
    def __init__(self): self.itself = self
gc.disable()
release_memory()
assert gc.get_freeze_count() > 0, "the libraries' objects are searched every time"
young = weakref.ref(Cycle())
release_memory()
assert young() is None
old = Cycle()
for _ in range(MAX_COMPILED - 1): release_memory()
seen = weakref.ref(old)
del old
for _ in range(MAX_COMPILED): release_memory()
assert seen() is None, "what was frozen is never given back"
"""


def test_what_tasks_leave_behind_is_given_back() -> None:
    subprocess.run([sys.executable, "-c", CYCLES], check=True)


def test_the_end_of_the_work_freezes_no_objects_of_the_caller(
    development: DevelopmentSet, tmp_path: Path
) -> None:
    """Which may be a notebook's process; only a worker's own do not matter."""
    before = gc.get_freeze_count()
    with open_executor(development, tmp_path / "workers"):
        pass
    assert gc.get_freeze_count() == before
