"""What the single remedies did."""

from collections.abc import Mapping

from sevenfold.errors import listed
from sevenfold.report.numbers import count, points, short, word
from sevenfold.statistics import Reach, RowDifference
from sevenfold.steps.ablation import Ablation, AblationRow, Moment, Remedy

NAMES: Mapping[Remedy, str] = {
    "dropout": "dropout",
    "l2": "L2",
    "l1": "L1",
    "less_capacity": "less capacity",
    "more_capacity": "more capacity",
    "dropout_l2": "dropout + L2",
}


def remedy(row: AblationRow) -> str:
    """What a remedy changes, without the places that the caption names."""
    network = row.reading.at_end.configuration.network
    match row.remedy:
        case "less_capacity":
            return "half the units"
        case "more_capacity":
            return "twice the units"
    settings = {
        "dropout": network.hidden_dropout,
        "L2 penalty": network.l2,
        "L1 penalty": network.l1,
    }
    return listed([f"{name} {short(value)}" for name, value in settings.items() if value])


def effects(ablation: Ablation) -> str:
    """Which single remedies can be told from no effect."""
    if not any(told(ablation, "at_best") + told(ablation, "at_end")):
        return (
            "Neither at their best nor at the end can any remedy be told from no effect: every"
            " interval includes zero."
        )
    return f"{effects_at(ablation, 'at_best')} {effects_at(ablation, 'at_end')}"


def told(ablation: Ablation, moment: Moment) -> list[Remedy]:
    """The remedies that can be told from no effect at a moment."""
    return [remedy for remedy, d in ablation.differences(moment).items() if d.detectable]


def effects_at(ablation: Ablation, moment: Moment) -> str:
    """The same, of one moment."""
    end = f"At the end, up to epoch {ablation.model.at_end.epoch}"
    when = "Each at its best" if moment == "at_best" else end
    rows = ablation.differences(moment)
    better = {remedy: d for remedy, d in rows.items() if d.ci_low > 0.0}
    worse = {remedy: d for remedy, d in rows.items() if d.ci_high < 0.0}
    if not better and not worse:
        return (
            f"{when}, no remedy can be told from no effect: all {word(len(rows))} intervals"
            " include zero."
        )
    parts = []
    if better:
        raises = "raises" if len(better) == 1 else "raise"
        parts.append(f"{_named(better)} {raises} validation accuracy")
    if worse:
        lowers = "lowers" if len(worse) == 1 else "lower"
        what = "it" if better else "validation accuracy"
        parts.append(f"{_named(worse)} {lowers} {what}")
    n = len(rows) - len(better) - len(worse)
    others = "interval includes" if n == 1 else f"{word(n)} intervals include"
    rest = f"; the other {others} zero" if n else ""
    return f"{when}, {' and '.join(parts)}{rest}."


def _named(rows: Mapping[Remedy, RowDifference]) -> str:
    """Remedies with what they do."""
    return listed([f"{NAMES[remedy]} ({points(d.value, d.n)})" for remedy, d in rows.items()])


def sight(reach: Reach, n_seeds: int) -> str:
    """What a table of this kind can find, and what it would with many more seeds."""
    least, most, at_best = (f"{100 * d:.2f}" for d in (reach.least, reach.most, reach.most_at_best))
    found = f"{least} points" if least == most else f"{least} to {most} points, row by row,"
    more = "" if most == at_best else f" to {at_best} points and no further"
    return (
        f"With {count(n_seeds, 'repeat')} a row a true difference of {found} is found with"
        " probability 0.8 (the statistical power); smaller ones are more often missed. More"
        f" repeats would {'bring the largest of these down' if more else 'not lower that'}{more},"
        " since all rows share the images that they are scored on. An interval that includes"
        " zero does not show that there is no effect."
    )
