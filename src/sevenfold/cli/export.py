"""`sevenfold export`: the network of a run in other formats."""

from pathlib import Path
from typing import Annotated

import typer

from sevenfold.errors import visible


def export(
    run: Annotated[Path, typer.Argument(readable=False, help="A run folder.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT...",
            help="One or more of keras, onnx, litert, saved-model, safetensors, npz.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="Where to. Default: RUN/export."),
    ] = None,
) -> None:
    """Write the network of a finished run in other formats; each file is opened by its
    own runtime and held against what the run stored.
    """
    from sevenfold.export import Exported
    from sevenfold.export import export as export_run

    def say(exported: Exported) -> None:
        print(f"{exported.format:<12} {visible(str(exported))}", flush=True)

    export_run(run, [*(to or []), *(more or [])], out, on_file=say)
