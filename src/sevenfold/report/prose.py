"""Text as the page sets it."""

import re

from markupsafe import Markup, escape

from sevenfold.report.numbers import minus_signs, short


def prose(text: str) -> Markup:
    """Text for the page: true minus signs and apostrophes, powers of ten, italic p and
    n, and network shapes that do not break.
    """
    html = str(escape(re.sub(r"(?<=\w)'(?=\w)", "’", minus_signs(text))))
    html = re.sub(
        r"\bp (=|&lt;) (\d[\d.]*(?<=\d))", r'<span class="whole"><i>p</i> \1 \2</span>', html
    )
    html = re.sub(r"\bn = ([\d,]+\d)", r'<span class="whole"><i>n</i> = \1</span>', html)
    html = re.sub(r"\bp(?=-value)", "<i>p</i>", html)
    html = re.sub(r"\b\d(?:\.\d+)?e-\d+\b", lambda m: short(float(m[0])), html)
    html = re.sub(r"(?<=\d) (?=%)", "&nbsp;", html)
    return Markup(re.sub(r"\b\d+(?:-\d+)+\b", r'<span class="whole">\g<0></span>', html))


def statement(text: str, place: Markup) -> Markup:
    """A conclusion that ends with the place that shows it, inside the parentheses that
    it ends with, if any.

    >>> statement("It helped (p = 0.01).", Markup("Table 1"))
    Markup('It helped (<span class="whole"><i>p</i> = 0.01</span>; Table 1).')
    """
    text = text.rstrip(".")
    if text.endswith(")"):
        return Markup("{}; {}).").format(prose(text.removesuffix(")")), place)
    return Markup('{} <span class="whole">({}).</span>').format(prose(text), place)


def web(address: str) -> Markup:
    """A link to an address of the web, without its scheme; any other kind of address is
    text alone, for a page may be opened by somebody else.
    """
    scheme, mark, rest = address.partition("://")
    if not mark or scheme not in ("http", "https"):
        return Markup("{}").format(address)
    return Markup('<a href="{}">{}</a>').format(address, rest)
