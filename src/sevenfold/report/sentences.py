"""Sentences composed from stored numbers; whatever the numbers are, they must read as
if a person had written them.
"""

from collections.abc import Mapping

from sevenfold.report.describe import errors
from sevenfold.report.folder import STEPS, Json, StoredRun
from sevenfold.report.numbers import (
    accuracy,
    count,
    listed,
    p_value,
    percent,
    points,
    spread,
    whole,
    word,
)
from sevenfold.statistics import SIGNIFICANCE


def subset_reason(provenance: Json, config: Json) -> str:
    """Why the run has only the embedded subset."""
    if config.get("dataset") == provenance["name"]:
        return f"The subset was asked for by name (dataset = {provenance['name']})."
    if provenance["reason"]:
        return f"The full MNIST could not be had: {ended(provenance['reason'])}"
    return "The full MNIST was not at hand."


def ended_at(run: StoredRun) -> str:
    """The step whose section is the last: the one without a result, a baseline that
    does not beat common sense, or the last.
    """
    stopped_at = run.stopped_at
    if stopped_at == "overfit" and unbeaten(run.steps["baseline"]):
        return "baseline"
    return stopped_at or STEPS[-1]


def unbeaten(baseline: Json) -> list[str]:
    """The rivals that the small network does not beat beyond chance, as the workflow
    judges it.
    """
    return [
        name
        for name, test in _rivals(baseline).items()
        if test["only_first"] <= test["only_second"] or test["p_value"] >= baseline["significance"]
    ]


def _rivals(baseline: Json) -> dict[str, Json]:
    majority = f"always answering {baseline['majority_digit']}"
    return {
        majority: baseline["against_majority"],
        "softmax regression": baseline["against_softmax"],
    }


def no_power(baseline: Json) -> str:
    """Which rivals the small network does not beat, and which of them beat it."""
    names, rivals = unbeaten(baseline), _rivals(baseline)
    beaten_by = [
        name
        for name in names
        if rivals[name]["only_first"] < rivals[name]["only_second"]
        and rivals[name]["p_value"] < baseline["significance"]
    ]
    seen = f"The small network does not beat common sense: against {listed(names)}"
    if beaten_by == names:
        return f"{seen} it is worse, by more than chance explains."
    worse = (
        f" (against {beaten_by[0]} it is worse by more than chance explains)" if beaten_by else ""
    )
    return f"{seen} it is not better by more than chance explains{worse}."


def why_stopped(run: StoredRun) -> str:
    """Why a run is not finished, from its status."""
    status, error = run.description.get("status"), run.description.get("error")
    _, _, text = (error or "").partition(": ")
    if ended_at(run) == "baseline" and "baseline" in run.steps:
        return (
            f"{no_power(run.steps['baseline'])} The two hypotheses of section 1 are in question,"
            " and the workflow goes no further."
        )
    if status == "failed":
        return f"The run failed: {ended(text or error or 'no reason was recorded')}"
    if status == "interrupted":
        return "The run was interrupted by its user. The same command goes on from there."
    return (
        "The run had not finished when this report was drawn. The same command goes on from there."
    )


def ended(text: str) -> str:
    """Text with a full stop, unless it has one.

    >>> ended("disk full"), ended("Stopped.")
    ('disk full.', 'Stopped.')
    """
    return text if text.endswith((".", "!", "?")) else f"{text}."


def errors_of(proportion: Json) -> int:
    """Wrong answers behind a stored accuracy."""
    n: int = round((1.0 - proportion["value"]) * proportion["n"])
    return n


def headline(final: Json) -> str:
    """The result in a sentence."""
    scores = final["scores"]
    a = scores["accuracy"]
    low, high = (percent(a[end], a["n"]) for end in ("ci_low", "ci_high"))
    return (
        f"reads {percent(a['value'], a['n'])}\u00a0% of {whole(a['n'])} held-out test digits"
        f" correctly (95\u00a0% Wilson interval {low} to {high}\u00a0%), with"
        f" {errors(scores['n_errors'])}"
    )


def against(comparison: Json, final: Json) -> str:
    """The final network against an earlier model on the test digits, in a sentence
    without its subject's first words.
    """
    n_errors = errors_of(comparison["accuracy"])
    gained = n_errors - final["scores"]["n_errors"]
    if gained == 0:
        return f"makes as many errors ({whole(n_errors)})"
    more = f"{word(abs(gained))} {'more' if gained > 0 else 'fewer'} than the final network"
    return f"makes {errors(n_errors)}, {more}: {certainty(comparison['test'])}"


def certainty(test: Json) -> str:
    """What an exact McNemar test says."""
    p = p_value(test["p_value"])
    if test["p_value"] < SIGNIFICANCE:
        return f"more than chance explains (exact McNemar test, {p})"
    return f"a difference that chance explains as well (exact McNemar test, {p})"


