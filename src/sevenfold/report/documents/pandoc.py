"""Word and Markdown by pandoc, which pypandoc-binary brings."""

import os
import subprocess
import tempfile
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from sevenfold.errors import SettingsError, SevenfoldError
from sevenfold.report.author import Author
from sevenfold.report.documents.word_style import styled
from sevenfold.report.numbers import day
from sevenfold.runs.reading import FinishedRun

SECONDS = 300
"""A report takes three."""


def program(option: str) -> str:
    """The path of pandoc.

    Raises:
        SettingsError: it is not installed; an extra of the package brings it.
    """
    if find_spec("pypandoc") is None:
        raise SettingsError(
            f"{option} needs pypandoc-binary, which is not installed here. Install"
            " sevenfold[documents]."
        )
    import pypandoc

    try:
        return str(pypandoc.get_pandoc_path())
    except OSError:
        raise SettingsError(
            f"{option} needs pandoc, which this pypandoc does not bring. Install"
            " sevenfold[documents], whose pypandoc-binary does."
        ) from None


def docx(pandoc: str, html: str, run: FinishedRun, author: Author) -> bytes:
    """A document for Word: A4, numbered pages, formulas and captions that Word knows.

    Raises:
        SevenfoldError: pandoc ended with an error.
    """
    title = author.title or _title_of(run)
    footer = ", ".join(text for text in (author.name, author.course) if text)
    said = {
        "title": title,
        "author": author.name,
        "subtitle": author.course,
        "date": author.date or day(run.description.started),
        "lang": "en-US" if author.spelling == "american" else "en-GB",
    }
    with tempfile.TemporaryDirectory() as room:
        style, made = Path(room) / "style.docx", Path(room) / "report.docx"
        default = _pandoc(pandoc, ["--print-default-data-file", "reference.docx"], run)
        style.write_bytes(styled(default, footer or title))
        options = [
            *(f"--metadata={name}={text}" for name, text in said.items() if text),
            *("--to=docx", "--shift-heading-level-by=-1", f"--reference-doc={style}"),
            f"--output={made}",
        ]
        _pandoc(pandoc, ["--from=html", *options], run, html)
        return made.read_bytes()


def markdown(pandoc: str, html: str, run: FinishedRun) -> bytes:
    """Markdown as GitHub reads it, with formulas between dollar signs.

    Raises:
        SevenfoldError: pandoc ended with an error.
    """
    target = "gfm-tex_math_gfm+tex_math_dollars"
    return _pandoc(pandoc, ["--from=html", f"--to={target}", "--wrap=none"], run, html)


def _title_of(run: FinishedRun) -> str:
    from sevenfold.report.sections.front.words import title

    return title(run.problem.provenance)


def _pandoc(pandoc: str, options: list[str], run: FinishedRun, html: str = "") -> bytes:
    """What pandoc prints. Its only input is what it is given and files of the run."""
    started = datetime.fromisoformat(run.description.started)
    try:
        done = subprocess.run(
            [pandoc, "--resource-path=.", *options],
            input=html.encode(),
            capture_output=True,
            cwd=run.folder,
            # The time that the document carries: equal runs give equal files.
            env=os.environ | {"SOURCE_DATE_EPOCH": str(int(started.timestamp()))},
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise SevenfoldError(
            f"pandoc did not end within {SECONDS} seconds. Try again when the machine is less busy."
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise SevenfoldError(f"pandoc ended with code {done.returncode}: {said}")
    return done.stdout
