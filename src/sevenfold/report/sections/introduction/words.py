"""What the run is about, before anything is measured."""

from sevenfold.data.mnist import words as mnist
from sevenfold.report.numbers import whole
from sevenfold.report.terms import Terms
from sevenfold.steps.problem import Problem


def task(terms: Terms) -> str:
    """What a network is to do."""
    return mnist.TASK if terms.is_mnist else "telling images apart"


def subject(problem: Problem, terms: Terms) -> str:
    """The data set in a few words."""
    return mnist.SUBJECT if terms.is_mnist else problem.provenance.title


def pixels(terms: Terms) -> str:
    """The size and kind of an image's pixels."""
    return f"{terms.size} {'colour' if terms.is_colour else 'grey'} pixels"


def about_data(problem: Problem, n_test: int | None, terms: Terms) -> str:
    """What a known data set brings with it; empty of one's own."""
    if not terms.is_mnist:
        return ""
    used = whole(problem.n_development) + (f" and {whole(n_test)}" if n_test else "")
    part = f"; this run uses {used} of the former" if problem.provenance.embedded_subset else ""
    return f"{mnist.PUBLISHED}{part}. {mnist.MERIT}"
