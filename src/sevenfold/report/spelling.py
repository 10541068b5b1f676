"""The report's own words in American spelling; it is written in British."""

import re
from collections.abc import Collection

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
_KEPT_TAGS = {"style", "script", "svg", "pre", "code", "cite"}
_KEPT_CLASSES = re.compile(r'class="(?:own-words|references)\b')


def american(page: str, names: Collection[str]) -> str:
    """The page with its words in American spelling. Not touched: the author's own
    words, titles of works, code, names of licences, and `names` that the data brought.
    """
    kept = [str(escape(name)) for name in names if re.search(_WORDS, name, re.IGNORECASE)]
    whole = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(kept, key=len, reverse=True)]
    words = re.compile("|".join([*whole, _LICENCES, _WORDS]), re.IGNORECASE)
    same = {name.casefold() for name in kept}

    def spelt(match: re.Match[str]) -> str:
        word = match[0].casefold()
        new = match[0] if word in same else AMERICAN.get(word, match[0])
        return new.capitalize() if match[0].istitle() and word in AMERICAN else new

    parts = _TAG.split(page)
    inside, depth = "", 0  # the tag within which nothing is touched
    for place, part in enumerate(parts):
        if place % 2 == 0:
            if not depth:
                parts[place] = words.sub(spelt, part)
            continue
        name = re.split(r"[\s/>]", part.lstrip("</"), maxsplit=1)[0]
        if depth:
            depth += (name == inside) * (-1 if part.startswith("</") else 1)
        elif name in _KEPT_TAGS or _KEPT_CLASSES.search(part):
            inside, depth = name, 1
    return "".join(parts)
