"""`sevenfold examine`: the network of a finished run on images of other sources."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenfold.errors import Interrupted, visible

if TYPE_CHECKING:
    from sevenfold.examination.results import Absent, Row, Strange
    from sevenfold.statistics import Detection, Share


def examine(
    run: Annotated[Path, typer.Argument(readable=False, help="The folder of a finished run.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SET...",
            help=(
                "One or more of optdigits, usps, semeion, notmnist, and paths of images whose"
                " classes are the run's. Default: every one of these names that goes with the"
                " run and can be had."
            ),
        ),
    ] = None,
    corruptions: Annotated[
        bool,
        typer.Option("--corruptions", help="Also the run's test images, corrupted in 15 ways."),
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", readable=False, help="Where the run's own data are, as for `run`."
        ),
    ] = None,
) -> None:
    """Examine a finished network in the field, on images of other sources and corrupted
    ones, beside a plain network of its size. Nothing is chosen by it.
    """
    from sevenfold.examination.exam import examine as examine_run
    from sevenfold.report import draw
    from sevenfold.terminal import keep_swallowed_interrupts

    keep_swallowed_interrupts()
    asked = [*(on or []), *(more or [])]
    said = _Lines()
    try:
        examine_run(run, asked or None, corruptions=corruptions, data_dir=data, on_marked=said.say)
    except KeyboardInterrupt:
        raise Interrupted(
            "Interrupted. The plain network is kept where it was done; the same command begins"
            " the rest anew."
        ) from None
    print(f"Report: {visible(str(draw(run)))}")


class _Lines:
    """A table that is printed row by row, its head before the first."""

    def __init__(self) -> None:
        self._has_head = False

    def say(self, one: "Row | Strange | Absent") -> None:
        """Print what was found on one set."""
        from sevenfold.examination.results import Row, Strange

        if isinstance(one, Row):
            if not self._has_head:
                print(
                    f"{'wrong answers (%)':<36} {'n':>6}  {'network':<20}  {'plain network':<20}"
                    "  difference in accuracy (points)"
                )
                self._has_head = True
            line = _row(one)
        elif isinstance(one, Strange):
            line = _strange(one)
        else:
            line = f"{one.title}: not examined. {one.reason}"
        print(visible(line), flush=True)


def _row(one: "Row") -> str:
    test = one.test
    apart = _signed(test.difference)
    if test.only_first + test.only_second:
        apart += f" [{_signed(test.ci_low)}, {_signed(test.ci_high)}]"
    name = "the test images as they are" if one.kind == "test" else one.title
    return (
        f"{name:<36} {one.n:>6,}  {_share(one.error):<20}  {_share(one.plain_error):<20}"
        f"  {apart}, p = {test.p_value:.2g}"
    )


def _strange(one: "Strange") -> str:
    said = (
        f"{one.title}: surer of a test image in {_area(one.detection)} % of cases, the plain"
        f" network in {_area(one.plain_detection)} %"
    )
    if one.answered is None:
        return said
    return f"{said}; {100 * one.answered.value:.1f} % of {one.n:,} answered"


def _share(found: "Share") -> str:
    low, high = 100 * found.ci_low, 100 * found.ci_high
    return f"{100 * found.value:.2f} [{low:.2f}, {high:.2f}]"


def _area(found: "Detection") -> str:
    return f"{100 * found.value:.1f} [{100 * found.ci_low:.1f}, {100 * found.ci_high:.1f}]"


def _signed(share: float) -> str:
    return f"{100 * share:+.2f}"
