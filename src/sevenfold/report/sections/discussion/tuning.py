"""Conclusions from section 7: what helped, what it is owed to, and what to try next."""

import math
from collections.abc import Iterator, Sequence
from statistics import mean, variance

from sevenfold.errors import listed
from sevenfold.report.numbers import count, difference
from sevenfold.report.sections.ablation.words import effects_at
from sevenfold.report.sections.discussion.statements import Statement, Theme, theme_of
from sevenfold.report.sections.finalists.words import gain
from sevenfold.report.sections.learning_curve.words import worth
from sevenfold.report.sections.leave_one_out.words import owed
from sevenfold.report.sections.search.space import SETTINGS
from sevenfold.report.terms import Terms
from sevenfold.statistics import READING_WINDOW
from sevenfold.steps.ablation import Ablation, Moment
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.learning_curve import LearningCurveFound
from sevenfold.steps.leave_one_out import LeaveOneOut
from sevenfold.steps.search import Search

MOMENTS: tuple[Moment, ...] = ("at_best", "at_end")


def remedies(ablation: Ablation) -> Iterator[Statement]:
    """Both readings of the table, so that neither is picked."""
    for moment in MOMENTS:
        gains = [d.value for d in ablation.differences(moment).values() if d.detectable]
        theme = theme_of(max(gains, default=0.0), bool(gains))
        yield Statement(theme, effects_at(ablation, moment), "table-ablation")
    text = (
        "The table of single remedies finds with probability 0.8 a true difference of"
        f" {100 * ablation.reach_at_best.most:.2f} points in any row; that an interval includes"
        " zero does not show that there is no effect."
    )
    yield Statement("uncertain", text, "table-ablation")


def search_gain(judged: Finalists, terms: Terms) -> Statement:
    """Whether the search paid, against the overfitting model."""
    d = judged.gain_over_overfit
    theme = theme_of(d.value, d.detectable)
    paid = {"worked": "The search paid", "limitation": "The search did not pay"}
    verdict = paid.get(theme, "Whether the search paid is open")
    text = gain(judged, terms)
    return Statement(theme, f"{verdict}: {text[0].lower()}{text[1:]}", "table-finalists")


def extensions(
    ablation: Ablation, search: Search, judged: Finalists, final: FinalTest, terms: Terms
) -> Iterator[Statement]:
    """What to try next."""
    yield _longer(search, judged, final, terms)
    if search.edges:
        names = listed([f"{SETTINGS[one.name].brief} ({one.end})" for one in search.edges])
        text = f"Widen the space where its best trials lie at an edge: {names}."
        yield Statement("extension", text, "table-space")
    more = ablation.differences("at_best")["more_capacity"]
    (wider,) = (row for row in ablation.rows if row.remedy == "more_capacity")
    taken = judged.winner.fresh.n_parameters >= wider.reading.at_end.n_parameters
    if more.detectable and not (more.value > 0 and taken):
        verb = "helped" if more.value > 0 else "hurt"
        text = f"Look at size again: doubling the overfitting model's width {verb}"
        text += f" ({difference(more)})."
        yield Statement("extension", text, "table-ablation")


def _longer(search: Search, judged: Finalists, final: FinalTest, terms: Terms) -> Statement:
    training, longest = judged.winner.fresh.configuration.training, judged.winner.search_epoch
    n_epochs = training.n_epochs
    if final.diagnosis == "trained_longer":
        ran_for = count(final.configuration.training.n_epochs, "epoch")
        text = (
            f"See where longer training stops paying: it ran for {ran_for}, and no validation"
            f" {terms.images} were left to tell."
        )
        return Statement("extension", text, "table-ladder")
    read = f"smoothed validation accuracy was best at epoch {n_epochs} of {longest}"
    (curve,) = (trial.curve for trial in search.trials if trial.number == judged.winner.trial)
    if n_epochs < longest - READING_WINDOW // 2:
        text = f"More epochs of the same kind are not asked for: {read}."
    elif training.schedule != "constant":
        text = (
            f"Try other budgets: {read}, but its learning rate falls towards the end of any budget,"
            " so that the last epochs are best whatever their number."
        )
    elif still_rises(curve):
        text = f"Train longer: {read}, and it still rose, by more than epochs differ by chance."
    else:
        text = (
            f"Whether longer training helps is open: {read}, but over the last epochs it rose by no"
            " more than epochs differ by chance."
        )
    return Statement("extension", text, "table-finalists")


def still_rises(curve: Sequence[float]) -> bool:
    """Whether the last five epochs are better than the five before them by more than
    twice the standard error of that, epochs taken as independent: a best epoch at the
    very end may be an artefact of windows that shrink there.
    """
    last, before = curve[-READING_WINDOW:], curve[-2 * READING_WINDOW : -READING_WINDOW]
    if len(before) < READING_WINDOW:
        return False
    error = math.sqrt((variance(last) + variance(before)) / READING_WINDOW)
    return mean(last) - mean(before) > 2.0 * error


def owed_to(found: LeaveOneOut) -> Iterator[Statement]:
    """What the chosen network owes its accuracy to, from the table alone."""
    if found.rows:
        helped = any(d.ci_high < 0.0 for d in found.differences.values())
        hurt = any(d.ci_low > 0.0 for d in found.differences.values())
        theme: Theme = "worked" if helped else "limitation" if hurt else "uncertain"
        yield Statement(theme, owed(found), "table-leave-one-out")


def more_data(found: LearningCurveFound, terms: Terms) -> Iterator[Statement]:
    """Whether more images are worth it."""
    if found.doubled is not None:
        told = found.doubled[2] < 1.0 or found.doubled[1] > 1.0
        theme: Theme = "extension" if told else "uncertain"
        yield Statement(theme, worth(found, terms), "figure-learning-curve")
