"""The field exam from its first line to its last."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from sevenfold.config import load_images
from sevenfold.data import Images, Source, TransferProgress
from sevenfold.data.published.field import CLASSES, FIELD_SETS
from sevenfold.data.readers import is_there
from sevenfold.engine import require_engine
from sevenfold.errors import DataUnavailable, RunError, SettingsError
from sevenfold.examination.corruptions import CORRUPTIONS
from sevenfold.examination.keeping import keep, kept
from sevenfold.examination.marking import marked, marked_strange, plain_as_network
from sevenfold.examination.plain import plain_network
from sevenfold.examination.results import (
    Absent,
    Examination,
    Kind,
    PlainNetwork,
    Row,
    Strange,
)
from sevenfold.examination.sets import ExamSet, of_corruptions, of_field_set, of_path
from sevenfold.predictor import Network, load_network
from sevenfold.protocol import divide
from sevenfold.records import digest_of
from sevenfold.runs.layout import EXAMINATION, EXAMPLES
from sevenfold.runs.reading import FinishedRun, read_run, state_of
from sevenfold.statistics import several
from sevenfold.storage import arrays_to_npz, read_npz
from sevenfold.surroundings import settled
from sevenfold.terminal import Terminal

Marked = Row | Strange
OnMarked = Callable[[Marked | Absent], None]
_KINDS: tuple[Kind, ...] = ("test", "published", "own", "corruption")
_NAMES = (*FIELD_SETS, *CORRUPTIONS)


@settled()
def examine(
    folder: Path | str,
    on: Sequence[str] | None = None,
    *,
    corruptions: bool = False,
    data_dir: Path | None = None,
    on_marked: OnMarked = lambda _: None,
    terminal: Literal["auto", "quiet"] = "auto",
) -> Examination:
    """Examine the network of a finished run on images of other sources, and store what
    was found in its folder, beside what an earlier exam of it found.

    on: names of `FIELD_SETS` and paths of images whose classes are the run's; None is
    every published set that the network can be asked. corruptions: also on the run's
    test images under fifteen corruptions. data_dir: where the run's data are, as
    `sevenfold.data.load` has it. on_marked: called with each result as it comes.

    Raises:
        RunError: the run opened no test set yet, is at work or is damaged, or its data
        are others now.
        DataError: its data or images of the user's own cannot be read.
        SettingsError: nothing is asked for that this network can be examined on.
    """
    started, screen = time.perf_counter(), Terminal(terminal)
    run = _examinable(folder)
    network = load_network(run.folder)
    names = _chosen(run, network, on, corruptions=corruptions)
    require_engine(run.description.engine)
    with screen.transfer() as progress:
        source = load_images(run.config, data_dir, progress)
        test = _test_images(run, source)
        sets, absent = _gathered(names, network, source.development, progress)
    for one in absent:
        on_marked(one)
    development = divide(source.development, run.config.protocol, run.config.seed)
    found, weights = plain_network(run, development, screen)
    plain = plain_as_network(network, weights)
    as_it_is = ExamSet(
        "test", source.provenance.title, "test", test.pixels, test.labels, several(test.groups)
    )
    marks, examples = list[Marked](), dict[str, np.ndarray]()
    for asked in _all(as_it_is, sets, test if corruptions else None):
        mark = (
            marked_strange(asked, as_it_is, network, plain)
            if asked.labels is None
            else marked(asked, network, plain)
        )
        marks.append(mark)
        examples[mark.name] = asked.pixels[0]
        on_marked(mark)
    return _stored(run, network, found, (marks, absent, examples), started)


def _examinable(folder: Path | str) -> FinishedRun:
    run = read_run(folder)
    if state_of(run.folder, run.description) == "is at work":
        raise RunError(f"{folder}: the run is at work. Wait for it; it is examined when done.")
    if run.final_test is None:
        raise RunError(
            f"{folder}: expected a run that has opened its test set, got one without a final test:"
            " what a field exam shows must choose nothing. The command that began it goes on."
        )
    return run


def _chosen(
    run: FinishedRun, network: Network, on: Sequence[str] | None, *, corruptions: bool
) -> tuple[str, ...]:
    """The sets to examine on, each once."""
    fits = network.prepares and set(CLASSES) <= set(network.classes_.tolist())
    title = run.problem.provenance.title
    if on is None and not fits and not corruptions:
        raise SettingsError(
            f"No published images of other sources are known for a network of {title}. Add"
            " --corruptions, or --on with images of your own."
        )
    names = tuple(dict.fromkeys(on if on is not None else FIELD_SETS if fits else ()))
    for name in names:
        if name in FIELD_SETS and not fits:
            raise SettingsError(
                f"{name} ({FIELD_SETS[name].title}) goes with networks of the classes"
                f" {CLASSES[0]} to {CLASSES[-1]} whose images were prepared as MNIST's are; this"
                f" one is of {title}. Use --corruptions, or --on with images of your own."
            )
        if name not in FIELD_SETS and name.isalnum() and not is_there(Path(name)):
            raise SettingsError(
                f"{name!r} is no set of images. Known: {', '.join(FIELD_SETS)}; or give a path."
            )
    return names


def _test_images(run: FinishedRun, source: Source) -> Images:
    """The test images that the run opened, read again.

    Raises:
        RunError: the data are not those of the run.
    """
    if source.provenance.digest != run.problem.provenance.digest:
        raise RunError(
            f"{run.folder}: expected its data ({run.problem.provenance.title}), found others. Put"
            " them back, or name their place with --data."
        )
    test = source.read_test()
    results = [line for line in run.ledger if line.event == "result"]
    if results[-1].images not in (None, test.sha256().hexdigest()):
        raise RunError(
            f"{run.folder}: expected the test images that its ledger records, found others. Put"
            " them back, or name their place with --data."
        )
    return test


def _gathered(
    names: Sequence[str], network: Network, development: Images, progress: TransferProgress
) -> tuple[list[ExamSet], list[Absent]]:
    """The sets of these names and paths, and those that cannot be had.

    Raises:
        DataError: images of the user's own cannot be asked.
        SettingsError: two places have the same name.
    """
    sets, absent = list[ExamSet](), list[Absent]()
    for name in names:
        if name not in FIELD_SETS:
            sets.append(of_path(name, network, development))
            continue
        try:
            sets.append(of_field_set(FIELD_SETS[name], network, progress))
        except DataUnavailable as error:
            absent.append(Absent(name=name, title=FIELD_SETS[name].title, reason=str(error)))
    found = [one.name for one in sets]
    if twice := next((name for name in found if found.count(name) > 1), None):
        raise SettingsError(f"Two places have images called {twice}. Rename one, or give one.")
    return sets, absent


def _all(as_it_is: ExamSet, sets: list[ExamSet], test: Images | None) -> Iterator[ExamSet]:
    yield as_it_is
    yield from sets
    if test is not None:
        yield from of_corruptions(test)


def _stored(
    run: FinishedRun,
    network: Network,
    plain: PlainNetwork,
    found: tuple[list[Marked], list[Absent], dict[str, np.ndarray]],
    started: float,
) -> Examination:
    """What was found, and what an earlier exam of the same networks found elsewhere,
    stored in the run's folder.
    """
    assert run.final_test is not None
    marks, absent, examples = found
    plan = run.final_test.plan.digest
    inputs = digest_of([plan, plain.digest])
    if earlier := kept(run.folder, EXAMINATION, Examination, inputs):
        before = earlier[0]
        now = {*examples, *(one.name for one in absent)}
        shown = read_npz(run.folder / EXAMPLES)
        marks = [
            *(row for row in before.rows if row.name not in examples),
            *(one for one in before.strange if one.name not in examples),
            *marks,
        ]
        absent = [*(one for one in before.absent if one.name not in now), *absent]
        pictures = dict(zip(before.names, shown.values(), strict=True))
        examples = {**pictures, **examples}
    rows = sorted((mark for mark in marks if isinstance(mark, Row)), key=_place)
    known = {mark.name for mark in marks}
    exam = Examination(
        plan=plan,
        threshold=network.threshold,
        plain=plain,
        rows=tuple(rows),
        strange=tuple(mark for mark in marks if isinstance(mark, Strange)),
        absent=tuple(one for one in absent if one.name not in known),
    )
    arrays = {f"example_{i:03}": examples[name] for i, name in enumerate(exam.names)}
    saved = {EXAMPLES: arrays_to_npz(arrays)}
    keep(run.folder, EXAMINATION, exam, inputs, time.perf_counter() - started, saved)
    return exam


def _place(row: Row) -> tuple[int, int]:
    """Where a row stands among others, whichever exam found it."""
    known = row.name in _NAMES
    return _KINDS.index(row.kind), _NAMES.index(row.name) if known else len(_NAMES)
