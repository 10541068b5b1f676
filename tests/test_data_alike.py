"""Near copies, against all pairs compared one by one."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from sevenfold.data import Images, near_copies
from sevenfold.data.alike import CONTRAST, KINDS, RADIUS, Kind
from sevenfold.data.images import numbered

RNG = np.random.default_rng(1)


def strokes(n: int, shape: tuple[int, ...] = (16, 14)) -> np.ndarray:
    """Smooth ink on dark paper, no two alike, nothing in the outermost two pixels."""
    pixels = np.zeros((n, *shape), np.uint8)
    pixels[:, 2:-2, 2:-2] = (
        RNG.integers(0, 256, (n, 3, 3, *shape[2:]))
        .repeat(4, 1)
        .repeat(4, 2)[:, : shape[0] - 4, : shape[1] - 4]
    )
    return pixels


def images(*parts: np.ndarray) -> Images:
    pixels = np.concatenate(parts)
    return numbered(pixels, np.zeros(len(pixels), np.int64))


def one_pixel(pixels: np.ndarray) -> np.ndarray:
    changed = pixels.copy()
    changed[np.arange(len(pixels)), 5 + np.arange(len(pixels)) % 2, 6] ^= 255
    return changed


def moved(pixels: np.ndarray) -> np.ndarray:
    steps = [(d, r) for d in (-1, 0, 1) for r in (-1, 0, 1) if (d, r) != (0, 0)]
    return np.stack([np.roll(one, steps[i % 8], axis=(0, 1)) for i, one in enumerate(pixels)])


def compressed(pixels: np.ndarray) -> np.ndarray:
    packed = []
    for one in pixels:
        buffer = io.BytesIO()
        Image.fromarray(one).save(buffer, "JPEG", quality=92, subsampling=0)
        packed.append(np.asarray(Image.open(io.BytesIO(buffer.getvalue()))))
    return np.stack(packed)


@pytest.mark.parametrize("shape", [(16, 14), (16, 14, 3)])
@pytest.mark.parametrize(
    ("kind", "change"),
    [("one_pixel", one_pixel), ("shifted", moved), ("recompressed", compressed)],
)
def test_a_changed_copy_is_found_with_its_kind(
    kind: Kind, change: Callable[[np.ndarray], np.ndarray], shape: tuple[int, ...]
) -> None:
    own = strokes(60, shape)
    found = near_copies(images(own, change(own[:16])))
    assert found.pairs.tolist() == [[i, 60 + i] for i in range(16)]
    assert found.count(kind) == len(found) == 16
    apart = own[:16].astype(float) - change(own[:16])
    assert found.distances == pytest.approx(np.sqrt((apart**2).reshape(16, -1).mean(axis=1)))


def test_two_changed_pixels_are_not_one() -> None:
    """Both in the same half of the checkerboard, so that the other half agrees."""
    own = strokes(20)
    changed = own.copy()
    changed[:, 5, [6, 8]] ^= 255
    assert near_copies(images(own, changed)).count("one_pixel") == 0


def test_no_pair_within_the_radius_is_missed_and_none_beyond_is_told() -> None:
    own = strokes(40)
    noise = RNG.normal(0.0, np.linspace(2, 11, 40)[:, None, None], own.shape)
    noisy = np.clip(own + noise, 0, 255).astype(np.uint8)
    every = np.concatenate([own, noisy])
    apart = every[:, None].astype(float) - every[None]
    distances = np.sqrt((apart**2).reshape(80, 80, -1).mean(axis=2))
    expected = {(i, j) for i in range(80) for j in range(i) if distances[i, j] <= RADIUS}
    assert 10 < len(expected) < 30
    found = near_copies(images(own, noisy))
    assert {(j, i) for i, j in found.pairs.tolist()} == expected
    assert found.radius == RADIUS


def test_a_little_less_contrast_is_found_in_larger_images() -> None:
    """The whole difference lies where the images themselves vary most."""
    own = strokes(30).repeat(2, axis=1).repeat(2, axis=2)
    paler = np.rint(own * 0.96).astype(np.uint8)
    found = near_copies(images(own, paler))
    assert found.distances.min() > 3.0
    assert found.pairs.tolist() == [[i, 30 + i] for i in range(30)]
    assert found.count("recompressed") == 30


def test_exact_copies_and_plain_images_take_no_part() -> None:
    own, plain = strokes(10), np.arange(10, dtype=np.uint8)[:, None, None] + np.zeros((16, 14))
    assert len(near_copies(images(own, own, plain.astype(np.uint8)))) == 0


def test_faint_images_are_not_compressions_of_one_another() -> None:
    """They lie within the radius, and not within a quarter of their own contrast."""
    faint = (strokes(30) // 32).astype(np.uint8)
    found = near_copies(images(faint))
    contrast = faint.reshape(30, -1).std(axis=1)
    assert contrast.max() < RADIUS
    near = CONTRAST * contrast[found.pairs].min(axis=1)
    assert (found.distances[found.kinds == KINDS.index("recompressed")] <= near).all()
    assert len(found) < 20


def test_a_crowd_shrinks_the_radius_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sevenfold.data.alike._MOST_MEASURED", 50)
    own = strokes(1)
    crowd = np.clip(own + RNG.normal(0, 4, (60, *own.shape[1:])), 0, 255).astype(np.uint8)
    assert near_copies(images(crowd)).radius < RADIUS


def test_images_without_near_copies_have_none() -> None:
    found = near_copies(images(strokes(50)))
    assert found.pairs.shape == (0, 2)
    assert len(found) == found.count("shifted") == 0
