"""`sevenfold predict`: the network of a run, asked."""

import csv
import io
import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from sevenfold.errors import DataError, SettingsError, visible


def predict(
    run: Annotated[Path, typer.Argument(readable=False, help="The folder of a finished run.")],
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...",
            help=(
                "Pictures, folders or patterns of them, - for one on the standard input; .npz, IDX"
                " or CSV with many."
            ),
        ),
    ],
    page: Annotated[
        bool,
        typer.Option("--page", help="Find and classify every character on each picture."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
    csv_: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", readable=False, help="Write the answers as CSV."),
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", readable=False, help="Write ImageId,Label, from 1, as Kaggle wants it."
        ),
    ] = None,
    show: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            readable=False,
            help="Write what the network saw as a PNG; with --page, the page with the answers.",
        ),
    ] = None,
) -> None:
    """Say what pictures show: class, calibrated probability, and "unsure" with the
    runner-up below the threshold that the run found on validation images.
    """
    from sevenfold.predictor import load_network
    from sevenfold.predictor.answers import answers
    from sevenfold.predictor.inputs import given

    network = load_network(run)
    if page:
        from sevenfold.predictor.pages import read_pages

        if not network.prepares:
            raise SettingsError(
                "--page goes with networks for single written characters (MNIST and its kin)."
                " Give pictures one by one."
            )
        names, pixels, pages = read_pages(images, inverted=network.inverted)
        complaint = ""
    else:
        found = given(
            images, network.image_shape, prepares=network.prepares, inverted=network.inverted
        )
        names, pixels, pages = found.names, found.pixels, []
        complaint = found.complaint
        if complaint and submission is not None:  # whose rows are counted
            raise DataError(complaint)
    probabilities = network.predict_proba(pixels)
    rows = answers(network, names, probabilities)
    if show is not None:
        from sevenfold.predictor.showing import png, sheet

        labels = [row["class"] for row in rows]
        _write(show, png(pages[0].annotated(labels) if pages else sheet(pixels)))
    if csv_ is not None:
        _write(csv_, _table(rows))
    if submission is not None:
        entries: list[dict[str, object]] = [
            {"ImageId": i, "Label": row["class"]} for i, row in enumerate(rows, 1)
        ]
        _write(submission, _table(entries))
    if json:
        print(json_format.dumps(rows, ensure_ascii=False))
    elif csv_ is None and submission is None:
        width = max((len(visible(name)) for name in names), default=0)
        for row in rows:
            print(_line(row, width))
    if complaint:
        raise DataError(complaint)


def _line(row: dict[str, object], width: int) -> str:
    said = f"{visible(str(row['image'])):<{width}}  {row['class']}  {_percent(row['probability'])}"
    if row["unsure"]:
        runner_up = f"{row['runner_up']} {_percent(row['runner_up_probability'])}"
        return f"{said}  unsure; or {runner_up}"
    return said


def _percent(share: object) -> str:
    """A probability in percent that never claims certainty."""
    value = float(str(share))
    return "> 99.9 %" if value >= 0.9995 else f"{100 * value:.1f} %"


def _table(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["image"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write(path: Path, content: str | bytes) -> None:
    from sevenfold.storage import write_atomically

    if not path.parent.is_dir():
        raise SettingsError(f"{path}: there is no folder {path.parent}. Make it, or name another.")
    write_atomically(path, content)
