"""Nearly equal images are counted within and across the parts of a data set."""

from dataclasses import replace

import numpy as np
from conftest import made_up_digits

from sevenfold.data import nearly_equal

DIGITS = made_up_digits(40, seed=7)


def test_pairs_are_counted_by_kind_part_and_label() -> None:
    first, second = DIGITS[np.arange(20)], DIGITS[np.arange(20, 40)]
    before = nearly_equal(first, second)
    assert before is not None
    pixels, labels = second.pixels.copy(), second.labels.copy()
    pixels[0] = first.pixels[3]
    pixels[0, 14, 14] ^= 128  # one pixel, across the parts, and another label
    labels[0] = (first.labels[3] + 1) % 10
    pixels[1] = second.pixels[2]
    pixels[1, 14, 14] ^= 128  # within the second part
    labels[1] = labels[2]
    found = nearly_equal(first, replace(second, pixels=pixels, labels=labels))
    assert found is not None
    assert (found.n, found.one_pixel, found.across, found.two_labels) == (
        40,
        before.one_pixel + 2,
        before.across + 1,
        before.two_labels + 1,
    )
    assert found.n_pairs == found.one_pixel + found.shifted + found.recompressed


def test_more_than_can_be_compared_is_left() -> None:
    assert nearly_equal(DIGITS, DIGITS, most_values=2 * DIGITS.pixels.size) is not None
    assert nearly_equal(DIGITS, DIGITS, most_values=2 * DIGITS.pixels.size - 1) is None
