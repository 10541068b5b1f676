"""A worker process and the messages that it cannot read."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from sevenfold.executor.worker import LENGTH, receive, send


def test_messages_come_as_they_were_sent() -> None:
    pipe = io.BytesIO()
    for message in ("epoch", {"a": (1, None)}):
        send(pipe, message)
    pipe.seek(0)
    assert [receive(pipe), receive(pipe)] == ["epoch", {"a": (1, None)}]
    with pytest.raises(EOFError):
        receive(pipe)


def test_a_message_that_cannot_be_read_ends_the_worker(tmp_path: Path) -> None:
    """As where driver and worker have different code: nothing would ever answer."""
    unknown = b"\x80\x05c__main__\nnothing_of_this_name\n."
    worker = subprocess.Popen(
        [sys.executable, "-m", "sevenfold.executor.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert worker.stdin is not None
    worker.stdin.write(LENGTH.pack(len(unknown)) + unknown)
    worker.stdin.flush()
    assert worker.wait(timeout=60) == 1
    assert worker.stderr is not None
    assert b"nothing_of_this_name" in worker.stderr.read()
    for pipe in (worker.stdin, worker.stdout, worker.stderr):
        assert pipe is not None
        pipe.close()
