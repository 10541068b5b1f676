"""What a conclusion of section 9 is."""

from typing import Literal, NamedTuple

Theme = Literal["worked", "uncertain", "confused", "strength", "limitation", "extension"]


class Statement(NamedTuple):
    """One conclusion. anchor: the id of the figure or table that it rests on."""

    theme: Theme
    text: str
    anchor: str


def theme_of(gain: float, detectable: bool) -> Theme:
    """Where a difference belongs that should be above zero."""
    if not detectable:
        return "uncertain"
    return "worked" if gain > 0 else "limitation"
