"""What the accuracy of the chosen network is owed to."""

from collections.abc import Mapping

from sevenfold.engine import TrainingSettings
from sevenfold.errors import listed
from sevenfold.networks import NetworkSpec
from sevenfold.report.describe import repeats
from sevenfold.report.numbers import difference, short, word
from sevenfold.report.sections.ablation.words import sight
from sevenfold.statistics import RowDifference
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.leave_one_out import LeaveOneOut, Thing
from sevenfold.validation import Configuration

__all__ = ["owed", "seeds", "sight", "together", "without", "without_training"]

NAMES: Mapping[Thing, str] = {
    "dropout": "dropout",
    "penalty": "the penalty on weights",
    "max_norm": "the bound on incoming weights",
    "schedule": "the schedule of the learning rate",
    "size": "its size",
    "label_smoothing": "label smoothing",
    "distortion": "distorted images",
    "photometric": "changed ink and paper",
    "hard_examples": "the preference for hard examples",
}


def without(thing: Thing, winner: Configuration, changed: Configuration) -> str:
    """What a row of the table lacks, with the value that it had."""
    network, training = winner.network, winner.training
    had = {
        "dropout": _both(network.input_dropout, network.hidden_dropout),
        "penalty": _penalty(network),
        "max_norm": short(network.max_norm or 0.0),
        "schedule": training.schedule,
        "size": f"{changed.network} instead of {network}",
        "label_smoothing": short(training.label_smoothing),
        "distortion": " and ".join(
            short(share) for share in (training.distortion, training.photometric) if share
        ),
        "photometric": short(training.photometric),
        "hard_examples": short(training.hard_examples),
    }
    return f"{_name(thing, training)} ({had[thing]})"


def _name(thing: Thing, training: TrainingSettings) -> str:
    """What is left out; images as they are have neither distortions nor changed ink."""
    if thing == "distortion" and training.photometric:
        return f"{NAMES['distortion']} and {NAMES['photometric']} together"
    return NAMES[thing]


def _both(on_pixels: float, on_units: float) -> str:
    return f"{short(on_pixels)} on the pixels, {short(on_units)} on hidden units"


def _penalty(network: NetworkSpec) -> str:
    parts = {"L1": network.l1, "L2": network.l2}
    return " and ".join(f"{name} {short(weight)}" for name, weight in parts.items() if weight)


def owed(found: LeaveOneOut) -> str:
    """Which things the accuracy is owed to, as far as the table tells."""
    training = found.winner.configuration.training
    helps = {thing: d for thing, d in found.differences.items() if d.ci_high < 0.0}
    hurts = {thing: d for thing, d in found.differences.items() if d.ci_low > 0.0}
    rest = [_name(t, training) for t in found.differences if t not in {*helps, *hurts}]
    if not helps and not hurts:
        n = len(rest)
        return (
            "To none of them alone can the accuracy of the chosen network be traced:"
            f" {'the interval includes' if n == 1 else f'all {word(n)} intervals include'} zero."
        )
    parts = []
    if helps:
        parts.append(f"Without {_named(helps, training)} the chosen network is less accurate.")
    if hurts:
        parts.append(f"Without {_named(hurts, training)} it would be more accurate.")
    if rest:
        parts.append(f"Of {listed(rest)} no effect can be told from zero.")
    return " ".join(parts)


def _named(rows: Mapping[Thing, RowDifference], training: TrainingSettings) -> str:
    return listed([f"{_name(thing, training)} ({difference(d)})" for thing, d in rows.items()])


def together(found: LeaveOneOut) -> str:
    """Which effects of several things at once the table does not show."""
    training = found.winner.configuration.training
    if "distortion" in found.differences and training.photometric:
        return "What other things do together is not in this table."
    return "What two things do together is not in this table."


def seeds(found: LeaveOneOut, protocol: EvaluationProtocol) -> str:
    """How many seeds a row has; the finalists' comparison with undistorted images is
    taken over with all of its own.
    """
    n_seeds = [row.n_seeds for row in found.differences.values()]
    least, most = (repeats(protocol, n, unsearched=True) for n in (min(n_seeds), max(n_seeds)))
    if least == most:
        return f"{least} a row"
    row = _name("distortion", found.winner.configuration.training)
    return f"{least} a row, but {most} without {row}"


def without_training(found: LeaveOneOut) -> str:
    """What training diverged without, and what was not left out, if anything."""
    others = [NAMES[thing] for thing in found.not_tried]
    rest = f" Not left out, as the settings say: {listed(others)}." if others else ""
    if not found.diverged:
        return rest
    diverged = [_name(thing, found.winner.configuration.training) for thing in found.diverged]
    return f" Without {listed(diverged)} training diverged.{rest}"
