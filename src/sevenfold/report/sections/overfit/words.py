"""Whether, where and how far a network overfits."""

from sevenfold.report.describe import repeats
from sevenfold.report.numbers import accuracy, count, percent
from sevenfold.report.terms import Terms
from sevenfold.steps.evaluation_protocol import EvaluationProtocol
from sevenfold.steps.overfit import Overfit


def overfitting(overfit: Overfit, protocol: EvaluationProtocol) -> str:
    """Whether and where overfitting was reached."""
    turn, end = overfit.model.turn, overfit.model.at_end
    name, epochs = end.configuration.network, count(end.epoch, "epoch")
    rise = f"{turn.rise.mean:.4f}"
    if not overfit.reached:
        if turn.rise.mean <= 0.0:
            seen = "has not risen above its minimum"
        elif turn.rise.mean > turn.threshold:
            seen = f"lies {rise} above its minimum, but it does not rise in every repeat"
        else:
            within = f"within the spread of {turn.threshold:.4f} between repeats"
            seen = f"lies {rise} above its minimum, {within}"
        return (
            f"Overfitting was not reached within the budget. After {epochs} the validation loss of"
            f" the largest network tried, {name}, {seen}. It serves as the overfitting model all"
            " the same."
        )
    n_smaller = len(overfit.attempts) - 1
    smaller = count(n_smaller, "smaller network").capitalize()
    its = "its" if n_smaller == 1 else "their"
    before = f" {smaller} did not overfit within {its} budget." if n_smaller else ""
    return (
        f"The network {name} overfits. Its mean validation loss, smoothed over five epochs, is"
        f" least at epoch {turn.epoch} and"
        f" has risen by {rise} after {epochs} (mean over {repeats(protocol, turn.rise.n)}), more"
        f" than the spread of {turn.threshold:.4f} between them.{before}"
    )


def memorized(overfit: Overfit, terms: Terms) -> str:
    """How much better the overfitting model knows its training images than others."""
    share, end = overfit.model.train_accuracy_at_end, overfit.model.at_end
    exactly = f"{100 * share:.1f}\u00a0%" if share < 0.9995 else "all but a few"
    gap = share - end.accuracy.value
    apart = (
        f" The {100 * gap:.1f} points between them are what it knows of these"
        f" {terms.images} and not of others."
        if gap >= 0.0005
        else ""
    )
    return (
        f"By the end it classifies {'every one' if share >= 1.0 else exactly} of its training"
        f" {terms.images} correctly, against {accuracy(end.accuracy)} of the validation"
        f" {terms.images}.{apart}"
    )


def loss_and_accuracy(overfit: Overfit) -> str:
    """What accuracy did between the epoch of least loss and the end."""
    turn, end, n = overfit.model.at_turn, overfit.model.at_end, overfit.model.at_end.accuracy.n
    if turn.epoch == end.epoch:
        return "Here loss was least at the last epoch."
    before, after = percent(turn.accuracy.value, n), percent(end.accuracy.value, n)
    went = f"went from {before} to {after}" if before != after else f"stayed at {before}"
    return (
        f"Here, from the epoch of least loss to the last ({turn.epoch} to {end.epoch}), validation"
        f" accuracy {went}\u00a0%."
    )


def against_baseline(overfit: Overfit) -> str:
    """How far the overfitting model stands from the baseline at its least loss."""
    gap, n = overfit.gap_to_baseline, overfit.model.at_turn.accuracy.n
    where = "At its turning point" if overfit.reached else "Where its loss is least"
    stands = f"{percent(abs(gap), n)} points {'above' if gap >= 0 else 'below'}"
    return f"{where} this one stands {stands} the baseline."
