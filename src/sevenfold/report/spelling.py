"""The report's own words in American spelling; it is written in British."""

import re
from collections.abc import Collection

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

_WORDS = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(AMERICAN, key=len, reverse=True))})(?![\w-])", re.IGNORECASE
)
_TAG = re.compile(r"(<[^>]*>)")
_KEPT_TAGS = {"style", "script", "svg", "pre", "code", "cite"}
_KEPT_CLASSES = re.compile(r'class="(?:own-words|references)\b')


def american(page: str, names: Collection[str]) -> str:
    """The page with its words in American spelling. Not touched: the author's own
    words, titles of works, code, and words of `names`, which the data brought.
    """
    kept = {word.casefold() for name in names for word in re.findall(r"\w+", name)}
    parts = _TAG.split(page)
    inside, depth = "", 0  # the tag within which nothing is touched
    for place, part in enumerate(parts):
        if not part.startswith("<") or place % 2 == 0:
            if not depth:
                parts[place] = _WORDS.sub(lambda match: _spelt(match[0], kept), part)
            continue
        name = re.split(r"[\s/>]", part.lstrip("</"), maxsplit=1)[0]
        if depth:
            depth += (name == inside) * (-1 if part.startswith("</") else 1)
        elif name in _KEPT_TAGS or _KEPT_CLASSES.search(part):
            inside, depth = name, 1
    return "".join(parts)


def _spelt(word: str, kept: Collection[str]) -> str:
    if word.casefold() in kept:
        return word
    american = AMERICAN[word.casefold()]
    return american.capitalize() if word[0].isupper() else american
