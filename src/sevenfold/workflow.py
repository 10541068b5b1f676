"""The universal workflow of machine learning (DLWP, 1st edition, 4.5), from raw images
to a report.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from sevenfold.config import Config, load_images, stretched, with_precision
from sevenfold.data import SET_ASIDE, Source, warnings
from sevenfold.engine import require_engine, trains_on_processor
from sevenfold.errors import SettingsError
from sevenfold.executor.choosing import open_executor, require_executor
from sevenfold.executor.tasks import Executor
from sevenfold.forecast import outlook
from sevenfold.machine import require_addresses_left, require_memory_left
from sevenfold.protocol import DevelopmentSet, batch_divisor_of, divide, stretch_of
from sevenfold.runs import layout
from sevenfold.runs.ledger import Ledger
from sevenfold.runs.seal import SealedTestSet
from sevenfold.runs.writing import Run
from sevenfold.steps.ablation import Ablation, run_ablation
from sevenfold.steps.baseline import Baseline, require_power, run_baseline
from sevenfold.steps.confidence import Confidence, learn_confidence
from sevenfold.steps.evaluation_protocol import EvaluationProtocol, decide_protocol
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.final_test import run_final_test
from sevenfold.steps.finalists import Finalists, run_finalists
from sevenfold.steps.learning_curve import LearningCurveFound, run_learning_curve
from sevenfold.steps.leave_one_out import LeaveOneOut, run_leave_one_out
from sevenfold.steps.overfit import Overfit, run_overfit
from sevenfold.steps.preparation import Preparation, prepare_data
from sevenfold.steps.problem import Problem, define_problem
from sevenfold.steps.saved_network import SavedNetwork, keras_beside, open_saved_network
from sevenfold.steps.search import Search, run_search
from sevenfold.steps.success import Success, choose_measure
from sevenfold.storage import write_atomically
from sevenfold.summary import Summary, summarize
from sevenfold.surroundings import settled
from sevenfold.terminal import Terminal

_INPUT_BYTES, _LIBRARY_BYTES = 4, 300_000_000
"""Of memory for each byte of an image, as a network's float32 input, and for JAX."""
_MAPPED_BYTES, _MAPPED_PER_CORE = {"jax": 1_700_000_000, "keras": 2_700_000_000}, 150_000_000
"""Of addresses: a whole tiny run took 2.1 GB in all on two cores (JAX 0.10, n = 1)."""


@settled()
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

    What is validated is trained in `workers` processes (default: one per core), or on
    the Ray cluster at the address `cluster`.

    Raises:
        InputError: a setting, the data, the folder, the cluster or this process's
        surroundings cannot be used.
        NoStatisticalPower: the baseline is no better than the most frequent class.
    """
    require_executor(workers, cluster)
    if open_test_again is not None and not open_test_again.strip():
        raise SettingsError(
            "--open-test-again wants a reason: the report prints it on its first page."
        )
    screen = Terminal(terminal)
    engine: Literal["jax", "keras"] = "keras" if config.engine == "keras" else "jax"
    require_engine(engine)
    with screen.transfer() as progress:
        source = load_images(config, Path(data_dir) if data_dir else None, progress)
    n_bytes = _INPUT_BYTES * source.development.pixels.nbytes + _LIBRARY_BYTES
    require_memory_left(n_bytes, "Training on these images")
    require_addresses_left(n_bytes + _MAPPED_BYTES[engine], _MAPPED_PER_CORE, "Training")
    if source.provenance.embedded_subset:
        screen.warn(f"EMBEDDED SUBSET, not the full MNIST: {source.provenance.reason}")
    for words in source.provenance.left_out:
        screen.say(words)
    if source.provenance.set_aside:
        screen.say(SET_ASIDE.format(100 * source.provenance.set_aside))
    for warning in warnings(source.development):
        screen.warn(warning)
    development = divide(source.development, config.protocol, config.seed)
    config, precision = with_precision(config, Path(out), on_cluster=cluster is not None)
    with Run.open(
        Path(out), config, seed=config.seed, engine=engine, precision=precision, terminal=screen
    ) as run:
        shared = run.folder / layout.WORKERS
        executing = open_executor(
            development,
            shared,
            workers=workers,
            cluster=cluster,
            one_process=lambda: engine == "jax" and not trains_on_processor(),
            warn=screen.warn,
        )
        times = stretch_of(development, config.protocol)
        divisor = batch_divisor_of(development, config.protocol)
        if divisor > 1:
            screen.say(f"Few images: all batch sizes are divided by {divisor}.")
        if times > 1:
            screen.say(f"Few images: all numbers of epochs are multiplied by {times}.")
        stretched_config = stretched(config, times, divisor)
        screen.follow(outlook(stretched_config, development, engine, cluster))
        return _steps(run, stretched_config, source, development, executing, open_test_again)


def _steps(
    run: Run,
    config: Config,
    source: Source,
    data: DevelopmentSet,
    executing: AbstractContextManager[Executor],
    open_test_again: str | None,
) -> Summary:
    ledger, tune = Ledger(run.folder / layout.LEDGER), config.regularize
    ledger.lines()  # an altered ledger ends the run before any work
    if open_test_again:
        run.forget("final_test", "saved_network")
    test = SealedTestSet(source.read_test, ledger, source.provenance.digest, open_test_again)

    problem = run.step("problem", Problem, define_problem, data, source.provenance)
    run.step("success", Success, choose_measure, data, config.success)
    run.step("evaluation_protocol", EvaluationProtocol, decide_protocol, data, config.protocol)
    run.step("preparation", Preparation, prepare_data, data)
    with executing as executor:
        baseline = run.step(
            "baseline", Baseline, run_baseline, data, config.baseline, executor=executor
        )
        require_power(baseline)
        overfit = run.step(
            "overfit", Overfit, run_overfit, data, config.overfit, baseline, executor=executor
        )
        ablation = run.step(
            "ablation", Ablation, run_ablation, data, tune.ablation, overfit, executor=executor
        )
        searched = run.step(
            "search", Search, run_search, data, tune.space, tune.search, executor=executor
        )
        chosen = run.step(
            "finalists", Finalists, run_finalists, data, tune, overfit, searched, executor=executor
        )
        compared = config.leave_one_out, overfit, ablation, chosen
        run.step(
            "leave_one_out", LeaveOneOut, run_leave_one_out, data, *compared, executor=executor
        )
        curve = config.learning_curve, chosen
        run.step(
            "learning_curve",
            LearningCurveFound,
            run_learning_curve,
            data,
            *curve,
            executor=executor,
        )
    sure = run.step("confidence", Confidence, learn_confidence, data, config.confidence, chosen)
    earlier = baseline, overfit, chosen, sure
    final = run.step(
        "final_test", FinalTest, run_final_test, data, test, config.final_test, *earlier
    )
    ledger.require_result(final.plan.digest, final.scores.n_errors, final.n_test, final.n_openings)
    check = config.check_saved_network and not run.has("saved_network")
    with keras_beside(wanted=check) as process:
        saved = run.step(
            "saved_network", SavedNetwork, open_saved_network, data, final, process=process
        )
    for warning in filter(None, (final.warning, saved.warning)):
        run.terminal.warn(warning)

    summary = summarize(config, run, problem, baseline, overfit, searched, chosen, final)
    write_atomically(run.folder / layout.SUMMARY, summary.to_json())
    return summary
