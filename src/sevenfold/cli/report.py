"""`sevenfold report`: a run's report, drawn again, as the author wants it handed in."""

from pathlib import Path
from typing import Annotated

import typer

from sevenfold.errors import SettingsError, visible


def report(
    run: Annotated[Path, typer.Argument(readable=False, help="A run folder.")],
    author: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who hands the report in.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="A title in place of the report's own.")] = None,
    course: Annotated[str | None, typer.Option(help="For which course.")] = None,
    date: Annotated[str | None, typer.Option(help="When, as it shall stand there.")] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.md",
            readable=False,
            help=(
                "Your own words, below headings such as `# 3` or `# Introduction`; docs/hand-in.md"
                " says how."
            ),
        ),
    ] = None,
    spelling: Annotated[str | None, typer.Option(help="british or american.")] = None,
    references: Annotated[str | None, typer.Option(help="numbered or harvard.")] = None,
    docx: Annotated[bool, typer.Option("--docx", help="Also as report.docx, for Word.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Also as report.md.")] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also as report.pdf, printed by Chromium.")
    ] = False,
    notebook: Annotated[
        bool, typer.Option("--notebook", help="Write report.ipynb alone: the report as a notebook.")
    ] = False,
    html: Annotated[
        bool, typer.Option("--html", help="With --notebook: also as notebook.html.")
    ] = False,
    execute: Annotated[
        bool,
        typer.Option("--execute", help="With --notebook: train its networks first, on TensorFlow."),
    ] = False,
) -> None:
    """Draw the report of a run again, from its stored numbers; nothing is trained. What
    its author says is kept in the run folder, an empty text takes it back.
    """
    from sevenfold.report import draw, draw_notebook
    from sevenfold.report.author import keep_author
    from sevenfold.report.documents import Format, require, write_documents
    from sevenfold.report.own_words import read_texts
    from sevenfold.runs.description import read_description
    from sevenfold.runs.reading import state_of

    if (html or execute) and not notebook:
        raise SettingsError("--html and --execute go with --notebook. Add it.")
    asked: dict[Format, bool] = {"docx": docx, "markdown": markdown, "pdf": pdf}
    formats = [name for name, wanted in asked.items() if wanted]
    if formats and notebook:
        raise SettingsError(f"--{formats[0]} goes with the report, not with --notebook alone.")
    require(formats)
    said = {
        "name": author,
        "title": title,
        "course": course,
        "date": date,
        "spelling": spelling,
        "references": references,
        "texts": read_texts(text) if text else None,
    }
    if given := {name: value for name, value in said.items() if value is not None}:
        keep_author(run, given)
    if notebook:
        for path in draw_notebook(run, execute=execute, html=html):
            print(f"Notebook: {visible(str(path))}")
        return
    path = draw(run)
    if state := state_of(run, read_description(run)):
        print(visible(f"The run {state}; its report ends there."))
    print(f"Report: {visible(str(path))}")
    for path in write_documents(run, formats):
        print(f"Document: {visible(str(path))}")
