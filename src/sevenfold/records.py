"""Typed, frozen settings and results, strict on the way in from JSON and TOML and exact
on the way out.
"""

import codecs
import difflib
import hashlib
import json
import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from sevenfold.errors import SettingsError

Unknown = Literal["forbid", "ignore"]

_MAX_BITS = 1_024
"""Of a whole number: as many as the largest float has. Python does not print those of
thousands."""

_MAX_TOML_BYTES = 1 << 20


class Record(BaseModel):
    """A frozen value with named, typed fields; unknown fields, NaN and silent
    conversions are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "", *, unknown: Unknown = "forbid") -> Self:
        """The record that `text` (JSON) spells out; unknown: what becomes of fields
        that it does not have.

        Raises:
            SettingsError: one line for the first thing wrong: its name, what was
            expected and what came.
        """
        try:
            return cls.model_validate_json(text, extra=unknown)
        except ValidationError as error:
            raise SettingsError(_explain(cls, error, source)) from None

    @classmethod
    def from_values(
        cls, values: dict[str, Any], source: str = "", *, unknown: Unknown = "forbid"
    ) -> Self:
        """The record with these (nested) values, read as strictly as from JSON."""
        place = f"{source}: " if source else ""
        try:
            for name, value in _leaves(values):
                if not _is_plain(value):
                    raise SettingsError(
                        f"{place}{name} must be a plain finite value. Got {_shown(value)}."
                    )
            text = json.dumps(values)
        except RecursionError:
            raise SettingsError(
                f"{place}expected settings in a few groups, got hundreds inside one another."
            ) from None
        return cls.from_json(text, source, unknown=unknown)

    def to_json(self) -> str:
        """Indented JSON with a final newline."""
        return self.model_dump_json(indent=2, by_alias=True) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON: equal records have equal digests."""
        return digest_of(self.model_dump(mode="json"))


class Settings(Record):
    """A record that a user may set; the string under a field says what it means."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def digest_of(value: object) -> str:
    """SHA-256 (hex) over the canonical JSON of a JSON-able value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        SettingsError: the file is missing, is not text or is not TOML.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "folder" if path.is_dir() else "special file"
            raise SettingsError(f"{path} is a {kind}. Give the path of a TOML file.")
        with path.open("rb") as file:
            content = file.read(_MAX_TOML_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"Cannot read the settings file {path}: {getattr(error, 'strerror', None) or error}."
            " Give the path of a TOML file."
        ) from None
    if len(content) > _MAX_TOML_BYTES:
        raise SettingsError(f"{path}: expected settings of at most {_MAX_TOML_BYTES:,} bytes.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SettingsError(f"{path}: expected text in UTF-8, got UTF-16. Save it as UTF-8.")
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except RecursionError:
        raise SettingsError(
            f"{path} is not valid: it has hundreds of brackets inside one another."
        ) from None
    except ValueError as error:
        raise SettingsError(
            f"{path} is not valid TOML: {error}. Mend that line, or start from a run's config.toml."
        ) from None


def to_toml(values: dict[str, Any]) -> str:
    """TOML text of nested tables of plain values; absent values (None) are left out, as
    TOML has no null.
    """
    return "\n".join(_toml_lines(values, prefix="")).lstrip("\n") + "\n"


def _toml_lines(values: dict[str, Any], prefix: str) -> list[str]:
    plain = {
        name: value
        for name, value in values.items()
        if not isinstance(value, dict) and value is not None
    }
    lines = [f"{name} = {toml_value(value)}" for name, value in plain.items()]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{prefix}{name}]", *_toml_lines(table, prefix=f"{prefix}{name}.")]
    return lines


def toml_value(value: Any) -> str:
    """A plain value, or lists and tables of them, as TOML writes it on one line."""
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(
                f"{name} = {toml_value(item)}" for name, item in value.items() if item is not None
            )
            + " }"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _is_plain(value: object) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= _MAX_BITS
    return isinstance(value, str | None) or (isinstance(value, float) and math.isfinite(value))


def _shown(value: object) -> str:
    too_long = isinstance(value, int) and value.bit_length() > _MAX_BITS
    return f"a number of {value.bit_length():,} bits" if too_long else repr(value)  # type: ignore[attr-defined]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value among nested tables and lists, with its dotted name."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, name)
    else:
        yield name, value


def _explain(cls: type[BaseModel], error: ValidationError, source: str) -> str:
    # A misspelt name is the cause of the missing one that pydantic may name before it.
    errors = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"])
    place = f"{source}: " if source else ""
    if first["type"] == "extra_forbidden":
        hint = _hint(cls, first["loc"])
        return f"{place}{where} is not a setting. {hint}"
    expected = first["msg"].removeprefix("Input ").removeprefix("Value error, ")
    # A rule about several settings names them itself.
    names_all = first["type"] == "missing" or (
        first["type"] == "value_error" and isinstance(first["input"], dict)
    )
    came = "" if names_all else f" Got {first['input']!r} ({type(first['input']).__name__})."
    return f"{place}{f'{where}: ' if where else ''}{expected}.{came}"


def _hint(cls: type[BaseModel], path: tuple[int | str, ...]) -> str:
    """What was meant by the unknown name at the end of `path`: a name like it there, or
    anywhere else; if nothing is like it, what is known there.
    """
    name, known = str(path[-1]), _known_names(cls, path[:-1])
    places: dict[str, list[str]] = {}
    for place in _names_below(cls):
        places.setdefault(place.rpartition(".")[2], []).append(repr(place))
    if name not in places and (close := difflib.get_close_matches(name, known, n=1)):
        return f"Did you mean {close[0]!r}?"
    if close := difflib.get_close_matches(name, places, n=1):
        return f"Did you mean {' or '.join(places[close[0]])}?"
    return f"Known here: {', '.join(known)}."


def _names_below(cls: type[BaseModel]) -> Iterator[str]:
    """The dotted names of all fields of a record and of the records within it, groups
    included.
    """
    for name, field in cls.model_fields.items():
        yield name
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from (f"{name}.{below}" for below in _names_below(inner))


def _known_names(cls: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The fields of the record that lies at `path` below `cls`; numbers in the path are
    places in a list.
    """
    for part in (part for part in path if isinstance(part, str)):
        inner = _record_in(cls.model_fields[part].annotation) if part in cls.model_fields else None
        if inner is None:
            return []
        cls = inner
    return sorted(cls.model_fields)


def _record_in(annotation: Any) -> type[BaseModel] | None:
    """The record that an annotation names, by itself or inside `tuple[...]` and the
    like.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := _record_in(part))), None)
