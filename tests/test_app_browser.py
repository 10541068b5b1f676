"""`sevenfold app` as a reader sees it, in Chromium."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from app_server import App, app_at_work
from axe_playwright_python.sync_playwright import Axe
from browser import DESKTOP, PHONE, browser_page, needs_browser
from made_up_run import MadeUp
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from sevenfold.predictor import load_network
from sevenfold.report import draw

pytestmark = [pytest.mark.slow, needs_browser]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    draw(MadeUp().write(folder / "first"))
    MadeUp(n_errors=31).write(folder / "second")
    (folder / "half").mkdir()
    (folder / "half" / "run.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def app(runs: Path) -> Iterator[App]:
    with app_at_work(runs) as at_work:
        yield at_work


@contextmanager
def opened(app: App, **options: Any) -> Iterator[Page]:
    """The first page of the app; all that it and those after it ask is on loopback."""
    with browser_page(**options) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{app.port}/")
        yield page
        over_the_network = [url for url in asked if urlsplit(url).scheme not in ("data", "blob")]
        assert {urlsplit(url).hostname for url in over_the_network} == {"127.0.0.1"}


def flaws(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    found = Axe().run(page)
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*([found.generate_report()] if found.violations_count else []), *["wide"] * wider]


def picture() -> bytes:
    canvas = Image.new("L", (300, 200), 230)
    ImageDraw.Draw(canvas).line([(150, 40), (140, 160)], fill=20, width=14)
    buffer = io.BytesIO()
    canvas.save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_reader_opens_a_report_and_tries_a_picture(
    app: App, runs: Path, device: dict[str, Any], scheme: str
) -> None:
    (runs / "line.png").write_bytes(picture())
    expected = load_network(runs / "first").predict([runs / "line.png"])[0]
    with opened(app, **device, color_scheme=scheme) as page:
        assert page.locator("article h2").all_inner_texts() == ["first", "second"]
        assert "half" in page.locator("dl").inner_text()
        assert flaws(page) == []
        page.locator("article").first.get_by_role("link", name="Report", exact=True).click()
        assert "test" in page.locator("h1").inner_text().lower() + page.content().lower()
        page.go_back()
        page.locator("article").first.get_by_role("link", name="Try pictures").click()
        page.get_by_label("Choose pictures").set_input_files(
            [
                {"name": "line.png", "mimeType": "image/png", "buffer": picture()},
                {"name": "no.png", "mimeType": "image/png", "buffer": b"nothing"},
            ]
        )
        page.get_by_text("2 pictures answered.").wait_for()
        refused, answered = page.locator("#answers li").all()
        assert "expected a picture" in refused.inner_text()
        assert answered.locator("strong").inner_text() == expected
        assert "line.png" in answered.inner_text()
        seen = answered.locator("img")
        assert seen.evaluate("image => [image.naturalHeight, image.naturalWidth]") == [28, 28]
        assert flaws(page) == []


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_two_networks_answer_one_drawing(app: App, device: dict[str, Any]) -> None:
    with opened(app, **device) as page:
        page.get_by_role("button", name="Draw for both").click()
        assert page.locator(".network h2").all_inner_texts() == ["first", "second"]
        pad = page.locator("#pad").bounding_box()
        assert pad is not None
        page.mouse.move(pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 5)
        page.mouse.down()
        page.mouse.move(pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] * 0.8, steps=10)
        page.mouse.up()
        page.locator(".network .answer").first.wait_for()
        page.wait_for_timeout(300)
        answers = page.locator(".network .answer").all_inner_texts()
        assert len(answers) == 2
        assert "–" not in answers
        assert flaws(page) == []


def test_what_is_dropped_or_pasted_is_answered(app: App) -> None:
    take = """([name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "given.png", {type: "image/png"}));
        const event = name === "drop"
            ? new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true})
            : new ClipboardEvent(name, {clipboardData: data, bubbles: true});
        document.querySelector("form").dispatchEvent(event);
    }"""
    with opened(app, **DESKTOP) as page:
        page.goto(f"http://127.0.0.1:{app.port}/runs/first/upload")
        for n, name in enumerate(("drop", "paste"), 1):
            page.evaluate(take, [name, list(picture())])
            page.locator("#answers img").nth(n - 1).wait_for()
