"""The two palettes of the report and of every other page; each colour there is one of
these names.
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "paper": "#fffefb",
    "ink": "#1d1b18",
    "muted": "#645f57",
    "rule": "#d8d3c8",
    "shade": "#f5f2ea",
    "link": "#1f567f",
    "blue": "#1f6494",
    "orange": "#b4500f",
    "warning": "#8a1c12",
    "warning-shade": "#fbeae5",
}

DARK: Mapping[str, str] = {
    "paper": "#161719",
    "ink": "#e8e4db",
    "muted": "#a8a298",
    "rule": "#3c3d40",
    "shade": "#202225",
    "link": "#8dbfe6",
    "blue": "#74b2e2",
    "orange": "#f0a05f",
    "warning": "#ffb4a6",
    "warning-shade": "#3a1d19",
}


def css_variables(palette: Mapping[str, str]) -> str:
    """The palette as CSS custom properties."""
    return " ".join(f"--{name}: {value};" for name, value in palette.items())
