"""How well a finished run's network reads drawings: its validation digits drawn anew at
random size, place, polarity, paper, light and stroke width, and sheets full of them,
against the same digits as they were; and how fast it answers.

    scripts/bench pictures runs/quick --dataset mnist --n 10000
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

import sevenfold as sf
from sevenfold.data import load
from sevenfold.predictor.inputs import as_input
from sevenfold.predictor.pages import find_characters
from sevenfold.predictor.showing import png
from sevenfold.statistics import difference_of_networks


def drawn(image: np.ndarray, side: int, width: float) -> np.ndarray:
    """A digit of 28 x 28 as ink from 0 to 1 at another size, its strokes wider by so
    many of its own pixels, or narrower.
    """
    large = (
        np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)) / 255.0
    )
    n = 1 + 2 * round(abs(width) * side / 28 / 2)
    change = ndimage.grey_dilation if width > 0 else ndimage.grey_erosion
    return change(large, (n, n)) if n > 1 else large


def on_paper(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink somewhere on uneven, noisy paper, dark or bright: (h, w), uint8."""
    side = len(ink)
    height, width = (int(side * rng.uniform(1.0, 3.0)) for _ in range(2))
    top, left = (int(rng.integers(0, length - side + 1)) for length in (height, width))
    sheet = np.zeros((height, width))
    sheet[top : top + side, left : left + side] = ink
    slope = (
        rng.uniform(-25, 25) * np.linspace(-1, 1, width)
        + rng.uniform(-25, 25) * np.linspace(-1, 1, height)[:, None]
    )
    paper, contrast = rng.uniform(160, 230), rng.uniform(90, 140)
    grey = paper + slope - contrast * sheet
    grey = grey if rng.random() < 0.5 else 255.0 - grey
    return (grey + rng.normal(0, rng.uniform(0, 3), grey.shape)).clip(0, 255).astype(np.uint8)


def sheet_of(images: np.ndarray, n_columns: int, rng: np.random.Generator) -> np.ndarray:
    """Digits in rows on grey paper, no two touching."""
    n_rows = -(-len(images) // n_columns)
    ink = np.zeros((60 * n_rows + 20, 50 * n_columns + 20))
    for place, image in enumerate(images):
        row, column = divmod(place, n_columns)
        side = int(rng.integers(34, 42))
        y, x = 60 * row + 15 + int(rng.integers(-4, 5)), 50 * column + 12 + int(rng.integers(-4, 5))
        area = ink[y : y + side, x : x + side]
        np.maximum(area, drawn(image, side, 0.0), out=area)
    grey = np.linspace(175, 215, ink.shape[1]) - 140 * ink + rng.normal(0, 2, ink.shape)
    return grey.clip(0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--dataset", default="mnist", help="what the run was trained on")
    parser.add_argument("--n", type=int, default=10_000, help="validation digits to draw")
    parser.add_argument("--sheets", type=int, default=10, help="sheets of 134 digits")
    asked = parser.parse_args()
    network, images = sf.load_network(asked.run), load(asked.dataset).development
    with np.load(asked.run / "split.npz") as split:
        places = split["round0_fold0_validation"][: asked.n]
    names = network.classes_[images.labels[places]]
    rng = np.random.default_rng(0)

    before = network.predict(images.pixels[places]) == names
    seen = []
    for image in images.pixels[places]:
        picture = on_paper(drawn(image, int(rng.integers(28, 300)), rng.uniform(-0.6, 0.8)), rng)
        seen.append(
            as_input(
                png(picture),
                network.image_shape,
                prepares=network.prepares,
                inverted=network.inverted,
            )
        )
    after = network.predict(np.stack(seen)) == names
    found = difference_of_networks(after[None], before[None])
    lost, least, most = (-100 * part for part in (found.value, found.ci_high, found.ci_low))
    print(
        f"{len(places):,} validation digits: {100 * before.mean():.2f} % as they are,"
        f" {100 * after.mean():.2f} % drawn anew; lost {lost:.2f} points [{least:.2f},"
        f" {most:.2f}] (goal: 0.2 at most)"
    )

    n_found = n_right = n_whole = 0
    for i in range(asked.sheets):
        chosen = rng.choice(len(places), 134, replace=False)
        drawing = sheet_of(images.pixels[places[chosen]], 14, rng)
        page = find_characters(drawing, f"sheet {i}", inverted=network.inverted)
        n_found += len(page.boxes)
        if len(page.boxes) == 134:
            n_whole += 1
            n_right += int((network.predict(page.pixels) == names[chosen]).sum())
    read = 100 * n_right / (134 * n_whole) if n_whole else 0.0
    print(
        f"{asked.sheets} sheets of 134: {n_found:,} characters found, {n_whole} sheets whole;"
        f" of their digits {read:.1f} % read (goal: 97)"
    )

    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder) / "many.npz", Path(folder) / "one.png"
        np.savez(many, x=np.resize(images.pixels, (100_000, *images.pixels.shape[1:])))
        one.write_bytes(png(images.pixels[0]))
        for what, path, goal in (
            ("first answer", one, 0.5),
            ("100,000 images of an .npz", many, 10.0),
        ):
            command = [
                sys.executable,
                "-m",
                "sevenfold",
                "predict",
                str(asked.run),
                str(path),
                "--csv",
                f"{folder}/answers.csv",
            ]
            times = []
            for _ in range(5 if path is one else 3):
                start = time.perf_counter()
                subprocess.run(command, check=True)
                times.append(time.perf_counter() - start)
            print(
                f"{what}: {np.median(times):.2f} s (n = {len(times)}, from {min(times):.2f} to"
                f" {max(times):.2f}; goal {goal})"
            )


if __name__ == "__main__":
    main()
