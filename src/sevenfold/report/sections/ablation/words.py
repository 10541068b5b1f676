"""What the single remedies did."""

from collections.abc import Mapping, Sequence
from typing import Literal

from sevenfold.report.numbers import count, listed, points, short, word
from sevenfold.statistics import Difference
from sevenfold.steps.ablation import Ablation, AblationRow, Remedy

NAMES: Mapping[Remedy, str] = {
    "dropout": "dropout",
    "l2": "L2",
    "l1": "L1",
    "less_capacity": "less capacity",
    "more_capacity": "more capacity",
    "dropout_l2": "dropout + L2",
}
Moment = Literal["at_best", "at_end"]


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


def difference(row: AblationRow, moment: Moment) -> Difference:
    """What a remedy does at its turning point, or at the end."""
    return row.difference_at_best if moment == "at_best" else row.difference_at_end


def effects(ablation: Ablation) -> str:
    """Which single remedies can be told from no effect."""
    end = f"fter all {count(ablation.model.at_end.epoch, 'epoch')}"
    moments: tuple[Moment, ...] = ("at_best", "at_end")
    if not any(difference(row, at).detectable for row in ablation.rows for at in moments):
        return (
            f"Neither at the turning point nor a{end} can any remedy be told from no effect: every"
            " interval includes zero."
        )
    return (
        f"{effects_at(ablation.rows, 'at_best', 'At the turning point')}"
        f" {effects_at(ablation.rows, 'at_end', f'A{end}')}"
    )


def effects_at(rows: Sequence[AblationRow], moment: Moment, when: str) -> str:
    """The same, of one moment."""
    better = [row for row in rows if difference(row, moment).ci_low > 0.0]
    worse = [row for row in rows if difference(row, moment).ci_high < 0.0]
    if not better and not worse:
        return (
            f"{when}, no remedy can be told from no effect: all {word(len(rows))} intervals"
            " include zero."
        )
    parts = []
    if better:
        raises = "raises" if len(better) == 1 else "raise"
        parts.append(f"{_named(better, moment)} {raises} validation accuracy")
    if worse:
        lowers = "lowers" if len(worse) == 1 else "lower"
        what = "it" if better else "validation accuracy"
        parts.append(f"{_named(worse, moment)} {lowers} {what}")
    n = len(rows) - len(better) - len(worse)
    others = "interval includes" if n == 1 else f"{word(n)} intervals include"
    rest = f"; the other {others} zero" if n else ""
    return f"{when}, {' and '.join(parts)}{rest}."


def _named(rows: Sequence[AblationRow], moment: Moment) -> str:
    """Remedies with what they do."""
    effects = [(NAMES[row.remedy], difference(row, moment)) for row in rows]
    return listed([f"{name} ({points(d.value, d.n)})" for name, d in effects])
