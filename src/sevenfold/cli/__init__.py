"""The command line: arguments in, exit codes out; the work is elsewhere, and no
framework is imported up here.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sevenfold import __version__
from sevenfold.cli.app import serve_runs
from sevenfold.cli.data import app as data_commands
from sevenfold.cli.examine import examine
from sevenfold.cli.export import export
from sevenfold.cli.predict import predict
from sevenfold.cli.report import report
from sevenfold.cli.settings import settings
from sevenfold.cli.track import track, track_after
from sevenfold.errors import (
    Interrupted,
    NoStatisticalPower,
    SettingsError,
    SevenfoldError,
    one_line,
    visible,
)
from sevenfold.interrupts import end_listening, heed, listen
from sevenfold.surroundings import settle

app = typer.Typer(
    name="sevenfold",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawn help would import all of rich, 0.2 s
    help=(
        "The universal workflow of machine learning on small images, with networks of Dense"
        " and Dropout layers only. `sevenfold run` does all of it: problem, measure, protocol,"
        " preparation, baseline, overfitting, regularization and tuning, final test; and leaves a"
        " report in which every number was measured by the run."
    ),
)
app.add_typer(data_commands, name="data")
app.command()(examine)
app.command()(export)
app.command()(predict)
app.command("app")(serve_runs)
app.command()(report)
app.command()(settings)
app.command()(track)

_TOO_LITTLE = (
    "There is too little memory. Close other programs, raise the limit (ulimit -v), or use fewer"
    " images; finished steps are kept, and the same command goes on."
)
_OF_TOO_LITTLE = ("RESOURCE_EXHAUSTED", "failed to map segment", "annot allocate memory")
"""What JAX and the loader of libraries call it."""
_MAPPED_BYTES = 250_000_000, 40_000_000
"""Of addresses, and more per core, for libraries other than JAX, which end the process
where there are none left (217 MB in all on two cores)."""
_INTERRUPTED = Interrupted.exit_code
_WRONG_USE: Any = typer.BadParameter.__bases__[0]
"""An unknown option, a value of the wrong kind: the parser's own error, which newer
versions of Typer bring themselves and older ones take from Click."""


def main() -> NoReturn:
    """Run the command line; every failure that we know is one line and an exit code (2
    for bad input, 1 otherwise).
    """
    listen()
    try:
        settle()
        heed()
        code = app(standalone_mode=False)
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        _stop("Interrupted.", _INTERRUPTED)
    except SevenfoldError as error:
        _stop(str(error), error.exit_code)
    except typer.Abort:
        _stop("Interrupted.", _INTERRUPTED)
    except _WRONG_USE as error:
        if not error.message:  # the help, which was asked for by giving nothing
            error.show()
            sys.exit(error.exit_code)
        _stop(f"{error.format_message()} `--help` shows what there is.", error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except MemoryError as error:
        _stop(f"{_TOO_LITTLE} {error}", 1)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _stop(
            f"The operating system refused: {error.strerror or error}{where}. Finished steps are"
            " kept; the same command goes on.",
            1,
        )
    except Exception as error:
        if os.environ.get("SEVENFOLD_TRACEBACK"):
            raise
        kind = type(error).__name__
        if any(words in str(error) for words in _OF_TOO_LITTLE):
            _stop(f"{_TOO_LITTLE} {error}", 1)
        _stop(
            f"{kind}: {error}. This is a fault of sevenfold, not yours; SEVENFOLD_TRACEBACK=1 shows"
            " where it is.",
            1,
        )
    end_listening()
    sys.exit(code or 0)


def _stop(message: str, code: int) -> NoReturn:
    end_listening()
    print(f"sevenfold: {one_line(message)}", file=sys.stderr)
    sys.exit(code)


def _version(asked: bool) -> None:
    if asked:
        print(f"sevenfold {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    from sevenfold.machine import require_addresses_left

    require_addresses_left(*_MAPPED_BYTES, "sevenfold")


@app.command()
def run(
    dataset: Annotated[
        str | None,
        typer.Option(
            help=(
                "A name that `sevenfold data list` shows, or the path of images of your own:"
                " docs/data.md has every way. auto is mnist where it can be had."
            )
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", readable=False, help="Folder or file that holds the named data set."
        ),
    ] = None,
    invert: Annotated[
        bool | None,
        typer.Option(help="Turn the images, 255 - pixel: for dark ink on bright paper."),
    ] = None,
    size: Annotated[
        tuple[int, int] | None,
        typer.Option(
            metavar="HEIGHT WIDTH",
            help="Bring pictures to this size; rows of a table have it. Default: their median.",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help=(
                "The column of a table that says which images belong together (a writer, a page):"
                " none is trained on and validated. An .npz has groups_train and groups_test."
            ),
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help=(
                "quick (a few minutes), book (the default), standard (distorted images) or record"
                " (an hour)."
            )
        ),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="auto, holdout, kfold or iterated-kfold.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="auto, jax or keras (Keras's own fit on TensorFlow).")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Everything random follows from it.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            readable=False,
            help="The run folder itself. Default: runs/<preset>, with more where settings differ.",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            readable=False,
            help="Settings as TOML, such as an earlier run's config.toml.",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change one setting; may be repeated."),
    ] = None,
    open_test_again: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Open the test set once more; the report says so on its first page.",
        ),
    ] = None,
    author: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who hands the report in.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="A title in place of the report's own.")] = None,
    course: Annotated[str | None, typer.Option(help="For which course.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Processes that train side by side; one per core by default. No result changes.",
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Train on the Ray cluster there instead: host:6379, or auto."
        ),
    ] = None,
    track: Annotated[
        list[str] | None,
        typer.Option(
            "--track",
            metavar="TRACKER",
            help="Send the run to mlflow or tensorboard at its end; may be repeated.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print summary.json and nothing else.")
    ] = False,
) -> None:
    """Carry out the whole workflow; ends with the path of the report. The same command
    continues an interrupted run.
    """
    from sevenfold.config import default_folder, load_config, parse_assignment
    from sevenfold.report import draw
    from sevenfold.report.author import author_of, keep_author
    from sevenfold.statistics import decimals
    from sevenfold.terminal import keep_swallowed_interrupts
    from sevenfold.tracking import require
    from sevenfold.workflow import run_workflow

    keep_swallowed_interrupts()

    chosen: dict[str, Any] = {
        "dataset": dataset,
        "invert": invert,
        "size": size and list(size),
        "group": group,
        "engine": engine,
        "seed": seed,
        "protocol.method": protocol,
    }
    changes = {name: value for name, value in chosen.items() if value is not None}
    changes |= dict(parse_assignment(text) for text in set_ or [])
    if config is not None and preset is not None:
        raise SettingsError(
            "Give --preset or --config, not both: a settings file names its preset itself."
        )
    settings = load_config(
        config if config is not None else "book" if preset is None else preset, changes
    )
    folder = out or default_folder(settings)
    named = {"name": author, "title": title, "course": course}
    said = {field: text for field, text in named.items() if text is not None}
    author_of(said)  # what cannot be kept is refused before the work, not after it
    trackers = require(track or ())
    try:
        summary = run_workflow(
            settings,
            folder,
            data_dir=data,
            open_test_again=open_test_again,
            workers=workers,
            cluster=cluster,
            terminal="quiet" if quiet or json else "auto",
        )
    except KeyboardInterrupt:
        raise Interrupted("Interrupted. The same command goes on from there.") from None
    except NoStatisticalPower as error:
        keep_author(folder, said)
        page = draw(folder)
        track_after(folder, trackers, quiet=quiet or json)
        raise NoStatisticalPower(f"{error} Report: {page}") from None
    keep_author(folder, said)
    path = draw(folder)
    if json:
        print(summary.to_json(), end="")
    elif not quiet:
        final = summary.final
        places = decimals(summary.n_test)
        accuracy, low, high = (
            f"{100 * value:.{places}f}"
            for value in (final.test_accuracy, final.ci_low, final.ci_high)
        )
        print(
            f"\nTest accuracy {accuracy} % [{low}, {high}] on {summary.n_test:,} images: ", end=""
        )
        print(f"{final.n_errors} {'error' if final.n_errors == 1 else 'errors'}")
        print(f"Report: {visible(str(path))}")
    track_after(folder, trackers, quiet=quiet or json)
