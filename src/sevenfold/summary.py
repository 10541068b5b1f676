"""`summary.json`: the headline numbers of a run, a public contract with a schema
number.
"""

from pydantic import Field

from sevenfold.config import Config
from sevenfold.records import Record
from sevenfold.runs.writing import Run
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.overfit import Overfit
from sevenfold.steps.problem import Problem
from sevenfold.steps.search import Search


class BaselineSummary(Record):
    """Validation accuracy of the stronger common-sense baseline and of the small
    network.
    """

    common_sense_accuracy: float
    val_accuracy: float


class OverfitSummary(Record):
    """Whether and when validation loss turned, and the accuracy there."""

    reached: bool
    epoch: int
    val_accuracy: float


class RegularizeSummary(Record):
    """Trials of the search and the winner's accuracy on fresh seeds."""

    n_trials: int
    best_val_accuracy: float


class FinalSummary(Record):
    """The test result of the network that counts, with its 95 % interval (robust to
    groups where these are known), of the recipe over all seeds, and seed by seed.
    averaged_n_errors: of the same network averaged over distorted copies of each image,
    where that was asked for.
    """

    test_accuracy: float
    ci_low: float
    ci_high: float
    macro_f1: float
    n_errors: int
    n_parameters: int
    seed_test_accuracies: tuple[float, ...]
    recipe_accuracy: float
    recipe_ci_low: float
    recipe_ci_high: float
    averaged_n_errors: int | None = None


class Summary(Record):
    """The headline numbers; `seconds` adds up the steps."""

    schema_: int = Field(1, alias="schema")
    dataset: str
    embedded_subset: bool
    embedded_subset_reason: str
    n_development: int
    n_test: int
    preset: str
    engine: str
    precision: str = "float32"
    seed: int
    seconds: float
    baseline: BaselineSummary
    overfit: OverfitSummary
    regularize: RegularizeSummary
    final: FinalSummary
    test_openings: int


def summarize(
    config: Config,
    run: Run,
    problem: Problem,
    baseline: Baseline,
    overfit: Overfit,
    searched: Search,
    chosen: Finalists,
    final: FinalTest,
) -> Summary:
    """Collect the headline numbers of a finished run."""
    return Summary(
        schema=1,
        dataset=problem.provenance.name,
        embedded_subset=problem.provenance.embedded_subset,
        embedded_subset_reason=problem.provenance.reason,
        n_development=problem.n_development,
        n_test=final.n_test,
        preset=config.preset,
        engine=run.engine,
        precision=run.precision,
        seed=run.seed,
        seconds=round(sum(run.step_seconds.values()), 1),
        baseline=BaselineSummary(
            common_sense_accuracy=max(baseline.majority.value, baseline.softmax.accuracy.value),
            val_accuracy=baseline.network.accuracy.value,
        ),
        overfit=OverfitSummary(
            reached=overfit.reached,
            epoch=overfit.model.turn.epoch,
            val_accuracy=overfit.model.at_turn.accuracy.value,
        ),
        regularize=RegularizeSummary(
            n_trials=len(searched.trials), best_val_accuracy=chosen.winner.fresh.accuracy.value
        ),
        final=FinalSummary(
            test_accuracy=final.scores.accuracy.value,
            ci_low=final.scores.accuracy.ci_low,
            ci_high=final.scores.accuracy.ci_high,
            macro_f1=final.scores.macro_f1,
            n_errors=final.scores.n_errors,
            n_parameters=final.n_parameters,
            seed_test_accuracies=final.seed_accuracies.values,
            recipe_accuracy=final.recipe.value,
            recipe_ci_low=final.recipe.ci_low,
            recipe_ci_high=final.recipe.ci_high,
            averaged_n_errors=final.averaged.n_errors if final.averaged else None,
        ),
        test_openings=final.n_openings,
    )
