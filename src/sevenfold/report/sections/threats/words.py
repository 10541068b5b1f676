"""Threats to validity: what no interval of the report takes in."""

from collections.abc import Iterator
from typing import NamedTuple

from sevenfold.data.mnist import words as mnist
from sevenfold.errors import listed
from sevenfold.report.numbers import count, whole
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.final_result import FinalTest


class Threat(NamedTuple):
    """What is known of a threat. work: the key of a reference for it, or empty."""

    name: str
    text: str
    work: str = ""


def threats(run: FinishedRun, terms: Terms) -> list[Threat]:
    """Those of this run, the gravest first."""
    final, protocol = run.final_test, run.evaluation_protocol
    assert final is not None
    assert protocol is not None
    found = [Threat("What images share", "".join(_alike(run, final, terms)))]
    if final.aspects:
        found.append(Threat("Who is in the test set", _kinds(final, terms)))
    found += [
        Threat(
            "One training set",
            f"Every interval is given these {whole(final.n_trained_on)} development {terms.images}:"
            " another sample would have trained other networks, and nothing here measures by how"
            " much they would differ.",
        ),
        Threat(
            "One opening among how many",
            _openings(final, terms),
            "label_errors" if terms.is_mnist else "",
        ),
        Threat(
            "What was preset",
            "The space of the search, its budget and all settings that it does not search come from"
            " a preset of the software, made after trials of its authors on"
            f" {mnist.TRIED if terms.is_mnist else 'other images'}, or from its user. They were not"
            f" chosen by this run, and others may suit these {terms.images} better.",
        ),
        Threat(
            "The machine",
            "Another processor rounds otherwise, and long trainings carry that into other networks"
            " of the same recipe. Repeating this run elsewhere should agree with its intervals, not"
            f" with its last figures.{f' {mnist.MACHINES}' if terms.is_mnist else ''}",
        ),
    ]
    return found


def _alike(run: FinishedRun, final: FinalTest, terms: Terms) -> Iterator[str]:
    division = run.evaluation_protocol.groups if run.evaluation_protocol else None
    if final.groups is None or division is None:
        yield (
            f"{terms.images.capitalize()} from one source (a person, a device, a page) are more"
            f" alike than those of two. The data name no source, so the report takes {terms.images}"
            " for independent; where they are not, its intervals are too narrow."
        )
        return
    apart = "share none" if division.n_across == 0 else f"share {whole(division.n_across)}"
    known = final.groups.n_known
    yield (
        f"Training and validation {apart} of the {count(division.n, terms.group)} of the"
        f" development {terms.images}, and"
        f" {'none' if known == 0 else whole(known)} of the {whole(final.groups.n)} of the test"
        f" {terms.images} {'was' if known < 2 else 'were'} trained on. What the intervals say of"
        f" other {terms.groups} holds for {terms.groups} of the same kind."
    )


def _kinds(final: FinalTest, terms: Terms) -> str:
    aspect = final.aspects[0].aspect
    kinds = listed([score.value for score in final.aspects if score.aspect == aspect])
    return (
        f"The {aspect} of the test {terms.images}: {kinds}. Of any other kind they say nothing,"
        " and the accuracy is that of this mixture."
        f"{f' {mnist.PEOPLE}' if terms.is_mnist else ''}"
    )


def _openings(final: FinalTest, terms: Terms) -> str:
    times = "once" if final.n_openings == 1 else count(final.n_openings, "time")
    return (
        f"The record shows that the test set was opened {times} in this run folder, after the plan"
        " was frozen by the same program. It does not show other folders, nor what was known of"
        f" these test {terms.images} before."
        f"{f' {mnist.MUCH_USED}' if terms.is_mnist else ''}"
    )
