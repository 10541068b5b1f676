"""TensorBoard's event files of a run: curves, figures and, of every configuration that
was trained, settings beside scores. TensorFlow is not needed; equal runs give equal
bytes.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sevenfold.errors import RunError
from sevenfold.report.author import read_author
from sevenfold.report.drawing import Figure, raster
from sevenfold.report.page import render
from sevenfold.runs.layout import EVENTS
from sevenfold.runs.reading import FinishedRun
from sevenfold.storage import write_atomically
from sevenfold.tracking.entries import Curve, Entry

_NAME = "events.out.tfevents.{seconds}.sevenfold"
"""TensorBoard looks for the word in the middle; the end tells our files apart."""


def send(run: FinishedRun, entry: Entry, place: Path | None) -> str:
    """Write the event files of a run into `place` (default: the folder `tensorboard` of
    the run), one folder for each entry; files of before are replaced.

    Raises:
        RunError: the files cannot be written.
    """
    folder = place or run.folder / EVENTS
    started = datetime.fromisoformat(run.description.started).timestamp()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.rglob(_NAME.format(seconds="*"))):
            old.unlink()
            with suppress(OSError):  # a folder with something else in it stays
                old.parent.rmdir()
        _, figures = render(run, read_author(run.folder))
        for below, one in _all(entry, Path()):
            summaries = [*_scalars(one), *_session(one, started)]
            if one is entry:
                summaries += [(0, picture) for picture in _pictures(figures)]
            path = folder / below / _NAME.format(seconds=int(started))
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, _records(summaries, started))
    except OSError as error:
        raise RunError(
            f"Cannot write into {folder}: {error.strerror}. Choose another folder with --out."
        ) from None
    return f"tensorboard --logdir {folder}"


def _all(entry: Entry, below: Path) -> Iterator[tuple[Path, Entry]]:
    yield below, entry
    for inner in entry.entries:
        yield from _all(inner, below / inner.name)


def _scalars(entry: Entry) -> Iterator[tuple[int, Any]]:
    from tensorboard.compat.proto.summary_pb2 import Summary

    told: dict[str, Curve] = {
        f"numbers/{name}": ((0, value),) for name, value in entry.numbers.items()
    }
    told |= {f"curves/{name}": points for name, points in entry.curves.items()}
    for name, points in told.items():
        for step, value in points:
            yield step, Summary(value=[Summary.Value(tag=name, simple_value=float(value))])


def _session(entry: Entry, started: float) -> Iterator[tuple[int, Any]]:
    """Settings for the page that shows them beside scores, of what was trained."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import metadata
    from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    if "accuracy" not in entry.numbers:
        return
    yield 0, hparams_pb(dict(entry.settings), entry.name, started)
    end = SessionEndInfo(status=STATUS_SUCCESS, end_time_secs=started)
    about = metadata.create_summary_metadata(HParamsPluginData(session_end_info=end))
    value = Summary.Value(
        tag=metadata.SESSION_END_INFO_TAG, metadata=about, tensor=metadata.NULL_TENSOR
    )
    yield 0, Summary(value=[value])


def _pictures(figures: list[Figure]) -> Iterator[Any]:
    from tensorboard.compat.proto.summary_pb2 import Summary

    for figure in figures:
        drawn = {panel.name: raster(panel) for panel in figure.panels}
        drawn |= {} if figure.png is None else {figure.name: figure.png}
        for name, png in drawn.items():
            width, height = (int.from_bytes(png[i : i + 4]) for i in (16, 20))
            image = Summary.Image(
                width=width, height=height, colorspace=4, encoded_image_string=png
            )
            yield Summary(value=[Summary.Value(tag=f"figures/{name}", image=image)])


def _records(summaries: list[tuple[int, Any]], started: float) -> bytes:
    """The bytes of one event file; every event bears the start of the run."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    events = [Event(wall_time=started, file_version="brain.Event:2")]
    events += [Event(wall_time=started, step=step, summary=summary) for step, summary in summaries]
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
    return buffer.getvalue()
