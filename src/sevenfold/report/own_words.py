"""The author's own words: read from a file of Markdown, made safe, marked as theirs."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from sevenfold.errors import SettingsError
from sevenfold.report.author import Author, OwnText
from sevenfold.report.sections import CLOSING, INTRODUCTION, WORKFLOW, Section

MAX_BYTES = 1 << 20
SECTIONS = (INTRODUCTION, *WORKFLOW, *CLOSING)
INSTEAD = re.compile(r"\s*\(instead\)$", re.IGNORECASE)
_PARAGRAPH = r"<p>(?!<strong>)(?:(?!</p>).)*</p>\s*"
"""One of the report's own that is no warning, which must stay."""


def read_texts(path: Path) -> tuple[OwnText, ...]:
    """The words for each section that a file has: Markdown in UTF-8, below headings of
    the first level that name a section by its number or its name, with `(instead)`
    behind it where they take the place of the section's introduction.

    Raises:
        SettingsError: it cannot be read, has words above the first heading, names no
        section of the report, the same one twice or one without words, or has a
        picture.
    """
    found: dict[str, OwnText] = {}
    for heading, words in _parts(_read(path), path):
        section = _section_of(INSTEAD.sub("", heading), path)
        if section.anchor in found:
            raise SettingsError(
                f"{path} has two texts for {section.heading!r}. Put them below one heading."
            )
        if not words.strip():
            raise SettingsError(
                f"{path} has no words below {heading!r}. Write some, or take the heading out."
            )
        found[section.anchor] = OwnText(
            section=section.anchor, markdown=words.strip(), instead=bool(INSTEAD.search(heading))
        )
    return tuple(found.values())


def with_own_words(html: Markup, text: OwnText, author: Author) -> Markup:
    """A section with the author's words before its own introduction, or in its place:
    the paragraphs that it begins with. Warnings stay.
    """
    if text.instead:
        html = Markup(re.sub(rf"^\s*(?:{_PARAGRAPH})+", "", html, count=1, flags=re.DOTALL))
    by = f"In the words of {author.name}" if author.name else "In the author’s own words"
    marked = Markup('<div class="own-words" role="note" aria-label="{0}">\n<p class="by">{0}</p>\n')
    return marked.format(by) + own_html(text.markdown) + Markup("</div>\n") + html


def own_html(markdown: str) -> Markup:
    """Markdown as HTML that can do nothing: tags are text, and links lead to the web or
    to a place on the page.
    """
    reader = _reader()
    tokens = reader.parse(markdown)
    _set_headings(tokens)
    html = reader.renderer.render(tokens, reader.options, {})
    # A sign by which the page knows its own places is a letter here.
    return Markup(html.replace("⟦", "&#10214;"))


def _set_headings(tokens: Sequence[Token]) -> None:
    """Below the headings of the report's sections: `h3`, and `h4` under one of them."""
    heads = [token for token in tokens if token.type == "heading_open"]
    top = min((head.tag for head in heads), default="")
    tag = ""
    for token in tokens:
        if token.type == "heading_open":
            tag = "h4" if tag and token.tag > top else "h3"
        if token.type in ("heading_open", "heading_close"):
            token.tag = tag


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    reader.validateLink = _may_lead_to  # type: ignore[method-assign,assignment]
    return reader


def _may_lead_to(address: str) -> bool:
    return address.startswith("#") or urlsplit(address.strip()).scheme in ("http", "https")


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(f"{path} is no file. Give a file of Markdown.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"Cannot read {path}: {getattr(error, 'strerror', None) or error}. Give a file of"
            " Markdown."
        ) from None
    if len(content) > MAX_BYTES:
        raise SettingsError(f"{path}: expected at most {MAX_BYTES:,} bytes of Markdown.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: expected text in UTF-8. Save it as UTF-8.") from None
    if "\0" in text:
        raise SettingsError(f"{path}: expected text, got bytes of zero. Give a file of Markdown.")
    return text


def _parts(text: str, path: Path) -> Iterator[tuple[str, str]]:
    """Each heading of the first level, and the Markdown below it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines, tokens = text.split("\n"), _reader().parse(text)
    if any(child.type == "image" for token in tokens for child in token.children or ()):
        raise SettingsError(
            f"{path} has a picture, which a report of one file cannot load. Take it out; a link to"
            " #figure-... leads to a figure of the report."
        )
    heads = [
        (token.map, tokens[place + 1].content)
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0 and token.map
    ]
    first = heads[0][0][0] if heads else len(lines)
    if "".join(lines[:first]).strip():
        raise SettingsError(
            f"{path} begins with words that belong to no section. Put `# 3` or `# Introduction`"
            " above them: the number or the name of a section."
        )
    ends = [*(place[0] for place, _ in heads[1:]), len(lines)]
    for (place, heading), end in zip(heads, ends, strict=False):
        yield heading.strip(), "\n".join(lines[place[1] : end])


def _section_of(name: str, path: Path) -> Section:
    wanted = name.casefold().removeprefix("section ").rstrip(". ")
    for section in SECTIONS:
        _, _, rest = section.heading.partition(". ")
        names = {section.heading, section.number or section.heading, rest}
        names.add(section.heading.partition(":")[0])
        if wanted in {known.casefold() for known in names if known}:
            return section
    raise SettingsError(
        f"{path}: no section of the report is called {name!r}. There are"
        f" {', '.join(section.number or section.heading for section in SECTIONS)}."
    )
