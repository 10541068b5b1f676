"""Numbers as the report prints them: no more decimals than the data support, a true
minus sign, a space before the unit.
"""

import math
from datetime import datetime

from sevenfold.statistics import (
    Deviation,
    Difference,
    RecipeAccuracy,
    RecipeDifference,
    RecipeGap,
    RowDifference,
    Share,
    Spread,
    decimals,
)

NBSP = "\u00a0"
MINUS = "\u2212"
WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


Estimated = Difference | RecipeDifference | RecipeGap | RowDifference
"""A difference of accuracies on n examples, with its interval."""


def percent(value: float, n: int) -> str:
    """A share of n examples in percent, without the sign.

    >>> percent(0.951, 1_000), percent(0.9783, 10_000)
    ('95.1', '97.83')
    """
    return f"{100 * value:.{decimals(n)}f}"


def accuracy(p: Share | RecipeAccuracy) -> str:
    """An accuracy with its interval, for a sentence."""
    return f"{percent(p.value, p.n)}{NBSP}% {interval(p)}"


def interval(p: Share | RecipeAccuracy) -> str:
    """The 95 % interval of a proportion, in percent."""
    return f"[{percent(p.ci_low, p.n)},{NBSP}{percent(p.ci_high, p.n)}]"


def points(value: float, n: int) -> str:
    """A signed difference of two accuracies in percentage points, without the unit.

    >>> points(-0.00775, 4_000), points(0.00001, 4_000)
    ('−0.78', '0.00')
    """
    text = f"{100 * value:+.{decimals(n)}f}"
    return text[1:] if float(text) == 0.0 else text.replace("-", MINUS)


def points_interval(d: Estimated) -> str:
    """The 95 % interval of a difference, in percentage points."""
    return f"[{points(d.ci_low, d.n)},{NBSP}{points(d.ci_high, d.n)}]"


def difference(d: Estimated) -> str:
    """A difference with its interval, for a sentence."""
    return f"{points(d.value, d.n)} points {points_interval(d)}"


def spread(s: Spread, n: int) -> str:
    """The standard deviation of accuracies on n examples in percentage points; an en
    dash for a single value.
    """
    return percent(s.sd, n) if s.n > 1 else "–"


def deviation(d: Deviation, n: int) -> str:
    """The interval of a standard deviation of accuracies on n examples, in points."""
    return f"{percent(d.ci_low, n)} to {percent(d.ci_high, n)}"


def p_value(p: float) -> str:
    """A p-value with its relation sign.

    >>> p_value(1e-11), p_value(0.1628), p_value(1.0)
    ('p < 0.001', 'p = 0.163', 'p = 1')
    """
    if p < 0.001:
        return "p < 0.001"
    return "p = 1" if p >= 0.9995 else f"p = {p:.3f}"


def p_cell(p: float) -> str:
    """A p-value for a table cell."""
    return p_value(p).removeprefix("p ").removeprefix("= ")


def whole(n: float) -> str:
    """A whole number with thousands separated.

    >>> whole(669706)
    '669,706'
    """
    return f"{round(n):,}"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """A number of things: words up to twelve, figures beyond, and the noun to match.

    >>> count(1, "error"), count(3, "seed"), count(49, "error"), count(0, "error")
    ('one error', 'three seeds', '49 errors', 'no errors')
    """
    number = "no" if n == 0 else WORDS[n] if n <= 12 else f"{n:,}"
    return f"{number} {noun if n == 1 else plural or plural_of(noun)}"


def plural_of(noun: str) -> str:
    """More than one of a thing.

    >>> plural_of("image"), plural_of("class")
    ('images', 'classes')
    """
    return noun + ("es" if noun.endswith(("s", "x", "sh")) else "s")


def with_article(noun: str) -> str:
    """The noun, or the name of a class, after `a` or `an`.

    >>> [with_article(noun) for noun in ("owl", "8", "7", "18 by 18")]
    ['an owl', 'an 8', 'a 7', 'an 18 by 18']
    """
    is_an = noun[:1].lower() in tuple("aeio8") or noun.split()[:1] in (["11"], ["18"])
    return f"{'an' if is_an else 'a'} {noun}"


def word(n: int) -> str:
    """A whole number in words up to twelve.

    >>> word(2), word(30)
    ('two', '30')
    """
    return WORDS[n] if n <= 12 else f"{n:,}"


def short(value: float) -> str:
    """A setting or a loss with three significant figures, powers of ten written out.

    >>> short(0.0048800), short(7.05e-06), short(0.5), short(0)
    ('0.00488', '7.05 × 10⁻⁶', '0.5', '0')
    """
    if value == 0.0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}".replace("-", MINUS)
    mantissa, exponent = f"{value:.2e}".split("e")
    power = str(int(exponent)).translate(SUPERSCRIPTS)
    mantissa = mantissa.rstrip("0").rstrip(".").replace("-", MINUS)
    return f"10{power}" if mantissa == "1" else f"{mantissa} × 10{power}"


def power(value: float) -> str:
    """A small setting with two significant figures and always a power of ten, so that a
    column lines up.

    >>> power(0.00064), power(0)
    ('6.4 × 10⁻⁴', '0')
    """
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPTS)}" if value else "0"


def loss(value: float) -> str:
    """A cross-entropy with three decimals, or its first significant figure where it is
    smaller.

    >>> loss(0.2701), loss(0.00039)
    ('0.270', '0.0004')
    """
    return (
        f"{value:.3f}"
        if value == 0.0 or value >= 0.0095
        else f"{value:.{min(6, 1 - math.floor(math.log10(value)) - 1)}f}"
    )


def duration(seconds: float) -> str:
    """A time that a person grasps.

    >>> duration(0.004), duration(42.3), duration(297), duration(7322)
    ('less than a second', '42 seconds', '4 min 57 s', '2 h 2 min')
    """
    if seconds < 0.95:
        return "less than a second"
    if seconds < 60:
        return f"{round(seconds)} second{'s' if round(seconds) > 1 else ''}"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def day(time: str) -> str:
    """The day of an ISO time, as `23 November 2026`."""
    moment = datetime.fromisoformat(time)
    return f"{moment.day} {moment:%B %Y}"


def moment(time: str) -> str:
    """An ISO time, as `23 November 2026, 01:02:10 UTC`."""
    return f"{day(time)}, {datetime.fromisoformat(time):%H:%M:%S} UTC"


def minus_signs(text: str) -> str:
    """Text with true minus signs before numbers; ranges and network shapes keep their
    hyphens.

    >>> minus_signs("-1.81 points [-0.92, +1.39] of 64-32-3")
    '−1.81 points [−0.92, +1.39] of 64-32-3'
    """
    characters = list(text)
    for i, character in enumerate(characters[:-1]):
        if (
            character == "-"
            and characters[i + 1].isdecimal()
            and (i == 0 or characters[i - 1] in " [(")
        ):
            characters[i] = MINUS
    return "".join(characters)
