"""The picture of a page to draw on for the README: a phone with a drawn digit, beside
what the network says of it further down.

`python tools/demo_picture.py RUN docs/demo.png` needs Chromium.
"""

import argparse
import io
import sys
from pathlib import Path

from PIL import Image

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("", "tests")]

from tests.browser import PHONE, browser_page  # noqa: E402
from tests.test_demo import STROKES, by_finger  # noqa: E402

DIGIT, SIZE, TOP, LEFT = "5", 0.6, 12, 30
"""What is drawn; its share of the pad, and where, in percent; not in the middle."""
HEIGHT, MAX_BYTES = 522, 100_000


def main() -> None:
    """Draw, take both halves, and write them side by side in few colours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a run folder with its demo.html")
    parser.add_argument("out", type=Path, help="the .png to write")
    asked = parser.parse_args()
    width = PHONE["viewport"]["width"]  # type: ignore[index]
    with browser_page(**PHONE) as page:
        page.goto((asked.run.resolve() / "demo.html").as_uri())
        for stroke in STROKES[DIGIT]:
            by_finger(page, [(round(LEFT + SIZE * x), round(TOP + SIZE * y)) for x, y in stroke])
        said = page.locator(".network").bounding_box()
        assert said is not None
        whole = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    picture = Image.new("RGB", (2 * width, HEIGHT), whole.getpixel((0, 0)))
    for place, top in enumerate((0, int(said["y"]) - 12)):
        picture.paste(whole.crop((0, top, width, top + HEIGHT)), (place * width, 0))
    picture.quantize(48, dither=Image.Dither.NONE).save(asked.out, optimize=True)
    if (n_bytes := asked.out.stat().st_size) > MAX_BYTES:
        sys.exit(f"demo_picture: {asked.out} has {n_bytes:,} bytes, more than {MAX_BYTES:,}.")


if __name__ == "__main__":
    main()
