"""Distortion of a batch beside SciPy's and Keras's: affine and elastic together,
microseconds per image, side by side in one run.

    scripts/bench warp [--rounds N] [--json PATH]

sevenfold: whole batches of 250 inside one compiled scan over `N_IMAGES` images, as in
training. SciPy: the same affine map with Simard's field (Gaussian blur, sigma 4) and
`map_coordinates` of order 1, image by image. Keras: `RandomElasticTransform` on a batch
of 1,000, eagerly (inside a graph of unknown batch size Keras 3.15.1 distorts one image
and repeats it), the elastic part alone.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sevenfold.warp import BORDER, WarpSettings, batch_warp

N_IMAGES, BATCH = 50_000, 250
N_SCIPY, N_KERAS = 2_000, 1_000
SIMARD = {"sigma": 4.0, "alpha": 34.0}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    contestants = {"sevenfold": sevenfold(), "scipy": scipy(), "keras": keras()}
    for run in contestants.values():
        run()  # compiles, fills caches
    rounds = [{name: run() for name, run in contestants.items()} for _ in range(arguments.rounds)]
    print(f"{os.cpu_count()} cores, {arguments.rounds} rounds, microseconds per image")
    for name in contestants:
        values = [found[name] for found in rounds]
        ratio = statistics.median(found[name] / found["sevenfold"] for found in rounds)
        print(
            f"{name:<10} median {statistics.median(values):9.1f}  min {min(values):9.1f}  times"
            f" ours {ratio:6.1f}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rounds, indent=2) + "\n", encoding="utf-8")


def digits(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up ink of MNIST's density; the time does not depend on what is drawn."""
    rng = np.random.default_rng(0)
    images = np.where(rng.random((n, 28, 28)) < 0.19, rng.integers(1, 256, (n, 28, 28)), 0).astype(
        np.uint8
    )
    return images, rng.integers(0, 10, n).astype(np.uint8)


def timed(work: Callable[[], Any], n: int) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) / n * 1e6


def sevenfold() -> Callable[[], float]:
    import jax
    import jax.numpy as jnp

    images, labels = digits(N_IMAGES)
    distort = batch_warp(WarpSettings(narrow_labels=(1, 7)), (28, 28))
    batches = jnp.asarray(images.reshape(-1, BATCH, 784)), jnp.asarray(labels.reshape(-1, BATCH))

    @jax.jit
    def epoch(x: jax.Array, y: jax.Array, seed: jax.Array) -> jax.Array:
        def step(
            total: jax.Array, inputs: tuple[jax.Array, jax.Array, jax.Array]
        ) -> tuple[jax.Array, None]:
            return total + distort(*inputs, jnp.float32(1.0)).sum(), None

        keys = seed + jnp.arange(len(x), dtype=jnp.uint32)
        return jax.lax.scan(step, jnp.float32(0.0), (x, y, keys))[0]

    seeds = iter(range(1_000))
    return lambda: timed(
        lambda: epoch(*batches, jnp.uint32(1_000 * next(seeds))).block_until_ready(), N_IMAGES
    )


def scipy() -> Callable[[], float]:
    from scipy.ndimage import gaussian_filter, map_coordinates

    images, _ = digits(N_SCIPY)
    rng, settings, centre = np.random.default_rng(0), WarpSettings(), 13.5
    grid, frame = np.indices((28, 28)) - centre, 28 + 2 * BORDER

    def one(image: np.ndarray) -> np.ndarray:
        angle, shear, tall, wide = rng.uniform(-1, 1, 4) * (
            np.radians(settings.rotation),
            settings.shear,
            settings.scale,
            settings.scale,
        )
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        matrix = (
            np.array([[1.0, 0.0], [shear, 1.0]]) @ turn @ np.diag([1 / (1 + tall), 1 / (1 + wide)])
        )
        source = (
            np.tensordot(matrix, grid, 1)
            + rng.uniform(-settings.shift, settings.shift, (2, 1, 1))
            + centre
        )
        noise = rng.uniform(-1, 1, (2, frame, frame))
        field = (
            np.stack([gaussian_filter(part, SIMARD["sigma"]) for part in noise])[:, 2:-2, 2:-2]
            * SIMARD["alpha"]
        )
        warped: np.ndarray = map_coordinates(image.astype(np.float32), source + field, order=1)
        return warped

    return lambda: timed(lambda: [one(image) for image in images], N_SCIPY)


def keras() -> Callable[[], float]:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    layer = keras.layers.RandomElasticTransform(factor=1.0, scale=1.0, data_format="channels_last")
    images = keras.ops.convert_to_tensor(digits(N_KERAS)[0][..., None].astype(np.float32))
    return lambda: timed(lambda: np.asarray(layer(images, training=True)), N_KERAS)


if __name__ == "__main__":
    main()
