"""Debian's Chromium, driven by Playwright; every request of a page is kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sevenfold.report.documents.browser import NAMES

CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser that asks nothing of the network by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def browser_page(**options: Any) -> Iterator[Page]:
    """A page of a browser of its own; see `opened`."""
    with launched() as browser, opened(browser, **options) as page:
        yield page


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page that shares nothing with others of the browser; faults of its scripts fail
    the test, but not what a server refuses clearly.
    """
    page = browser.new_page(**options)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and faults.append(said.text))
    yield page
    faults = [fault for fault in faults if "responded with a status of 4" not in fault]
    assert not faults, faults
    page.close()  # and with it the context of its own


def wait_for(page: Page, expression: str) -> None:
    """Until it is true; a policy that forbids `eval` forbids Playwright's own way."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")
