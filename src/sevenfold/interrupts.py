"""Ctrl-C: one way in which it ends the work, also while a library is being imported."""

import _thread
import signal
import threading
from types import FrameType

_IMPORTING = "<frozen importlib"
_SECONDS_BETWEEN_TRIES = 0.05
_waiting = threading.Event()


def listen() -> None:
    """Have Ctrl-C raise KeyboardInterrupt, but not inside an import: the C++ code of
    JAX and its like ends the process with signal 6 or 11 when that comes out of its
    first call. The import ends first.

    Where whoever started us wants it unheard (`nohup`, `&`), it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def heed() -> None:
    """End the work now if a Ctrl-C waits for the end of an import that is over."""
    if _waiting.is_set():
        raise KeyboardInterrupt


def end_listening() -> None:
    """Let nothing disturb the end of the process: all is done, or was said."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if not _is_importing(frame):
        _waiting.clear()
        raise KeyboardInterrupt
    _waiting.set()
    again = threading.Timer(_SECONDS_BETWEEN_TRIES, _thread.interrupt_main, (number,))
    again.daemon = True
    again.start()


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        frame = frame.f_back
    return False
