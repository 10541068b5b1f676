"""`sevenfold examine`: what a finished run's network does elsewhere, beside a plain
one, and what is refused.
"""

import dataclasses
import gzip
import hashlib
import json
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import CLASSES, made_up_digits
from PIL import Image
from reports import html_of, page_of

from sevenfold import cli
from sevenfold.data import Images, Source
from sevenfold.data.published.field import FIELD_SETS, FieldSet
from sevenfold.data.published.semeion import read_semeion
from sevenfold.data.readers import idx
from sevenfold.engine import FitData, Job
from sevenfold.errors import DataError, RunError, SettingsError
from sevenfold.examination import exam, plain
from sevenfold.examination.corruptions import CORRUPTIONS
from sevenfold.examination.exam import examine
from sevenfold.examination.keeping import kept
from sevenfold.examination.results import Examination, PlainNetwork, Row
from sevenfold.examination.sets import of_field_set, of_path
from sevenfold.networks import NetworkSpec
from sevenfold.predictor import load_network
from sevenfold.predictor import mnist as prepared_by
from sevenfold.report import draw
from sevenfold.runs.layout import PLAIN
from sevenfold.runs.reading import read_run
from sevenfold.statistics import proportion
from sevenfold.terminal import Terminal

FILES = ("examination.json", "examination/examples.npz", "examination/plain.npz")


