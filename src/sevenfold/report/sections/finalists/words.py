"""Which finalist was chosen and why, and what the search and the distortions are
worth.
"""

from sevenfold.engine import TrainingSettings
from sevenfold.errors import listed
from sevenfold.report.numbers import accuracy, count, difference, percent, short, word
from sevenfold.report.sections.search.space import is_searched
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.undistorted import Undistorted
from sevenfold.tuning.space import SearchSpace


def out(judged: Finalists) -> str:
    """Which finalists diverged, of one or more."""
    names = [str(number) for number in judged.diverged]
    noun, verb = ("trial", "is") if len(names) == 1 else ("trials", "are")
    return f"On a fresh seed {noun} {listed(names)} diverged and {verb} out."


def choice(judged: Finalists) -> str:
    """Which finalist was chosen, and why."""
    finalists, winner = judged.finalists, judged.winner
    tied = [finalist for finalist in finalists if finalist.within_one_se]
    name = f"trial {winner.trial} ({winner.fresh.configuration.network})"
    n, of = len(tied), len(finalists)
    if of == 1:
        return f"There was a single finalist, {name}."
    if n == 1:
        others = "the other lies" if of == 2 else f"the other {word(of - 1)} lie"
        return (
            f"The best finalist, {name}, was chosen: {others} more than one standard error behind."
        )
    size = winner.fresh.n_parameters
    n_smallest = sum(finalist.fresh.n_parameters == size for finalist in tied)
    if n_smallest == 1:
        why = f"{'the smaller' if n == 2 else 'the smallest'} of them, {name}, was chosen"
    else:
        equal = "they" if n_smallest == n else f"the smallest {word(n_smallest)}"
        most = "the more accurate" if n_smallest == 2 else "the most accurate of these"
        why = f"{equal} are equally large, and {most}, {name}, was chosen"
    some = f"All {word(n)}" if n == of else f"{word(n).capitalize()} of the {word(of)}"
    return (
        f"{'Both' if n == of == 2 else some} finalists lie within one standard error of the best;"
        f" {why}."
    )


def optimism(judged: Finalists) -> str:
    """What a fresh start with other seeds did to the winner's score."""
    winner, fresh = judged.winner, judged.winner.fresh
    seen, n = winner.search_accuracy, fresh.accuracy.n
    gap = seen - fresh.accuracy.value
    alike = winner.search_epoch == fresh.epoch
    after = "" if alike else f" after {count(winner.search_epoch, 'epoch')}"
    scores = (
        f"The search saw {percent(seen, n)}\u00a0% for the winner{after}; fresh seeds give"
        f" {accuracy(fresh.accuracy)}{'' if alike else f' after {word(fresh.epoch)}'}"
    )
    if abs(gap) < 5e-5:
        return f"{scores}, the same."
    picked = "the optimism that comes with picking a maximum"
    if gap < 0:
        kind = "so the search was not optimistic here"
    else:
        kind = picked if alike else f"to which {picked} adds its part"
    size = f"{percent(abs(gap), n)} points {'less' if gap > 0 else 'more'}"
    return f"{scores}, {size}, {kind}."


def gain(judged: Finalists, terms: Terms) -> str:
    """The winner against the overfitting model at its best epoch."""
    d = judged.gain_over_overfit
    seen = (
        "The validation accuracy of the chosen network minus that of the overfitting model at its"
        f" best epoch is {difference(d)} on the same {terms.images}"
    )
    return f"{seen}." if d.detectable else f"{seen}, which cannot be told from no change."


def consultations(run: FinishedRun) -> tuple[int, int]:
    """How often validation images were looked at: in section 7, and before it."""
    here = sum(step.n_consultations for step in (run.ablation, run.search, run.finalists) if step)
    before = sum(step.n_consultations for step in (run.baseline, run.overfit) if step)
    return here, before


def dose(settings: TrainingSettings, field_rms: float, terms: Terms) -> str:
    """How strongly a training distorts its images; `field_rms` is that of its elastic
    field, in pixels.
    """
    share, warp = settings.distortion, settings.warp
    narrow = [terms.names[label] for label in warp.narrow_labels]
    narrower = f" ({short(share * warp.narrow_rotation)}° for {listed(narrow)})" if narrow else ""
    bounds = [
        f"a rotation of up to {short(share * warp.rotation)}°{narrower}",
        f"a shear of up to {short(share * warp.shear)}",
        f"a stretch of up to {short(100 * share * warp.scale)} % along each axis",
        f"a shift of up to {short(share * warp.shift)} pixels",
        (
            f"an elastic field of {short(field_rms)} pixels root mean square (cubic B-splines on"
            f" {warp.cells} × {warp.cells} cells)"
        ),
    ]
    if settings.n_epochs * settings.distortion_fade <= 1:
        return listed(bounds)
    last = short(100 * settings.distortion_fade)
    return f"{listed(bounds)}, falling towards half of that over the last {last} % of the epochs"


def photometric(training: TrainingSettings, space: SearchSpace, terms: Terms) -> str:
    """What becomes of ink and paper, and what for."""
    origin = "The search chose that share" if is_searched(space, "photometric") else "That was set"
    return (
        f"Of {short(100 * training.photometric)} % of the {terms.images} of each batch ink and"
        " paper were changed as well: strokes and blots over them, noise, uneven light, blur,"
        " thicker or thinner lines, outlines alone, or one side as a negative."
        f" {origin}; it is meant for {terms.images} from elsewhere, and validation {terms.images},"
        " which have nothing of it, cannot tell what it is worth on those."
    )


def undistorted(plain: Undistorted, terms: Terms) -> str:
    """What the same network reaches on unchanged images."""
    seen = (
        f"Trained for as long on the {terms.images} as they are, the same network reaches"
        f" {accuracy(plain.scored.accuracy)}: {difference(plain.difference)}"
    )
    detectable = plain.difference.detectable
    return f"{seen}." if detectable else f"{seen}, which cannot be told from no difference."
