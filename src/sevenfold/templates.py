"""Templates of Jinja2, as every page and card is drawn from them."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(package: str, folder: str = ".", *, autoescape: bool = True) -> Environment:
    """The templates in a folder of a package: an undefined name is an error, and a line
    with nothing but a tag leaves nothing.
    """
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
