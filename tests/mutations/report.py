"""Faults of what an author says and hands in."""

FAULTS = {
    "report/author.py": (
        ("what was said before is forgotten", "author_of(said, before)", "author_of(said)"),
    ),
    "report/own_words.py": (
        ("links lead anywhere", 'address.startswith("#") or urlsplit', "bool(address) or urlsplit"),
        ("warnings go with the introduction", "<p>(?!<strong>)", "<p>"),
        ("HTML of the author's is HTML", '"commonmark", {"html": False}', '"commonmark"'),
    ),
    "report/spelling.py": (
        ("names of classes are spelt anew", "match[0] if word in same else AMERICAN", "AMERICAN"),
        ("what is read aloud stays British", "said[1] + spelt(said[2])", "said[0]"),
        (
            "code in Markdown is spelt anew",
            "parts[::2] = map(speller(names), parts[::2])",
            "parts = [*map(speller(names), parts)]",
        ),
    ),
    "report/references.py": (
        (
            "Harvard's list is in the order of the text",
            "keys.sort(key=lambda key: by_author(self._texts[key]).casefold())",
            "keys.sort(key=lambda key: 0)",
        ),
    ),
    "report/page.py": (
        ("a name ends the style", "c.isascii() and c.isalnum()", "c.isprintable()"),
        ("one place's words stand in another", "own[name], author)", "[*own.values()][0], author)"),
    ),
    "report/documents": (
        ("pages have no number", 'w:instr=" PAGE "', 'w:instr=" DATE "'),
        ("numbers stand left", "_NUMBER.sub(r'\\1 style", "_NUMBER.sub(r'\\1 data-style"),
    ),
    "report/sections/front/abstract.py": (
        ("errors of a hundred", "round(1_000 * (1.0 - end))", "round(100 * (1.0 - end))"),
        (
            "the network's interval stands for the recipe's",
            "final.recipe if final.recipe.n_seeds > 1 else final.scores.accuracy",
            "final.scores.accuracy if final.recipe.n_seeds > 1 else final.recipe",
        ),
    ),
    "report/sections/decisions/words.py": (
        ("the largest seed counts", 'f"{first} %",', 'f"{best} %",'),
        (
            "worse is not told apart",
            "if baseline.over_softmax.ci_high < 0.0:",
            "if baseline.over_softmax.ci_high < -1.0:",
        ),
    ),
}
"""By place: name, old and new of each fault."""
