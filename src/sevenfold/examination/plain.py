"""The plain network beside the one that counts: what the same units do without
anything that the search found.
"""

import time

from sevenfold.engine import FitData, FitResult, Job, fit
from sevenfold.errors import SevenfoldError
from sevenfold.examination.keeping import keep, kept
from sevenfold.examination.results import PlainNetwork
from sevenfold.networks import NetworkSpec, Weights
from sevenfold.protocol import DevelopmentSet
from sevenfold.records import digest_of
from sevenfold.runs.layout import PLAIN, PLAIN_WEIGHTS
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import proportion
from sevenfold.storage import arrays_to_npz, read_npz
from sevenfold.terminal import Advance, Terminal
from sevenfold.validation import Configuration, reading_epoch


def plain_configuration(run: FinishedRun) -> Configuration:
    """The units of the network that counts and nothing else of it, trained as the run's
    baseline is, for as long as that network at most.
    """
    assert run.final_test is not None
    assert run.baseline is not None
    counts, small = run.final_test.configuration, run.baseline.network.configuration
    network = NetworkSpec(
        inputs=counts.network.inputs, classes=counts.network.classes, hidden=counts.network.hidden
    )
    training = small.training.model_copy(
        update={"n_epochs": counts.training.n_epochs, "precision": "float32"}
    )
    return Configuration(network=network, training=training)


def plain_network(
    run: FinishedRun, development: DevelopmentSet, terminal: Terminal
) -> tuple[PlainNetwork, Weights]:
    """The plain network of a run, trained at the first call and kept in its folder.

    Raises:
        RunError: what is kept there is damaged.
        SevenfoldError: the training diverged.
    """
    assert run.final_test is not None
    configuration, seed = plain_configuration(run), run.final_test.seeds[0]
    inputs = digest_of([configuration.digest, str(seed), development.digest])
    if known := kept(run.folder, PLAIN, PlainNetwork, inputs):
        return known[0], tuple(read_npz(run.folder / PLAIN_WEIGHTS).values())
    started = time.perf_counter()
    longest = configuration.training.n_epochs
    split, images = development.rounds[0][0], development.images
    parts = FitData(images[split.train], images[split.validation])
    with terminal.stage("Plain network, validated", longest) as advance:
        history = _fitted(run, configuration, seed, parts, advance).history
    accuracies, n = history.val_accuracy, len(split.validation)
    epoch = reading_epoch(accuracies[None])
    training = configuration.training.model_copy(update={"n_epochs": epoch})
    configuration = configuration.model_copy(update={"training": training})
    with terminal.stage("Plain network, on all images", epoch) as advance:
        weights = _fitted(run, configuration, seed, FitData(images), advance).weights
    found = PlainNetwork(
        configuration=configuration,
        seed=seed,
        n_trained_on=len(images),
        val_accuracy=proportion(float(accuracies[epoch - 1]) * n, n),
    )
    arrays = {f"array_{i:02}": array for i, array in enumerate(weights)}
    seconds = time.perf_counter() - started
    keep(run.folder, PLAIN, found, inputs, seconds, {PLAIN_WEIGHTS: arrays_to_npz(arrays)})
    return found, weights


def _fitted(
    run: FinishedRun, configuration: Configuration, seed: int, data: FitData, advance: Advance
) -> FitResult:
    result = fit(
        Job(configuration.network, configuration.training, seed),
        data,
        engine=run.description.engine,
        on_epoch=advance,
    )
    if result.diverged_at is not None:
        raise SevenfoldError(
            f"The plain network diverged in epoch {result.diverged_at}, so there is nothing to"
            " compare with. The pixels or labels of this run are beyond what its baseline's"
            " settings can train on."
        )
    return result
