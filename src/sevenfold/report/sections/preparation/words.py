"""What the prepared inputs are like."""

from sevenfold.report.numbers import count, whole
from sevenfold.report.terms import Terms
from sevenfold.steps.preparation import Preparation


def layout(terms: Terms) -> str:
    """The bytes of an image along each axis."""
    return " by ".join(str(n) for n in terms.image_shape)


def never_inked(preparation: Preparation, terms: Terms) -> str:
    """How many inputs teach nothing."""
    n, of = preparation.never_inked, whole(preparation.n_inputs)
    noun = "value" if terms.is_colour else "pixel"
    inked = "inked" if terms.is_mnist else "above zero"
    if n == 0:
        return f"Every {noun} is {inked} in at least one of these images."
    are, them = ("is", "it") if n == 1 else ("are", "them")
    return (
        f"{count(n, noun).capitalize()} of {of} {are} never {inked} there; the weights that lead"
        f" from {them} learn nothing."
    )


def yes_or_no(value: str) -> str:
    """What a check expected or found, without Python's words for it."""
    return {"True": "yes", "False": "no"}.get(value, value)
