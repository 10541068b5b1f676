"""The page, filled from the networks of runs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from sevenfold.colours import DARK, LIGHT, css_variables
from sevenfold.errors import RunError
from sevenfold.predictor import Network, load_network
from sevenfold.runs import layout
from sevenfold.runs.reading import FinishedRun
from sevenfold.templates import environment

SCRIPTS = ("network.js", "paper.js", "ink.js", "pictures.js", "pad.js", "main.js")
N_EXAMPLES = 10


@dataclass(frozen=True)
class Shown:
    """One network of the page, and what is said of it.

    noun: what one image is called. examples: a name and an image each, shape
    `network.image_shape`. facts, agreement: sentences. report: the address of its
    report; empty for none.
    """

    name: str
    network: Network
    noun: str
    examples: tuple[tuple[str, np.ndarray], ...]
    facts: str
    agreement: str
    report: str = ""

    @property
    def unsure(self) -> str:
        """What an answer that is unsure means; empty where none is."""
        network = self.network
        if network.threshold is None or network.max_error is None:
            return ""
        return (
            f"Unsure: a probability below {network.threshold:.3g}. Among surer answers the run"
            f" promised at most {100 * network.max_error:.3g}\u00a0% wrong ones, for images like"
            " those it was tested on."
        )

    @property
    def is_wordy(self) -> bool:
        """Whether classes have names too long to be set large."""
        return any(len(name) > 3 for name in self.network.classes_)


def shown(run: FinishedRun, *, report: str = "") -> Shown | None:
    """The final network of a run with examples from its validation images, its weights
    rounded to 16 bits, and how far that agrees with the network; None where the run is
    not finished.

    Raises:
        RunError: a file that it needs is gone or changed.
    """
    if run.final_test is None or run.saved_network is None:
        return None
    sample = run.arrays(layout.SAMPLE)
    network = load_network(run.folder)
    rounded = replace(network, weights=tuple(array.astype(np.float16) for array in network.weights))
    if not all(np.isfinite(array).all() for array in rounded.weights):
        raise RunError(f"{run.folder}: the network has weights beyond 65,504, for no 16-bit float.")
    provenance, final = run.problem.provenance, run.final_test
    return Shown(
        name=run.folder.resolve().name,
        network=rounded,
        noun=provenance.noun,
        examples=_examples(network.classes_, sample["labels"], sample["pixels"]),
        facts=(
            f"A dense network of shape {final.configuration.network}, trained on"
            f" {provenance.title}. Test accuracy {final.scores.accuracy} (n ="
            f" {final.n_test:,})."
        ),
        agreement=_agreement(network, rounded, sample["pixels"], provenance.noun),
        report=report,
    )


def page(networks: Sequence[Shown]) -> str:
    """The page with one network, or with several side by side that answer the same
    picture, as one text of HTML; equal networks give equal bytes.
    """
    first, draws = networks[0], all(shown.network.prepares for shown in networks)
    height, width = first.network.image_shape[:2]
    noun = first.noun if draws else "picture"
    return (
        environment("sevenfold.demo")
        .get_template("page.html.j2")
        .render(
            title=f"Draw a {noun}" if draws else f"What does the network see in a {noun}?",
            networks=networks,
            draws=draws,
            size=f"{height} × {width}",
            data=Markup(_json([_stored(shown) for shown in networks])),
            scripts=SCRIPTS,
            light=Markup(css_variables(LIGHT)),
            dark=Markup(css_variables(DARK)),
        )
    )


def _examples(
    classes: np.ndarray, labels: np.ndarray, pixels: np.ndarray
) -> tuple[tuple[str, np.ndarray], ...]:
    """The first image of each class, of at most `N_EXAMPLES` classes."""
    found, places = np.unique(labels, return_index=True)
    return tuple(
        (str(classes[label]), pixels[place])
        for label, place in zip(found[:N_EXAMPLES], places[:N_EXAMPLES], strict=True)
    )


def _agreement(network: Network, rounded: Network, pixels: np.ndarray, noun: str) -> str:
    """How many validation images get the same answer, how far probabilities move."""
    here, there = network.predict_proba(pixels), rounded.predict_proba(pixels)
    same = int((here.argmax(axis=1) == there.argmax(axis=1)).sum())
    return (
        f"The weights on this page are of 16 bits. Of {len(pixels):,} validation {noun}s they give"
        f" the answer of the network itself for {same:,}; probabilities differ by at most"
        f" {np.abs(here - there).max():.1g}."
    )


def _stored(shown: Shown) -> dict[str, object]:
    network = shown.network
    parts = [array.astype("<f2").tobytes() for array in network.weights]
    return {
        "classes": network.classes_.tolist(),
        "shape": network.image_shape,
        "widths": [len(network.weights[0]), *(len(bias) for bias in network.weights[1::2])],
        "weights": _text(b"".join(parts)),
        "temperature": network.temperature,
        "threshold": network.threshold,
        "prepares": network.prepares,
        "inverted": network.inverted,
        "examples": [
            {"name": name, "pixels": _text(np.ascontiguousarray(image).tobytes())}
            for name, image in shown.examples
        ],
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _json(value: object) -> str:
    """JSON that may stand in a page: no class name ends the script."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
