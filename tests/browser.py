"""Chromium, where there is one, that tells every address it asked."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_REFUSED = "the server responded with a status of 4"
"""What Chromium says of every clear refusal."""
DESKTOP, PHONE = (1280, 900), (390, 844)


@contextmanager
def opened(
    size: tuple[int, int] = DESKTOP, *, dark: bool = False
) -> Iterator[tuple[Page, list[str]]]:
    """An empty page in a window of that size (a phone's has touch), and the addresses
    that it asks, to which they are added. Whatever a script complains of fails.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium here")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=list(FLAGS),
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            has_touch=size == PHONE,
        )
        page, asked, complaints = context.new_page(), list[str](), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: said.type == "error" and complaints.append(said.text),
        )
        yield page, asked
        context.close()
        faults = [said for said in complaints if _REFUSED not in said]
        assert faults == [], faults


def hosts(addresses: list[str]) -> set[str | None]:
    """The hosts of addresses that are asked over a network."""
    own = ("data", "blob", "file")
    return {urlsplit(url).hostname for url in addresses if urlsplit(url).scheme not in own}


def flaws(page: Page) -> str:
    """What axe finds on a page; nothing where it finds nothing."""
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
