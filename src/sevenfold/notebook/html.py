"""The notebook as one HTML page: the report with the cells of code between its
sections, and their outputs where they were executed.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from sevenfold.notebook.cells import START, Code, code_cells
from sevenfold.runs.reading import FinishedRun

_INTRODUCTION = '<section id="introduction">'
_STYLE = (
    "pre.cell { border-left: .25rem solid var(--blue); } pre.output { background: none;"
    " border-left: .25rem solid var(--rule); max-height: 24rem; overflow-y: auto; }"
    " .shown { max-width: 100%; background: white; }"
)


def notebook_page(run: FinishedRun, page: str, text: str) -> str:
    """The report `page` with the code and the outputs of the notebook `text` below the
    sections that they belong to. It loads nothing from anywhere.
    """
    outputs = iter([c["outputs"] for c in json.loads(text)["cells"] if c["cell_type"] == "code"])
    page = page.replace("</style>", f"{_STYLE}\n</style>", 1)
    for section, cells in code_cells(run).items():
        drawn = "\n".join(part for cell in cells for part in _drawn(cell, next(outputs)))
        if section == START:
            page = page.replace(_INTRODUCTION, f"{drawn}\n{_INTRODUCTION}", 1)
        else:
            end = page.index("</section>", page.index(f'<section id="{section}">'))
            page = f"{page[:end]}{drawn}\n{page[end:]}"
    return page


def _drawn(cell: Code, outputs: list[dict[str, Any]]) -> Iterator[str]:
    for paragraph in cell.words.split("\n\n") if cell.words else ():
        yield f"<p>{escape(paragraph.replace('`', ''))}</p>"
    code = f'<pre class="cell" tabindex="0"><code>{escape(cell.source)}</code></pre>'
    yield f"<details><summary>Code</summary>{code}</details>" if cell.hidden else code
    printed = "".join("".join(o.get("text", ())) for o in outputs)
    if printed:
        yield f'<pre class="output" tabindex="0"><code>{escape(printed.strip())}</code></pre>'
    for output in outputs:
        if png := output.get("data", {}).get("image/png"):
            source = "".join(png).replace("\n", "")
            yield f'<p><img class="shown" src="data:image/png;base64,{source}" alt="Output"></p>'
