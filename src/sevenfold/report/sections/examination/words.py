"""What a field exam found, in sentences."""

from collections.abc import Sequence

from sevenfold.errors import listed
from sevenfold.examination.results import Examination, Row, Strange
from sevenfold.report.numbers import NBSP, accuracy, count, interval, percent, points, whole, word
from sevenfold.report.terms import Terms
from sevenfold.statistics import (
    SIGNIFICANCE,
    Detection,
    DetectionGap,
    GroupedProportion,
    Proportion,
)

AS_IT_IS = "as they are"


def examined(exam: Examination) -> tuple[Row, ...]:
    """The rows of the exam itself; that of the test images as they are is for
    comparison.
    """
    return tuple(row for row in exam.rows if row.kind != "test")


def name_of(row: Row, terms: Terms) -> str:
    """What a row of the table is called."""
    return f"test {terms.images} {AS_IT_IS}" if row.kind == "test" else row.title


def short_name(one: Row | Strange) -> str:
    """What the figure calls a set."""
    if isinstance(one, Strange) or one.kind == "published":
        return one.name
    return AS_IT_IS if one.kind == "test" else one.title


def plain(exam: Examination, terms: Terms) -> str:
    """The plain network and how it was trained."""
    made, training = exam.plain, exam.plain.configuration.training
    return (
        f"Beside the network stands a plain one of the same units, {made.configuration.network},"
        " without dropout, penalties, distortions and changed ink, trained with the baseline's"
        f" settings on the same {whole(made.n_trained_on)} development {terms.images} from the same"
        f" seed, for the {count(training.n_epochs, 'epoch')} after which it was best on validation"
        f" {terms.images} when trained on the others ({accuracy(made.val_accuracy)} there)."
    )


def against_plain(exam: Examination) -> str:
    """On how many sets the network is better than the plain one, and by how much."""
    rows = examined(exam)
    if not rows:
        return ""
    halves = [row for row in rows if row.at_most_half]
    apart = [row for row in rows if row.test.p_value < SIGNIFICANCE]
    n_better = sum(row.test.difference > 0.0 for row in apart)
    n_worse = len(apart) - n_better
    sets = count(len(rows), "set")
    which = f" ({listed([row.title for row in halves])})" if 0 < len(halves) < len(rows) else ""
    at_half = f"{word(len(halves)) if halves else 'none'} of {sets}"
    if len(rows) == 1:
        at_half = "the one set" if halves else "none, of one set,"
    return (
        f"On {at_half} the network makes at most half of the plain network's"
        f" errors{which}; beyond chance (p < {SIGNIFICANCE:g}, each set by itself) it is better on"
        f" {word(n_better) if n_better else 'none'} and worse on"
        f" {word(n_worse) if n_worse else 'none'}."
    )


def hardest(exam: Examination, terms: Terms) -> str:
    """Where it errs most, and least."""
    rows = sorted(examined(exam), key=lambda row: row.error.value)
    if len(rows) < 2:
        return ""
    easiest, hard = rows[0], rows[-1]
    return (
        f"It errs most on {hard.title} ({percent(hard.error.value, hard.n)}{NBSP}% wrong) and least"
        f" on {easiest.title} ({percent(easiest.error.value, easiest.n)}{NBSP}%)."
    )


def doubts(exam: Examination) -> str:
    """How many of its errors it was unsure of; empty where it has no threshold."""
    rows = [row for row in examined(exam) if row.n_unsure_errors is not None]
    n_errors = sum(row.n_errors for row in rows)
    if not n_errors:
        return ""
    n_marked = sum(row.n_unsure_errors or 0 for row in rows)
    return (
        f"Of {count(n_errors, 'error')} on these sets it marked"
        f" {percent(n_marked / n_errors, n_errors)}{NBSP}% as unsure, at the threshold that"
        " validation gave it for images like those that it was trained on."
    )


def unsure_of(row: Row) -> str:
    """The share of answers that are unsure, for a cell."""
    return "–" if row.n_unsure is None else percent(row.n_unsure / row.n, row.n)


def wrong_of_sure(row: Row) -> str:
    """The share of wrong answers among the sure ones, for a cell."""
    if row.n_unsure is None or row.n_unsure_errors is None or row.n_unsure == row.n:
        return "–"
    n_sure = row.n - row.n_unsure
    return percent((row.n_errors - row.n_unsure_errors) / n_sure, n_sure)


def range_of(p: Proportion | GroupedProportion) -> str:
    """The interval of a share, for a cell."""
    return interval(p)


def difference(row: Row) -> str:
    """The difference of the two networks' accuracies, in points."""
    return points(row.test.difference, row.n)


def difference_range(row: Row) -> str:
    """Its interval; none where the two are never apart: that tells no spread."""
    if not row.test.only_first + row.test.only_second:
        return "–"
    return f"[{points(row.test.ci_low, row.n)},{NBSP}{points(row.test.ci_high, row.n)}]"


def area(found: Detection) -> str:
    """An area under the curve, in per cent, with its interval."""
    n = min(found.n_known, found.n_strange)
    return (
        f"{percent(found.value, n)} [{percent(found.ci_low, n)},{NBSP}{percent(found.ci_high, n)}]"
    )


def gap(found: DetectionGap, n: int) -> str:
    """A difference of two areas, in points, with its interval."""
    return f"{points(found.value, n)} [{points(found.ci_low, n)},{NBSP}{points(found.ci_high, n)}]"


def strange(one: Strange, terms: Terms) -> str:
    """How the network takes images of no class that it knows."""
    said = (
        f"Of a test {terms.image} and one of {one.title}, drawn at random, the network is surer of"
        f" the test {terms.image} in {percent(one.detection.value, one.n)}{NBSP}% of cases."
    )
    if one.answered is None or one.answered_test is None:
        return said
    return (
        f"{said} At the threshold it answers {accuracy(one.answered)} of them as if they were"
        f" {terms.class_nouns}, and {accuracy(one.answered_test)} of the test {terms.images}."
    )


def left_out(parts: Sequence[Row | Strange]) -> str:
    """What was not examined because nothing is written on it."""
    some = [one for one in parts if one.n_left_out]
    if not some:
        return ""
    each = listed([f"{whole(one.n_left_out)} of {short_name(one)}" for one in some])
    return f"Images on which nothing was found written are left out: {each}."
