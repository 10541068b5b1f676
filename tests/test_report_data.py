"""Sections 1 to 4: the texts fit the data set, whatever its images and classes are."""

import re

import numpy as np
import pytest
from made_up_run import APART, HIDDEN, MNIST, OWN
from reports import folder_of, html_of, page_of

from sevenfold.data import NearlyEqual
from sevenfold.data.catalogue import ENTRIES
from sevenfold.report.describe import near_copies
from sevenfold.report.numbers import plural_of
from sevenfold.report.pictures import on_paper
from sevenfold.report.sections.evaluation_protocol.words import choice, groups, hidden
from sevenfold.report.sections.final_test.words import groups as known_groups
from sevenfold.report.sections.problem.words import brightness, duplicates, found, hashed, licence
from sevenfold.report.sections.references.words import libraries
from sevenfold.report.sections.success.words import balance
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import read_run
from sevenfold.steps.findings import KnownGroups
from sevenfold.steps.problem import ClassCount, Problem


def problem(*classes: str, shape: tuple[int, ...] = (28, 28), n_duplicates: int = 0) -> Problem:
    return Problem(
        provenance=OWN,
        n_development=10,
        image_shape=shape,
        value_range=(0, 255),
        mean_ink=0.5,
        class_counts=tuple(
            ClassCount(name=name, n_development=5, n_train=4, n_validation=1) for name in classes
        ),
        n_duplicates=n_duplicates,
        n_duplicates_across_split=n_duplicates // 2,
    )


def test_own_data_has_a_title_of_its_own() -> None:
    page = page_of("own data")
    assert page.headings[0] == "Image Classification on the Data Set my pets.npz"
    assert "The images in my pets.npz. Preset quick" in page.text
    assert "for the images in my pets.npz by following" in page.text
    assert "read from data/my pets.npz." in page.text
    assert "MNIST" not in page.text.replace("MNIST-C", "")  # whose corruptions are cited


def test_colour_images_of_named_classes_are_not_called_what_they_are_not() -> None:
    text = page_of("own data").text
    before, _, references = text.partition("10. References and code credits References")
    assert "digit" not in before.lower()
    assert references.lower().replace("handwritten digit recognition", "").count("digit") == 0
    html = re.sub(r'data-reference="[^"]*"', "", html_of("own data"))  # titles of works
    assert "digit" not in html.partition("<h3>References")[0].lower()
    assert "32 by 32 colour pixels" in text
    assert "which of the three classes cat, dog and owl it shows" in text
    assert "32 by 32 by 3 bytes is laid out as one row of 3,072 numbers" in text
    assert "softmax, 3 units One of three answers is right" in text
    assert "always answering the most frequent class (dog)" in text
    assert "plain means over the three classes" in text
    assert "cat → owl" in text
    assert "greyscale" not in text
    assert 'class="ink"' not in html_of("own data")


def test_what_was_set_aside_and_what_was_left_alone_is_said() -> None:
    left = "test.csv has no labels: it is left alone."
    facts = {"set_aside": 1 / 6, "left_out": (left,), "inverted": True}
    made = problem("cat", "dog")
    plain = made.model_copy(update={"provenance": MNIST})
    assert found(plain, Terms.of(plain)) == ""
    made = made.model_copy(update={"provenance": OWN.model_copy(update=facts)})
    text = found(made, Terms.of(made))
    assert "2 of the 12 images, a share of each class, were set aside as one and sealed." in text
    provenance = made.provenance.model_copy(
        update={"size": (28, 28), "sha256": {"pictures of development": "0" * 64}}
    )
    assert "All images were brought to 28 by 28 pixels" in found(
        made.model_copy(update={"provenance": provenance}), Terms.of(made)
    )
    assert text.endswith(f"255 minus pixel, as was asked for. {left}")
    page = page_of("own data").text
    assert "600 of the 3,000 images, a share of each class, were set aside" in page
    assert "notes <2>.txt is left alone. The digests" in page


