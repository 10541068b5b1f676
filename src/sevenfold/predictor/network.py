"""The network of a finished run."""

import hashlib
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sevenfold.errors import DataError, RunError
from sevenfold.predictor.inputs import as_input
from sevenfold.runs import layout

_BATCH = 4_096


@dataclass(frozen=True)
class Network:
    """A trained network with what its run knows of it; make one with `load_network`.

    classes_: the names of the classes, shape (n_classes,). image_shape: (h, w) or (h,
    w, c) of the images that it takes. temperature: by which its logits are divided
    before they become probabilities. threshold: the probability below which an answer
    is unsure; None where the run could promise nothing. max_error: the share of wrong
    answers among the others that it promised. prepares: whether pictures of any kind
    are brought to it by MNIST's own rule. inverted: whether training saw every image
    turned, 255 - pixel.
    """

    weights: tuple[np.ndarray, ...] = field(repr=False)
    classes_: np.ndarray
    image_shape: tuple[int, ...]
    temperature: float
    threshold: float | None
    max_error: float | None
    prepares: bool
    inverted: bool

    def predict(self, images: np.ndarray | Sequence[Path | str] | Path | str) -> np.ndarray:
        """The name of each image's class: shape (n,). See `predict_proba`."""
        return np.asarray(self.classes_[self.predict_proba(images).argmax(axis=1)])

    def predict_proba(self, images: np.ndarray | Sequence[Path | str] | Path | str) -> np.ndarray:
        """The probability of each class: shape (n, n_classes), float64, at the run's
        temperature.

        images: uint8 of shape (n, h, w) or (n, h, w, c), as training saw them (0 is no
        ink, where there is ink); or the files of pictures of any kind, or one of them,
        each brought to that by `as_input`.

        Raises:
            DataError: an array of another shape or type, or a file that is no picture.
        """
        if isinstance(images, (str, os.PathLike)):
            images = [images]
        pixels = images if isinstance(images, np.ndarray) else self.inputs(images)
        if pixels.dtype != np.uint8 or pixels.shape[1:] != self.image_shape:
            size = ", ".join(str(length) for length in self.image_shape)
            raise DataError(
                f"expected images of shape (n, {size}), uint8, got {pixels.shape} of"
                f" {pixels.dtype}. Bring them to it, or give the files of pictures."
            )
        parts = [self._probabilities(pixels[i : i + _BATCH]) for i in range(0, len(pixels), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes_)))

    def inputs(self, paths: Sequence[Path | str]) -> np.ndarray:
        """What the network sees of pictures: shape (n, *image_shape), uint8.

        Raises:
            DataError: one is no file, or no picture.
        """
        for path in paths:
            if not isinstance(path, (str, os.PathLike)):
                raise DataError(
                    "expected an array of images or the files of pictures, got a"
                    f" {type(path).__name__} among them. Give its file, or np.asarray of it."
                )
        seen = [
            as_input(Path(path), self.image_shape, prepares=self.prepares, inverted=self.inverted)
            for path in paths
        ]
        return np.stack(seen) if seen else np.zeros((0, *self.image_shape), np.uint8)

    def is_unsure(self, probabilities: np.ndarray) -> np.ndarray:
        """Which answers are below the threshold of the run: shape (n,); none where it
        has none.
        """
        if self.threshold is None:
            return np.zeros(len(probabilities), bool)
        return np.asarray(probabilities.max(axis=1) < self.threshold)

    def _probabilities(self, pixels: np.ndarray) -> np.ndarray:
        x = pixels.reshape(len(pixels), -1).astype(np.float32) / np.float32(255.0)
        for i in range(0, len(self.weights), 2):
            x = x @ self.weights[i] + self.weights[i + 1]
            if i < len(self.weights) - 2:
                x = np.maximum(x, 0.0)
        logits = x.astype(np.float64) / self.temperature
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def load_network(run: Path | str) -> Network:
    """The network that counts of the run in this folder, its weights held against the
    digest that the run recorded.

    Raises:
        RunError: it is no run, has no final network, or is damaged or of another
        schema.
    """
    folder = Path(run)
    if not (folder / layout.DESCRIPTION).is_file():
        raise RunError(f"{folder} is not a run: it has no {layout.DESCRIPTION}. Give a run folder.")
    final, problem, confidence = (
        _step(folder, name) for name in ("final_test", "problem", "confidence")
    )
    weights = _weights(folder, final)
    try:
        unsure, provenance = confidence["result"]["unsure"], problem["result"]["provenance"]
        threshold = unsure and unsure["threshold"]
        return Network(
            weights=weights,
            classes_=np.array([row["name"] for row in problem["result"]["class_counts"]]),
            image_shape=tuple(problem["result"]["image_shape"]),
            temperature=float(confidence["result"]["temperature"]["value"]),
            threshold=None if threshold is None else float(threshold),
            max_error=None if threshold is None else float(unsure["bound"]),
            prepares=_is_prepared(provenance["name"]),
            inverted=bool(provenance["inverted"]),
        )
    except (KeyError, TypeError, ValueError):
        raise RunError(f"{folder} is damaged: its steps lack what a network needs.") from None


def _is_prepared(name: str) -> bool:
    from sevenfold.predictor.mnist import PREPARED_SO

    return name in PREPARED_SO


def _step(folder: Path, name: str) -> dict[str, Any]:
    path = folder / layout.step_file(name)
    if not path.is_file():
        raise RunError(
            f"{folder} has no final network: the run did not get that far. The command that began"
            " it goes on."
        )
    content = path.read_bytes()
    layout.require_schema(path, content)
    try:
        step: dict[str, Any] = json.loads(content)
        step["result"], step["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RunError(f"{path} is damaged. The command that began the run mends it.") from None
    return step


def _weights(folder: Path, final: dict[str, Any]) -> tuple[np.ndarray, ...]:
    path = folder / layout.WEIGHTS
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != final["files"].get(layout.WEIGHTS):
        raise RunError(f"{path} is missing or changed since the run saved it. Restore it.")
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return tuple(stored[name] for name in stored.files)
