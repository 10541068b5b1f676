"""The network of a finished run in use: `sevenfold predict` and `load_network`."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sevenfold as sf
from sevenfold.data.mnist.embedded import packaged_file, read_packaged
from sevenfold.errors import DataError, RunError
from sevenfold.predictor import Network
from sevenfold.predictor.ink import ink_of, without_specks
from sevenfold.predictor.mnist import centred
from sevenfold.predictor.pages import find_characters
from sevenfold.runs.layout import SCHEMA

DIGITS = read_packaged(packaged_file())


def network(*, shape: tuple[int, ...] = (28, 28), **changes: object) -> Network:
    """Two classes: whether the first pixel is brighter than the second."""
    n = int(np.prod(shape))
    kernel = np.zeros((n, 2), np.float32)
    kernel[0] = (4.0, 0.0)
    kernel[1] = (0.0, 4.0)
    made = {
        "weights": (kernel, np.zeros(2, np.float32)),
        "classes_": np.array(["left", "right"]),
        "image_shape": shape,
        "temperature": 2.0,
        "threshold": 0.7,
        "max_error": 0.01,
        "prepares": False,
        "inverted": False,
    }
    return Network(**{**made, **changes})  # type: ignore[arg-type]


def three() -> np.ndarray:
    images = np.zeros((3, 28, 28), np.uint8)
    images[0, 0, 0], images[1, 0, 1] = 255, 255
    return images


def test_classes_probabilities_and_what_is_unsure() -> None:
    asked = network()
    assert asked.predict(three()).tolist() == ["left", "right", "left"]
    found = asked.predict_proba(three())
    # Logits 4 and 0, divided by the temperature 2.
    assert found[0] == pytest.approx([1 / (1 + np.exp(-2)), 1 / (1 + np.exp(2))])
    assert asked.is_unsure(found).tolist() == [False, False, True]
    assert not network(threshold=None).is_unsure(found).any()
    assert asked.predict_proba(three()[:0]).shape == (0, 2)


@pytest.mark.parametrize("images", [three().astype(float), three()[0], three()[:, :27]])
def test_arrays_of_another_kind_are_refused(images: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"expected images of shape \(n, 28, 28\), uint8, got"):
        network().predict(images)


def test_mnist_as_it_is_comes_out_as_it_was() -> None:
    for image in DIGITS.pixels[::250]:
        again = centred(image / 255.0, inverted=False)
        assert np.abs(again.astype(int) - image).mean() < 1.0


@pytest.mark.parametrize("dark_on_bright", [True, False])
def test_a_drawing_of_any_size_place_and_polarity_is_that_digit(dark_on_bright: bool) -> None:
    rng = np.random.default_rng(3)
    for image in DIGITS.pixels[7::500]:
        large = np.asarray(Image.fromarray(image).resize((112, 112), Image.Resampling.BICUBIC))
        canvas = np.zeros((190, 240))
        canvas[50:162, 90:202] = large
        slope = np.linspace(-20, 20, 240)
        grey = 205 + slope - 0.6 * canvas if dark_on_bright else 40 + slope + 0.6 * canvas
        noisy = (grey + rng.normal(0, 2, grey.shape)).clip(0, 255).astype(np.uint8)
        ink = ink_of(noisy)
        assert ink is not None
        again = centred(without_specks(ink), inverted=False).astype(float)
        # Whole pixels are where a half decides: one to the side is as right.
        likeness = [
            np.corrcoef(np.roll(again, (y, x), (0, 1)).ravel(), image.ravel())[0, 1]
            for y in (-1, 0, 1)
            for x in (-1, 0, 1)
        ]
        assert max(likeness) > 0.9


def cut_close(image: np.ndarray, cut: int, *, bright: bool) -> tuple[np.ndarray, np.ndarray]:
    """A digit of a thick pen as a picture that ends where its ink does, or `cut` pixels
    further in; and that ink, from 0 to 1.
    """
    from scipy import ndimage

    large = Image.fromarray(image).resize((84, 84), Image.Resampling.BICUBIC)
    ink = ndimage.grey_dilation(np.asarray(large) / 255.0, (7, 7))
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis=axis)) for axis in (1, 0))
    # Narrow ones are left whole from side to side.
    aside = cut if len(columns) > len(rows) / 2 else 0
    ink = ink[rows[cut] : rows[-1 - cut] + 1, columns[aside] : columns[-1 - aside] + 1]
    light = np.linspace(-12, 12, ink.shape[1]) + np.linspace(-8, 8, len(ink))[:, None]
    noise = np.random.default_rng(0).normal(0, 2, ink.shape)
    grey = 200 + light + noise - 120 * ink
    return (255 - grey if bright else grey).clip(0, 255).astype(np.uint8), ink


@pytest.mark.parametrize("bright", [True, False])
@pytest.mark.parametrize("cut", [0, 3])
def test_ink_that_reaches_every_border_is_told_from_the_paper(cut: int, bright: bool) -> None:
    """Of the 2,007 test images of USPS, which are cut so, 190 were called even."""
    reached = 0
    for i in range(11, 5_000, 125):
        if DIGITS.labels[i] == 1:  # which fill their box
            continue
        picture, ink = cut_close(DIGITS.pixels[i], cut, bright=bright)
        edges = np.concatenate((ink[0], ink[-1], ink[:, 0], ink[:, -1]))
        reached += (edges > 0.5).mean() > 0.5
        found = ink_of(picture)
        assert found is not None
        assert np.corrcoef(found.ravel(), ink.ravel())[0, 1] > 0.9
    assert reached >= (1 if cut else 0)


@pytest.mark.parametrize("letter", ["X", "E", "Z", "H", "D"])
def test_letters_whose_corners_or_sides_are_ink_are_told_from_the_paper(letter: str) -> None:
    from PIL import ImageDraw, ImageFont

    drawn = Image.new("L", (200, 200))
    ImageDraw.Draw(drawn).text((50, 30), letter, 255, ImageFont.load_default(120), stroke_width=5)
    ink = np.asarray(drawn.crop(drawn.getbbox())) / 255.0
    found = ink_of((210 - 130 * ink).astype(np.uint8))
    assert found is not None
    assert np.corrcoef(found.ravel(), ink.ravel())[0, 1] > 0.95


def dirty(image: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A digit with dirt all around it, and the same clean: (112, 140), uint8."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((112, 140))
    ink[14:98, 28:112] = np.asarray(Image.fromarray(image).resize((84, 84))) / 255.0
    clean, there = 210 - 150 * ink, ink > 0
    dirt = clean.copy()
    for y, x in rng.integers(2, (109, 137), (60, 2)):
        if not there[max(0, y - 5) : y + 8, max(0, x - 5) : x + 8].any():
            dirt[y : y + 3, x : x + 3] = 60
    return dirt.astype(np.uint8), clean.astype(np.uint8)


@pytest.mark.parametrize("place", range(40, 5_000, 620))
def test_dirt_on_the_paper_is_not_seen(place: int) -> None:
    def seen(picture: np.ndarray) -> np.ndarray:
        ink = ink_of(picture)
        assert ink is not None
        return centred(without_specks(ink), inverted=False).astype(int)

    dirt, clean = map(seen, dirty(DIGITS.pixels[place], place))
    assert np.abs(dirt - clean).max() <= 12


def test_the_parts_of_a_broken_character_stay() -> None:
    ink = np.zeros((300, 200))
    ink[40:260, 60:90], ink[20:50, 110:150] = 1.0, 1.0  # a stroke and, apart, its bar
    assert without_specks(ink).sum() > 0.97 * ink.sum()  # all but the outermost pixels


def test_a_large_photo_is_seen_as_a_small_one(tmp_path: Path) -> None:
    """As it leaves a telephone: 12 million pixels."""
    drawn, _ = dirty(DIGITS.pixels[1_234], 0)
    small = Image.fromarray(drawn).resize((1_000, 800), Image.Resampling.BICUBIC)
    small.save(tmp_path / "small.png")
    small.resize((4_000, 3_200), Image.Resampling.BICUBIC).save(tmp_path / "large.png")
    seen = network(prepares=True).inputs([tmp_path / "small.png", tmp_path / "large.png"])
    assert np.abs(seen[0].astype(int) - seen[1]).mean() < 1.0


def test_an_even_surface_has_nothing_written_on_it(tmp_path: Path) -> None:
    Image.new("L", (60, 40), 200).save(tmp_path / "even.png")
    with pytest.raises(DataError, match="expected something written, found an even surface"):
        network(prepares=True).predict([tmp_path / "even.png"])
    grain = np.random.default_rng(1).normal(128, 40, (60, 40)).clip(0, 255).astype(np.uint8)
    assert ink_of(grain) is None
    # On a photo of empty paper some grains always lie far from all others.
    empty = np.random.default_rng(2).normal(180, 5, (900, 700)).astype(np.uint8)
    assert ink_of(empty) is None
    stroke = np.full((28, 28), 200, np.uint8)
    stroke[5:23, 14] = 60  # one pixel wide
    assert ink_of(stroke) is not None


def page(n_rows: int, n_columns: int, seed: int) -> tuple[np.ndarray, list[int]]:
    """Digits on grey paper, in rows that are not quite straight."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(DIGITS.labels), n_rows * n_columns, replace=False)
    sheet = np.zeros((60 * n_rows + 20, 50 * n_columns + 20))
    for place, i in enumerate(chosen):
        y = 60 * (place // n_columns) + 15 + rng.integers(-4, 5)
        x = 50 * (place % n_columns) + 12 + rng.integers(-4, 5)
        side = int(rng.integers(34, 42))
        digit = Image.fromarray(DIGITS.pixels[i]).resize((side, side), Image.Resampling.BICUBIC)
        area = sheet[y : y + side, x : x + side]
        np.maximum(area, np.asarray(digit), out=area)
    light = np.linspace(175, 215, sheet.shape[1]) - 0.55 * sheet
    noisy = (light + rng.normal(0, 2, sheet.shape)).clip(0, 255).astype(np.uint8)
    return noisy, [int(DIGITS.labels[i]) for i in chosen]


def test_every_character_of_a_page_is_found_in_reading_order() -> None:
    sheet, labels = page(6, 8, seed=1)
    found = find_characters(sheet, "sheet", inverted=False)
    assert len(found.boxes) == len(labels)
    rows = [box[0] // 60 for box in found.boxes]
    assert rows == sorted(rows)
    lefts = np.array([box[1] for box in found.boxes]).reshape(6, 8)
    assert (np.diff(lefts, axis=1) > 0).all()
    drawn = found.annotated([str(label) for label in labels])
    assert drawn.shape == (*sheet.shape, 3)
    with pytest.raises(DataError, match="expected written characters, found none"):
        find_characters(np.full((80, 80), 190, np.uint8), "empty", inverted=False)


def command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sevenfold", "predict", *map(str, arguments)],
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of digits as they come."""
    return written(tmp_path_factory.mktemp("run"), inverted=False)


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of the same images, turned: ink 0 on paper 255."""
    return written(tmp_path_factory.mktemp("turned"), inverted=True)


def written(folder: Path, *, inverted: bool) -> Path:
    """What `load_network` reads of a run, whose network is the nearest mean image."""
    x = DIGITS.pixels.reshape(len(DIGITS), -1) / 255.0
    x = 1.0 - x if inverted else x
    means = np.stack([x[DIGITS.labels == k].mean(axis=0) for k in range(10)])
    kernel, bias = 2 * means.T, -(means**2).sum(axis=1)
    (folder / "models").mkdir()
    (folder / "steps").mkdir()
    np.savez(
        folder / "models" / "final.npz",
        kernel_0=kernel.astype(np.float32),
        bias_0=bias.astype(np.float32),
    )
    weights = (folder / "models" / "final.npz").read_bytes()
    steps = {
        "problem": {
            "class_counts": [{"name": str(k)} for k in range(10)],
            "image_shape": [28, 28],
            "provenance": {"name": "mnist-5k", "inverted": inverted},
        },
        "confidence": {
            "temperature": {"value": 8.0},
            "unsure": {"threshold": 0.99, "bound": 0.01},
        },
        "final_test": {},
    }
    digest = {"models/final.npz": hashlib.sha256(weights).hexdigest()}
    for name, result in steps.items():
        step = {"schema": SCHEMA, "result": result, "files": digest}
        (folder / "steps" / f"{name}.json").write_text(json.dumps(step))
    (folder / "run.json").write_text("{}")
    return folder


def test_pictures_are_answered_one_a_line(run: Path, tmp_path: Path) -> None:
    for i in (0, 500):
        Image.fromarray(255 - DIGITS.pixels[i]).resize((90, 90)).save(tmp_path / f"{i:04}.png")
    done = command(run, tmp_path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["0", "1"]
    assert all("unsure; or" in line for line in done.stdout.splitlines())
    rows = json.loads(command(run, tmp_path / "*.png", "--json").stdout)
    assert [row["class"] for row in rows] == ["0", "1"]
    assert rows[0]["image"] == str(tmp_path / "0000.png")
    assert 0.0 < rows[0]["runner_up_probability"] < rows[0]["probability"] < 1.0
    assert rows[0]["unsure"] is True
    data = (tmp_path / "0000.png").read_bytes()
    piped = subprocess.run(
        [sys.executable, "-m", "sevenfold", "predict", str(run), "-"],
        input=data,
        capture_output=True,
    )
    assert piped.stdout.split()[:2] == [b"-", b"0"]


def test_pictures_that_cannot_be_read_withhold_no_other_answer(run: Path, tmp_path: Path) -> None:
    for i in (0, 500):
        Image.fromarray(255 - DIGITS.pixels[i]).resize((90, 90)).save(tmp_path / f"{i:04}.png")
    Image.new("L", (90, 90), 255).save(tmp_path / "0100.png")
    done = command(run, tmp_path)
    assert done.returncode == 2
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["0", "1"]
    (line,) = done.stderr.splitlines()
    assert "0100.png: expected something written" in line
    (tmp_path / "0200.png").write_bytes(b"nothing of the kind")
    done = command(run, tmp_path, "--json")
    assert [row["class"] for row in json.loads(done.stdout)] == ["0", "1"]
    assert "2 of 4 pictures have no answer: " in done.stderr
    assert "0100.png" in done.stderr
    assert "0200.png" in done.stderr
    done = command(run, tmp_path, "--submission", tmp_path / "out.csv")  # its rows are counted
    assert done.returncode == 2
    assert not (tmp_path / "out.csv").exists()


def test_one_file_is_a_list_of_one_and_other_things_are_named(run: Path, tmp_path: Path) -> None:
    picture = Image.fromarray(255 - DIGITS.pixels[500]).resize((90, 90))
    picture.save(tmp_path / "one.png")
    asked = sf.load_network(run)
    for one in (tmp_path / "one.png", str(tmp_path / "one.png")):
        assert asked.predict(one).tolist() == asked.predict([one]).tolist() == ["1"]
    (entry,) = os.scandir(tmp_path)
    assert asked.predict([entry]).tolist() == ["1"]  # type: ignore[list-item]
    with pytest.raises(DataError, match=r"^expected an array .* got a Image among them"):
        asked.predict([picture])  # type: ignore[list-item]
    assert len(repr(asked)) < 500


def test_many_images_of_one_file_and_what_is_written(run: Path, tmp_path: Path) -> None:
    pixels = DIGITS.pixels[::100]
    np.savez(tmp_path / "many.npz", x_test=pixels)
    rows = [",".join(map(str, image.ravel())) for image in pixels]
    header = ",".join(f"pixel{i}" for i in range(784))
    (tmp_path / "test.csv").write_text("\n".join([header, *rows]) + "\n")
    (tmp_path / "labelled.csv").write_text("\n".join(f"7,{row}" for row in rows) + "\n")
    expected = sf.load_network(run).predict(pixels).tolist()
    assert (np.array(expected) == DIGITS.labels[::100].astype(str)).mean() > 0.7
    for name in ("many.npz", "test.csv", "labelled.csv"):
        done = command(run, tmp_path / name, "--submission", tmp_path / "out.csv")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        with (tmp_path / "out.csv").open() as file:
            answers = list(csv.DictReader(file))
        assert [row["ImageId"] for row in answers] == [str(i) for i in range(1, 51)]
        assert [row["Label"] for row in answers] == expected
    command(run, tmp_path / "many.npz", "--csv", tmp_path / "a.csv", "--show", tmp_path / "a.png")
    with (tmp_path / "a.csv").open() as file:
        assert [row["class"] for row in csv.DictReader(file)] == expected
    with Image.open(tmp_path / "a.png") as drawn:
        shown = np.asarray(drawn)
    assert np.array_equal(shown[1:29, 1:29], pixels[0])


def test_a_page_is_answered_in_reading_order(run: Path, tmp_path: Path) -> None:
    sheet, labels = page(3, 5, seed=2)
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    done = command(run, tmp_path / "sheet.png", "--page", "--json", "--show", tmp_path / "a.png")
    rows = json.loads(done.stdout)
    assert [row["image"] for row in rows] == [f"{tmp_path / 'sheet.png'}:{i}" for i in range(1, 16)]
    right = [row["class"] == str(label) for row, label in zip(rows, labels, strict=True)]
    assert np.mean(right) > 0.6
    with Image.open(tmp_path / "a.png") as drawn:
        assert drawn.size == (sheet.shape[1], sheet.shape[0])


def test_a_run_of_turned_images_sees_every_kind_of_picture_turned(
    run: Path, turned: Path, tmp_path: Path
) -> None:
    """Both networks are nearest means, so that what they say is the same."""
    files = []
    for i in range(0, 5_000, 500):
        files.append(tmp_path / f"{i:04}.png")
        Image.fromarray(230 - DIGITS.pixels[i] // 2).resize((90, 90)).save(files[-1])
    seen, other = (sf.load_network(folder).inputs(files) for folder in (run, turned))
    assert np.array_equal(other, 255 - seen)
    assert (other[:, 0, 0] == 255).all()
    Image.fromarray(page(2, 4, seed=5)[0]).save(tmp_path / "sheet.png")
    np.savez(tmp_path / "many.npz", x=DIGITS.pixels[::600])
    for asked in (files, [tmp_path / "sheet.png", "--page"], [tmp_path / "many.npz"]):
        said = [json.loads(command(of, *asked, "--json").stdout) for of in (run, turned)]
        for one, same in zip(*said, strict=True):
            assert one["class"] == same["class"]
            assert one["probability"] == pytest.approx(same["probability"], abs=1e-4)


def test_the_first_answer_needs_numpy_and_pillow_alone(run: Path, tmp_path: Path) -> None:
    Image.fromarray(DIGITS.pixels[0]).save(tmp_path / "0.png")
    code = (
        "import sys, sevenfold as sf;"
        f"print(sf.load_network({str(run)!r}).predict([{str(tmp_path / '0.png')!r}])[0]);"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    answer, modules = done.stdout.splitlines()
    assert answer == "0"
    for heavy in ("jax", "keras", "tensorflow", "optuna", "matplotlib", "scipy", "pydantic"):
        assert f"'{heavy}'" not in modules


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.png", b"", "got an empty file"),
        ("a.png", b"\x89PNG\r\n\x1a\nrest", "expected"),
        ("a.npz", b"PK\x03\x04rest", "expected a whole .npz file"),
        ("a.csv", b"7,2,3\n", "expected 784 numbers a row"),
        ("a.csv", b"0," * 783 + b"900\n", "expected a whole number from 0 to 255, got '900'"),
        ("a.csv", b"1," * 783 + b"1\n1,2\n", "line 2: expected 784 cells"),
        ("a.csv", b"", "expected"),
        ("images-idx3-ubyte", b"\0\0\x08\x01\0\0\0\0", "expected"),
    ],
)
def test_what_cannot_be_read_is_named_in_a_line(
    run: Path, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = command(run, tmp_path / name)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line
    assert name in line


def test_images_declared_but_not_there_take_no_memory(run: Path, tmp_path: Path) -> None:
    """Ten million images in a header, and a megabyte of them."""
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (10_000_000, 28, 28)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(1 << 20))
    line = command(run, tmp_path / "a.npz").stderr
    assert "expected 7,840,000,000 bytes for its shape" in line
    assert line.count("\n") == 1


def test_numbers_from_0_to_1_and_rows_are_taken(run: Path, tmp_path: Path) -> None:
    pixels = DIGITS.pixels[:7]
    np.savez(tmp_path / "rows.npz", x=pixels.reshape(7, -1))
    np.savez(tmp_path / "unit.npz", images=pixels[..., None].astype(np.float64) / 255.0)
    first, second = (command(run, tmp_path / name, "--json") for name in ("rows.npz", "unit.npz"))
    answers = [[row["class"] for row in json.loads(done.stdout)] for done in (first, second)]
    assert answers[0] == answers[1] == sf.load_network(run).predict(pixels).tolist()


def test_what_is_not_there_is_named(run: Path, tmp_path: Path) -> None:
    assert "there is no such file" in command(run, tmp_path / "none*.png").stderr
    assert "expected pictures in this folder, found none" in command(run, tmp_path).stderr
    assert "is not a run" in command(tmp_path, "x.png").stderr
    np.savez(tmp_path / "odd.npz", x=np.zeros((2, 5, 5), np.uint8))
    assert "expected images of 28 x 28, as the" in command(run, tmp_path / "odd.npz").stderr


def test_changed_weights_are_not_used(run: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    (copy / "models" / "final.npz").write_bytes(b"x")
    with pytest.raises(RunError, match="missing or changed"):
        sf.load_network(copy)
    (copy / "steps" / "final_test.json").unlink()
    with pytest.raises(RunError, match="did not get that far"):
        sf.load_network(copy)
