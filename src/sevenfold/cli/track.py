"""`sevenfold track`: finished runs in MLflow and TensorBoard."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sevenfold.errors import SevenfoldError, one_line, visible


def track(
    run: Annotated[Path, typer.Argument(readable=False, help="A run folder.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    to: Annotated[
        list[str] | None, typer.Option(metavar="TRACKER...", help="mlflow, tensorboard or both.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            readable=False,
            help="Where TensorBoard's files go. Default: RUN/tensorboard.",
        ),
    ] = None,
) -> None:
    """Send a run to MLflow (MLFLOW_TRACKING_URI says where; default: mlflow.db in this
    folder) or write it for TensorBoard. The same run is not there twice.
    """
    from sevenfold.tracking import track as track_run

    for place in track_run(run, [*(to or []), *(more or [])], out):
        print(f"Tracked: {visible(place)}")


def track_after(run: Path, names: tuple[str, ...], *, quiet: bool) -> None:
    """Tell the trackers of a run that has ended; what they refuse is a warning, since
    the run is whole.
    """
    from sevenfold.tracking import track as track_run

    for name in names:
        try:
            (place,) = track_run(run, [name])
        except SevenfoldError as error:
            print(one_line(f"Not tracked: {error}"), file=sys.stderr)
        else:
            if not quiet:
                print(f"Tracked: {visible(place)}")
