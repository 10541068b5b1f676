"""The cell that brings the images brings the run's own, in the run's order."""

import dataclasses
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import made_up_digits, write_idx_folder
from PIL import Image
from reports import folder_of

import sevenfold as sf
from sevenfold import data
from sevenfold.data import Images, Source
from sevenfold.notebook.data_code import check_code, data_code, division_code, place_of_data
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.problem import ClassCount

SHARES = (240, 60)


def parts() -> tuple[Images, Images]:
    return made_up_digits(SHARES[0], 1), made_up_digits(SHARES[1], 2)


def npz(folder: Path) -> str:
    a, b = parts()
    np.savez(folder / "d.npz", x_train=a.pixels, y_train=a.labels, x_test=b.pixels, y_test=b.labels)
    return "d.npz"


def npz_without_test(folder: Path) -> str:
    a, _ = parts()
    np.savez(folder / "d.npz", x_train=a.pixels, y_train=a.labels)
    return "d.npz"


def idx(folder: Path) -> str:
    write_idx_folder(folder / "d", *parts())
    return "d"


def pictures(folder: Path) -> str:
    for part, images in zip(("train", "test"), parts(), strict=True):
        for i, (pixels, label) in enumerate(zip(images.pixels, images.labels, strict=True)):
            place = folder / "d" / part / f"class {label}"
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(place / f"{i:03}.png")
    return "d"


def run_on(source: Source, dataset: str) -> FinishedRun:
    """A finished run, as if it had been on this data."""
    run, images = sf.read_run(folder_of("plain")), source.development
    counts = tuple(
        ClassCount(name=name, n_development=int(n), n_train=int(n), n_validation=0)
        for name, n in zip(images.classes, images.class_counts, strict=True)
    )
    facts = {
        "provenance": source.provenance,
        "n_development": len(images),
        "image_shape": images.shape,
        "mean_ink": float(images.pixels.mean() / 255.0),
        "class_counts": counts,
    }
    return dataclasses.replace(
        run,
        problem=run.problem.model_copy(update=facts),
        config=run.config.model_copy(update={"dataset": dataset}),
    )


def executed(run: FinishedRun, place: str) -> dict[str, Any]:
    import base64

    names = {"np": np, "Path": Path, "DATA": place, "base64": base64, "zlib": zlib}
    exec(data_code(run), names)
    return names


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("write", [npz, npz_without_test, idx, pictures])
def test_own_data_are_read_as_the_run_read_them(
    write: Any, invert: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = f"custom:{tmp_path / write(tmp_path)}"
    source = data.load(dataset, invert=invert)
    run = run_on(source, dataset)
    names, test = executed(run, place_of_data(run)), source.read_test()
    assert (names["images"] == source.development.pixels).all()
    assert (names["labels"] == source.development.labels).all()
    assert sorted(image.tobytes() for image in names["test_images"]) == sorted(
        image.tobytes() for image in test.pixels
    )
    assert sorted(names["test_labels"]) == sorted(test.labels)
    exec(check_code(run), names)
    assert capsys.readouterr().out.endswith(": as in the run\n")
    names["images"] = 255 - names["images"]
    exec(check_code(run), names)
    assert "NOT the images of the run" in capsys.readouterr().out


def test_the_packaged_subset_is_that_of_the_run() -> None:
    source = data.load("mnist-5k")
    run = run_on(source, "mnist-5k")
    names, development = executed(run, ""), source.development
    chosen = np.arange(0, len(development), 7)
    exec(division_code(run, chosen), names)
    assert len(names["images"]) == len(development)

    def known(pixels: np.ndarray, labels: np.ndarray) -> list[tuple[bytes, int]]:
        return sorted((i.tobytes(), int(n)) for i, n in zip(pixels, labels, strict=True))

    mask = names["is_validation"]
    assert known(names["images"][mask], names["labels"][mask]) == known(
        development.pixels[chosen], development.labels[chosen]
    )
    assert known(names["test_images"], names["test_labels"]) == known(
        source.read_test().pixels, source.read_test().labels
    )


@pytest.mark.parametrize(
    ("name", "module"), [("mnist", "mnist"), ("fashion-mnist", "fashion_mnist")]
)
def test_published_data_come_from_keras_or_from_the_place_that_is_named(
    name: str, module: str, tmp_path: Path
) -> None:
    idx(tmp_path)
    source = data.load(f"custom:{tmp_path / 'd'}")
    provenance = source.provenance.model_copy(update={"name": name})
    run = run_on(dataclasses.replace(source, provenance=provenance), name)
    assert f"keras.datasets.{module}.load_data()" in data_code(run)
    assert place_of_data(run) == ""
    assert (executed(run, str(tmp_path / "d"))["images"] == source.development.pixels).all()


def test_the_division_is_packed_to_a_bit_an_image() -> None:
    run = sf.read_run(folder_of("plain"))
    chosen = np.arange(5, 2_400, 6)
    code = division_code(run, chosen)
    mask = np.zeros(2_400, bool)
    mask[chosen] = True
    assert len(code) < 700 + len(b64encode(np.packbits(mask).tobytes()))
    names: dict[str, Any] = {"np": np, "zlib": zlib, "images": mask}
    exec(f"import base64\n{code}", names)
    assert (names["is_validation"] == mask).all()


def test_where_there_are_no_such_files_the_path_is_named(tmp_path: Path) -> None:
    idx(tmp_path)
    run = run_on(data.load(f"custom:{tmp_path / 'd'}"), "custom:elsewhere")
    with pytest.raises(FileNotFoundError, match="has no file of train images: set DATA"):
        executed(run, str(tmp_path))
