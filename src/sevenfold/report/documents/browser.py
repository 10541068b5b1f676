"""PDF by the Chromium that is installed, which draws the page as on the screen."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sevenfold.errors import SettingsError, SevenfoldError

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("msedge", "microsoft-edge"),
)
"""What it is called, here or there."""
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
"""Where it lies when it is not on PATH."""
SECONDS = 180
"""A report takes four."""
FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check"),
    *("--disable-extensions", "--disable-sync", "--disable-background-networking"),
    *("--disable-component-update", "--disable-domain-reliability", "--no-pings"),
    # The page needs nothing from outside, and gets nothing.
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"),
    "--no-pdf-header-footer",
)

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


def program() -> str:
    """The path of a browser that prints.

    Raises:
        SettingsError: there is none.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    for place in PLACES:
        if Path(place).is_file():
            return place
    raise SettingsError(
        "--pdf needs Chromium, Chrome or Edge, and none is on PATH. Install chromium, or print"
        " report.html from another browser."
    )


def pdf(browser: str, page: str) -> bytes:
    """The page printed on A4.

    Raises:
        SevenfoldError: the browser ended without a file.
    """
    with tempfile.TemporaryDirectory() as room:
        source, made = Path(room) / "report.html", Path(room) / "report.pdf"
        source.write_text(_SCRIPT.sub("", page), encoding="utf-8")
        options = [*FLAGS, f"--user-data-dir={room}/profile", f"--print-to-pdf={made}"]
        if _is_root():
            options.append("--no-sandbox")  # which root is refused
        said = _end_of(_run([browser, *options, source.as_uri()]))
        if not made.is_file():
            raise SevenfoldError(f"{browser} has printed no PDF: {said}")
        return made.read_bytes()


def _run(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS).stderr
    except subprocess.TimeoutExpired:
        raise SevenfoldError(
            f"{command[0]} did not end within {SECONDS} seconds. Try again when the machine is less"
            " busy."
        ) from None
    except OSError as error:
        raise SevenfoldError(f"{command[0]} cannot be started: {error.strerror}.") from None


def _end_of(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