def reading(test: Json) -> str:
    """The same for a table cell, from the final network's side."""
    if test["p_value"] >= SIGNIFICANCE:
        return "cannot be told apart"
    return (
        "final network better"
        if test["only_first"] > test["only_second"]
        else "final network worse"
    )


def over_seeds(final: Json) -> str:
    """The spread of the test accuracy from seed to seed."""
    s, n = final["seed_accuracies"], final["n_test"]
    if s["n"] == 1:
        return "It was trained with a single seed, so the spread from seed to seed is unknown."
    values = [percent(v, n) for v in s["values"]]
    return (
        f"Trained with {word(s['n'])} different seeds, the same network gets"
        f" {percent(s['mean'], n)}\u00a0% on average (standard deviation {spread(s, n)} points,"
        f" from {min(values, key=float)} to {max(values, key=float)}\u00a0%)."
    )


def openings(final: Json) -> str:
    """How often the test set was opened."""
    n = final["n_openings"]
    if n == 1:
        return (
            "The test set was opened once, after data, settings, network and trained weights had"
            " been frozen"
        )
    return (
        f"The test set was opened {count(n, 'time')}, each time after data, settings, network and"
        " trained weights had been frozen"
    )


def balance(success: Json) -> str:
    """How evenly the classes are filled, after a colon-free `Here`."""
    low, high = (f"{100 * success[share]:.1f}" for share in ("smallest_share", "largest_share"))
    if low == high:
        return (
            f"every digit makes up {low}\u00a0% of the development digits, so none can dominate"
            " accuracy"
        )
    shares = f"each digit makes up between {low} and {high}\u00a0% of the development digits"
    return f"{success['reason']}; {shares}"


def ends(baseline: Json) -> str:
    """Where the two curves of the baseline end."""
    small, softmax = baseline["network"], baseline["softmax"]
    lower, higher = (
        small["val_loss"] < softmax["val_loss"],
        small["accuracy"]["value"] > softmax["accuracy"]["value"],
    )
    if lower and higher:
        return "The small network ends lower in loss and higher in accuracy."
    if lower:
        return "The small network ends lower in loss, though not higher in accuracy."
    return (
        "The small network ends no lower in"
        f" loss{', though higher in accuracy' if higher else ' and no higher in accuracy'}."
    )


def power(baseline: Json) -> str:
    """The two exact tests of the baseline."""
    majority, softmax = baseline["against_majority"], baseline["against_softmax"]
    return (
        f"Of {whole(majority['n'])} validation digits, {whole(majority['only_first'])} are read"
        f" correctly by the small network alone and {whole(majority['only_second'])} only by always"
        f" answering {baseline['majority_digit']} ({p_value(majority['p_value'])}); against softmax"
        f" regression it is {whole(softmax['only_first'])} to {whole(softmax['only_second'])}"
        f" ({p_value(softmax['p_value'])})."
    )


def gap(final: Json) -> str:
    """Test against validation accuracy, and the diagnosis."""
    test = final["scores"]["accuracy"]
    seen = (
        f"Test accuracy is {percent(test['value'], test['n'])}\u00a0%, validation accuracy was"
        f" {accuracy(final['validation_accuracy'])}: a difference of"
        f" {points(final['gap'], test['n'])} points (Fisher’s exact test,"
        f" {p_value(final['gap_p_value'])})."
    )
    return f"{seen} {DIAGNOSES[final['diagnosis']]}"


DIAGNOSES: Mapping[str, str] = {
    "agrees": (
        "The two agree, so there is no sign that the tuning overfitted the validation digits or"
        " that the protocol misled."
    ),
    "test_worse": (
        "The test is worse by more than chance explains: either the protocol was unreliable or the"
        " tuning overfitted the validation digits, and iterated K-fold is the remedy to try."
    ),
    "test_better": (
        "The test is better by more than chance explains: its digits are easier, or training the"
        " final network on all development digits helped."
    ),
    "trained_longer": (
        "The final network was trained longer than validation could afford, so the difference says"
        " little about the protocol."
    ),
}


def confusion(final: Json) -> str:
    """The most frequent confusions."""
    pairs = final["confused_pairs"][:3]
    n = final["scores"]["n_errors"]
    if not pairs:
        return "There are no errors to show."
    if n == 1:
        return f"The only error is a {pairs[0]['digit']} that was read as {pairs[0]['predicted']}."
    named = listed(
        [f"{pair['digit']} read as {pair['predicted']} ({whole(pair['n'])})" for pair in pairs]
    )
    share = sum(pair["n"] for pair in pairs)
    if len(pairs) == 1:
        return f"All {word(n)} errors are of one kind: {named}."
    return f"Most frequent are {named}, together {word(share)} of {word(n)} errors."


def mistakes_shown(final: Json) -> str:
    """How many mistakes the gallery shows."""
    shown, n = len(final["mistakes"]), final["scores"]["n_errors"]
    if shown == n:
        return "The only error" if n == 1 else f"All {word(n)} errors, surest first"
    return f"The {word(shown)} errors of which the network was surest, of {whole(n)}, surest first"
