"""The picture of a report for the README: its first page beside two of its figures.

`python tools/picture.py RUN docs/report.png` needs Chromium. The report is not changed.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 760, 800
FIGURES = ("figure-overfit", "figure-mistakes")
MAX_BYTES = 150_000
BROWSER = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ALONE = """<script>
const kept = %s.map(id => document.getElementById(id));
document.querySelector("main").replaceChildren(...kept);
</script></body>"""


def main() -> None:
    """Take both halves, put them side by side, and write them in few colours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a run folder with its report")
    parser.add_argument("out", type=Path, help="the .png to write")
    given = parser.parse_args()
    page = (given.run / "report.html").read_text(encoding="utf-8")
    halves = [shot(page), shot(page.replace("</body>", ALONE % list(FIGURES)))]
    whole = Image.new("RGB", (2 * WIDTH, HEIGHT))
    for place, half in enumerate(halves):
        whole.paste(half, (place * WIDTH, 0))
    whole.quantize(64, dither=Image.Dither.NONE).save(given.out, optimize=True)
    if (n_bytes := given.out.stat().st_size) > MAX_BYTES:
        sys.exit(f"picture: {given.out} has {n_bytes:,} bytes, more than {MAX_BYTES:,}.")


def shot(page: str) -> Image.Image:
    """The top of a page as a browser of this size shows it."""
    with tempfile.TemporaryDirectory() as folder:
        path, picture = Path(folder) / "page.html", Path(folder) / "page.png"
        path.write_text(page, encoding="utf-8")
        window = f"--window-size={WIDTH},{HEIGHT}"
        command = [*BROWSER, window, f"--screenshot={picture}", path.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with Image.open(picture) as image:
            return image.convert("RGB")


if __name__ == "__main__":
    main()
