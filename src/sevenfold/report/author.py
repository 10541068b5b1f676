"""Who hands a report in: a name, a title, words of their own, spelling and style of
references; kept in the run folder beside what the run measured.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from sevenfold.errors import RunError, SettingsError
from sevenfold.records import Record
from sevenfold.runs.description import read_description
from sevenfold.runs.layout import AUTHOR
from sevenfold.storage import write_atomically

Spelling = Literal["british", "american"]
References = Literal["numbered", "harvard"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "spelling": get_args(Spelling),
    "references": get_args(References),
}
MAX_LENGTH = 200
"""Characters of a name, a title, a course or a date."""

Line = Annotated[str, Field(max_length=MAX_LENGTH)]


class OwnText(Record):
    """Words of the author's for a section, as Markdown. section: its id on the page.
    instead: whether they take the place of the section's introduction.
    """

    section: str
    markdown: str
    instead: bool = False


class Author(Record):
    """What the author said. An empty line says nothing: then the title is the report's
    own, and the date that of the run.
    """

    name: Line = ""
    title: Line = ""
    course: Line = ""
    date: Line = ""
    spelling: Spelling = "british"
    references: References = "numbered"
    texts: tuple[OwnText, ...] = ()


def read_author(folder: Path) -> Author:
    """What was kept in a run folder; nothing said where nothing was.

    Raises:
        RunError: the file is there and cannot be read.
    """
    path = folder / AUTHOR
    try:
        return Author.from_json(path.read_bytes(), unknown="ignore")
    except FileNotFoundError:
        return Author()
    except (OSError, SettingsError) as error:
        raise RunError(
            f"{path} cannot be read: {error} Delete it, and give its options to `sevenfold report`"
            " again."
        ) from None


def keep_author(folder: Path | str, said: Mapping[str, Any]) -> Author:
    """Keep what an author says, by field, over what was said before.

    Raises:
        RunError: the folder is not a run, or what was kept there cannot be read.
        SettingsError: a line that is too long, is no text, or is none of the choices.
    """
    folder = Path(folder)
    read_description(folder)
    before = read_author(folder)
    author = author_of(said, before)
    if author != before:
        write_atomically(folder / AUTHOR, author.to_json())
    return author


def author_of(said: Mapping[str, Any], before: Author | None = None) -> Author:
    """What was said, by field, over what was said before.

    Raises:
        SettingsError: as of `keep_author`.
    """
    for field, value in said.items():
        if field in CHOICES and value not in CHOICES[field]:
            choices = " or ".join(CHOICES[field])
            raise SettingsError(f"{field} must be {choices}. Got {value!r}. Give one of the two.")
        if isinstance(value, str) and not (len(value) <= MAX_LENGTH and value.isprintable()):
            raise SettingsError(
                f"{'author' if field == 'name' else field} must be one line of at most"
                f" {MAX_LENGTH} characters. Got {len(value):,}: {value[:40]!r}. Shorten it, or"
                " leave out what cannot be printed."
            )
    old = before.model_dump(mode="json") if before else {}
    texts = {"texts": [text.model_dump() for text in said["texts"]]} if "texts" in said else {}
    return Author.from_values(old | dict(said) | texts, "author")
