"""Sentences of sections 6 and 7, composed from stored numbers."""

from collections.abc import Sequence

from sevenfold.report.describe import repeats
from sevenfold.report.folder import Json
from sevenfold.report.numbers import (
    accuracy,
    count,
    listed,
    percent,
    points,
    points_interval,
    shape,
    word,
)
from sevenfold.report.space import SETTINGS, choices, is_searched

# Optuna's advice for PED-ANOVA: at least five trials in the best tenth.
N_TRIALS_FOR_IMPORTANCE = 50


def overfitting(overfit: Json, protocol: Json) -> str:
    """Whether and where overfitting was reached."""
    attempt = overfit["attempts"][-1]
    turn, name = attempt["turn"], shape(attempt["at_end"]["configuration"]["network"])
    epochs = count(attempt["at_end"]["epoch"], "epoch")
    if not overfit["reached"]:
        if turn["rise"]["mean"] <= 0.0:
            return (
                f"Overfitting was not reached within the budget. After {epochs} the validation loss"
                f" of the largest network tried, {name}, has not risen above its minimum. It serves"
                " as the overfitting model all the same."
            )
        rises = turn["rise"]["mean"] > turn["threshold"]
        why = (
            "but it does not rise in every repeat"
            if rises
            else f"within the spread of {turn['threshold']:.4f} between repeats"
        )
        return (
            f"Overfitting was not reached within the budget. After {epochs} the validation loss of"
            f" the largest network tried, {name}, lies {turn['rise']['mean']:.4f} above its"
            f" minimum, {why}. It serves as the overfitting model all the same."
        )
    smaller = len(overfit["attempts"]) - 1
    before = (
        ""
        if not smaller
        else (
            f" {count(smaller, 'smaller network').capitalize()} did not overfit within"
            f" {_its(smaller)} budget."
        )
    )
    return (
        f"The network {name} overfits. Its mean validation loss is least at epoch {turn['epoch']}"
        f" and has risen by {turn['rise']['mean']:.4f} after {epochs} (mean over"
        f" {repeats(protocol, turn['rise']['n'])}), more than the spread of {turn['threshold']:.4f}"
        f" between them.{before}"
    )


def _its(n: int) -> str:
    return "its" if n == 1 else "their"


def memorized(overfit: Json) -> str:
    """How far the overfitting model has learnt its training digits by heart."""
    attempt = overfit["attempts"][-1]
    share = attempt["train_accuracy_at_end"]
    exactly = (
        "every one"
        if share >= 1.0
        else f"{100 * share:.1f}\u00a0%"
        if share < 0.9995
        else "all but a few"
    )
    gap = share - attempt["at_end"]["accuracy"]["value"]
    by_heart = (
        f" The {100 * gap:.1f} points between them were learnt by heart." if gap >= 0.0005 else ""
    )
    return (
        f"By the end it reads {exactly} of its training digits correctly, against"
        f" {accuracy(attempt['at_end']['accuracy'])} of the validation digits.{by_heart}"
    )


def ablations(rows: Sequence[Json]) -> str:
    """Which single remedies can be told from no effect."""
    end = f"fter all {count(rows[0]['at_end']['epoch'], 'epoch')}"
    detected = [
        row
        for row in rows
        for key in ("difference_at_best", "difference_at_end")
        if row[key] and _detectable(row[key])
    ]
    if not detected:
        return (
            f"Neither at the turning point nor a{end} can any remedy be told from no effect: every"
            " interval includes zero."
        )
    return " ".join(
        (
            ablation(rows, "difference_at_best", "At the turning point"),
            ablation(rows, "difference_at_end", f"A{end}"),
        )
    )


def _detectable(difference: Json) -> bool:
    """Whether its interval leaves zero out."""
    return bool(difference["ci_low"] > 0.0 or difference["ci_high"] < 0.0)


def ablation(rows: Sequence[Json], key: str, when: str) -> str:
    """Which single remedies can be told from no effect, at the turning point or at the
    end.
    """
    tried = [row for row in rows if row[key] is not None]
    better = [row for row in tried if row[key]["ci_low"] > 0.0]
    worse = [row for row in tried if row[key]["ci_high"] < 0.0]
    if not better and not worse:
        return (
            f"{when}, no remedy can be told from no effect: all {word(len(tried))} intervals"
            " include zero."
        )
    parts = []
    if better:
        parts.append(
            f"{_named(better, key)} {'raises' if len(better) == 1 else 'raise'} validation accuracy"
        )
    if worse:
        parts.append(f"{_named(worse, key)} {'lowers' if len(worse) == 1 else 'lower'} it")
    if not better:
        parts = [parts[0].replace(" it", " validation accuracy")]
    n_rest = len(tried) - len(better) - len(worse)
    rest = (
        ""
        if not n_rest
        else "; the other interval includes zero"
        if n_rest == 1
        else f"; the other {word(n_rest)} intervals include zero"
    )
    return f"{when}, {' and '.join(parts)}{rest}."


def display_name(name: str) -> str:
    """A remedy's stored name with its letters as one writes them: L1, L2."""
    return name.replace("l1", "L1").replace("l2", "L2")


def _named(rows: Sequence[Json], key: str) -> str:
    return listed(
        [
            f"{display_name(row['name'])} ({points(row[key]['value'], row[key]['n'])})"
            for row in rows
        ]
    )


