"""How like two parts are: what two draws of one source show, and what others do."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.data import Images
from sevenfold.statistics import RecipeGap
from sevenfold.steps.likeness import Likeness, falls_alike, likeness


def pictures(n: int, seed: int) -> Images:
    """Bright above and dark below, as photographs of a landscape are."""
    rng = np.random.default_rng(seed)
    shades = np.linspace(200, 40, 16)[None, :, None] + rng.normal(0, 40, (n, 16, 16))
    return Images(shades.clip(0, 255).astype(np.uint8), np.zeros(n, np.uint8), ("0",))


ONE, OTHER = pictures(200, seed=1), pictures(100, seed=2)


def changed(images: Images, pixels: np.ndarray) -> Images:
    return replace(images, pixels=pixels.astype(np.uint8))


def test_two_draws_of_one_source_are_alike() -> None:
    found = likeness(ONE, OTHER)
    assert found.unlike == ()
    assert found.correlation > 0.9
    assert found.brightness == pytest.approx((ONE.pixels.mean() / 255, OTHER.pixels.mean() / 255))
    assert found.brightest == (ONE.pixels.max(), OTHER.pixels.max())


def test_each_difference_is_named() -> None:
    turned = changed(OTHER, 255 - OTHER.pixels)
    assert likeness(ONE, turned).unlike[0] == "polarity"
    assert likeness(turned, ONE).unlike[0] == "polarity"
    scaled = changed(OTHER, OTHER.pixels // 4)
    assert "range" in likeness(ONE, scaled).unlike
    assert "range" in likeness(scaled, ONE).unlike
    lighter = changed(OTHER, np.minimum(OTHER.pixels.astype(int) + 90, 255))
    assert likeness(ONE, lighter).unlike == ("brightness",)


def test_digits_without_a_common_pattern_are_of_one_source() -> None:
    assert likeness(made_up_digits(200, seed=1), made_up_digits(60, seed=2)).unlike == ()


def test_an_even_part_has_no_pattern() -> None:
    even = changed(OTHER, np.full_like(OTHER.pixels, 20))
    assert likeness(ONE, even).correlation == 1.0


@pytest.mark.parametrize(
    ("gap", "baseline_gap", "half", "alike"),
    [
        (-0.30, -0.25, 0.1, True),
        (-0.30, -0.15, 0.1, True),
        (-0.30, -0.14, 0.1, False),
        (-0.30, -0.25, 0.26, False),
        (-0.30, 0.25, 0.1, False),
        (0.30, 0.25, 0.1, False),
    ],
)
def test_who_falls_alike(gap: float, baseline_gap: float, half: float, alike: bool) -> None:
    of_baseline = RecipeGap(
        value=baseline_gap, ci_low=baseline_gap - half, ci_high=baseline_gap + half, n=100
    )
    assert falls_alike(gap, of_baseline) is alike


def test_it_is_kept_as_it_is() -> None:
    found = likeness(ONE, OTHER)
    assert Likeness.from_json(found.to_json()) == found
