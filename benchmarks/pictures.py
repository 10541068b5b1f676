"""How well a network reads drawings: a run's validation digits drawn anew at random
size, place, polarity, paper, light and stroke width, and sheets full of them, against
the same digits as they were; and how fast the run's own network answers.

    scripts/bench pictures runs/quick [--n 10000] [--sheets 10] [--data PATH]

The network of a run was trained on its validation digits in the end. One of the same
configuration is therefore trained here on the training part alone.
"""

import argparse
import dataclasses
import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

import sevenfold as sf
from sevenfold.config import load_images
from sevenfold.data import Images
from sevenfold.engine import FitData, Job, fit
from sevenfold.errors import DataError
from sevenfold.predictor import Network
from sevenfold.predictor.inputs import as_input
from sevenfold.predictor.pages import find_characters
from sevenfold.predictor.showing import png
from sevenfold.protocol import divide
from sevenfold.runs.reading import read_run
from sevenfold.statistics import difference_of_networks
from sevenfold.terminal import Terminal


@dataclasses.dataclass(frozen=True)
class Drawing:
    """How a digit was drawn. side: pixels of its 28 x 28. width: of its own pixels, by
    which strokes are wider. room: of the sheet, in sides. Grey levels of 255.
    """

    side: int
    width: float
    room: float
    bright: bool
    paper: float
    contrast: float
    noise: float
    slope: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, help="where the run's data are")
    parser.add_argument("--n", type=int, default=10_000, help="validation digits to draw")
    parser.add_argument("--sheets", type=int, default=10, help="sheets of 134 digits")
    asked = parser.parse_args()
    network, images = trained_on_training_part(asked.run, asked.data)
    images = images[np.arange(min(asked.n, len(images)))]
    rng = np.random.default_rng(0)
    draw_anew(network, images, rng)
    fill_sheets(network, images, asked.sheets, rng)
    answer_files(asked.run, images)


def trained_on_training_part(folder: Path, place: Path | None) -> tuple[Network, Images]:
    """The chosen configuration on the training part, and the validation digits."""
    run = read_run(folder)
    assert run.final_test is not None
    with Terminal("quiet").transfer() as progress:
        images = load_images(run.config, place, progress).development
    split = divide(images, run.config.protocol, run.config.seed).rounds[0][0]
    final = run.final_test
    job = Job(final.configuration.network, final.configuration.training, final.seeds[0])
    weights = fit(job, FitData(images[split.train]), engine=run.description.engine).weights
    print(f"{final.configuration.network} on {len(split.train):,} training digits")
    own = sf.load_network(folder)
    return dataclasses.replace(own, weights=weights), images[split.validation]


def draw_anew(network: Network, images: Images, rng: np.random.Generator) -> None:
    names = network.classes_[images.labels]
    before = network.predict(images.pixels) == names
    drawings, after, unread = list[Drawing](), np.zeros(len(images), bool), 0
    for i, image in enumerate(images.pixels):
        drawing, picture = on_paper(255 - image if network.inverted else image, rng)
        drawings.append(drawing)
        try:
            seen = as_input(
                bmp(picture),
                network.image_shape,
                prepares=network.prepares,
                inverted=network.inverted,
            )
        except DataError:
            unread += 1
            continue
        after[i] = network.predict(seen[None])[0] == names[i]
    found = difference_of_networks(after[None], before[None])
    lost, least, most = (-100 * part for part in (found.value, found.ci_high, found.ci_low))
    print(
        f"{len(images):,} validation digits: {100 * before.mean():.2f} % as they are,"
        f" {100 * after.mean():.2f} % drawn anew; lost {lost:.2f} points [{least:.2f},"
        f" {most:.2f}] (goal: 0.2 at most); {unread} called even"
    )
    print("lost points by thirds of")
    for field in dataclasses.fields(Drawing):
        values = np.array([getattr(drawing, field.name) for drawing in drawings], float)
        edges = [0.5] if field.name == "bright" else np.quantile(values, [1 / 3, 2 / 3]).tolist()
        part = np.searchsorted(edges, values)
        gaps = [100 * (before[part == k].mean() - after[part == k].mean()) for k in set(part)]
        bounds = ", ".join(f"{edge:.3g}" for edge in edges)
        print(
            f"  {field.name:<9} {'  '.join(f'{gap:5.2f}' for gap in gaps)}   (parted at {bounds})"
        )


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


