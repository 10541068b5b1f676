"""`sevenfold app` as a reader sees it, in Chromium."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import App, app_at_work
from browser import DESKTOP, PHONE, flaws, hosts, opened, overflow
from made_up_run import MadeUp
from PIL import Image, ImageDraw

from sevenfold.predictor import load_network
from sevenfold.report import draw

pytestmark = pytest.mark.slow


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


def picture() -> bytes:
    canvas = Image.new("L", (300, 200), 230)
    ImageDraw.Draw(canvas).line([(150, 40), (140, 160)], fill=20, width=14)
    buffer = io.BytesIO()
    canvas.save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_reader_opens_a_report_and_tries_a_picture(
    app: App, runs: Path, size: tuple[int, int], dark: bool
) -> None:
    (runs / "line.png").write_bytes(picture())
    expected = load_network(runs / "first").predict([runs / "line.png"])[0]
    with opened(size, dark=dark) as (page, asked):
        page.goto(f"http://127.0.0.1:{app.port}/")
        assert page.locator("article h2").all_inner_texts() == ["first", "second"]
        assert "half" in page.locator("dl").inner_text()
        assert (flaws(page), overflow(page)) == ("", 0)
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
        assert (flaws(page), overflow(page)) == ("", 0)
        assert hosts(asked) == {"127.0.0.1"}


def test_what_is_dropped_or_pasted_is_answered(app: App) -> None:
    take = """([name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "given.png", {type: "image/png"}));
        const event = name === "drop"
            ? new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true})
            : new ClipboardEvent(name, {clipboardData: data, bubbles: true});
        document.querySelector("form").dispatchEvent(event);
    }"""
    with opened() as (page, _):
        page.goto(f"http://127.0.0.1:{app.port}/runs/first/upload")
        for n, name in enumerate(("drop", "paste"), 1):
            page.evaluate(take, [name, list(picture())])
            page.locator("#answers img").nth(n - 1).wait_for()
