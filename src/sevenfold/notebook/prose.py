"""The report's words, tables and figures as Markdown, section by section."""

import base64
import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from xml.etree import ElementTree

FRONT = "front"
"""What stands before the first section: title, notices and abstract."""
N_COLUMNS = 6
"""Of a gallery of small pictures."""

_LEFT_OUT = {"head", "nav", "script", "details.code"}
"""Of no use in a notebook, which has its own contents and its own cells of code."""
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "code": "`"}
_HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### "}
_OF_IMAGES = ("src", "width", "height", "alt")
_CELLS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}


def sections_of(page: str, pictures: Mapping[str, str]) -> dict[str, str]:
    """The Markdown of each section of a report, by its id; `FRONT` for what comes
    before.

    page: the whole report as HTML. pictures: each drawing as an SVG file of its own, by
    what the page says that it shows. Tables stay HTML, which Jupyter draws; drawings
    and small pictures become images within the text.
    """
    parser = _Parser(pictures)
    parser.feed(page)
    parser.close()
    return {name: "\n\n".join(blocks) + "\n" for name, blocks in parser.sections.items()}


class _Parser(HTMLParser):
    """Reads a page from its first tag to its last; `sections` has their blocks."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        super().__init__()
        self.sections: dict[str, list[str]] = {FRONT: []}
        self._pictures, self._blocks = pictures, self.sections[FRONT]
        self._text = ""
        self._skipping: list[str] = []
        self._lists: list[int | None] = []  # the number of the last item, None for dots
        self._gallery: list[str] | None = None
        self._in_table = self._in_pre = False
        self._links: list[bool] = []
        self._formula: ElementTree.TreeBuilder | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._formula:
            self._formula.start(tag, {})
        elif self._skipping or {tag, f"{tag}.{values.get('class')}"} & _LEFT_OUT or tag == "svg":
            if tag == "svg" and not self._skipping:
                self._draw(values["aria-label"])
            if not self._skipping or tag == self._skipping[-1]:
                self._skipping.append(tag)
        elif tag == "math":
            self._end_block()
            self._formula = ElementTree.TreeBuilder()
            self._formula.start(tag, {})
        elif tag == "section" and values.get("class") != "abstract":
            self._end_block()
            self._blocks = self.sections.setdefault(values["id"], [])
        elif tag in _CELLS:
            self._open_cell(tag, values)
        elif tag == "img":
            self._text += _image(values)
        elif tag == "a":
            self._links.append(values.get("href", "").startswith("http"))
            self._text += f'<a href="{escape(values["href"])}">' if self._links[-1] else ""
        else:
            self._open_block(tag, values)

    def _open_block(self, tag: str, values: Mapping[str, str]) -> None:
        if self._in_table or self._gallery is not None:
            is_note = tag == "span" and self._gallery is not None
            self._text += f"<{tag}>" if tag in _MARKS else "<br>" if is_note else ""
        elif tag in ("ul", "ol"):
            self._end_block()
            if values.get("class") == "gallery":
                self._gallery = []
            else:
                self._lists.append(0 if tag == "ol" else None)
                self._blocks.append("")
        elif tag == "pre":
            self._end_block()
            self._in_pre = True
        elif tag in _MARKS and not self._in_pre:
            self._text += _MARKS[tag]
        elif tag in (*_HEADINGS, "p", "figcaption"):
            self._end_block()
            self._text = _HEADINGS.get(tag, "")

    def _open_cell(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "table":
            self._end_block()
            self._in_table = True
        kept = {name: values[name] for name in ("colspan", "rowspan") if name in values}
        if "number" in values.get("class", "").split():
            kept["align"] = "right"
        attributes = "".join(f' {name}="{value}"' for name, value in kept.items())
        self._text = self._text.rstrip(" ") + f"{'' if tag in ('th', 'td') else chr(10)}"
        self._text += f"<{tag}{attributes}>"

    def handle_endtag(self, tag: str) -> None:
        if self._formula:
            self._formula.end(tag)
            if tag == "math":
                self._blocks.append(f"$$ {_latex(self._formula.close())} $$")
                self._formula = None
        elif self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag in _CELLS:
            self._text = self._text.rstrip(" ") + f"</{tag}>"
            if tag == "table":
                self._in_table = False
                self._blocks.append(self._text.strip())
                self._text = ""
        elif tag == "a":
            self._text += "</a>" if self._links.pop() else ""
        else:
            self._close_block(tag)

    def _close_block(self, tag: str) -> None:
        if self._in_table:
            self._text += f"</{tag}>" if tag in _MARKS else ""
        elif self._gallery is not None:
            self._close_in_gallery(tag)
        elif tag in ("ul", "ol"):
            self._lists.pop()
        elif tag == "li":
            self._end_item()
        elif tag == "pre":
            self._blocks.append(f"```\n{self._text.strip()}\n```")
            self._text, self._in_pre = "", False
        elif tag in _MARKS and not self._in_pre:
            self._text += _MARKS[tag]
        elif tag in (*_HEADINGS, "p", "figcaption", "section", "header", "figure"):
            self._end_block()

    def _close_in_gallery(self, tag: str) -> None:
        assert self._gallery is not None
        if tag == "li":
            self._gallery.append(f"<td>{self._text.strip()}</td>")
            self._text = ""
        elif tag == "ul":
            rows = [
                self._gallery[i : i + N_COLUMNS] for i in range(0, len(self._gallery), N_COLUMNS)
            ]
            lines = [f"<tr>{''.join(row)}</tr>" for row in rows]
            self._blocks.append("\n".join(["<table>", *lines, "</table>"]))
            self._gallery = None
        elif tag in _MARKS:
            self._text += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        if self._formula:
            self._formula.data(data.strip())
        elif self._in_pre:
            self._text += data
        elif not self._skipping:
            data = re.sub(r"[ \n]+", " ", data)
            if self._text[-1:] in ("", " ", "\n"):
                data = data.lstrip(" ")
            self._text += self._safe(data)

    def _safe(self, text: str) -> str:
        """Text in which nothing is a mark of Markdown's, HTML's or a formula's."""
        if self._in_table or self._gallery is not None:
            return escape(text, quote=False).replace("$", "&#36;")
        if self._text.count("`") % 2:  # within code
            return text
        text = re.sub(r"([\\`*_$|#~])", r"\\\1", escape(text, quote=False))
        # Brackets are a link's only where these follow them.
        return re.sub(r"\](?=[(:\[])", r"\\]", text)

    def _end_block(self) -> None:
        """What was read so far becomes a block of its own."""
        text, self._text = self._text.strip(" \n"), ""
        if text and not self._lists:
            # A paragraph that begins like an item of a list is none.
            self._blocks.append(re.sub(r"^(\d+)([.)] )|^([-+] )", _disarmed, text))
        elif text:
            self._text = text  # a paragraph within an item

    def _end_item(self) -> None:
        number = self._lists[-1]
        if number is not None:
            self._lists[-1] = number + 1
        mark = "-" if number is None else f"{number + 1}."
        line = f"{mark} {self._text.strip()}"
        self._blocks[-1] = f"{self._blocks[-1]}\n{line}".strip()
        self._text = ""

    def _draw(self, label: str) -> None:
        self._end_block()
        svg = base64.b64encode(self._pictures[label].encode()).decode()
        self._blocks.append(f'<img src="data:image/svg+xml;base64,{svg}" alt="{escape(label)}">')


def _disarmed(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}"


def _image(values: Mapping[str, str]) -> str:
    kept = [f'{name}="{escape(values[name])}"' for name in _OF_IMAGES if name in values]
    return f"<img {' '.join(kept)}>"


def _latex(element: ElementTree.Element) -> str:
    """A formula of the page, which is MathML, in the language that notebooks draw."""
    inner = [_latex(child) for child in element]
    match element.tag:
        case "mtext":
            return rf"\text{{{element.text or ''}}}"
        case "mfrac":
            return rf"\frac{{{inner[0]}}}{{{inner[1]}}}"
        case "msub":
            return f"{inner[0]}_{{{inner[1]}}}"
        case "mspace":
            return r"\quad "
        case _:
            return (element.text or "").replace("·", r"\cdot ") + " ".join(inner)