def on_paper(image: np.ndarray, rng: np.random.Generator) -> tuple[Drawing, np.ndarray]:
    """A digit somewhere on uneven, noisy paper, dark or bright: (h, w), uint8."""
    side, stroke = int(rng.integers(28, 300)), rng.uniform(-0.6, 0.8)
    ink = drawn(image, side, stroke)
    height, width = (int(side * rng.uniform(1.0, 3.0)) for _ in range(2))
    top, left = (int(rng.integers(0, length - side + 1)) for length in (height, width))
    sheet = np.zeros((height, width))
    sheet[top : top + side, left : left + side] = ink
    across, down = rng.uniform(-25, 25, 2)
    slope = across * np.linspace(-1, 1, width) + down * np.linspace(-1, 1, height)[:, None]
    paper, contrast = rng.uniform(160, 230), rng.uniform(90, 140)
    grey = paper + slope - contrast * sheet
    bright, noise = bool(rng.random() < 0.5), rng.uniform(0, 3)
    grey = 255.0 - grey if bright else grey
    made = Drawing(
        side=side,
        width=stroke,
        room=height * width / side**2,
        bright=bright,
        paper=paper,
        contrast=contrast,
        noise=noise,
        slope=abs(across) + abs(down),
    )
    return made, (grey + rng.normal(0, noise, grey.shape)).clip(0, 255).astype(np.uint8)


def bmp(picture: np.ndarray) -> bytes:
    """Its bytes in a form that takes no time to write."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="BMP")
    return buffer.getvalue()


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


def fill_sheets(network: Network, images: Images, n_sheets: int, rng: np.random.Generator) -> None:
    n_found = n_right = n_whole = 0
    for i in range(n_sheets):
        chosen = images[rng.choice(len(images), 134, replace=False)]
        pixels = 255 - chosen.pixels if network.inverted else chosen.pixels
        drawing = sheet_of(pixels, 14, rng)
        page = find_characters(drawing, f"sheet {i}", inverted=network.inverted)
        n_found += len(page.boxes)
        if len(page.boxes) == 134:
            n_whole += 1
            names = network.classes_[chosen.labels]
            n_right += int((network.predict(page.pixels) == names).sum())
    read = 100 * n_right / (134 * n_whole) if n_whole else 0.0
    print(
        f"{n_sheets} sheets of 134: {n_found:,} characters found, {n_whole} sheets whole;"
        f" of their digits {read:.1f} % read (goal: 97)"
    )


def answer_files(run: Path, images: Images) -> None:
    with tempfile.TemporaryDirectory() as folder:
        many, one = Path(folder) / "many.npz", Path(folder) / "one.png"
        np.savez(many, x=np.resize(images.pixels, (100_000, *images.pixels.shape[1:])))
        one.write_bytes(png(images.pixels[0]))
        for what, path, n, goal in (
            ("first answer", one, 5, 0.5),
            ("100,000 images of an .npz", many, 3, 10.0),
        ):
            asked = [str(run), str(path), "--csv", f"{folder}/answers.csv"]
            times = []
            for _ in range(n):
                start = time.perf_counter()
                subprocess.run([sys.executable, "-m", "sevenfold", "predict", *asked], check=True)
                times.append(time.perf_counter() - start)
            print(
                f"{what}: {np.median(times):.2f} s (n = {len(times)}, from {min(times):.2f} to"
                f" {max(times):.2f}; goal {goal})"
            )


if __name__ == "__main__":
    main()
