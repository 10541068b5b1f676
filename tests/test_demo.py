"""`demo.html`: one file that runs the network, seen in a real browser."""

import base64
import html
import io
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page

from sevenfold.data.mnist.embedded import packaged_file, read_packaged
from sevenfold.demo import Shown, page, shown
from sevenfold.predictor import Network
from sevenfold.predictor.inputs import as_input
from sevenfold.report import draw
from sevenfold.runs.layout import SAMPLE
from sevenfold.runs.reading import read_run
from tests.browser import (
    DESKTOP,
    PHONE,
    browser_page,
    launched,
    needs_browser,
    opened,
    wait_for,
)
from tests.test_predict import cut_close, dirty, network

pytestmark = needs_browser

DIGITS = read_packaged(packaged_file())
# Each digit as a hand draws it: strokes of points (x, y) in percent of the pad.
STROKES: dict[str, list[list[tuple[int, int]]]] = {
    "0": [
        [(52, 15), (36, 24), (28, 45), (31, 68), (44, 84), (60, 80), (71, 60), (70, 36), (52, 15)]
    ],
    "1": [[(54, 14), (51, 40), (48, 64), (46, 86)]],
    "2": [
        [(31, 30), (42, 17), (58, 17), (66, 30), (60, 48), (42, 66), (28, 83), (50, 80), (74, 81)]
    ],
    "3": [
        [(32, 20), (48, 14), (64, 22), (62, 38), (46, 47), (64, 54), (68, 70), (54, 84), (32, 80)]
    ],
    "4": [[(36, 16), (32, 36), (30, 54), (50, 55), (70, 52)], [(64, 16), (62, 44), (58, 86)]],
    "5": [[(68, 16), (38, 17), (35, 44), (52, 41), (67, 51), (67, 70), (52, 84), (30, 79)]],
    "6": [
        [(60, 14), (43, 32), (34, 56), (38, 78), (54, 84), (66, 72), (62, 58), (48, 56), (36, 66)]
    ],
    "7": [[(28, 20), (48, 19), (70, 18), (62, 40), (52, 62), (45, 86)]],
    "8": [
        [(62, 22), (46, 16), (36, 28), (46, 42), (61, 56), (65, 74)],
        [(65, 74), (50, 86), (36, 76), (40, 60), (54, 46), (65, 32), (62, 22)],
    ],
    "9": [
        [(64, 26), (50, 17), (36, 28), (38, 44), (52, 48), (64, 36), (65, 24), (63, 52), (57, 86)]
    ],
}


@pytest.fixture(scope="module")
def reader() -> Network:
    """A network of one hidden layer that reads digits, trained here."""
    from sklearn.neural_network import MLPClassifier

    x = DIGITS.pixels.reshape(len(DIGITS.pixels), -1) / np.float32(255.0)
    fitted = MLPClassifier((128,), max_iter=12, random_state=0)
    with warnings.catch_warnings(action="ignore"):  # of few iterations
        fitted.fit(x, DIGITS.labels)
    layers = zip(fitted.coefs_, fitted.intercepts_, strict=True)
    return network(
        weights=tuple(np.float32(array) for layer in layers for array in layer),
        classes_=np.array([str(label) for label in range(10)]),
        prepares=True,
        temperature=1.3,
    )


def turned(of: Network) -> Network:
    """The same, had training seen every image turned: 1 - x at its inputs."""
    kernel, bias, *others = of.weights
    weights = (-kernel, bias + kernel.sum(axis=0), *others)
    return replace(of, weights=weights, inverted=True)


def show(of: Network, **changes: Any) -> Shown:
    places = [int(np.flatnonzero(DIGITS.labels == label)[0]) for label in range(3)]
    made = Shown(
        name="run",
        network=of,
        noun="digit",
        examples=tuple((str(i), DIGITS.pixels[place]) for i, place in enumerate(places)),
        facts="Facts of </script><b>the</b> run.",
        agreement="It agrees.",
    )
    return replace(made, **changes)


@pytest.fixture
def at(tmp_path: Path) -> Any:
    def saved(*networks: Shown) -> str:
        path = tmp_path / "demo.html"
        path.write_text(page(networks), encoding="utf-8")
        return path.as_uri()

    return saved


def test_a_finished_run_has_the_page_with_images_of_its_own(finished: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "run"))
    run = read_run(folder)
    sample, made = run.arrays(SAMPLE), shown(run)
    assert made is not None
    assert len(made.examples) == len(np.unique(sample["labels"]))
    for name, image in made.examples:
        label = int(np.argmax(made.network.classes_ == name))
        assert np.array_equal(image, sample["pixels"][sample["labels"] == label][0])
    n = len(sample["labels"])
    assert (
        f"Of {n} validation images they give the answer of the network itself for" in made.agreement
    )
    assert str(run.final_test and run.final_test.scores.accuracy) in made.facts
    draw(folder)
    assert made.facts in html.unescape((folder / "demo.html").read_text(encoding="utf-8"))
    assert 'href="demo.html"' in (folder / "report.html").read_text(encoding="utf-8")
    assert shown(replace(run, saved_network=None)) is None


