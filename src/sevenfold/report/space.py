"""The search space as rows of a table."""

from collections.abc import Sequence

from sevenfold.report.describe import OPTIMIZERS
from sevenfold.report.folder import Json
from sevenfold.report.numbers import listed, short, whole

# Setting, name, and what is said of its scale.
RANGES = {
    "depth": ("Hidden layers", ""),
    "input_dropout": ("Dropout on the pixels", ""),
    "hidden_dropout": ("Dropout after hidden layers", ""),
    "l1": ("L1 penalty", ""),
    "l2": ("L2 penalty", ", logarithmic"),
    "learning_rate": ("Learning rate", ", logarithmic"),
    "label_smoothing": ("Label smoothing", ""),
}
CITED = {"adam": "adam", "adamw": "adamw", "cosine": "sgdr", "label_smoothing": "smoothing"}


def space_rows(space: Json) -> list[tuple[str, str, list[str]]]:
    """Name, values and works to cite of every setting of the search; settings fixed at zero or none are left out."""
    rows = {setting: (name, _range(space[setting], scale)) for setting, (name, scale) in RANGES.items()}
    rows["width"] = ("Units in each hidden layer", _choices([whole(width) for width in space["width"]]))
    rows["max_norm"] = ("Largest norm of incoming weights", _choices([short(n) if n else "none" for n in space["max_norm"]]))
    rows["optimizer"] = ("Optimizer", _choices([OPTIMIZERS[name] for name in space["optimizer"]]))
    rows["schedule"] = ("Schedule of the learning rate", _choices(space["schedule"]))
    rows["batch_size"] = ("Batch size", _choices([str(size) for size in space["batch_size"]]))
    order = ("depth", "width", "input_dropout", "hidden_dropout", "l1", "l2", "max_norm", "optimizer", "learning_rate")
    return [
        (*rows[setting], _works(setting, space[setting]))
        for setting in (*order, "schedule", "batch_size", "label_smoothing")
        if rows[setting][1] not in ("0, fixed", "none, fixed")
    ]


def _range(bounds: Sequence[float], scale: str) -> str:
    low, high = bounds
    return f"{short(low)}, fixed" if low == high else f"{short(low)} to {short(high)}{scale}"


def _choices(names: Sequence[str]) -> str:
    return listed(names) if len(names) > 1 else f"{names[0]}, fixed"


def _works(setting: str, values: Sequence[object]) -> list[str]:
    return [CITED[str(name)] for name in (setting, *values) if str(name) in CITED]