def test_digests_are_of_files_or_of_what_was_read() -> None:
    own = problem("cat", "dog")
    assert hashed(own) == "pixels and labels, as IDX files of these names would hold them"
    read = OWN.model_copy(update={"sha256": {"pictures of development": "0" * 64}})
    pictures = own.model_copy(update={"provenance": read})
    assert hashed(pictures) == "the classes, file names and contents of all pictures together"
    published = own.model_copy(update={"provenance": MNIST})
    assert hashed(published) == "the data files, unpacked"
    versions = read_run(folder_of("own data")).description
    for made, expected in ((own, False), (pictures, True)):
        recorded = versions.model_copy(update={"versions": {"pillow": "12.0.0"}})
        names = [library.name for library, _ in libraries(recorded, made, Terms.of(made))]
        assert ("Pillow" in names) is expected


def test_only_mnist_is_inked() -> None:
    grey = problem("cat", "dog")
    assert "mean is 50.0\u00a0% of the largest" in brightness(grey, Terms.of(grey))


def test_colours_are_drawn_as_they_are() -> None:
    images = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    assert np.array_equal(on_paper(images, (4, 4, 3), is_ink=False), images)
    assert (folder_of("own data") / "figures" / "distortions.png").stat().st_size > 1_000


@pytest.mark.parametrize(("shape", "grey"), [((4, 4), (2, 4, 4)), ((4, 4, 1), (2, 4, 4, 1))])
def test_ink_is_drawn_dark_and_photographs_as_they_are(
    shape: tuple[int, ...], grey: tuple[int, ...]
) -> None:
    images = np.arange(32, dtype=np.uint8).reshape(grey)
    shades = images.reshape(2, 4, 4)
    assert np.array_equal(on_paper(images, shape, is_ink=True), 255 - shades)
    assert np.array_equal(on_paper(images, shape, is_ink=False), shades)


@pytest.mark.parametrize(
    ("paper", "inverted", "shape", "is_ink"),
    [
        (0, False, (28, 28), True),
        (64, False, (28, 28, 1), True),
        (65, False, (28, 28), False),
        (230, False, (28, 28), False),
        (85, True, (28, 28), True),  # a scan on paper of 170, turned
        (0, False, (28, 28, 3), False),
        (None, False, (28, 28), True),  # a run of before
    ],
)
def test_which_images_are_ink(
    paper: int | None, inverted: bool, shape: tuple[int, ...], is_ink: bool
) -> None:
    made = problem("cat", "dog")
    changes = {
        "paper": paper,
        "image_shape": shape,
        "provenance": made.provenance.model_copy(update={"inverted": inverted}),
    }
    assert Terms.of(made.model_copy(update=changes)).is_ink is is_ink


def test_mnist_reads_as_ever() -> None:
    text = page_of("plain").text
    assert "honestly get at reading handwritten digits, and how do we know?" in text
    assert "28 by 28 grey pixels and must say which of the ten digits 0 to 9 it shows" in text
    assert "MNIST as published holds 70,000 such images" in text
    assert "a 28 by 28 greyscale image, one byte per pixel" in text
    assert "inked to 13.1 % of what a wholly black one would be" in text
    assert "plain means over the ten digits" in text
    assert "One pixel of 784 is never inked there; the weights that lead from it" in text
    assert 'class="ink"' in html_of("plain")


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (("cat", "owl"), "two classes cat and owl"),
        (("0", "1", "2"), "three classes 0 to 2"),
        (tuple(f"c{n}" for n in range(300)), "300 classes from c0 to c299"),
    ],
)
def test_classes_are_named_by_number_and_name(classes: tuple[str, ...], said: str) -> None:
    assert Terms.of(problem(*classes)).which == said


