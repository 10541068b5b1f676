"""The engine beside Keras and PyTorch: one epoch of 784-512-10 (RMSprop, batch 128),
side by side in one run.

    scripts/bench engine [--quick] [--rounds N] [--json PATH]

Every contestant lives in a process of its own and trains one epoch when it is told to,
so that only one works at a time and a disturbance of the machine hits all alike. Each
round visits all of them; ratios are taken within a round. The first epoch, with
compilation, is told apart. Data: MNIST from the folder $SEVENFOLD_DATA, else
made-up digits of the same shape. PyTorch takes part where it is installed beside the
project; scikit-learn has no RMSprop and takes Adam.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sevenfold.config import load_config, load_images
from sevenfold.data import Images, prepare
from sevenfold.machine import of_processor, processor
from sevenfold.networks import NetworkSpec, initial_weights

BOOK, BOOK_BATCH = NetworkSpec(inputs=784, classes=10, hidden=(512,)), 128
WIDE, WIDE_BATCH = NetworkSpec(inputs=784, classes=10, hidden=(2048, 2048)), 256
N_WIDE_EXAMPLES = 10_240
PRODUCT_SIZE = 2_048
CONTESTANTS = {
    "sevenfold": {},
    "sevenfold_bfloat16": {},
    "keras_tensorflow": {"KERAS_BACKEND": "tensorflow"},
    "keras_tensorflow_100_steps": {"KERAS_BACKEND": "tensorflow"},
    "tensorflow_jit": {"KERAS_BACKEND": "tensorflow"},
    "keras_jax": {"KERAS_BACKEND": "jax"},
    "pytorch_eager": {},
    "pytorch_bfloat16": {},
    "pytorch_compile": {},
    "scikit_learn": {},
    "sevenfold_wide": {},
    "matrix_product": {},
}
TIMED_BY_ITSELF = ("matrix_product", "sevenfold_wide")


# The side that asks.


def main() -> None:
    arguments = _arguments()
    if arguments.contestant:
        run_contestant(arguments.contestant, arguments.rounds)
        return
    if arguments.many:
        print(json.dumps(many_against_one_by_one(arguments.rounds)))
        return
    report = measure(2 if arguments.quick else arguments.rounds)
    print_report(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(n_rounds: int) -> dict[str, Any]:
    """Everything, as plain numbers."""
    has_torch = importlib.util.find_spec("torch") is not None
    names = [name for name in CONTESTANTS if has_torch or not name.startswith("pytorch")]
    contestants = {name: Contestant(name, n_rounds) for name in names}
    first = {name: contestant.epoch() for name, contestant in contestants.items()}
    rounds = [
        {name: contestant.epoch() for name, contestant in contestants.items()}
        for _ in range(n_rounds)
    ]
    ends = {name: contestant.end() for name, contestant in contestants.items()}
    return {
        "machine": _machine(),
        "data": "MNIST training files" if os.environ.get("SEVENFOLD_DATA") else "made-up digits",
        "n_rounds": n_rounds,
        "first_seconds": first,
        "rounds": rounds,
        "ends": ends,
        "import_seconds": [_import_seconds() for _ in range(n_rounds)],
        "cold_compile_seconds": [_compile_seconds() for _ in range(n_rounds)],
        "many": _ask(["--many", "--rounds", str(n_rounds)]),
    }


class Contestant:
    """A process that trains one epoch per line it is sent."""

    def __init__(self, name: str, n_rounds: int) -> None:
        command = [sys.executable, __file__, "--contestant", name, "--rounds", str(n_rounds)]
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"} | CONTESTANTS[name]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self._read()  # it is ready

    def epoch(self) -> float:
        """Seconds of one more epoch (of one product in the case of the matrix
        product).
        """
        self._send("epoch")
        return float(self._read())

    def end(self) -> dict[str, float]:
        """Validation accuracy and peak memory; only now is the network scored, so that
        no one else's epoch is disturbed.
        """
        self._send("end")
        result: dict[str, float] = self._read()
        self.process.wait()
        return result

    def _send(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _read(self) -> Any:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("@"):
                return json.loads(line[1:])
        raise SystemExit(f"{self.process.args} ended early.")


def _ask(options: list[str]) -> Any:
    run = subprocess.run(
        [sys.executable, __file__, *options], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def _import_seconds() -> float:
    """Of what `run` imports before it trains; Optuna, Keras and matplotlib come later,
    each with its step.
    """
    started = time.perf_counter()
    program = (
        "import sys, sevenfold.workflow, sevenfold.engine._jax_loop; sys.exit('tensorflow' in"
        " sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - started


def _compile_seconds() -> dict[str, float]:
    """Of 784-512-10 in a new process: with an empty cache folder, and with what the
    first left there.
    """
    program = (
        "import numpy as np; from sevenfold.data import Images; from sevenfold.engine import"
        " *;from sevenfold.networks import NetworkSpec;d = Images(np.zeros((50_000, 28, 28),"
        " np.uint8), np.zeros(50_000, np.uint8), tuple('0123456789'));"
        "spec = NetworkSpec(inputs=784, classes=10, hidden=(512,));"
        "print(fit(Job(spec, TrainingSettings(n_epochs=1), 0), FitData(d)).compile_seconds)"
    )
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            environment = os.environ | {"SEVENFOLD_CACHE": folder}
            run = subprocess.run(
                [sys.executable, "-c", program],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            seconds.append(float(run.stdout))
    return {"cold": seconds[0], "cached": seconds[1]}


def _machine() -> dict[str, Any]:
    packages = ["jax", "keras", "tensorflow", "tensorflow-cpu", "torch", "numpy"]
    return {
        "processor": processor(),
        "avx512": "avx512f" in of_processor("flags"),
        "cores": (
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        ),
        "python": platform.python_version(),
        "system": platform.platform(),
        "versions": {name: version for name in packages if (version := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


# What is printed.


def print_report(report: dict[str, Any]) -> None:
    machine, rounds, ends = report["machine"], report["rounds"], report["ends"]
    print(
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']},"
        f" {machine['versions']}"
    )
    print(
        f"784-512-10, RMSprop, batch {BOOK_BATCH}, {report['data']}, {report['n_rounds']} rounds\n"
    )
    print(
        f"{'':28}{'median s':>9}{'min':>8}{'max':>8}{'first':>8}{'x float32':>10}{'x bf16':>9}"
        f"{'val acc':>9}{'peak MB':>9}"
    )
    for name in (name for name in rounds[0] if name not in TIMED_BY_ITSELF):
        seconds = [row[name] for row in rounds]
        exact, mixed = (
            statistics.median(row[name] / row[ours] for row in rounds)
            for ours in ("sevenfold", "sevenfold_bfloat16")
        )
        print(
            f"{name:28}{statistics.median(seconds):9.3f}{min(seconds):8.3f}{max(seconds):8.3f}{report['first_seconds'][name]:8.2f}"
            f"{exact:10.2f}{mixed:9.2f}{ends[name]['val_accuracy']:9.4f}{ends[name]['peak_mb']:9.0f}"
        )
    print()
    for name, spec, n in (
        ("sevenfold", BOOK, ends["sevenfold"]["n_examples"]),
        ("sevenfold_bfloat16", BOOK, ends["sevenfold"]["n_examples"]),
        ("sevenfold_wide", WIDE, N_WIDE_EXAMPLES),
    ):
        in_round, of_best = shares(rounds, name, spec, int(n))
        print(
            f"{name}, {spec!s}: {100 * in_round:.0f} % of the float32 product beside it,"
            f" {100 * of_best:.0f} % of the run's best"
        )
    many = [row["one_by_one"] / row["fit_many"] for row in report["many"]]
    cold, cached = (
        statistics.median(row[key] for row in report["cold_compile_seconds"])
        for key in ("cold", "cached")
    )
    print(
        f"4 fits with fit_many: {statistics.median(many):.2f} times as fast as one after the other"
    )
    print(
        f"compile {cold:.2f} s cold, {cached:.2f} s from the cache; import"
        f" {statistics.median(report['import_seconds']):.2f} s"
    )


def shares(
    rounds: list[dict[str, float]], name: str, spec: NetworkSpec, n_examples: int
) -> tuple[float, float]:
    """The median epoch's rate over the rate of the matrix product: of the same round's,
    and of the fastest of the run.
    """
    work = n_examples * products_per_example(spec)
    rates = [work / row[name] for row in rounds]
    products = [2 * PRODUCT_SIZE**3 / row["matrix_product"] for row in rounds]
    in_round = statistics.median(
        rate / product for rate, product in zip(rates, products, strict=True)
    )
    return in_round, statistics.median(rates) / max(products)


def products_per_example(spec: NetworkSpec) -> int:
    """Floating-point operations in the matrix products of one training example: no
    gradient by the pixels is needed.
    """
    sizes = [n_in * n_out for n_in, n_out in zip(spec.widths, spec.widths[1:], strict=False)]
    return 6 * sum(sizes) - 2 * sizes[0]


# The side that trains.


def run_contestant(name: str, n_rounds: int) -> None:
    """Train `n_rounds` + 1 epochs, each when a line comes in; then say how well."""
    import resource

    train, validation = _digits()
    n_epochs = n_rounds + 1
    _say("ready")
    match name:
        case "sevenfold" | "sevenfold_wide" | "sevenfold_bfloat16":
            accuracy = _train_sevenfold(train, validation, n_epochs, name)
        case "matrix_product":
            accuracy = _multiply(n_epochs)
        case "pytorch_eager" | "pytorch_bfloat16" | "pytorch_compile":
            accuracy = _train_pytorch(train, validation, n_epochs, name)
        case "tensorflow_jit":
            accuracy = _train_tensorflow(train, validation, n_epochs)
        case "scikit_learn":
            accuracy = _train_scikit_learn(train, validation, n_epochs)
        case _:
            accuracy = _train_keras(
                train, validation, n_epochs, 100 if name.endswith("100_steps") else 1
            )
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    _say({"val_accuracy": accuracy, "peak_mb": peak, "n_examples": len(train)})


def _say(value: object) -> None:
    print(f"@{json.dumps(value)}", flush=True)


def _timed(epoch: Callable[[], object]) -> None:
    sys.stdin.readline()
    started = time.perf_counter()
    epoch()
    _say(time.perf_counter() - started)


class Clock:
    """Starts when a line comes in, stops and says the seconds at the end of an epoch;
    for loops that are not ours.
    """

    def start(self) -> None:
        sys.stdin.readline()
        self.started = time.perf_counter()

    def stop(self) -> None:
        _say(time.perf_counter() - self.started)


def _train_sevenfold(train: Images, validation: Images, n_epochs: int, name: str) -> float:
    from sevenfold.engine import FitData, Job, TrainingSettings, fit, predict

    wide = name == "sevenfold_wide"
    network = WIDE if wide else BOOK
    if wide:
        train = train[np.arange(N_WIDE_EXAMPLES)]
    clock, left = Clock(), iter(range(n_epochs - 1))

    def on_epoch() -> None:
        clock.stop()
        if next(left, None) is not None:
            clock.start()

    clock.start()
    training = TrainingSettings(
        n_epochs=n_epochs,
        batch_size=WIDE_BATCH if wide else BOOK_BATCH,
        precision="mixed_bfloat16" if name == "sevenfold_bfloat16" else "float32",
    )
    weights = fit(Job(network, training, 0), FitData(train), on_epoch=on_epoch).weights
    sys.stdin.readline()
    return float(
        (predict(network, weights, validation.pixels).argmax(axis=1) == validation.labels).mean()
    )


def _multiply(n_epochs: int) -> float:
    """The best of ten float32 products of two 2,048 x 2,048 matrices in JAX, every
    time.
    """
    import jax

    factor = jax.random.normal(jax.random.key(0), (PRODUCT_SIZE, PRODUCT_SIZE))
    product = jax.jit(lambda a, b: a @ b)
    for _ in range(n_epochs):
        sys.stdin.readline()
        seconds = []
        for _ in range(10):
            started = time.perf_counter()
            product(factor, factor).block_until_ready()
            seconds.append(time.perf_counter() - started)
        _say(min(seconds))
    sys.stdin.readline()
    return 0.0


def _train_keras(
    train: Images, validation: Images, n_epochs: int, steps_per_execution: int
) -> float:
    import keras

    from sevenfold.networks import build

    model = build(BOOK)
    model.compile(
        "rmsprop",
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    clock = Clock()
    times = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda _epoch, _logs: clock.start(),
        on_epoch_end=lambda _epoch, _logs: clock.stop(),
    )
    x, y = prepare(train.pixels), train.labels.astype(np.int32)
    model.fit(x, y, batch_size=BOOK_BATCH, epochs=n_epochs, verbose=0, callbacks=[times])
    sys.stdin.readline()
    predicted = model.predict(prepare(validation.pixels), batch_size=1_000, verbose=0).argmax(
        axis=1
    )
    return float((predicted == validation.labels).mean())


def _train_tensorflow(train: Images, validation: Images, n_epochs: int) -> float:
    """A training step under `tf.function(jit_compile=True)`, batches gathered inside
    it.
    """
    import keras
    import tensorflow as tf

    from sevenfold.networks import build

    model, optimizer = build(BOOK), keras.optimizers.RMSprop()
    optimizer.build(model.trainable_variables)
    x, y = tf.constant(prepare(train.pixels)), tf.constant(train.labels.astype(np.int32))

    @tf.function(jit_compile=True)
    def step(rows: Any) -> None:
        with tf.GradientTape() as tape:
            p = model(tf.gather(x, rows), training=True)
            losses = keras.losses.sparse_categorical_crossentropy(tf.gather(y, rows), p)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)

    rng = np.random.default_rng(0)

    def epoch() -> None:
        order = rng.permutation(len(train)).astype(np.int32)
        for first in range(0, len(order), BOOK_BATCH):
            step(tf.constant(order[first : first + BOOK_BATCH]))

    for _ in range(n_epochs):
        _timed(epoch)
    sys.stdin.readline()
    predicted = model.predict(prepare(validation.pixels), batch_size=1_000, verbose=0)
    return float((predicted.argmax(axis=1) == validation.labels).mean())


def _train_scikit_learn(train: Images, validation: Images, n_epochs: int) -> float:
    from sklearn.neural_network import MLPClassifier

    def rows(images: Images) -> np.ndarray:
        return prepare(images.pixels).reshape(len(images), -1)

    model = MLPClassifier((512,), batch_size=BOOK_BATCH, alpha=0.0, random_state=0)
    x, classes = rows(train), np.arange(10)
    for _ in range(n_epochs):
        _timed(lambda: model.partial_fit(x, train.labels, classes=classes))
    sys.stdin.readline()
    return float(model.score(rows(validation), validation.labels))


def _train_pytorch(train: Images, validation: Images, n_epochs: int, name: str) -> float:
    """The usual eager loop, data in memory as float32, batches gathered by index; the
    same start and Keras's epsilon. The others: under autocast to bfloat16, or with the
    network compiled.
    """
    import contextlib

    import torch

    weights = [torch.from_numpy(array) for array in initial_weights(BOOK, 0)]
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10)
    )
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), weights, strict=True):
            parameter.copy_(value.T if value.ndim == 2 else value)
    trained = torch.compile(model) if name == "pytorch_compile" else model
    mixed = name == "pytorch_bfloat16"
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
    x, y = torch.from_numpy(prepare(train.pixels)), torch.from_numpy(train.labels.astype(np.int64))

    def epoch() -> None:
        for rows in torch.randperm(len(y)).split(BOOK_BATCH):
            optimizer.zero_grad()
            cast = torch.autocast("cpu", torch.bfloat16) if mixed else contextlib.nullcontext()
            with cast:
                output = trained(x[rows])
            torch.nn.functional.cross_entropy(output.float(), y[rows]).backward()
            optimizer.step()

    for _ in range(n_epochs):
        _timed(epoch)
    sys.stdin.readline()
    with torch.no_grad():
        predicted = model(torch.from_numpy(prepare(validation.pixels))).argmax(dim=1).numpy()
    return float((predicted == validation.labels).mean())


def many_against_one_by_one(n_rounds: int) -> list[dict[str, float]]:
    """Seconds of four fits of two epochs of 784-512-10: one after the other, and with
    `fit_many`.
    """
    from sevenfold.engine import FitData, Job, TrainingSettings, fit, fit_many

    train, _ = _digits()
    data = FitData(train)
    jobs = [Job(BOOK, TrainingSettings(n_epochs=2), seed) for seed in range(4)]
    fit(jobs[0], data, until_epoch=1)
    rows = []
    for _ in range(n_rounds):
        started = time.perf_counter()
        for job in jobs:
            fit(job, data)
        between = time.perf_counter()
        fit_many(jobs, data)
        rows.append({"one_by_one": between - started, "fit_many": time.perf_counter() - between})
    return rows


def _digits() -> tuple[Images, Images]:
    """50,000 training digits and 10,000 for validation."""
    if os.environ.get("SEVENFOLD_DATA"):
        config = load_config("book", {"dataset": "mnist"})
        every = load_images(config, None, lambda *_: None).development
    else:
        every = Images(*_made_up(60_000), tuple("0123456789"))
    return every[np.arange(50_000)], every[np.arange(50_000, 60_000)]


def _made_up(n: int) -> tuple[np.ndarray, np.ndarray]:
    """One random pattern per class under noise; the time does not depend on what the
    images show.
    """
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 96, (10, 28, 28), np.uint8)
    labels = rng.integers(0, 10, n).astype(np.uint8)
    return patterns[labels] + rng.integers(0, 160, (n, 28, 28), np.uint8), labels


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench engine", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="two rounds, for a try")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write every number there")
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--many", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
