"""A worker process: `python -m sevenfold.executor` does tasks that come on standard
input until that is closed.

It ends when its driver does, however that ends: a thread waits for the closing of
standard input all the time, and the operating system closes it with the driver.
"""

import os
import pickle
import queue
import signal
import struct
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from sevenfold.executor.memory import release_memory
from sevenfold.protocol import DevelopmentSet

LENGTH = struct.Struct(">Q")


def send(stream: IO[bytes], message: object) -> None:
    """Write one message to a pipe between driver and worker."""
    content = pickle.dumps(message, protocol=5)
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """The next message from a pipe between driver and worker; nothing else is ever
    unpickled.

    Raises:
        EOFError: the other end is closed.
    """
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        raise EOFError
    content = stream.read(LENGTH.unpack(header)[0])
    try:
        return pickle.loads(content)  # noqa: S301
    except (EOFError, pickle.UnpicklingError):  # cut off by the death of the other end
        raise EOFError from None


def main() -> None:
    """Serve the driver at the other end of standard input and output until one of both
    ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's affair.
    inbox, outbox = _take_over_standard_streams()
    messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_or_die, args=(_read, inbox, messages), daemon=True).start()
    _or_die(_serve, messages, outbox)


def _or_die(work: Callable[..., None], *arguments: object) -> None:
    """End the whole process with this thread, which neither thread would do by itself:
    a worker that only reads, or only works, would never answer.
    """
    code = 1
    try:
        work(*arguments)
    except (EOFError, BrokenPipeError):  # the driver is gone; there is nobody left to tell
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:  # no memory may be left to say why
        os._exit(code)


def _read(inbox: IO[bytes], messages: "queue.SimpleQueue[Any]") -> None:
    while True:
        messages.put(receive(inbox))


def _serve(messages: "queue.SimpleQueue[Any]", outbox: IO[bytes]) -> None:
    development = _open_images(*messages.get())
    while True:
        function, arguments = messages.get()
        answer: tuple[str, Any]
        try:
            answer = (
                "done",
                function(development, *arguments, advance=lambda: send(outbox, ("epoch", None))),
            )
        except BaseException as error:
            if os.environ.get("SEVENFOLD_TRACEBACK"):
                traceback.print_exc()
            answer = "failed", (type(error).__name__, str(error))
        send(outbox, answer)
        del answer, arguments
        release_memory()


def _take_over_standard_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes of the driver; what anything prints goes to standard error from now
    on.
    """
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return inbox, outbox


def _open_images(path: str, rest: DevelopmentSet) -> DevelopmentSet:
    """The development set with its images in memory that all workers share: pages of a
    file.
    """
    pixels = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    return replace(rest, images=replace(rest.images, pixels=pixels))
