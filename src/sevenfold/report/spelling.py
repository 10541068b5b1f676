"""The report's own words in American spelling; it is written in British."""

import re
from collections.abc import Callable, Collection

from markupsafe import escape

AMERICAN = {
    "colour": "color",
    "grey": "gray",
    "greyscale": "grayscale",
    "behaviour": "behavior",
    "favour": "favor",
    "favouring": "favoring",
    "favours": "favors",
    "neighbour": "neighbor",
    "neighbouring": "neighboring",
    "centre": "center",
    "centred": "centered",
    "licence": "license",
    "licences": "licenses",
    "learnt": "learned",
    "spelt": "spelled",
    "per cent": "percent",
    "catalogue": "catalog",
    "labelled": "labeled",
    "artefact": "artifact",
    "artefacts": "artifacts",
    "towards": "toward",
    "judgement": "judgment",
    "colours": "colors",
    "neighbours": "neighbors",
    "memorised": "memorized",
    "analyse": "analyze",
    "analysed": "analyzed",
}
"""British words of the report, and how they are spelt in America."""

_WORDS = rf"(?<![\w-])(?:{'|'.join(sorted(AMERICAN, key=len, reverse=True))})(?![\w-])"
_LICENCES = r"(?-i:(?:[A-Z]\w+ )+Licence)"
"""Names, such as the Open Government Licence."""
_TAG = re.compile(r"(<[^>]*>)")
_SAID = re.compile(r'(?<=\s)((?:alt|aria-label)=")([^"]*)')
"""Attributes that are read aloud."""
_KEPT_TAGS = {"style", "script", "pre", "code", "cite"}
_KEPT_CLASSES = re.compile(r'class="(?:own-words|references)\b')
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def speller(names: Collection[str]) -> Callable[[str], str]:
    """What puts a text into American spelling, but for names of licences and `names`
    that the data brought.
    """
    kept = {
        written
        for name in names
        if re.search(_WORDS, name, re.IGNORECASE)
        for written in (name, str(escape(name)))
    }
    whole = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(kept, key=len, reverse=True)]
    words = re.compile("|".join([*whole, _LICENCES, _WORDS]), re.IGNORECASE)
    same = {name.casefold() for name in kept}

    def spelt(match: re.Match[str]) -> str:
        word = match[0].casefold()
        new = match[0] if word in same else AMERICAN.get(word, match[0])
        return new.capitalize() if match[0].istitle() and word in AMERICAN else new

    return lambda text: words.sub(spelt, text)


def american(page: str, names: Collection[str]) -> str:
    """The page, or one drawing of it, with its words in American spelling, those that
    are read aloud included. Not touched: the author's own words, titles of works, code,
    and what `speller` leaves.
    """
    spelt = speller(names)
    parts = _TAG.split(page)
    inside, depth = "", 0  # the tag within which nothing is touched
    for place, part in enumerate(parts):
        if place % 2 == 0:
            if not depth:
                parts[place] = spelt(part)
            continue
        name = re.split(r"[\s/>]", part.lstrip("</"), maxsplit=1)[0]
        if depth:
            depth += (name == inside) * (-1 if part.startswith("</") else 1)
        elif name in _KEPT_TAGS or _KEPT_CLASSES.search(part):
            inside, depth = name, 1
        else:
            parts[place] = _SAID.sub(lambda said: said[1] + spelt(said[2]), part)
    return "".join(parts)


def american_markdown(text: str, names: Collection[str]) -> str:
    """The same of Markdown, whose blocks of code are not touched."""
    parts = _FENCE.split(text)
    parts[::2] = map(speller(names), parts[::2])
    return "".join(parts)
