"""The report of a run, drawn from the numbers stored in its folder and from nothing else."""

from pathlib import Path


def draw(folder: Path) -> Path:
    return folder / "report.html"
