"""What more training images would bring, as far as the line goes on."""

import math

from sevenfold.errors import listed
from sevenfold.report.numbers import count, percent, short, whole
from sevenfold.report.terms import Terms
from sevenfold.steps.learning_curve import LearningCurveFound


def worth(found: LearningCurveFound, terms: Terms) -> str:
    """Whether more training images are worth it."""
    if found.doubled is None:
        return (
            f"No line can be drawn through these errors, so nothing is said of more {terms.images}."
        )
    factor, low, high = (f"{value:.2f}" for value in found.doubled)
    seen = f"twice as many training {terms.images} multiply the error by {factor} [{low}, {high}]"
    if found.doubled[2] < 1.0:
        return (
            f"On this line {seen}; if it goes on, more of them, or good substitutes, are worth it."
        )
    if found.doubled[1] > 1.0:
        return f"On this line {seen}: here more of them did not help."
    return f"Whether more are worth it is open: {seen}, and the interval includes one."


def refit(found: LearningCurveFound, terms: Terms, n: int) -> str:
    """What training on all development images should bring, scored on n images."""
    if found.line is None or found.refitted is None:
        return ""
    size = found.points[-1].n_train
    now = math.exp(found.line.intercept + found.line.slope * math.log(size))
    then, low, high = (percent(share, n) for share in found.refitted)
    return (
        f"The final network is trained on all {whole(found.n_refitted)} development"
        f" {terms.images}, {short(found.n_refitted / size)} times as many as here: on the line its"
        f" error is {then} % [{low}, {high}] instead of {percent(now, n)} %."
    )


def trained_on(found: LearningCurveFound, terms: Terms) -> str:
    """The numbers of images, and what could not be trained on."""
    sizes = listed([whole(point.n_train) for point in found.points])
    shares = listed([f"{100 * share:.0f} %" for share in found.too_few]) if found.too_few else ""
    lacking = (
        f" On {shares} of the {terms.images} it could not be trained: a class had too few, or"
        " training diverged."
        if shares
        else ""
    )
    least = min(point.errors.n for point in found.points)
    return f"{sizes} {terms.images}, each part with {count(least, 'repeat')} or more.{lacking}"