def importances(search: Json) -> list[Json]:
    """The searched settings with their shares of the importance, the largest first;
    empty where the search told nothing.
    """
    known = [
        share
        for share in search.get("importances", [])
        if is_searched(search["space"], share["name"])
    ]
    return (
        sorted(known, key=lambda share: -share["value"])
        if any(share["value"] > 0.0 for share in known)
        else []
    )


def sliced(search: Json) -> list[str]:
    """The settings, three at most, along which the trials are drawn."""
    return [share["name"] for share in importances(search)[:3] if share["value"] > 0.0]


def has_categories(search: Json) -> bool:
    """Whether a setting that the trials are drawn along is a choice among few
    values.
    """
    return any(choices(search["space"], name) is not None for name in sliced(search))


def importance(search: Json) -> str:
    """What the shares of importance say, and how sure they are."""
    names = [
        f"{SETTINGS[share['name']].brief} ({100 * share['value']:.0f}\u00a0%)"
        for share in importances(search)[:3]
        if share["value"] >= 0.005
    ]
    found = (
        f"The largest {'share belongs' if len(names) == 1 else 'shares belong'} to {listed(names)}."
    )
    n = sum(not trial["scores"][0]["diverged"] for trial in search["trials"])
    if n < N_TRIALS_FOR_IMPORTANCE:
        return (
            f"{found} The best tenth of {count(n, 'trial')} is a handful at most, so this is a hint"
            " and no more."
        )
    return (
        f"{found} This describes the trials, with one seed each: an association, not an effect that"
        " was tested."
    )


def winner_of(finalists: Json) -> Json:
    """The finalist that went to the final test."""
    chosen: Json = next(finalist for finalist in finalists["finalists"] if finalist["chosen"])
    return chosen


def out(finalists: Json) -> str:
    """Which finalists diverged, of one or more."""
    names = [str(number) for number in finalists["diverged"]]
    noun, verb = ("trial", "is") if len(names) == 1 else ("trials", "are")
    return f"On a fresh seed {noun} {listed(names)} diverged and {verb} out."


def choice(judged: Json) -> str:
    """Which finalist was chosen, and why."""
    finalists, winner = judged["finalists"], winner_of(judged)
    tied = [finalist for finalist in finalists if finalist["within_one_se"]]
    name = f"trial {winner['trial']} ({shape(winner['fresh']['configuration']['network'])})"
    if len(finalists) == 1:
        return f"There was a single finalist, {name}."
    if len(tied) == 1:
        others = (
            "the other lies" if len(finalists) == 2 else f"the other {word(len(finalists) - 1)} lie"
        )
        return (
            f"The best finalist, {name}, was chosen: {others} more than one standard error behind."
        )
    size = winner["fresh"]["n_parameters"]
    n_smallest = sum(finalist["fresh"]["n_parameters"] == size for finalist in tied)
    smallest = "the smaller" if len(tied) == 2 else "the smallest"
    why = f"{smallest} of them, {name}, was chosen"
    if n_smallest > 1:
        equal = (
            "they are equally large"
            if n_smallest == len(tied)
            else f"the smallest {word(n_smallest)} are equally large"
        )
        why = (
            f"{equal}, and the more accurate, {name}, was chosen"
            if n_smallest == 2
            else f"{equal}, and the most accurate of these, {name}, was chosen"
        )
    n, of = len(tied), len(finalists)
    all_of = (
        "Both"
        if n == of == 2
        else f"All {word(n)}"
        if n == of
        else f"{word(n).capitalize()} of the {word(of)}"
    )
    return f"{all_of} finalists lie within one standard error of the best; {why}."


def optimism(finalists: Json) -> str:
    """What a fresh start with other seeds did to the winner's score."""
    winner = winner_of(finalists)
    fresh = winner["fresh"]["accuracy"]
    # In points before the subtraction, as section 9 has it, so that both round alike.
    gap = (100 * winner["search_accuracy"] - 100 * fresh["value"]) / 100
    alike = winner["search_epoch"] == winner["fresh"]["epoch"]
    after = "" if alike else f" after {count(winner['search_epoch'], 'epoch')}"
    seen = (
        f"The search saw {percent(winner['search_accuracy'], fresh['n'])}\u00a0% for it{after};"
        f" fresh seeds give {accuracy(fresh)}"
    )
    seen += "" if alike else f" after {word(winner['fresh']['epoch'])}"
    if abs(gap) < 5e-5:
        return f"{seen}, the same."
    optimism = "the optimism that comes with picking a maximum"
    kind = (
        "so the search was not optimistic here"
        if gap < 0
        else optimism
        if alike
        else f"to which {optimism} adds its part"
    )
    return (
        f"{seen}, {points(abs(gap), fresh['n']).lstrip('+')} points"
        f" {'less' if gap > 0 else 'more'}, {kind}."
    )


def undistorted(finalists: Json) -> str:
    """What the same network reaches on unchanged digits."""
    plain = finalists["undistorted"]
    d, score = plain["difference"], plain["scored"]
    seen = (
        "Trained for as long on the digits as they are, the same network reaches"
        f" {accuracy(score['accuracy'])}: {points(d['value'], d['n'])} points {points_interval(d)}"
    )
    return f"{seen}." if _detectable(d) else f"{seen}, which cannot be told from no difference."


def gain(finalists: Json) -> str:
    """The winner against the overfitting model at its best epoch."""
    d = finalists["gain_over_overfit"]
    seen = (
        "Its validation accuracy minus that of the overfitting model at its best epoch is"
        f" {points(d['value'], d['n'])} points {points_interval(d)} on the same digits"
    )
    return f"{seen}." if _detectable(d) else f"{seen}, which cannot be told from no change."
