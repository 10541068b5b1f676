"""Numbers as the report prints them."""

import doctest

import pytest

from sevenfold.report import numbers


def test_the_examples_in_the_docstrings_hold() -> None:
    found = doctest.testmod(numbers)
    assert found.attempted > 10
    assert found.failed == 0


@pytest.mark.parametrize(
    ("value", "n", "text"),
    [(0.0123, 300, "+1.2"), (-0.0123, 300, "−1.2"), (0.00049, 300, "0.0"), (0.0, 9, "0.0")],
)
def test_points_have_a_sign_unless_they_are_none(value: float, n: int, text: str) -> None:
    assert numbers.points(value, n) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0009, "p < 0.001"),
        (0.001, "p = 0.001"),
        (0.049, "p = 0.049"),
        (0.9994, "p = 0.999"),
        (0.9996, "p = 1"),
    ],
)
def test_p_values(p: float, text: str) -> None:
    assert numbers.p_value(p) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "less than a second"), (1.2, "1 second"), (61, "1 min 1 s"), (3_661, "1 h 1 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text
