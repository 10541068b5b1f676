"""Reports of made-up runs, and what a browser would make of them."""

import functools
import re
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from common_room import made_once
from made_up_run import APART, HIDDEN, OWN, WHOLE_SPACE, MadeUp

from sevenfold.errors import NoStatisticalPower
from sevenfold.report import draw
from sevenfold.statistics import grouped_proportion
from sevenfold.steps.findings import AspectScore, KnownGroups

NO_POWER = NoStatisticalPower("It does not.")
SUBSET = MadeUp().provenance.model_copy(
    update={
        "name": "mnist-5k",
        "embedded_subset": True,
        "reason": "storage.example.org did not answer",
    }
)
PETS = MadeUp(
    provenance=OWN,
    classes=("cat", "dog", "owl"),
    image_shape=(32, 32, 3),
    shares={"width": 1.0},
    distorted=True,
    examined=True,
)
ASPECTS = tuple(
    AspectScore(
        aspect=aspect,
        value=value,
        n_groups=20,
        accuracy=grouped_proportion(np.arange(250) >= n_errors, np.repeat(np.arange(20), 13)[:250]),
    )
    for aspect, value, n_errors in (
        ("population", "census employees", 2),
        ("half of the test set", "first", 5),
    )
)
RUNS: dict[str, MadeUp] = {
    "plain": MadeUp(),
    "subset, reopened": MadeUp(
        provenance=SUBSET, reasons=("a mistake in the plan", "<b>curiosity</b>"), duplicates=4
    ),
    "no errors": MadeUp(n_errors=0, duplicates=1),
    "one error": MadeUp(n_errors=1, method="kfold"),
    "not reached": MadeUp(reached=False, diverged=True, method="iterated-kfold"),
    "interrupted": MadeUp(until="search", asked=True),
    "nearly done": MadeUp(until="final_test", failure=RuntimeError("disk full")),
    "no power": MadeUp(until="overfit", failure=NO_POWER, baseline_accuracy=0.1),
    "no better than softmax": MadeUp(baseline_accuracy=0.86),
    "below common sense": MadeUp(until="overfit", failure=NO_POWER, baseline_accuracy=0.02),
    "own data": PETS,
    "distorted, tied": MadeUp(distorted=True, tied=True),
    "whole space": MadeUp(
        space=WHOLE_SPACE,
        shares={
            "l2": 0.4,
            "depth": 0.3,
            "max_norm": 0.2,
            "schedule": 0.1,
            "width": 0.0,
            "unheard_of": 0.0,
        },
        diverged=True,
        examined=True,
    ),
    "tiny search": MadeUp(shares={}),
    "writers": MadeUp(
        provenance=OWN.model_copy(update={"group_noun": "writer", "group": "hand"}),
        groups=APART,
        known_groups=KnownGroups(n=40, n_known=0, n_images_of_known=0),
        seen_groups=HIDDEN,
        aspects=ASPECTS[:1],
    ),
    "writers in folds": MadeUp(
        provenance=MadeUp().provenance.model_copy(
            update={"group_noun": "writer", "told_by": "QMNIST’s label files"}
        ),
        method="kfold",
        groups=APART,
        aspects=ASPECTS,
    ),
}


@functools.cache
def folder_of(kind: str) -> Path:
    """The folder of a run of that kind with its report drawn, made once for all
    processes of xdist; copy it before changing it.
    """

    def make(folder: Path) -> None:
        with suppress(KeyboardInterrupt, RuntimeError, NoStatisticalPower):
            RUNS[kind].write(folder)
        draw(folder)

    return made_once(kind.replace(" ", "_"), make)


def html_of(kind: str) -> str:
    """The report of a run of that kind."""
    return (folder_of(kind) / "report.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """What a browser would make of a page: ids, internal links, addresses loaded,
    headings and all text but code.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.headings: list[str] = []
        self.missing_alt = 0
        self._text: list[str] = []
        self._stack: list[str] = []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(self._text).replace("\u00a0", " "))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._stack.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a" and values.get("href", "").startswith("#"):
            self.links.append(values["href"][1:])
        if tag != "a":
            self.loaded += [
                values[name] for name in ("src", "href", "xlink:href") if name in values
            ]
        self.missing_alt += tag == "img" and not values.get("alt")
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "math", "pre"} & set(self._stack):
            self._text.append(data)
        if self._stack and self._stack[-1] in ("h1", "h2"):
            self.headings[-1] += data


@functools.cache
def page_of(kind: str) -> Page:
    """The same, as a browser would make of it."""
    return Page(html_of(kind))
