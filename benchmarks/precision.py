"""Whether bfloat16 products change what a network reaches, and how much faster they
train it: the same network, batches, dropout masks and distortions in both precisions,
seed by seed, trained in turn.

    scripts/bench precision [--networks NAME ...] [--seeds N] [--epochs N] [--json PATH]

Data: MNIST's development images, divided as a run divides them (writers apart); no test
image is read. Prints the validation accuracy of both, their paired difference over
seeds and writers with its 95 % interval, and the ratio of seconds and of processor
seconds of an epoch.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any, get_args

import numpy as np

from sevenfold.config import load_config, load_images
from sevenfold.engine import FitData, Job, Precision, TrainingSettings, fit
from sevenfold.machine import processor
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, divide
from sevenfold.statistics import recipe_difference, spread
from sevenfold.warp import WarpSettings

NETWORKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "book": (
        {"hidden": (512, 512), "input_dropout": 0.03, "hidden_dropout": 0.17},
        {"n_epochs": 13, "learning_rate": 1.5e-3, "schedule": "cosine"},
    ),
    "record": (
        {"hidden": (1500, 1000, 500)},
        {
            "n_epochs": 12,
            "batch_size": 256,
            "optimizer": "adam",
            "schedule": "cosine",
            "label_smoothing": 0.05,
            "distortion": 0.85,
            "hard_examples": 0.75,
        },
    ),
}
"""One that `book` chose, rounded; and that of `record`, trained for less long."""


def main() -> None:
    arguments = _arguments()
    config = load_config("book", {"dataset": "mnist"})
    source = load_images(config, None, _silent)
    development = divide(source.development, config.protocol, config.seed)
    found = {
        name: measure(development, *NETWORKS[name], arguments.seeds, arguments.epochs)
        for name in arguments.networks
    }
    report = {"processor": processor(), "networks": found}
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(
    development: DevelopmentSet,
    network: dict[str, Any],
    training: dict[str, Any],
    n_seeds: int,
    n_epochs: int | None,
) -> dict[str, Any]:
    images, split = development.images, development.rounds[0][0]
    data = FitData(images[split.train], images[split.validation])
    spec = NetworkSpec(inputs=images.n_inputs, classes=images.n_classes, **network)
    warp = WarpSettings(narrow_labels=images.narrow_labels)
    settings = TrainingSettings(**(training | {"warp": warp}))
    if n_epochs:
        settings = settings.model_copy(update={"n_epochs": n_epochs})
    right: dict[Precision, list[np.ndarray]] = {p: [] for p in get_args(Precision)}
    seconds: dict[Precision, list[float]] = {p: [] for p in right}
    work: dict[Precision, list[float]] = {p: [] for p in right}
    for seed in range(n_seeds):
        for precision in sorted(right, reverse=bool(seed % 2)):
            stamps: list[tuple[float, float]] = []
            job = Job(spec, settings.model_copy(update={"precision": precision}), seed)
            result = fit(
                job,
                data,
                on_epoch=lambda to=stamps: to.append((time.perf_counter(), time.process_time())),
            )
            right[precision].append(result.history.val_predictions[-1] == data.validation.labels)
            steps = np.median(np.diff(stamps, axis=0), axis=0)
            seconds[precision].append(float(steps[0]))
            work[precision].append(float(steps[1]))
            print(f"{spec} seed {seed} {precision}: {right[precision][-1].mean():.4%}", flush=True)
    exact, mixed = (np.stack(right[p]) for p in get_args(Precision))
    difference = recipe_difference(mixed, exact, development.scored_groups, paired=True)
    ratios = {
        what: float(np.median(np.divide(times["float32"], times["mixed_bfloat16"])))
        for what, times in (("seconds", seconds), ("processor seconds", work))
    }
    for precision, rows in right.items():
        of = spread(np.stack(rows).mean(axis=1))
        print(f"{spec} {precision}: {of.mean:.3%}, sd {of.sd:.3%}, n = {of.n}")
    print(
        f"mixed_bfloat16 less float32: {100 * difference.value:+.3f} points"
        f" [{100 * difference.ci_low:+.3f}, {100 * difference.ci_high:+.3f}]; float32 takes"
        f" {ratios['seconds']:.2f} times the seconds, {ratios['processor seconds']:.2f} times the"
        " processor's"
    )
    return {
        "difference": [difference.value, difference.ci_low, difference.ci_high],
        "accuracies": {p: np.stack(rows).mean(axis=1).tolist() for p, rows in right.items()},
        "ratios": ratios,
        "n": n_seeds,
    }


def _silent(*_: object) -> None:
    """No progress of a download."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--seeds", type=int, default=10, metavar="N")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the network's own")
    parser.add_argument("--json", type=Path, metavar="PATH")
    return parser.parse_args()


if __name__ == "__main__":
    main()
