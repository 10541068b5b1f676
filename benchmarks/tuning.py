"""Tuning beside KerasTuner's Hyperband and Ray Tune's ASHA: the same space, the same
split, one run.

    scripts/bench tuning [--peers PYTHON] [--only NAME ...] [--rounds N] [--json PATH]

Space: 1 to 3 layers of 128 to 1,024 units, dropout 0 to 0.5, learning rate 1e-4 to 1e-2
(log); RMSprop, batch 128, at most 9 epochs; 50,000 MNIST images to train on, 10,000 to
validate; sevenfold in the precision that a run would take on this machine. Each
contestant is a process of its own and is timed from its start to its winner, imports
and compilation included. The winners are then trained anew on the same
fresh seeds, all by one engine.

The peers stay out of our lock files. They want an environment of their own, named by
--peers:

    python -m venv /tmp/peers /tmp/peers/bin/pip install 'keras-tuner>=1.4.8'
    'tensorboard>=2.21' 'tensorflow-cpu>=2.21' 'ray[tune]>=2.60' SEVENFOLD_DATA=...
    scripts/bench tuning --peers /tmp/peers/bin/python
"""

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

MAX_EPOCHS, FACTOR = 9, 3
DEPTH, UNITS, DROPOUT, LEARNING_RATE = (1, 3), (128, 1024, 128), (0.0, 0.5), (1e-4, 1e-2)
N_TRIALS, RUNGS, REDUCTION = 10, (3, MAX_EPOCHS), 5
RAY_SAMPLES = 24
FRESH_SEEDS = (101, 102, 103, 104, 105)
PEERS = ("keras_tuner", "ray_tune")


def main() -> None:
    arguments = _arguments()
    if arguments.contestant:
        print(json.dumps(CONTESTANTS[arguments.contestant](arguments.folder, arguments.seed)))
        return
    names = arguments.only or ["sevenfold", *(PEERS if arguments.peers else ())]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_data(folder)
        report = measure(folder, names, arguments.peers, arguments.rounds)
    print_report(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(folder: Path, names: list[str], peers: str, n_rounds: int) -> dict[str, Any]:
    rounds = []
    for number in range(n_rounds):
        found = {}
        for name in names:
            work = folder / f"{name}{number}"
            work.mkdir()
            found[name] = _run(
                name, folder, work, peers if name in PEERS else sys.executable, seed=number
            )
        rounds.append(found)
    for found in rounds:
        for result in found.values():
            result["fresh"] = fresh_scores(folder, result["winner"])
    return {"machine": _machine(), "rounds": rounds}


def _run(name: str, folder: Path, work: Path, python: str, seed: int) -> dict[str, Any]:
    command = [python, __file__, "--contestant", name, "--folder", str(folder), "--seed", str(seed)]
    started, load, cpu_before = time.perf_counter(), os.getloadavg()[0], _cpu_seconds()
    # A cache folder of its own, so that everyone compiles.
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SEVENFOLD_CACHE": str(work / "cache"),
    }
    run = subprocess.run(command, capture_output=True, text=True, cwd=work, env=environment)
    seconds = time.perf_counter() - started
    if run.returncode:
        raise SystemExit(f"{name} failed:\n{run.stderr[-3000:]}")
    result = json.loads(run.stdout.splitlines()[-1])
    return {
        **result,
        "seconds": seconds,
        "cpu_seconds": _cpu_seconds() - cpu_before,
        "load_before": load,
    }