def test_plurals() -> None:
    assert [plural_of(noun) for noun in ("digit", "class", "epoch", "box")] == [
        *("digits", "classes", "epochs", "boxes")
    ]


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "No development image occurs twice."),
        (
            1,
            "One image is an exact copy of another; none lies on both sides of the split.",
        ),
        (
            2,
            "Two images are exact copies of another, and one of them lies on both sides of the"
            " split, which makes validation that much too kind.",
        ),
    ],
)
def test_duplicates_are_counted(n: int, said: str) -> None:
    assert duplicates(problem("a", "b", n_duplicates=n), folds=False) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (None, ""),
        ((0, 0, 0, 0, 0), "Of 90 pets no two differ in a single pixel,"),
        (
            (1, 0, 0, 1, 0),
            "Of 90 pets one pair differs by next to nothing: 1 in one pixel; 1 of them apart.",
        ),
        (
            (2, 0, 3, 0, 4),
            "Of 90 pets five pairs differ by next to nothing: 2 in one pixel and 3 by no more than"
            " compressing anew does; none of them apart; 4 carry two labels.",
        ),
    ],
)
def test_nearly_equal_images_are_told(counts: tuple[int, ...] | None, said: str) -> None:
    names = ("one_pixel", "shifted", "recompressed", "across", "two_labels")
    near = counts and NearlyEqual(n=90, radius=6.5, **dict(zip(names, counts, strict=True)))
    told = near_copies(near or None, "apart", "pets")
    assert told.startswith(said)
    assert bool(told) is bool(said)


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("interrupted", "The choice is hold-out, because the settings ask for it"),
        (
            "plain",
            "The choice is hold-out: hold-out gives an accuracy of 98 % an interval of ±1.00 points"
            " on 400 digits, within the ±0.30 allowed.",
        ),
        (
            "one error",
            "The choice is K-fold cross-validation: hold-out would give an accuracy of 98 % an"
            " interval of ±1.00 points on 400 digits, beyond the ±0.30 allowed; K-fold scores every"
            " digit once and gives ±1.00 points on 400 digits.",
        ),
        (
            "not reached",
            "The choice is iterated K-fold: hold-out would give an accuracy of 98 % an interval of"
            " ±1.00 points on 400 digits, beyond the ±0.30 allowed, and K-fold ±1.00 points on 400"
            " digits, beyond ±0.60; repeated shuffled rounds average",
        ),
    ],
)
def test_protocol_gives_its_reason(kind: str, start: str) -> None:
    run = read_run(folder_of(kind))
    assert run.evaluation_protocol is not None
    assert choice(run.evaluation_protocol, Terms.of(run.problem)).startswith(start)


def test_uneven_classes_are_told() -> None:
    run = read_run(folder_of("plain"))
    assert run.success is not None
    terms = Terms.of(run.problem)
    even = run.success.model_copy(update={"smallest_share": 0.1, "largest_share": 0.1001})
    assert balance(even, terms).startswith("every digit makes up 10.0\u00a0% of the")
    uneven = run.success.model_copy(update={"accuracy_suffices": False, "imbalance_ratio": 2.0})
    assert "beyond the 1.50 that counts as balanced, so accuracy alone would favour it" in balance(
        uneven, terms
    )


def test_a_data_set_of_ones_own_may_hold_mnists_name_for_its_images() -> None:
    assert Terms.of(problem("a", "b")).is_mnist is False
    assert Terms.of(problem("a", "b").model_copy(update={"provenance": MNIST})).is_mnist is True


# Groups


def test_the_division_by_groups_is_told_with_its_price() -> None:
    text = page_of("writers").text
    assert (
        "The images come from 90 writers. Those of one writer may be more alike than those of two,"
        " so each writer is on one side of every split: in the split, 75 in training and 15 in"
        " validation. Whole writers cannot be dealt out as evenly as single images: 400 images"
        " validate where 396 would be exact, and the share of a class among validation images"
        " differs from its share among all by at most 1.25 percentage points."
    ) in text
    assert "with every class represented as nearly in proportion as whole writers allow." in text
    assert "The data name the writer of each image (column hand); those for development" in text
    assert "Whole writers were taken, so that none is on both sides" in text
    assert "The test images come from 40 writers, none of which has development images" in text
    folds = page_of("writers in folds").text
    assert "in the first split, 75 in training" in folds
    assert "Each fold validates once while a network is trained on the others (the first" in folds


