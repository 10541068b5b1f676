"""A field exam that is made up, in a made-up run."""

import dataclasses
from pathlib import Path

import numpy as np

from sevenfold.examination.keeping import keep
from sevenfold.examination.marking import marked, marked_strange
from sevenfold.examination.results import Absent, Examination, PlainNetwork
from sevenfold.examination.sets import ExamSet
from sevenfold.predictor import Network
from sevenfold.runs.layout import EXAMINATION, EXAMPLES
from sevenfold.statistics import proportion
from sevenfold.storage import arrays_to_npz
from sevenfold.validation import Configuration


def write_exam(
    folder: Path,
    plan: str,
    configuration: Configuration,
    classes: tuple[str, ...],
    image_shape: tuple[int, ...],
) -> None:
    """Test images, two corruptions, and images of the user's own; where images have one
    channel also a published set, one that is strange and one that is absent. Of the
    network only the shape of its input is true.
    """
    rng = np.random.default_rng(11)
    n_inputs = int(np.prod(image_shape))
    weights = tuple(rng.normal(0, 0.02, (n_inputs, len(classes))).astype(np.float32) for _ in "ab")
    nothing = np.zeros(len(classes), np.float32)
    network = Network(
        weights=(weights[0], nothing),
        classes_=np.array(classes),
        image_shape=image_shape,
        temperature=1.0,
        threshold=0.3,
        max_error=0.05,
        prepares=False,
        inverted=False,
    )
    plain = dataclasses.replace(network, weights=(weights[1], nothing), threshold=None)

    def drawn(name: str, title: str, kind: str, n: int, **more: object) -> ExamSet:
        pixels = rng.integers(0, 256, (n, *image_shape), np.uint8)
        labels = network.predict_proba(pixels).argmax(axis=1)
        labels[: n // 4] = (labels[: n // 4] + 1) % len(classes)
        return ExamSet(name, title, kind, pixels, labels, **more)  # type: ignore[arg-type]

    groups = np.repeat(np.arange(10), 6)
    test = drawn("test", "the test images", "test", 60, groups=groups)
    sets = [
        test,
        drawn("custom:mine <3>", "the images in mine <3>", "own", 8, n_left_out=2),
        drawn("shot_noise", "shot noise", "corruption", 60, groups=groups),
        drawn("stripe", "stripe", "corruption", 60, groups=groups),
    ]
    strange: list[ExamSet] = []
    if len(image_shape) == 2:
        sets.insert(1, drawn("semeion", "Semeion digits of about 80 people", "published", 30))
        letters = drawn("notmnist", "notMNIST letters of printed fonts", "published", 25)
        strange.append(dataclasses.replace(letters, labels=None, n_left_out=1))
    absent = Absent(name="usps", title="USPS digits", reason="It could not be fetched (nobody).")
    exam = Examination(
        plan=plan,
        threshold=0.3,
        plain=PlainNetwork(
            configuration=configuration,
            seed=750,
            n_trained_on=2_400,
            val_accuracy=proportion(9, 10),
        ),
        rows=tuple(marked(one, network, plain) for one in sets),
        strange=tuple(marked_strange(one, test, network, plain) for one in strange),
        absent=(absent,) if strange else (),
    )
    pictures = {f"example_{i:03}": one.pixels[0] for i, one in enumerate([*sets, *strange])}
    keep(folder, EXAMINATION, exam, "in" * 32, 1.0, {EXAMPLES: arrays_to_npz(pictures)})
