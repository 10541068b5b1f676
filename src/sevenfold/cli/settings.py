"""`sevenfold settings`: what can be set, to what, and what it means."""

from typing import Annotated

import typer


def settings(
    preset: Annotated[
        str, typer.Option(help="Whose values are shown: quick, book, standard or record.")
    ] = "book",
) -> None:
    """List every setting: its value in a preset, what it may be and what it means."""
    from sevenfold.config import load_config
    from sevenfold.settings import describe_settings
    from sevenfold.terminal import Terminal

    described, screen = describe_settings(load_config(preset)), Terminal()
    screen.say(f"The preset {preset}; `sevenfold run --set NAME=VALUE` changes one.")
    for setting in described:
        screen.say("")
        screen.say(f"{setting.name} = {setting.value or '(none)'}  ({setting.range})")
        screen.say(f"    {setting.meaning}")
