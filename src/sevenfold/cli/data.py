"""`sevenfold data`: what is known by name, fetching it, and checking any images."""

from typing import Annotated

import typer

from sevenfold.errors import some_of

app = typer.Typer(no_args_is_help=True, help="List, fetch and check data sets.")


@app.command("list")
def list_data() -> None:
    """Show the data sets known by name, and whether each is on this machine."""
    from sevenfold.data import catalogue

    for entry in catalogue():
        where = f"here: {entry.where}"
        if not entry.available:
            size = f"{entry.n_bytes / 1e6:.1f} MB"
            where = f"not here; `sevenfold data fetch {entry.name}` gets {size}"
            if not entry.mirrors:
                where = f"not here; no mirror is known ({size}): --data PATH"
        print(
            f"{entry.name:<15} {entry.title}: {entry.n_development:,} development and"
            f" {entry.n_test:,} test images\n{'':<15} {where}"
        )
        print(f"{'':<15} licence: {entry.licence}; {entry.citation}\n{'':<15} {entry.url}")


@app.command("fetch")
def fetch_data(name: Annotated[str, typer.Argument(help="A name of `data list`.")]) -> None:
    """Put a data set into the cache, verified against its published SHA-256."""
    from sevenfold.data import fetch
    from sevenfold.terminal import Terminal

    with Terminal().transfer() as progress:
        print(f"{name} is in {fetch(name, progress)}")


@app.command("check")
def check_data(
    path: Annotated[str, typer.Argument(help="A name of `data list`, or the path of images.")],
    invert: Annotated[bool, typer.Option("--invert", help="As `run` would turn them.")] = False,
    size: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="HEIGHT WIDTH", help="As `run` would bring pictures to it."),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="As `run` would take it for the column of groups."),
    ] = None,
) -> None:
    """Read all of a data set, the test part too, and verify everything that can be
    verified.
    """
    from sevenfold.data import SET_ASIDE, check

    found = check(path, size=size, invert=invert, group=group)
    verdict = "" if found.warnings else " Nothing wrong found."
    print(
        f"{found.provenance.title}: {found.n_development:,} development and {found.n_test:,} test"
        f" images.{verdict}"
    )
    height, width, *channels = found.image_shape
    print(f"each of {height} x {width} pixels, {'in colour' if channels else 'grey'}")
    for words in found.provenance.left_out:
        print(words)
    if found.provenance.set_aside:
        print(SET_ASIDE.format(100 * found.provenance.set_aside))
    for warning in found.warnings:
        print(f"warning: {warning}")
    if found.classes[0] != "0":
        print(f"classes: {some_of(found.classes, 20)}")
    print(f"per class: {found.development_per_class} and {found.test_per_class}")
    print(
        f"exact duplicates: {found.n_development_duplicates} and {found.n_test_duplicates}; none"
        " across the two parts."
    )
    if found.near is None:
        print("nearly equal images: not looked for, as there are too many pixels.")
    else:
        print(
            f"pairs of nearly equal images: {found.near.n_pairs:,}, across the two parts"
            f" {found.near.across:,}, with two labels {found.near.two_labels:,}."
        )
    groups = (found.n_development_groups, found.n_test_groups)
    if any(groups):
        told = " and ".join("not known" if n is None else f"{n:,}" for n in groups)
        across = {None: "", 0: "; none across the two parts"}.get(
            found.n_groups_in_both, f"; {found.n_groups_in_both} across the two parts"
        )
        print(f"groups: {told}{across}.")
    print(
        "Every file has the SHA-256 that is known for it."
        if found.published
        else "No published digests are known for this data."
    )
