"""How long each step of a run should take on this machine, from its settings, before
anything is trained.

A dense network of kernels (m, n) needs 6 m n operations for each image and update, the
first of them 4 (nothing is passed back to the pixels). How many the machine does is
measured by one product of matrices. `docs/decisions.md` compares with what runs took.
"""

import math
import time
from itertools import pairwise

import numpy as np

from sevenfold.config import Config
from sevenfold.engine import Engine, trains_on_processor
from sevenfold.networks import NetworkSpec
from sevenfold.outlook import Outlook
from sevenfold.protocol import DevelopmentSet
from sevenfold.runs.reading import RESULTS
from sevenfold.steps.ablation import variants
from sevenfold.steps.leave_one_out import Thing

SHARE_OF_BEST = 0.65
"""Of the best product, what a training gets (docs/performance.md: 57 to 90 %)."""
SPEEDUP = {"float32": 1.0, "auto": 1.0, "mixed_bfloat16": 1.7}
"""Of trainings in this precision (docs/performance.md)."""
SECONDS_OF_FIT = 0.3
"""What a training takes beside its products: a start, its share of a compilation."""
SECONDS_OF_STEP = 2.0
SECONDS_OF_TENSORFLOW = 5.0
"""An import of TensorFlow, beside which nothing else is done."""


def outlook(
    config: Config, development: DevelopmentSet, engine: Engine, cluster: str | None
) -> Outlook:
    """The steps of the workflow, with the seconds that are expected of them; nothing is
    expected of other machines, accelerators and Keras's own `fit`.
    """

    def expect() -> dict[str, float]:
        here = cluster is None and engine == "jax" and trains_on_processor()
        return expected_seconds(config, development) if here else {}

    return Outlook(list(RESULTS), expect)


def expected_seconds(
    config: Config, development: DevelopmentSet, *, operations: float | None = None
) -> dict[str, float]:
    """Seconds of each step, in the order of the workflow, with the engine `jax` on this
    machine's processor; `config` with its epochs as they will be trained.

    operations: how many the machine does in a second; measured where it is not given.
    The ladder is taken to end half way up, and trials to be the middle of their space.
    """
    speed = SHARE_OF_BEST * SPEEDUP[config.precision] * (operations or measured_operations())
    images, n_train = development.images, len(development.rounds[0][0].train)
    n_fits = sum(len(splits) for splits in development.rounds)
    n_folds = len(development.rounds[0])

    def spec(hidden: tuple[int, ...]) -> NetworkSpec:
        return NetworkSpec(inputs=images.n_inputs, classes=images.n_classes, hidden=hidden)

    def seconds(network: NetworkSpec, n_epochs: float, n: int, n_images: int = n_train) -> float:
        return n * (SECONDS_OF_FIT + n_epochs * n_images * n_operations(network) / speed)

    tune, search = config.regularize, config.regularize.search
    stages = config.overfit.stages[: math.ceil(len(config.overfit.stages) / 2)]
    overfit = spec(stages[-1].hidden)
    trial = spec(_middle_network(config))
    n_fresh = n_fits - n_folds if len(development.rounds) > 1 else n_fits
    n_compared = 2 if tune.space.distortion[1] else 1
    long = search.rungs[-1]
    base = config.baseline
    known = {
        "baseline": sum(
            seconds(spec(hidden), base.n_epochs, base.n_seeds * n_fits)
            for hidden in ((), base.hidden)
        ),
        "overfit": sum(
            seconds(spec(stage.hidden), stage.n_epochs, config.overfit.n_seeds * n_fits)
            for stage in stages
        ),
        "ablation": sum(
            seconds(network, stages[-1].n_epochs, tune.ablation.n_seeds * n_fits)
            for network in variants(overfit, tune.ablation).values()
        ),
        "search": seconds(trial, search.n_epochs(n_folds) / search.n_trials, search.n_trials),
        "finalists": seconds(
            trial, long, n_compared * tune.n_finalists * tune.n_finalist_seeds * n_fresh
        ),
        "leave_one_out": seconds(
            trial, long, _n_things(config) * config.leave_one_out.n_seeds * n_fresh
        ),
        "learning_curve": sum(
            seconds(trial, long, config.learning_curve.n_seeds * n_fresh, round(share * n_train))
            for share in config.learning_curve.shares
        ),
        "final_test": seconds(
            trial,
            max(long, config.final_test.n_epochs),
            config.final_test.n_seeds,
            n_images=len(images),
        ),
        "saved_network": SECONDS_OF_TENSORFLOW if config.check_saved_network else 0.0,
    }
    return {name: SECONDS_OF_STEP + known[name] if name in known else 0.0 for name in RESULTS}


def n_operations(network: NetworkSpec) -> int:
    """Multiplications and additions of one update, for each of its images."""
    first, *rest = (n_in * n_out for n_in, n_out in pairwise(network.widths))
    return 4 * first + 6 * sum(rest)


def measured_operations() -> float:
    """Float32 operations a second of this machine's products, the best of five."""
    factor = np.ones((1024, 1024), np.float32)
    factor @ factor
    times = []
    for _ in range(5):
        started = time.perf_counter()
        factor @ factor
        times.append(time.perf_counter() - started)
    return 2 * 1024**3 / min(times)


def _n_things(config: Config) -> int:
    """How many things the chosen network is taken to have that are left out: all that
    the space has, a choice with none in it by its share. What distortions are worth is
    trained with the finalists.
    """
    space, things = config.regularize.space, config.leave_one_out.things
    chances: dict[Thing, float] = {
        "size": float(len(space.hidden) != 1),
        "dropout": float(space.input_dropout[1] + space.hidden_dropout[1] > 0.0),
        "penalty": float(space.l1[1] + space.l2[1] > 0.0),
        "label_smoothing": float(space.label_smoothing[1] > 0.0),
        "photometric": float(space.photometric[1] > 0.0),
        "hard_examples": float(space.hard_examples[1] > 0.0),
        "max_norm": sum(map(bool, space.max_norm)) / len(space.max_norm),
        "schedule": sum(one != "constant" for one in space.schedule) / len(space.schedule),
    }
    return round(sum(chance for thing, chance in chances.items() if thing in things))


def _middle_network(config: Config) -> tuple[int, ...]:
    """A network of the space: the one in the middle of those that are named, else the
    mean width, as often as the deepest has layers.
    """
    space = config.regularize.space
    if space.hidden:
        return space.hidden[len(space.hidden) // 2]
    return (round(sum(space.width) / len(space.width)),) * space.depth[1]