def by_mouse(page: Page, points: list[tuple[int, int]]) -> None:
    box = page.locator("#pad").bounding_box()
    assert box is not None
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + box["width"] * x / 100, box["y"] + box["height"] * y / 100)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def by_finger(page: Page, points: list[tuple[int, int]]) -> None:
    box = page.locator("#pad").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(points):
        place = {"x": box["x"] + box["width"] * x / 100, "y": box["y"] + box["height"] * y / 100}
        kind = "touchStart" if i == 0 else "touchMove"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize(("device", "draw"), [(DESKTOP, by_mouse), (PHONE, by_finger)])
def test_all_ten_digits_are_read_and_nothing_leaves_the_page(
    at: Any, reader: Network, device: dict[str, Any], draw: Any
) -> None:
    with browser_page(**device) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        address = at(show(reader))
        page.goto(address)
        read = {}
        for digit, strokes in STROKES.items():
            for stroke in strokes:
                draw(page, stroke)
            read[digit] = page.locator(".answer").inner_text()
            page.locator("#clear").click()
        assert page.locator(".answer").inner_text() == "–"
        assert read == {digit: digit for digit in STROKES}
        assert {url for url in asked if not url.startswith("data:")} == {address}


@pytest.mark.parametrize("inverted", [False, True])
def test_pictures_are_seen_as_predict_sees_them_and_answered_alike(
    at: Any, reader: Network, tmp_path: Path, inverted: bool
) -> None:
    """Dark on unevenly lit paper, bright on dark, coloured, one that is taller, cut
    close to the ink, and dirty.
    """
    rng = np.random.default_rng(1)
    pictures = []
    for i in range(4):
        ink = np.asarray(Image.fromarray(DIGITS.pixels[700 * i + 3]).resize((112, 112))) / 255.0
        light = 190.0 + 40.0 * np.linspace(-1, 1, 150)[:, None] + rng.normal(0, 2, (150, 130))
        paper = light if i % 2 == 0 else 255.0 - light
        paper[20:132, 10:122] += ink * (-150.0 if i % 2 == 0 else 150.0)
        grey = paper.clip(0, 255).astype(np.uint8)
        picture = Image.fromarray(np.stack([grey, grey, 255 - grey], axis=-1) if i == 3 else grey)
        picture.save(tmp_path / f"{i}.png")
        pictures.append(tmp_path / f"{i}.png")
    for bright in (True, False):
        for i in range(0, 5_000, 600):
            picture, _ = cut_close(DIGITS.pixels[i], i % 7, bright=bright)
            Image.fromarray(picture).save(tmp_path / f"{i}_{bright}.png")
            pictures.append(tmp_path / f"{i}_{bright}.png")
    Image.fromarray(dirty(DIGITS.pixels[9], 1)[0]).save(tmp_path / "dirty.png")
    pictures.append(tmp_path / "dirty.png")
    reader = turned(reader) if inverted else reader
    with browser_page(**DESKTOP) as page:
        page.goto(at(show(reader)))
        for path in pictures:
            page.locator("#file").set_input_files(path)
            wait_for(page, "given !== null")
            seen = np.array(page.evaluate("Array.from(seenBy(networks[0]))"), np.int64)
            own = as_input(path, (28, 28), prepares=True, inverted=inverted)
            assert np.abs(seen.reshape(28, 28) - own).max() <= 1
            told = page.evaluate("probabilities(networks[0], seenBy(networks[0]))")
            rounded = replace(reader, weights=tuple(w.astype(np.float16) for w in reader.weights))
            expected = rounded.predict_proba(seen.astype(np.uint8).reshape(1, 28, 28))[0]
            assert told == pytest.approx(expected, abs=1e-5)
            page.locator("#clear").click()


def test_networks_that_were_trained_on_turned_images_answer_alike(at: Any, reader: Network) -> None:
    """A drawing and an example of the first, beside the network as it was."""
    networks = [show(turned(reader), name="turned"), show(reader)]
    networks[0] = replace(
        networks[0], examples=tuple((name, 255 - image) for name, image in networks[0].examples)
    )
    with browser_page(**DESKTOP) as page:
        page.goto(at(*networks))
        corners = "[...document.querySelectorAll('.saw canvas')].map((canvas) => canvas"
        corners += ".getContext('2d').getImageData(0, 0, 1, 1).data[0])"
        assert page.evaluate(corners) == [255, 0]  # nothing written: paper
        for stroke in STROKES["5"]:
            by_mouse(page, stroke)
        assert page.locator(".answer").all_inner_texts() == ["5", "5"]
        assert page.evaluate(corners) == [255, 0]
        page.locator("#examples button").nth(1).click()
        assert page.locator(".answer").all_inner_texts() == ["1", "1"]
        assert page.evaluate(corners) == [255, 0]


