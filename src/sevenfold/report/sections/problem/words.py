"""What is to be predicted from what, and what the data are like."""

from sevenfold.data.entry import NO_LICENCE
from sevenfold.data.source import Provenance
from sevenfold.report.numbers import count, whole, with_article, word
from sevenfold.report.terms import Terms
from sevenfold.steps.problem import Problem

__all__ = ["with_article"]

SOURCES = {"SEVENFOLD_DATA": "the folder that SEVENFOLD_DATA names"}


def licence(provenance: Provenance) -> str:
    """Under which licence the images are, where anyone says so."""
    if provenance.licence == NO_LICENCE:
        return "Their source states no licence."
    if not provenance.licence:
        return "No licence is recorded for them."
    return f"Their licence is {provenance.licence}."


def pixels(terms: Terms) -> str:
    """The kind of an image, and how it is stored."""
    kind, n_bytes = "greyscale", 1
    if len(terms.image_shape) == 3:
        n_bytes = terms.image_shape[2]
        kind = "colour" if terms.is_colour else kind
    return f"{kind} image, {count(n_bytes, 'byte')} per pixel"


def brightness(problem: Problem, terms: Terms) -> str:
    """The mean pixel: of MNIST's ink on paper, else a share of the largest value."""
    share = f"{100 * problem.mean_ink:.1f}\u00a0%"
    if terms.is_mnist:
        return f"the average image is inked to {share} of what a wholly black one would be"
    return f"their mean is {share} of the largest that a byte holds"


def duplicates(problem: Problem, *, folds: bool) -> str:
    """How many images occur twice, and whether that helps validation; folds: whether
    there are several splits.
    """
    n, across = problem.n_duplicates, problem.n_duplicates_across_split
    if n == 0:
        return "No development image occurs twice."
    copies = count(n, "image is an exact copy", "images are exact copies")
    sides = f"on both sides of the {'first split' if folds else 'split'}"
    lie = "lies" if across == 1 else "lie"
    if across:
        both = (
            f", and {word(across)} of them {lie} {sides}, which makes validation that much too kind"
        )
    else:
        both = f"; none lies {sides}"
    return f"{copies[0].upper()}{copies[1:]} of another{both}."


def hashed(problem: Problem) -> str:
    """Of what the digests are: of files of a published data set, or of one's own data
    as they were read.
    """
    if problem.provenance.url:
        return "the data files, unpacked"
    if has_pictures(problem):
        return "the classes, file names and contents of all pictures together"
    return "pixels and labels, as IDX files of these names would hold them"


def has_pictures(problem: Problem) -> bool:
    """Whether the images came as encoded pictures."""
    return any(name.startswith("pictures of") for name in problem.provenance.sha256)


def found(problem: Problem, terms: Terms) -> str:
    """What was done to the data as they were read: set aside, scaled, turned, left."""
    provenance, n = problem.provenance, problem.n_development
    told = []
    if provenance.set_aside:
        n_all = round(n / (1.0 - provenance.set_aside))
        told.append(
            f"They came without a test part: before anything was measured, {whole(n_all - n)} of"
            f" the {whole(n_all)} {terms.images}, a share of each {terms.class_noun}, were set"
            f" aside as one and sealed. {_taken(problem, terms)}"
        )
    if problem.n_groups is not None:
        column = f" (column {provenance.group})" if provenance.group else ""
        name = "The data name"
        if provenance.told_by:
            name = f"{provenance.told_by} name"
        told.append(
            f"{name} the {terms.group} of each {terms.image}{column}; those for development"
            f" come from {count(problem.n_groups, terms.group)}."
        )
    if provenance.size and has_pictures(problem):
        told.append(f"All {terms.images} were brought to {terms.size} pixels, as was asked for.")
    if provenance.inverted:
        told.append(f"All {terms.images} were turned, 255 minus pixel, as was asked for.")
    return " ".join((*told, *provenance.left_out))


def _taken(problem: Problem, terms: Terms) -> str:
    """By which rule images were set aside."""
    if problem.n_groups is None:
        return (
            "Which ones were taken follows from the pixels alone, and exact copies stay on one"
            " side."
        )
    return (
        f"Whole {terms.groups} were taken, so that none is on both sides, such that the share of"
        f" each {terms.class_noun} comes out as nearly as they allow. Which ones follows from"
        " their pixels alone, and exact copies stay on one side."
    )