@pytest.fixture(scope="module")
def examined(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with its exam under corruptions; copy it before changing it."""
    folder = tmp_path_factory.mktemp("examined") / "run"
    shutil.copytree(finished, folder)
    examine(folder, corruptions=True, terminal="quiet")
    return folder


@pytest.fixture
def run(examined: Path, tmp_path: Path) -> Path:
    shutil.copytree(examined, tmp_path / "run")
    return tmp_path / "run"


def found(folder: Path) -> Examination:
    exam = read_run(folder).examination
    assert exam is not None
    return exam


def row(folder: Path, name: str) -> Row:
    return next(row for row in found(folder).rows if row.name == name)


def save(path: Path, images: Images, classes: tuple[str, ...] = CLASSES, **more: object) -> str:
    names = np.array(classes)[images.labels]
    np.savez(path, x=images.pixels, y=names, **more)  # type: ignore[arg-type]
    return str(path)


def test_the_test_images_as_they_are_give_what_the_run_found(examined: Path) -> None:
    final = read_run(examined).final_test
    assert final is not None
    as_it_is = row(examined, "test")
    assert (as_it_is.n, as_it_is.n_errors) == (300, final.scores.n_errors)


def test_every_corruption_has_its_row_and_both_networks_are_marked_on_it(examined: Path) -> None:
    rows = found(examined).rows
    assert [row.name for row in rows] == ["test", *CORRUPTIONS]
    assert all(row.n == 300 for row in rows)
    for one in rows:
        n_apart = one.test.only_first - one.test.only_second
        assert n_apart == one.n_plain_errors - one.n_errors
        assert one.test.difference == pytest.approx(n_apart / 300)
        assert one.error.ci_low <= one.error.value <= one.error.ci_high
        if one.n_unsure is not None:
            assert one.n_unsure_errors is not None
            assert one.n_unsure_errors <= min(one.n_unsure, one.n_errors)


def test_the_plain_network_has_the_units_and_nothing_else(examined: Path) -> None:
    final = read_run(examined).final_test
    assert final is not None
    made, counts = found(examined).plain, final.configuration
    network = counts.network
    assert made.configuration.network == NetworkSpec(
        inputs=network.inputs, classes=network.classes, hidden=network.hidden
    )
    training = made.configuration.training
    assert (training.distortion, training.hard_examples, training.label_smoothing) == (0, 0, 0)
    assert 1 <= training.n_epochs <= counts.training.n_epochs
    assert (made.seed, made.n_trained_on) == (final.seeds[0], final.n_trained_on)


def test_the_plain_network_is_chosen_on_validation_images_then_trained_on_all(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished, tmp_path / "run")
    seen: list[tuple[int, int | None, int, int]] = []
    fit = plain.fit

    def spied(job: Job, data: FitData, **more: object) -> object:
        n = None if data.validation is None else len(data.validation)
        seen.append((len(data.train), n, job.training.n_epochs, job.seed))
        return fit(job, data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(plain, "fit", spied)
    monkeypatch.setattr(plain, "reading_epoch", lambda accuracies: 3)
    examine(tmp_path / "run", corruptions=True, terminal="quiet")
    final = read_run(tmp_path / "run").final_test
    assert final is not None
    (n_train, n_validation, longest, seed), (n_all, none, n_epochs, same_seed) = seen
    assert n_validation is not None
    assert (n_train + n_validation, none, n_all) == (1_200, None, 1_200)
    assert (longest, seed, same_seed) == (
        final.configuration.training.n_epochs,
        final.seeds[0],
        final.seeds[0],
    )
    assert found(tmp_path / "run").plain.configuration.training.n_epochs == n_epochs == 3


def test_a_plain_network_of_other_inputs_is_trained_anew(examined: Path) -> None:
    (made, stored) = kept(examined, PLAIN, PlainNetwork) or (None, None)
    assert made is not None
    assert stored is not None
    assert kept(examined, PLAIN, PlainNetwork, stored.inputs) == (made, stored)
    assert kept(examined, PLAIN, PlainNetwork, "of another") is None
    assert kept(examined, "steps/nothing.json", PlainNetwork) is None


@pytest.mark.parametrize(("n_errors", "at_most_half"), [(20, True), (21, False), (0, True)])
def test_half_of_the_errors_is_half(examined: Path, n_errors: int, at_most_half: bool) -> None:
    errors = {"error": proportion(n_errors, 300), "plain_error": proportion(40, 300)}
    assert row(examined, "rotate").model_copy(update=errors).at_most_half == at_most_half


def test_a_second_exam_trains_nothing_and_adds_to_the_first(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(plain, "fit", never)
    before = found(run)
    others = save(tmp_path / "others.npz", made_up_digits(50, seed=77))
    examine(run, [others], terminal="quiet")
    after = found(run)
    assert [row.name for row in after.rows] == [
        *("test", "custom:others.npz"),
        *CORRUPTIONS,
    ]
    assert after.rows[2:] == before.rows[1:]
    shown = np.load(run / "examination/examples.npz")
    assert len(shown.files) == len(after.rows)
    assert np.array_equal(shown["example_001"], made_up_digits(50, seed=77).pixels[0])
    assert not np.array_equal(shown["example_002"], shown["example_001"])
    assert examine(run, [others], terminal="quiet") == after


def test_images_of_ones_own_are_marked_by_the_names_of_their_classes(
    run: Path, tmp_path: Path
) -> None:
    images = made_up_digits(100, seed=5)
    images = images[np.flatnonzero(images.labels >= 4)]  # whose own places begin anew
    turned = dataclasses.replace(images, labels=(9 - images.labels).astype(np.uint8))
    path = save(tmp_path / "turned.npz", turned, CLASSES[::-1])
    groups = np.repeat(["a", "b", "c"], 20)  # ten of each of six classes
    same = save(tmp_path / "grouped.npz", images, groups=groups)
    examine(run, [path, same], terminal="quiet")
    network = load_network(run)
    n_wrong = int((network.predict_proba(images.pixels).argmax(axis=1) != images.labels).sum())
    one, other = (row(run, f"custom:{name}.npz") for name in ("turned", "grouped"))
    assert (one.n, one.n_errors, other.n_errors) == (60, n_wrong, n_wrong)
    assert not hasattr(one.error, "n_groups")
    assert other.error.n_groups == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x, np.where(y == "3", "three", y)), "got images of three"),
        (lambda x, y: (x[:, :20, :20], y), "expected images of 28 x 28"),
        (lambda x, y: (x[:1], y[:1]), "two images or more"),
    ],
)
def test_images_that_the_network_cannot_be_asked_are_refused(
    run: Path, tmp_path: Path, change: Callable[..., tuple[np.ndarray, np.ndarray]], words: str
) -> None:
    images = made_up_digits(30, seed=5)
    x, y = change(images.pixels, np.array(CLASSES)[images.labels])
    np.savez(tmp_path / "own.npz", x=x, y=y)
    with pytest.raises(DataError, match=words):
        examine(run, [str(tmp_path / "own.npz")], terminal="quiet")


def test_two_places_of_one_name_are_not_told_apart(run: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    paths = [
        save(tmp_path / place / "own.npz", made_up_digits(20, seed))
        for place, seed in (("", 1_000), ("a", 1_001))
    ]
    with pytest.raises(SettingsError, match=r"Two places have images called custom:own.npz"):
        examine(run, paths, terminal="quiet")


def test_images_that_were_trained_on_are_no_exam(run: Path, digits_folder: Path) -> None:
    with pytest.raises(DataError, match=r"has not seen, got 1,200 on which it was trained"):
        examine(run, [str(digits_folder)], terminal="quiet")


def test_a_run_without_its_final_test_is_refused(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    for step in ("final_test", "saved_network"):
        (tmp_path / "run" / "steps" / f"{step}.json").unlink()
    with pytest.raises(RunError, match="opened its test set, got one without a final test"):
        examine(tmp_path / "run", corruptions=True)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (["usps"], r"usps \(USPS .*prepared as MNIST's are; this one is of"),
        (None, "Add --corruptions"),
        (["semion"], "'semion' is no set of images. Known: optdigits, usps"),
        (["a/b", "a/b"], "a/b: expected .* Check the path"),
    ],
)
def test_what_does_not_go_with_the_run_is_refused_in_one_line(
    run: Path, on: list[str] | None, words: str
) -> None:
    with pytest.raises((SettingsError, DataError), match=words) as refused:
        examine(run, on)
    assert "\n" not in str(refused.value)


def test_other_test_images_than_the_ledgers_are_refused(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = exam.load_images

    def changed(*arguments: object, **options: object) -> Source:
        source = load(*arguments, **options)  # type: ignore[arg-type]
        images = source.read_test()
        turned = dataclasses.replace(images, pixels=images.pixels[:, ::-1])
        return dataclasses.replace(source, read_test=lambda: turned)

    monkeypatch.setattr(exam, "load_images", changed)
    with pytest.raises(RunError, match="test images that its ledger records, found others"):
        examine(run, corruptions=True, terminal="quiet")


@pytest.mark.parametrize("file", FILES)
def test_a_changed_file_is_noticed(run: Path, file: str) -> None:
    if file.endswith(".json"):
        content = json.loads((run / file).read_text())
        content["result"]["rows"][1]["n_unsure_errors"] = 0
        content["result"]["rows"][1]["n"] -= 1
        (run / file).write_text(json.dumps(content))
    else:
        (run / file).write_bytes(b"changed")
    with pytest.raises(RunError, match=r"was edited|missing or changed"):
        examine(run, corruptions=True, terminal="quiet")
    if "plain" not in file:
        with pytest.raises(RunError, match=r"was edited|missing or changed"):
            draw(run)


def test_an_exam_of_another_network_is_not_shown(run: Path) -> None:
    path = run / "examination.json"
    content = json.loads(path.read_text())
    exam = Examination.from_values(content["result"]).model_copy(update={"plan": "0" * 64})
    content |= {"result": exam.model_dump(mode="json"), "result_digest": exam.digest}
    path.write_text(json.dumps(content))
    assert read_run(run).examination is None


def test_the_command_prints_a_table_and_draws_the_section(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    others = save(tmp_path / "others.npz", made_up_digits(50, seed=77))
    monkeypatch.setattr(sys, "argv", ["sevenfold", "examine", str(run), "--on", others])
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    signal.signal(signal.SIGINT, before)
    assert ended.value.code == 0
    head, as_it_is, own, last = capsys.readouterr().out.splitlines()
    assert head.startswith("wrong answers (%)")
    assert as_it_is.startswith("the test images as they are")
    assert own.startswith("the images in others.npz")
    assert last == f"Report: {run / 'report.html'}"
    page = (run / "report.html").read_text()
    assert page.index('id="section-8"') < page.index('id="examination"')
    assert page.index('id="examination"') < page.index('id="section-9"')
    assert page.count("<h2>Field exam</h2>") == 1
    assert page.count("canny edges") >= 1
    assert "## Field exam" in json.dumps(json.loads((run / "report.ipynb").read_text())["cells"])
    assert (run / "tables" / "examination.csv").read_text().count("\n") == 18
    assert (run / "figures" / "examples.png").is_file()


def test_a_run_that_was_not_examined_says_nothing_of_it() -> None:
    assert "Field exam" not in html_of("plain")


# The published sets, as small made-up ones that lie where the real ones would.


def written(n: int, side: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images of one bright stroke and its class, the first without any."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, side, side), np.uint8)
    for image in images[1:]:
        top, left = rng.integers(1, side // 2, 2)
        image[top : top + side // 3, left : left + 3] = 255
    return images, (np.arange(n) % 10).astype(np.uint8)


def semeion_file(images: np.ndarray, labels: np.ndarray) -> bytes:
    rows = [
        " ".join(f"{pixel / 255:.4f}" for pixel in image.ravel())
        + " "
        + " ".join("1" if place == label else "0" for place in range(10))
        + " "
        for image, label in zip(images, labels, strict=True)
    ]
    return ("\n".join(rows) + "\n").encode()


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with small sets under two names; the run counts as one whose images were
    prepared as MNIST's are.
    """
    data = tmp_path / "data"
    text = semeion_file(*written(30, 16, seed=1))
    letters, letter_labels = (idx.to_bytes(array) for array in written(40, 28, seed=2))
    files = {
        "semeion": {"semeion.data": text},
        "notmnist": {"t10k-images-idx3-ubyte": letters, "t10k-labels-idx1-ubyte": letter_labels},
    }
    for name, contents in files.items():
        (data / name).mkdir(parents=True)
        for file, content in contents.items():
            (data / name / f"{file}.gz").write_bytes(gzip.compress(content))
        digests = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
        known = FIELD_SETS[name]
        entry = dataclasses.replace(known.entry, sha256=digests, packed={})
        monkeypatch.setitem(FIELD_SETS, name, dataclasses.replace(known, entry=entry))
    monkeypatch.setenv("SEVENFOLD_DATA", str(data))
    monkeypatch.setenv("SEVENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("SEVENFOLD_MIRRORS", "")
    monkeypatch.setattr(prepared_by, "PREPARED_SO", frozenset({"custom:digits"}))
    return data


def test_by_default_every_published_set_that_can_be_had_is_marked(
    run: Path, published: Path
) -> None:
    name = read_run(run).problem.provenance.name
    assert name == "custom:digits"
    exam = examine(run, terminal="quiet")
    (semeion,) = (row for row in exam.rows if row.kind == "published")
    assert (semeion.name, semeion.n, semeion.n_left_out) == ("semeion", 29, 1)
    images, labels = written(30, 16, seed=1)
    seen = np.stack([prepared_by.centred(image / 255.0, inverted=False) for image in images[1:]])
    answers = load_network(run).predict_proba(seen).argmax(axis=1)
    assert semeion.n_errors == int((answers != labels[1:]).sum())
    (strange,) = exam.strange
    assert (strange.name, strange.n, strange.n_left_out) == ("notmnist", 39, 1)
    assert (strange.detection.n_known, strange.detection.n_strange) == (300, 39)
    assert [absent.name for absent in exam.absent] == ["optdigits", "usps"]
    assert all("could not be fetched" in absent.reason for absent in exam.absent)
    assert not any(str(published.parent) in absent.reason for absent in exam.absent)
    page = draw(run).read_text()
    assert "Not examined: USPS" in page
    assert "of them as if they were" in page or strange.answered is None


def test_sets_come_turned_to_a_network_whose_training_was(
    run: Path, published: Path, tmp_path: Path
) -> None:
    network = load_network(run)
    turned = dataclasses.replace(network, inverted=True)
    nobody = made_up_digits(10, seed=1)
    with Terminal("quiet").transfer() as progress:
        pixels, other = (
            of_field_set(FIELD_SETS["semeion"], of, progress).pixels for of in (network, turned)
        )
    assert np.array_equal(other, 255 - pixels)
    for label in ("0", "1"):
        (tmp_path / "scans" / label).mkdir(parents=True)
        image = np.full((40, 40), 220, np.uint8)
        image[5 + int(label) : 30, 18:22] = 60
        Image.fromarray(image).save(tmp_path / "scans" / label / "a.png")
    pixels, other = (
        of_path(str(tmp_path / "scans"), of, nobody).pixels for of in (network, turned)
    )
    assert np.array_equal(other, 255 - pixels)


def test_a_set_of_other_bytes_is_not_taken_for_the_published_one(
    run: Path, published: Path
) -> None:
    text = semeion_file(*written(31, 16, seed=1))
    (published / "semeion" / "semeion.data.gz").write_bytes(gzip.compress(text))
    (absent,) = examine(run, ["semeion"], terminal="quiet").absent
    assert "The copy in SEVENFOLD_DATA is damaged or another" in absent.reason


def test_what_was_absent_once_and_is_there_now_is_marked(run: Path, published: Path) -> None:
    there = published / "semeion" / "semeion.data.gz"
    content = there.read_bytes()
    there.unlink()
    assert [one.name for one in examine(run, ["semeion"], terminal="quiet").absent] == ["semeion"]
    there.write_bytes(content)
    after = examine(run, ["semeion", "usps"], terminal="quiet")
    assert [one.name for one in after.absent] == ["usps"]
    assert "semeion" in [row.name for row in after.rows]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"0 1 2\n",
        semeion_file(*written(3, 16, seed=1)).replace(b"1.0000", b"2.0000", 1),
        semeion_file(*written(3, 16, seed=1))[:-30],
        gzip.compress(bytes(1 << 23), mtime=0),
        gzip.compress(semeion_file(*written(3, 16, seed=1)), mtime=0)[:-20],
        b"\x80\x04K\x01.",
    ],
)
def test_a_damaged_file_of_semeion_is_refused_in_one_line(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "semeion.data").write_bytes(text)
    with pytest.raises(DataError, match=r"semeion.data: expected") as refused:
        read_semeion(tmp_path)
    assert "\n" not in str(refused.value)


