"""`sevenfold app`: finished runs in a browser, and an HTTP API."""

from pathlib import Path
from typing import Annotated

import typer


def serve_runs(
    runs: Annotated[
        Path, typer.Argument(readable=False, help="A folder of runs, or a run folder.")
    ] = Path("runs"),
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 lets everybody in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 is any free one.")] = 8017,
) -> None:
    """Show finished runs in a browser: reports, drawing, pictures; and answer clients
    of the Open Inference Protocol v2. Ctrl-C ends it.
    """
    from sevenfold.surroundings import WORKER_ENVIRONMENT, settle

    # Small products on one core: a second thread of NumPy's makes them slower.
    settle(WORKER_ENVIRONMENT)
    from sevenfold.app import serve

    serve(runs, host, port, lambda line: print(line, flush=True))
