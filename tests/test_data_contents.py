"""What must hold of images, counted by hand on a few."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import images

from sevenfold.data import (
    Images,
    n_duplicates,
    overlap,
    prepare,
    require_disjoint,
)
from sevenfold.data.contents import require_development
from sevenfold.data.faults import seems_inverted
from sevenfold.errors import DataError


def noise(n: int, seed: int) -> Images:
    pixels = np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)
    return images(np.resize(np.arange(10), n), pixels)


@pytest.mark.parametrize(("n_copies", "n_found"), [(0, 0), (1, 1), (4, 4)])
def test_duplicates_are_counted_without_their_original(n_copies: int, n_found: int) -> None:
    data = noise(20, 0)
    data.pixels[5 : 5 + n_copies] = data.pixels[2]
    assert n_duplicates(data) == n_found


def test_an_overlap_is_counted_and_refused() -> None:
    development, test = noise(20, 0), noise(10, 1)
    assert overlap(development, test) == 0
    require_disjoint(development, test, "mine")
    test.pixels[3], test.pixels[7] = development.pixels[11], development.pixels[0]
    assert overlap(development, test) == 2
    with pytest.raises(DataError, match=r"mine: .*in both development and test, got 2"):
        require_disjoint(development, test, "mine")


def test_one_other_pixel_is_another_image() -> None:
    development, test = noise(20, 0), noise(10, 1)
    test.pixels[3] = development.pixels[11]
    test.pixels[3, 9, 9] ^= 1
    assert overlap(development, test) == 0


def test_inputs_are_shares_of_255() -> None:
    pixels = np.arange(2 * 28 * 28, dtype=np.int64).reshape(2, 28, 28) % 256
    inputs = prepare(pixels.astype(np.uint8))
    assert (inputs.shape, inputs.dtype) == ((2, 784), np.float32)
    assert inputs.max() == 1.0
    assert inputs == pytest.approx(pixels.reshape(2, -1) / 255.0)


@pytest.mark.parametrize(("n_bright", "inverted"), [(0, False), (56, False), (57, True)])
def test_paper_is_inverted_where_most_of_the_edge_is_bright(n_bright: int, inverted: bool) -> None:
    """Of the 112 pixels of four sides, corners twice."""
    pixels = np.full((1, 28, 28), 0, np.uint8)
    sides = [(0, c) for c in range(1, 27)] + [(27, c) for c in range(1, 27)]
    sides += [(r, 0) for r in range(1, 27)]
    for r, c in sides[:n_bright]:
        pixels[0, r, c] = 200
    assert seems_inverted(images([0], pixels)) is inverted


def test_indexing_takes_everything_along() -> None:
    data = noise(6, 0)
    grouped = Images(data.pixels, data.labels, data.classes, np.arange(6) // 2, (1,))
    grouped = replace(grouped, aspects={"age": np.arange(6) + 7})
    chosen = grouped[np.array([5, 0])]
    assert chosen.labels.tolist() == [5, 0]
    assert chosen.groups is not None
    assert chosen.groups.tolist() == [2, 0]
    assert chosen.aspects["age"].tolist() == [12, 7]
    assert np.array_equal(chosen.pixels, data.pixels[[5, 0]])
    assert (chosen.narrow_labels, chosen.classes) == ((1,), data.classes)
    assert data[np.array([0])].groups is None


def test_the_digest_is_of_pixels_and_labels() -> None:
    data = noise(6, 0)
    labels, pixels = data.labels.copy(), data.pixels.copy()
    labels[0], pixels[0, 0, 0] = 9, pixels[0, 0, 0] ^ 1
    digests = {
        made.sha256().hexdigest()
        for made in (data, images(labels, data.pixels), images(data.labels, pixels))
    }
    assert len(digests) == 3
    assert data.sha256().hexdigest() == noise(6, 0).sha256().hexdigest()


def test_counts_name_the_absent_classes_too() -> None:
    data = images([0, 3, 3, 3, 7])
    assert data.class_counts.tolist() == [1, 0, 0, 3, 0, 0, 0, 1, 0, 0]
    assert (data.n_classes, data.n_inputs, data.shape) == (10, 784, (28, 28))


@pytest.mark.parametrize(("fewest", "refused"), [(9, True), (10, False)])
def test_development_needs_ten_of_each_class(fewest: int, refused: bool) -> None:
    labels = np.repeat(np.arange(10), [*[40] * 6, fewest, *[40] * 3])
    data = noise(len(labels), 2)
    made = images(labels, data.pixels)
    if refused:
        with pytest.raises(DataError, match=r"at least 10 .*got 9"):
            require_development(made, "mine")
    else:
        assert require_development(made, "mine") is made


@pytest.mark.parametrize(("brightest", "refused"), [(64, True), (65, False)])
def test_pixels_that_use_a_quarter_of_their_range_are_refused(
    brightest: int, refused: bool
) -> None:
    labels = np.resize(np.arange(10), 300)
    made = images(
        labels, (np.arange(300 * 784) % (brightest + 1)).astype(np.uint8).reshape(-1, 28, 28)
    )
    if refused:
        with pytest.raises(DataError, match=r"none above 64\. .* by 3"):
            require_development(made, "mine")
    else:
        require_development(made, "mine")