def test_semeion_is_read_as_it_was_written(tmp_path: Path) -> None:
    pixels, labels = written(12, 16, seed=4)
    (tmp_path / "semeion.data").write_bytes(semeion_file(pixels, labels))
    images, digests = read_semeion(tmp_path)
    assert np.array_equal(images.pixels, pixels)
    assert images.labels.tolist() == labels.tolist()
    assert images.classes == CLASSES
    assert set(digests) == {"semeion.data"}


@pytest.mark.parametrize("one", FIELD_SETS.values(), ids=list(FIELD_SETS))
def test_every_published_set_says_all_that_is_known(one: FieldSet) -> None:
    entry = one.entry
    assert all((entry.title, entry.licence, entry.citation, entry.url, entry.n_bytes, one.title))
    digests = [*entry.sha256.values(), *entry.packed.values()]
    assert all(len(digest) == 64 and int(digest, 16) for digest in digests)
    assert all(mirror.startswith("https://") for mirror in entry.mirrors)


def test_pictures_of_ones_own_are_seen_as_predict_sees_them(
    run: Path, published: Path, tmp_path: Path
) -> None:
    pixels, labels = written(24, 40, seed=6)
    files = []
    for i, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        folder = tmp_path / "scans" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(230 - image // 2).save(folder / f"{i:02}.png")  # dark on bright
        files += [folder / f"{i:02}.png"] if image.any() else []
    examine(run, [str(tmp_path / "scans")], terminal="quiet")
    own = row(run, "custom:scans")
    assert (own.n, own.n_left_out) == (23, 1)
    said = load_network(run).predict(files)
    assert own.n_errors == sum(
        name != path.parent.name for name, path in zip(said, files, strict=True)
    )
    network = load_network(run)
    shown = np.load(run / "examination/examples.npz")["example_001"]
    first = next(path for path in sorted(files) if path.parent.name == "0")
    assert np.array_equal(shown, network.inputs([first])[0])


def test_the_section_says_what_was_found_and_what_was_not() -> None:
    text = page_of("whole space").text
    assert "Semeion digits of about 80 people [" in text
    assert "Not examined: USPS digits. It could not be fetched (nobody)." in text
    assert "left out: 2 of the images in mine <3> and 1 of notmnist" in text
    assert "On none of four sets" in text or "of four sets the network makes at most half" in text
    assert "the network is surer of the test digit in" in text
    own = page_of("own data").text
    assert "image by image" in own
    assert "notMNIST" not in own