def _cpu_seconds() -> float:
    """What all finished processes below this one have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# ---------------------------------------------------------------- sevenfold


def search_sevenfold(folder: Path, seed: int) -> dict[str, Any]:
    from sevenfold.engine import fastest_precision
    from sevenfold.executor.choosing import open_executor
    from sevenfold.tuning.halving import SearchSettings
    from sevenfold.tuning.space import SearchSpace
    from sevenfold.tuning.study import search

    settings = SearchSettings(n_trials=N_TRIALS, batch=N_TRIALS, rungs=RUNGS, reduction=REDUCTION)
    space = SearchSpace(
        depth=DEPTH,
        width=tuple(range(UNITS[0], UNITS[1] + 1, UNITS[2])),
        input_dropout=(0.0, 0.0),
        hidden_dropout=DROPOUT,
        l2=(0.0, 0.0),
        learning_rate=LEARNING_RATE,
        optimizer=("rmsprop",),
        batch_size=(128,),
        max_norm=(0.0,),
        schedule=("constant",),
    )
    precision = fastest_precision()  # as a run decides it
    with open_executor(_development(folder), Path("workers")) as executor:
        found = search(
            Path("tuning.db"),
            _development(folder),
            space,
            settings,
            seed,
            engine="jax",
            precision=precision,
            executor=executor,
        )
    best = found.trials[0]
    network, training = best.configuration.network, best.configuration.training
    winner = {
        "hidden": network.hidden,
        "dropout": network.hidden_dropout,
        "learning_rate": training.learning_rate,
    }
    n_epochs = sum(trial.last.epoch for trial in found.trials)
    return {
        "winner": winner,
        "n_trials": len(found.trials),
        "n_epochs": n_epochs,
        "accuracy": best.last.accuracy,
        "precision": precision,
    }


def fresh_scores(folder: Path, winner: dict[str, Any]) -> list[float]:
    """Validation accuracies of a winner after `MAX_EPOCHS` epochs, one per fresh
    seed.
    """
    from sevenfold.engine import TrainingSettings
    from sevenfold.networks import NetworkSpec
    from sevenfold.validation import Configuration, cross_validate

    network = NetworkSpec(
        inputs=784, classes=10, hidden=tuple(winner["hidden"]), hidden_dropout=winner["dropout"]
    )
    training = TrainingSettings(n_epochs=MAX_EPOCHS, learning_rate=winner["learning_rate"])
    (validation,) = cross_validate(
        _development(folder),
        [Configuration(network=network, training=training)],
        FRESH_SEEDS,
        engine="jax",
    )
    return [float(accuracy) for accuracy in validation.val_accuracy[:, -1]]


def _development(folder: Path) -> Any:
    from sevenfold.data import Images
    from sevenfold.protocol import DevelopmentSet, Split

    data = np.load(folder / "data.npz")
    parts = Split(data["train"], data["validation"])
    return DevelopmentSet(
        Images(data["images"], data["labels"], tuple("0123456789")),
        ((parts,),),
        "holdout",
        "holdout",
    )


def _write_data(folder: Path) -> None:
    from sevenfold.data import load
    from sevenfold.protocol import ProtocolSettings, divide

    source = load(
        "mnist",
        Path(os.environ["SEVENFOLD_DATA"]) if "SEVENFOLD_DATA" in os.environ else None,
        lambda *_: None,
    )
    development = divide(source.development, ProtocolSettings(method="holdout"), seed=0)
    ((parts,),) = development.rounds
    images = development.images
    np.savez(
        folder / "data.npz",
        images=images.pixels,
        labels=images.labels,
        train=parts.train,
        validation=parts.validation,
    )


# ---------------------------------------------------------------- peers (these run in
# the environment of --peers)


def _arrays(folder: Path) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    data = np.load(folder / "data.npz")
    x = data["images"].reshape(-1, 784).astype("float32") / 255.0
    parts = [(x[data[part]], data["labels"][data[part]]) for part in ("train", "validation")]
    return parts[0], parts[1]


def _keras_model(depth: int, units: int, dropout: float, learning_rate: float) -> Any:
    import keras

    layers = [keras.Input((784,))]
    for _ in range(depth):
        layers += [keras.layers.Dense(units, activation="relu"), keras.layers.Dropout(dropout)]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(
        keras.optimizers.RMSprop(learning_rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def search_keras_tuner(folder: Path, seed: int) -> dict[str, Any]:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import keras_tuner

    def build(hp: Any) -> Any:
        return _keras_model(
            hp.Int("depth", *DEPTH),
            hp.Int("units", UNITS[0], UNITS[1], step=UNITS[2]),
            hp.Float("dropout", *DROPOUT),
            hp.Float("learning_rate", *LEARNING_RATE, sampling="log"),
        )

    class Count(keras.callbacks.Callback):  # type: ignore[misc]
        n_epochs = 0

        def on_epoch_end(self, *_: Any) -> None:
            Count.n_epochs += 1

        def __deepcopy__(self, memo: Any) -> "Count":
            return self

    (x, y), validation = _arrays(folder)
    keras.utils.set_random_seed(seed)
    tuner = keras_tuner.Hyperband(
        build, "val_accuracy", max_epochs=MAX_EPOCHS, factor=FACTOR, seed=seed, directory="kt"
    )
    tuner.search(x, y, validation_data=validation, batch_size=128, verbose=0, callbacks=[Count()])
    best = tuner.get_best_hyperparameters()[0]
    trials = tuner.oracle.trials.values()
    accuracy = max(trial.score for trial in trials if trial.score is not None)
    winner = {name: best.get(name) for name in ("dropout", "learning_rate")}
    winner["hidden"] = [best.get("units")] * best.get("depth")
    return {
        "winner": winner,
        "n_trials": len(trials),
        "n_epochs": Count.n_epochs,
        "accuracy": accuracy,
    }


def search_ray_tune(folder: Path, seed: int) -> dict[str, Any]:
    os.environ.update({"KERAS_BACKEND": "tensorflow", "RAY_USAGE_STATS_ENABLED": "0"})
    import ray
    from ray import tune
    from ray.tune.schedulers import ASHAScheduler

    def train(config: dict[str, Any], data: Any) -> None:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        (x, y), validation = data
        model = _keras_model(
            config["depth"], config["units"], config["dropout"], config["learning_rate"]
        )
        for _ in range(MAX_EPOCHS):
            history = model.fit(x, y, validation_data=validation, batch_size=128, verbose=0).history
            tune.report({"accuracy": history["val_accuracy"][0]})

    ray.init(
        address="local",
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        _node_ip_address="127.0.0.1",
    )
    space = {
        "depth": tune.randint(DEPTH[0], DEPTH[1] + 1),
        "units": tune.choice(list(range(UNITS[0], UNITS[1] + 1, UNITS[2]))),
        "dropout": tune.uniform(*DROPOUT),
        "learning_rate": tune.loguniform(*LEARNING_RATE),
    }
    np.random.seed(seed)
    scheduler = ASHAScheduler(max_t=MAX_EPOCHS, grace_period=1, reduction_factor=FACTOR)
    tuner = tune.Tuner(
        tune.with_parameters(train, data=_arrays(folder)),
        param_space=space,
        tune_config=tune.TuneConfig(
            metric="accuracy", mode="max", num_samples=RAY_SAMPLES, scheduler=scheduler
        ),
        run_config=tune.RunConfig(storage_path=str(Path("ray").absolute()), verbose=0),
    )
    results = tuner.fit()
    best = results.get_best_result("accuracy", "max", "all")
    winner = {name: best.config[name] for name in ("dropout", "learning_rate")}
    winner["hidden"] = [best.config["units"]] * best.config["depth"]
    n_epochs = sum(result.metrics["training_iteration"] for result in results)
    accuracy = max(float(result.metrics_dataframe["accuracy"].max()) for result in results)
    return {"winner": winner, "n_trials": len(results), "n_epochs": n_epochs, "accuracy": accuracy}


CONTESTANTS = {
    "sevenfold": search_sevenfold,
    "keras_tuner": search_keras_tuner,
    "ray_tune": search_ray_tune,
}


# ---------------------------------------------------------------- the report


def print_report(report: dict[str, Any]) -> None:
    machine = report["machine"]
    print(
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']},"
        f" {machine['versions']}"
    )
    for number, found in enumerate(report["rounds"], start=1):
        print(f"Round {number} of {len(report['rounds'])}")
        for name, result in found.items():
            fresh, winner = np.array(result["fresh"]), result["winner"]
            print(
                f"  {name:<12} {result['seconds']:7.1f} s (processors {result['cpu_seconds']:.0f}"
                f" s)  {result['n_trials']} trials, {result['n_epochs']} epochs; searched"
                f" {100 * result['accuracy']:.2f} %, fresh {100 * fresh.mean():.3f} % (sd"
                f" {100 * fresh.std(ddof=1):.3f}, n={len(fresh)}); {winner['hidden']}, dropout"
                f" {winner['dropout']:.2f}, learning rate {winner['learning_rate']:.2g}"
            )
        for name in PEERS:
            if name in found and "sevenfold" in found:
                print(
                    f"  {name} took {found[name]['seconds'] / found['sevenfold']['seconds']:.1f}"
                    " times as long as sevenfold"
                )


def _machine() -> dict[str, Any]:
    from sevenfold.machine import processor

    versions = {name: importlib.metadata.version(name) for name in ("jax", "optuna", "numpy")}
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers",
        default="",
        metavar="PYTHON",
        help="interpreter of the environment with the peers",
    )
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, help="these contestants alone")
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often, each time with another seed for everyone"
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.contestant and not arguments.peers:
        if set(arguments.only or ()) & set(PEERS):
            parser.error("--peers must name the Python that has these contestants")
        if arguments.only is None:
            print(
                "The peers are left out: --peers names the Python that has them.", file=sys.stderr
            )
    return arguments


if __name__ == "__main__":
    main()