@pytest.mark.parametrize(("shape", "inverted"), [((12, 16, 3), False), ((20, 20), True)])
def test_other_images_are_brought_to_the_size_of_training(
    at: Any, tmp_path: Path, shape: tuple[int, ...], inverted: bool
) -> None:
    rng = np.random.default_rng(2)
    of = network(shape=shape, inverted=inverted)
    examples = (("left", rng.integers(0, 256, shape, dtype=np.uint8)),)
    with browser_page(**PHONE) as page:
        page.goto(at(show(of, examples=examples, noun="image")))
        assert page.locator("#pad").get_attribute("tabindex") is None
        assert page.locator("#undo").count() == 0
        assert page.locator("#hint").is_visible()
        assert not page.locator(".saw canvas").is_visible()  # nothing is seen yet
        with page.expect_file_chooser():
            page.locator("#hint").tap()
        for i, size in enumerate([(45, 31), (7, 5), shape[:2]]):
            picture = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
            Image.fromarray(picture).save(tmp_path / f"{i}.png")
            page.locator("#file").set_input_files(tmp_path / f"{i}.png")
            wait_for(page, f"given?.height === {size[0]}")
            seen = page.evaluate("Array.from(seenBy(networks[0]))")
            own = as_input(tmp_path / f"{i}.png", shape, prepares=False, inverted=inverted)
            assert np.abs(np.array(seen) - own.ravel().astype(int)).max() <= 1
        assert not page.locator("#hint").is_visible()
        page.locator("#clear").tap()
        assert page.locator("#hint").is_visible()
        assert ("turned, bright for dark" in page.locator("main").inner_text()) == inverted
        page.locator("#examples button").click()
        assert page.locator(".saw canvas").is_visible()
        assert page.evaluate("Array.from(seenBy(networks[0]))") == examples[0][1].ravel().tolist()


def test_unsure_undo_keyboard_and_what_is_no_picture(at: Any, tmp_path: Path) -> None:
    # Both logits equal wherever the ink lies: one half each, below the threshold 0.7.
    even = network(weights=(np.zeros((784, 2), np.float32), np.zeros(2, np.float32)), prepares=True)
    with browser_page(**DESKTOP) as page:
        page.goto(at(show(even)))
        page.locator("#pad").focus()
        for key in [
            "Space",
            *["ArrowRight"] * 5,
            "Space",
            "ArrowDown",
            "Enter",
            "ArrowDown",
            "Enter",
        ]:
            page.keyboard.press(key)
        certainty = page.locator(".certainty")
        assert certainty.inner_text() == "50.0\u00a0%, unsure; or right (50.0\u00a0%)"
        ink = page.evaluate("pad.ink().values.filter((value) => value > 0.5).length")
        page.keyboard.press("Control+z")
        assert page.evaluate("pad.ink().values.filter((value) => value > 0.5).length") < ink
        page.locator("#examples button").nth(1).click()
        page.locator("#undo").click()  # the stroke under the example is back
        assert page.evaluate("pad.ink() !== null")
        page.keyboard.press("Escape")
        assert certainty.inner_text() == "Draw something."
        (tmp_path / "text.png").write_text("no picture")
        page.locator("#file").set_input_files(tmp_path / "text.png")
        wait_for(page, "document.getElementById('problem').textContent !== ''")
        assert "text.png cannot be read as a picture" in page.locator("#problem").inner_text()
        grain = np.random.default_rng(2).normal(180, 5, (300, 400)).astype(np.uint8)
        Image.fromarray(grain).save(tmp_path / "even.png")
        page.locator("#file").set_input_files(tmp_path / "even.png")
        wait_for(page, "problem.textContent.startsWith('Nothing is written')")
        assert page.locator(".answer").inner_text() == "–"


def test_dropping_and_pasting_a_picture(at: Any, reader: Network) -> None:
    data = io.BytesIO()
    Image.fromarray(DIGITS.pixels[0]).resize((56, 56)).save(data, "PNG")
    text = base64.b64encode(data.getvalue()).decode()
    with browser_page(**DESKTOP) as page:
        page.goto(at(show(reader)))
        for event in ("drop", "paste"):
            page.evaluate(
                """([kind, text]) => {
                    const held = new DataTransfer();
                    held.items.add(new File([bytesOf(text)], "a.png", { type: "image/png" }));
                    const event = kind === "drop"
                        ? new DragEvent("drop", { dataTransfer: held })
                        : new ClipboardEvent("paste", { clipboardData: held });
                    document.dispatchEvent(event);
                }""",
                [event, text],
            )
            wait_for(page, "given !== null")
            assert page.locator(".answer").inner_text() == str(DIGITS.labels[0])
            page.locator("#clear").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("draws", [True, False])
def test_it_fits_and_axe_finds_nothing(
    at: Any, reader: Network, scheme: str, n_networks: int, draws: bool
) -> None:
    reader = replace(reader, prepares=draws)
    networks = [show(reader, name=f"run {i}") for i in range(n_networks)]
    with launched() as browser:
        for width in (320, 390, 640, 1280):  # 640 is what 1,280 leaves at 200 %
            with opened(
                browser, viewport={"width": width, "height": 800}, color_scheme=scheme
            ) as page:
                page.goto(at(*networks))
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                page.locator("#examples button").first.click()
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                answers = page.locator(".answer").all_inner_texts()
                assert (
                    answers
                    == [str(reader.predict(DIGITS.pixels[DIGITS.labels == 0][:1])[0])] * n_networks
                )