@pytest.mark.parametrize("kind", ["plain", "own data"])
def test_without_groups_nothing_is_said_of_them(kind: str) -> None:
    # The table of decisions says that none are known, that of credits what was written.
    _, _, from_problem = page_of(kind).text.rpartition("1. Problem definition and dataset")
    text, _, _ = from_problem.partition("10. References and code credits")
    assert "writer" not in text
    assert " groups" not in text.replace("census groups", "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_across": 12}, "twelve of them are on both sides of the"),
        (
            {"n_across": 1},
            "one of them is on both sides of the split, so that it validates on groups",
        ),
        ({"n_across": 0}, "ignore that: none of them is on both sides of the split."),
        ({"apart": True, "n_exact": 400}, "400 digits validate, which is exact, and the share"),
    ],
)
def test_what_is_said_of_groups_follows_from_the_counts(
    changes: dict[str, object], said: str
) -> None:
    run = read_run(folder_of("plain"))
    assert run.evaluation_protocol is not None
    division = APART.model_copy(update={"apart": False} | changes)
    protocol = run.evaluation_protocol.model_copy(update={"groups": division})
    assert said in groups(protocol, Terms.of(run.problem))


def test_test_images_of_groups_that_were_trained_on_are_a_fault() -> None:
    run = read_run(folder_of("plain"))
    assert run.final_test is not None
    for known, said in (
        (
            (5, 3, 41),
            "three of them have development digits too, and 41 of the 500 test digits come",
        ),
        ((5, 1, 1), "one of them has development digits too, and 1 of the 500 test digits comes"),
    ):
        found = KnownGroups(n=known[0], n_known=known[1], n_images_of_known=known[2])
        final = run.final_test.model_copy(update={"groups": found})
        text = known_groups(final, Terms.of(run.problem))
        assert "This is a fault of the data" in text
        assert said in text


def test_what_the_usual_split_hides_is_told_with_its_interval() -> None:
    text = page_of("writers").text
    assert (
        "What a split of single images would have hidden was measured with the baseline of section"
        " 5 (five seeds, mean over the later half of its epochs): on the same 400 validation images"
        " it errs in 5.1 % where, as everywhere in this report, no image of their writers was"
        " trained on, and in 4.7 % where 67 % of the same writers’ images, never those scored, took"
        " the places of as many training images: a difference of +0.4 points [+0.1, +0.7] (95 %"
        " interval over writers and seeds). A network that is validated on writers it knows looks"
        " that much better than it is."
    ) in text
    assert "would have hidden" not in page_of("writers in folds").text


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.001, 0.006, "Whether there is a difference these numbers cannot tell."),
        (-0.006, -0.001, "Here knowing the groups did harm, which needs an explanation."),
    ],
)
def test_the_verdict_on_the_usual_split_follows_from_the_interval(
    low: float, high: float, said: str
) -> None:
    run = read_run(folder_of("plain"))
    assert run.baseline is not None
    difference = HIDDEN.difference.model_copy(update={"ci_low": low, "ci_high": high})
    found = HIDDEN.model_copy(update={"difference": difference})
    baseline = run.baseline.model_copy(update={"seen_groups": found})
    assert hidden(baseline, Terms.of(run.problem)).endswith(said)


def test_who_says_who_wrote_the_digits_is_told() -> None:
    text = page_of("writers in folds").text
    assert "QMNIST’s label files name the writer of each digit; those for development come" in text


def test_populations_and_halves_are_told_with_their_counts() -> None:
    text = page_of("writers").text
    assert "test images of each kind, with 95 % intervals robust to writers." in text
    assert re.search(r"Population ?census employees ?250 ?20 ?2 ?99\.2", text)
    assert "two divisions" not in text
    assert "the two divisions are nearly one and the same" in page_of("writers in folds").text
    assert "of each kind" not in page_of("plain").text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("MIT", "Their licence is MIT."),
        (ENTRIES["usps"].licence, "Their source states no licence."),
        ("", "No licence is recorded for them."),
    ],
)
def test_a_missing_licence_is_not_one_called_none(said: str, sentence: str) -> None:
    assert licence(OWN.model_copy(update={"licence": said})) == sentence


@pytest.mark.parametrize("kind", ["own data", "plain", "one error", "no better than softmax"])
def test_only_texts_are_read_all_images_are_classified(kind: str) -> None:
    """A shirt or a circle is no text: nothing is "read as" anything."""
    text = page_of(kind).text
    assert not re.search(r"\breads? (as|correctly|over)\b|\breads \d|misread", text, re.I)
