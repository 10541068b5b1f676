"""The universal workflow of machine learning (DLWP, 1st edition, 4.5), from raw images
to a report.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from sevenfold.config import Config
from sevenfold.data import INVERTED, Source, load, seems_inverted
from sevenfold.errors import SettingsError
from sevenfold.executor.opening import open_executor, require_executor
from sevenfold.executor.tasks import Executor
from sevenfold.protocol import DevelopmentSet, divide
from sevenfold.runs.seal import Ledger, SealedTestSet
from sevenfold.runs.writing import Run
from sevenfold.steps.ablation import run_ablation
from sevenfold.steps.baseline import require_power, run_baseline
from sevenfold.steps.discussion import discuss
from sevenfold.steps.evaluation_protocol import decide_protocol
from sevenfold.steps.final_test import run_final_test
from sevenfold.steps.finalists import run_finalists
from sevenfold.steps.overfit import run_overfit
from sevenfold.steps.preparation import prepare_data
from sevenfold.steps.problem import define_problem
from sevenfold.steps.search import run_search
from sevenfold.steps.success import choose_measure
from sevenfold.storage import write_atomically
from sevenfold.summary import Summary, summarize
from sevenfold.terminal import Terminal


def run_workflow(
    config: Config,
    out: Path | str,
    *,
    data_dir: Path | str | None = None,
    open_test_again: str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    terminal: Literal["auto", "quiet"] = "auto",
) -> Summary:
    """Carry out the whole workflow in the folder `out`, or go on with the run that is
    there; gives its headline numbers.

    Tuning works in `workers` processes (default: one per core), or on the Ray cluster
    at the address `cluster`.

    Raises:
        InputError: a setting, the data, the folder or the cluster cannot be used.
        NoStatisticalPower: the baseline does not beat common sense.
    """
    require_executor(workers, cluster)
    if open_test_again is not None and not open_test_again.strip():
        raise SettingsError(
            "--open-test-again wants a reason: the report prints it on its first page."
        )
    screen = Terminal(terminal)
    engine: Literal["jax", "keras"] = "keras" if config.engine == "keras" else "jax"
    with screen.transfer() as progress:
        source = load(config.dataset, Path(data_dir) if data_dir else None, progress)
    if source.provenance.embedded_subset:
        screen.warn(f"EMBEDDED SUBSET, not the full MNIST: {source.provenance.reason}")
    if seems_inverted(source.development):
        screen.warn(INVERTED)
    development = divide(source.development, config.protocol, config.seed)
    with Run.open(Path(out), config, seed=config.seed, engine=engine, terminal=screen) as run:
        if open_test_again:
            run.forget("final_test", "discussion")
        opening = open_executor(
            development, run.folder / "workers", workers=workers, cluster=cluster
        )
        return _steps(run, config, source, development, opening, open_test_again)


def _steps(
    run: Run,
    config: Config,
    source: Source,
    development: DevelopmentSet,
    opening: AbstractContextManager[Executor],
    open_test_again: str | None,
) -> Summary:
    sealed_test = SealedTestSet(
        source.read_test,
        Ledger(run.folder / "test_ledger.jsonl"),
        source.provenance.digest,
        open_test_again,
    )

    sealed_test.ledger.lines()  # an altered ledger ends the run before any work

    problem = run.step("problem", define_problem, development, source.provenance)
    run.step("success", choose_measure, development, config.success)
    run.step("evaluation_protocol", decide_protocol, development, config.protocol)
    run.step("preparation", prepare_data, development)
    baseline = run.step("baseline", run_baseline, development, config.baseline)
    require_power(baseline)
    overfit = run.step("overfit", run_overfit, development, config.overfit, baseline)
    ablation = run.step("ablation", run_ablation, development, config.regularize.ablation, overfit)
    with opening as executor:
        searched = run.step(
            "search",
            run_search,
            development,
            config.regularize.space,
            config.regularize.search,
            executor=executor,
        )
        chosen = run.step(
            "finalists",
            run_finalists,
            development,
            config.regularize,
            overfit,
            searched,
            executor=executor,
        )
    final = run.step(
        "final_test",
        run_final_test,
        development,
        sealed_test,
        config.final_test,
        baseline,
        overfit,
        chosen,
    )
    sealed_test.require_result(final.plan, final.scores.n_errors, final.n_test, final.n_openings)
    run.step("discussion", discuss, problem, baseline, overfit, ablation, searched, chosen, final)

    seconds = sum(run.step_seconds.values())
    summary = summarize(
        config.preset,
        run.engine,
        config.seed,
        seconds,
        problem,
        baseline,
        overfit,
        searched,
        chosen,
        final,
    )
    write_atomically(run.folder / "summary.json", summary.to_json())
    return summary
