"""Templates of Jinja2, as every page and card is drawn from them."""

import functools
from types import CodeType

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket


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
        bytecode_cache=_compiled(package, folder, autoescape),
    )


class _Compiled(BytecodeCache):
    """Compiled templates in this process's memory, by their names and sources: pages
    drawn after the first take half a second less.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template compiled before."""
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


@functools.cache
def _compiled(package: str, folder: str, autoescape: bool) -> _Compiled:
    return _Compiled()
