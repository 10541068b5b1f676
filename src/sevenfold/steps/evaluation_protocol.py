"""Section 3: decide on an evaluation protocol (DLWP 4.5.3)."""

from sevenfold.protocol import DevelopmentSet, Method, ProtocolSettings, expected_half_width
from sevenfold.records import Record
from sevenfold.runs.writing import Run


class Option(Record):
    """One protocol: on how many digits it would score, and how wide the interval would
    then be (± half_width).
    """

    method: Method
    n_scored: int
    half_width: float
    limit: float | None
    chosen: bool


class EvaluationProtocol(Record):
    """The chosen protocol, the rule and the reason."""

    verdict: str
    method: Method
    reason: str
    options: tuple[Option, ...]
    expected_accuracy: float
    n_train: int
    n_validation: int
    n_folds: int
    n_rounds: int
    n_scored: int


def decide_protocol(
    run: Run, development: DevelopmentSet, settings: ProtocolSettings
) -> EvaluationProtocol:
    """Write down the division of the digits that is in force, and why."""
    run.save_arrays("split.npz", development.index_arrays())
    n = len(development.images)
    limits: dict[Method, tuple[int, float | None]] = {
        "holdout": (round(n * settings.validation_fraction), settings.holdout_half_width),
        "kfold": (n, settings.kfold_half_width),
        "iterated-kfold": (n, None),
    }
    options = tuple(
        Option(
            method=method,
            n_scored=n_scored,
            half_width=expected_half_width(n_scored, settings),
            limit=limit,
            chosen=method == development.method,
        )
        for method, (n_scored, limit) in limits.items()
    )
    first = development.rounds[0][0]
    return EvaluationProtocol(
        verdict=_describe(development),
        method=development.method,
        reason=_reason(development, settings, options),
        options=options,
        expected_accuracy=settings.expected_accuracy,
        n_train=len(first.train),
        n_validation=len(first.validation),
        n_folds=len(development.rounds[0]),
        n_rounds=len(development.rounds),
        n_scored=len(development.scored),
    )


def _describe(development: DevelopmentSet) -> str:
    first = development.rounds[0][0]
    sizes = f"{len(first.train):,} to train, {len(first.validation):,} to validate"
    if development.method == "holdout":
        return f"stratified hold-out: {sizes}"
    folds = f"stratified {len(development.rounds[0])}-fold cross-validation ({sizes} in each fold)"
    return (
        folds
        if development.method == "kfold"
        else f"{len(development.rounds)} shuffled rounds of {folds}"
    )


def _reason(
    development: DevelopmentSet, settings: ProtocolSettings, options: tuple[Option, ...]
) -> str:
    if development.asked != "auto":
        return f"{development.method} was asked for, so the rule was not applied"
    holdout, kfold, _ = options
    accuracy = f"an accuracy of {100 * settings.expected_accuracy:.0f} %"

    def width(option: Option) -> str:
        return f"±{100 * option.half_width:.2f} points on {option.n_scored:,} digits"

    if development.method == "holdout":
        return (
            f"hold-out gives {accuracy} an interval of {width(holdout)}, within the"
            f" ±{100 * settings.holdout_half_width:.2f} allowed"
        )
    too_wide = (
        f"hold-out would give {accuracy} an interval of {width(holdout)}, beyond the"
        f" ±{100 * settings.holdout_half_width:.2f} allowed"
    )
    if development.method == "kfold":
        return f"{too_wide}; K-fold scores every digit once and gives {width(kfold)}"
    limit = f"±{100 * settings.kfold_half_width:.2f}"
    return (
        f"{too_wide}, and K-fold {width(kfold)}, beyond {limit}; repeated shuffled rounds average"
        " the luck of the folds out"
    )
