"""Every setting: its value, what it may be and what it means, as the records say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sevenfold.config import Config
from sevenfold.records import Settings, toml_value


@dataclass(frozen=True)
class Setting:
    """One setting by its dotted name; value: as TOML, empty where there is none."""

    name: str
    value: str
    range: str
    meaning: str


def describe_settings(config: Config) -> Iterator[Setting]:
    """All settings of `config`, in the order of a run's config.toml.

    >>> seed = next(s for s in describe_settings(Config()) if s.name == "seed")
    >>> seed.name, seed.value, seed.range
    ('seed', '0', 'whole number from 0 to 999,999')
    """
    schema = Config.model_json_schema()
    return _described(config, schema, schema["$defs"], prefix="")


def _described(
    record: Settings, schema: Mapping[str, Any], shared: Mapping[str, Any], prefix: str
) -> Iterator[Setting]:
    values = record.model_dump(mode="json")
    groups = []
    for name, field in type(record).model_fields.items():
        value = getattr(record, name)
        if isinstance(value, Settings):
            groups.append((name, value))
            continue
        yield Setting(
            name=prefix + name,
            value="" if values[name] is None else toml_value(values[name]),
            range=_range(schema["properties"][name], shared),
            meaning=" ".join((field.description or "").split()),
        )
    for name, group in groups:
        below = shared[type(group).__name__]
        yield from _described(group, below, shared, prefix=f"{prefix}{name}.")


def _range(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    """In words what a JSON schema lets through."""
    if "$ref" in schema:
        schema = shared[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return next(_range(kind, shared) for kind in schema["anyOf"] if kind["type"] != "null")
    if "enum" in schema:
        *names, last = map(str, schema["enum"])
        return f"{', '.join(names)} or {last}"
    match schema["type"]:
        case "boolean":
            return "true or false"
        case "string":
            return "text"
        case "integer":
            return f"whole number{_bounds(schema, step=1)}"
        case "number":
            return f"number{_bounds(schema)}"
        case "array" if "prefixItems" in schema:
            inner = _range(schema["prefixItems"][0], shared)
            return f"{len(schema['prefixItems'])} of: {inner}"
        case "array":
            least = "at least one" if schema.get("minItems") else "any number"
            return f"list, {least} of: {_range(schema['items'], shared)}"
    parts = (f"{name} = {_range(part, shared)}" for name, part in schema["properties"].items())
    return "{ " + "; ".join(parts) + " }"


def _bounds(schema: Mapping[str, Any], step: int = 0) -> str:
    """` from 1 to 50`, ` above 0`; a whole number below 10 is one up to 9."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if step and below is not None:
        high, below = below - step, None
    words = []
    if above is not None and (low is None or above >= low):
        words.append(f"above {_number(above)}")
    elif low is not None:
        words.append(f"from {_number(low)}")
    if high is not None:
        words.append(f"to {_number(high)}")
    elif below is not None:
        words.append(f"{'and ' * bool(words)}below {_number(below)}")
    return "".join(f" {word}" for word in words)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
