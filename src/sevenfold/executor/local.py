"""Worker processes on this machine: started once, kept warm, replaced when they die."""

import dataclasses
import io
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from sevenfold.errors import SevenfoldError
from sevenfold.executor.tasks import MAX_DEATHS, Result, Task
from sevenfold.executor.worker import receive, send
from sevenfold.protocol import DevelopmentSet
from sevenfold.surroundings import worker_environment
from sevenfold.terminal import Advance

MAX_WORDS = 300
"""Characters of a dead worker's last words that its message repeats."""

Event = tuple[str, int, Any, threading.Event]
"""What a worker's thread tells the driver: `epoch`, `done` or `failed`, the task's
index, the result or the error, and what to set when the result is taken care of."""


class LocalWorkers:
    """`n` worker processes, each with a thread here that hands it tasks. Create it with
    `LocalWorkers.open`.
    """

    def __init__(self, greeting: tuple[object, ...], n: int) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.tasks: queue.SimpleQueue[tuple[int, Task[Any]] | None] = queue.SimpleQueue()
        self.workers = [_Worker(greeting, self.tasks, self.events) for _ in range(n)]

    @classmethod
    @contextmanager
    def open(cls, development: DevelopmentSet, scratch: Path, n: int) -> Iterator["LocalWorkers"]:
        """Workers that share the development images through a file in the folder
        `scratch`; they end with the context.
        """
        scratch.mkdir(parents=True, exist_ok=True)
        path = scratch.absolute() / "pixels.npy"
        np.save(path, development.images.pixels, allow_pickle=False)
        no_pixels = dataclasses.replace(development.images, pixels=np.zeros(0, np.uint8))
        without_pixels = dataclasses.replace(development, images=no_pixels)
        workers = cls((str(path), without_pixels), n)
        try:
            yield workers
        finally:
            workers._end()

    def run(self, tasks: Sequence[Task[Result]], advance: Advance) -> Iterator[tuple[int, Result]]:
        """See `Executor.run`; the costliest tasks begin first, so that no worker is
        left with a long one at the end.
        """
        for index in sorted(range(len(tasks)), key=lambda i: -tasks[i].cost):
            self.tasks.put((index, tasks[index]))
        n_left = len(tasks)
        while n_left:
            kind, index, content, taken = self.events.get()
            if kind == "epoch":
                advance()
            elif kind == "done":
                n_left -= 1
                yield index, content
                taken.set()
            else:
                raise content

    def _end(self) -> None:
        """End the processes at once; they hold nothing that is not on disk or can be
        computed again.
        """
        for worker in self.workers:
            worker.kill()
            self.tasks.put(None)
        for worker in self.workers:
            worker.thread.join()


class _Worker:
    """One process and the thread that serves it."""

    def __init__(
        self,
        greeting: tuple[object, ...],
        tasks: "queue.SimpleQueue[tuple[int, Task[Any]] | None]",
        events: "queue.SimpleQueue[Event]",
    ) -> None:
        self.greeting, self.tasks, self.events = greeting, tasks, events
        self.process: subprocess.Popen[bytes] | None = None
        self.killed, self.last_code, self.last_words = False, 0, ""
        self.said: IO[bytes] = io.BytesIO()
        # A worker begins nothing new before its last result is on disk, so that a kill
        # of the driver costs one task of each.
        self.taken = threading.Event()
        self.starting = threading.Lock()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def kill(self) -> None:
        """End the process; its thread ends when it next looks for work."""
        with self.starting:
            self.killed = True
            self.taken.set()
            if self.process is not None:
                self.process.kill()

    def _serve(self) -> None:
        # A Ctrl-C is for the main thread; what is started here inherits the mask and
        # never sees one.
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with suppress(OSError, SevenfoldError):  # said when there is work for it
            self._start()
        while not self.killed and (item := self.tasks.get()) is not None:
            index, task = item
            self.taken.clear()
            try:
                self._tell("done", index, self._do(index, task))
                self.taken.wait()
            except SevenfoldError as error:
                self._tell("failed", index, error)
            except Exception as error:
                self._tell("failed", index, SevenfoldError(f"{type(error).__name__}: {error}"))
        self._reap()

    def _tell(self, kind: str, index: int, content: Any) -> None:
        self.events.put((kind, index, content, self.taken))

    def _do(self, index: int, task: Task[Any]) -> Any:
        """What the process makes of a task; where it dies, a new one does it again."""
        n_epochs_shown = 0
        for _ in range(MAX_DEATHS):
            n_epochs = 0
            try:
                process = self.process or self._start()
                assert process.stdin is not None
                assert process.stdout is not None
                send(process.stdin, (task.function, task.arguments()))
                while True:
                    kind, content = receive(process.stdout)
                    if kind == "done":
                        return content
                    if kind == "failed":
                        raise SevenfoldError("A worker stopped with " + ": ".join(content))
                    n_epochs += 1
                    if n_epochs > n_epochs_shown:
                        n_epochs_shown = n_epochs
                        self._tell("epoch", index, None)
            except (EOFError, BrokenPipeError, ConnectionResetError):
                self._reap()
        raise SevenfoldError(
            f"{MAX_DEATHS} worker processes died at the same work, the last one with"
            f" {self._cause()}. The same command goes on."
        )

    def _start(self) -> "subprocess.Popen[bytes]":
        """Start a process and send it what all tasks need."""
        with self.starting:
            if self.killed:
                raise SevenfoldError("The work was stopped.")
            self.said = tempfile.TemporaryFile()  # noqa: SIM115, closed by _reap
            process = self.process = subprocess.Popen(
                [sys.executable, "-m", "sevenfold.executor"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if os.environ.get("SEVENFOLD_TRACEBACK") else self.said,
                env=worker_environment(),
            )
        with suppress(BrokenPipeError):
            assert process.stdin is not None
            send(process.stdin, self.greeting)
        return process

    def _reap(self) -> None:
        """End the process, if there is one, and keep how it ended."""
        with self.starting:
            process, self.process = self.process, None
        if process is not None:
            process.kill()
            self.last_code = process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with suppress(OSError):
                    pipe.close()
            with self.said:
                self.last_words = _last_words(self.said)

    def _cause(self) -> str:
        code = self.last_code
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        if self.last_words:
            return f"{how}: {self.last_words}"
        if code == -getattr(signal, "SIGKILL", 9):  # not on Windows
            how += ", for which too little memory is the usual reason: use fewer --workers"
        return how


def _last_words(said: IO[bytes]) -> str:
    """What a process wrote last to its standard error, in one line: the last line of a
    traceback, or the last two of anything else.
    """
    said.seek(max(0, said.seek(0, io.SEEK_END) - 16 * MAX_WORDS))
    lines = said.read().decode(errors="replace").splitlines()
    n = 1 if any(line.startswith("Traceback") for line in lines) else 2
    words = " / ".join(line.strip() for line in lines[-n:] if line.strip())
    return "".join(c if c.isprintable() else " " for c in words)[:MAX_WORDS]
