"""Every setting of a run, the presets, and how a user changes them."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from sevenfold.data import Source, TransferProgress, load
from sevenfold.data.cache import expanded
from sevenfold.data.catalogue import NAMES
from sevenfold.data.readers.files import MAX_SIDE
from sevenfold.data.source import OWN
from sevenfold.engine import Precision, fastest_precision
from sevenfold.errors import SettingsError, listed
from sevenfold.protocol import ProtocolSettings
from sevenfold.records import Settings, digest_of, read_toml
from sevenfold.runs.claiming import kept_settings
from sevenfold.steps.baseline import BaselineSettings
from sevenfold.steps.confidence import ConfidenceSettings
from sevenfold.steps.final_test import FinalTestSettings
from sevenfold.steps.finalists import RegularizeSettings
from sevenfold.steps.learning_curve import LearningCurveSettings
from sevenfold.steps.leave_one_out import LeaveOneOutSettings
from sevenfold.steps.overfit import OverfitSettings
from sevenfold.steps.success import SuccessSettings

Preset = Literal["quick", "book", "standard", "record"]
PRESETS: tuple[str, ...] = get_args(Preset)

_MAX_DEPTH = 8
"""Groups of settings inside one another; we have three."""

Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]


class Config(Settings):
    """All settings of a run. The defaults are the `book` preset; a preset's TOML file
    holds what differs.
    """

    preset: Preset = "book"
    """Where the defaults come from; chosen by --preset."""
    dataset: Annotated[str, Field(min_length=1)] = "auto"
    """A name that `sevenfold data list` shows, or the path of images; auto is mnist
    where it can be had.
    """
    size: tuple[Side, Side] | None = None
    """Height and width to which pictures are brought, and which rows of a table have;
    without it, what the images suggest.
    """
    invert: bool = False
    """Turn the images, 255 - pixel: for dark ink on bright paper."""
    group: Annotated[str, Field(min_length=1)] | None = None
    """The column of a table that says which images belong together."""
    engine: Literal["auto", "jax", "keras"] = "auto"
    """What trains: a JAX loop (auto, jax), or Keras's own fit on TensorFlow."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    """Of the factors of matrix products in training: auto measures at the start which
    is faster here, and the run keeps what was chosen.
    """
    seed: Annotated[int, Field(ge=0, lt=1_000_000)] = 0
    """Everything random follows from it."""
    check_saved_network: bool = True
    """Open the saved network in plain Keras on TensorFlow at the end, where that is
    installed, and compare what it says.
    """
    success: SuccessSettings = SuccessSettings()
    protocol: ProtocolSettings = ProtocolSettings()
    baseline: BaselineSettings = BaselineSettings()
    overfit: OverfitSettings = OverfitSettings()
    regularize: RegularizeSettings = RegularizeSettings()
    leave_one_out: LeaveOneOutSettings = LeaveOneOutSettings()
    learning_curve: LearningCurveSettings = LearningCurveSettings()
    confidence: ConfidenceSettings = ConfidenceSettings()
    final_test: FinalTestSettings = FinalTestSettings()

    @model_validator(mode="after")
    def _check(self) -> "Config":
        space = self.regularize.space
        asked = [
            name
            for name in ("label_smoothing", "distortion", "photometric", "hard_examples")
            if getattr(space, name)[1]
        ]
        if self.preset == "book" and asked:
            raise ValueError(
                f"the preset book has no {asked[0]} in regularize.space, as its chapters have none;"
                " start from the preset standard for it"
            )
        if self.engine == "keras" and (
            jax_only := [name for name in asked if name != "label_smoothing"]
        ):
            names = listed([f"regularize.space.{name}" for name in jax_only])
            raise ValueError(
                f"{names} work in the jax engine only; take --engine jax, or set them to [0.0, 0.0]"
            )
        if self.engine == "keras" and self.precision == "mixed_bfloat16":
            raise ValueError(
                "precision mixed_bfloat16 works in the jax engine only; take --engine jax, or"
                " precision float32"
            )
        if space.photometric[1] and not space.distortion[0]:
            raise ValueError(
                f"regularize.space.photometric is {list(space.photometric)} and changes images that"
                " are distorted as well, but distortion may be 0; let it begin above 0, or set"
                " photometric to [0.0, 0.0] too"
            )
        return self


def load_config(
    preset_or_file: str | Path = "book", changes: Mapping[str, Any] | None = None
) -> Config:
    """The settings of a preset (`PRESETS`) or of a TOML file, with `changes` by dotted
    name on top.

    `load_config("quick", {"seed": 1, "regularize.search.n_trials": 18})`

    Raises:
        SettingsError: an unknown preset or name, or a value that a setting cannot have.
    """
    name = str(preset_or_file)
    if "preset" in (changes or {}):
        raise SettingsError(
            "preset is chosen with --preset or in the settings file, not with --set: it stands for"
            " many settings."
        )
    file = {"preset": name} if name in PRESETS else _read_file(Path(name))
    values = _merged(_preset_values(file.get("preset", "book")), file)
    for setting, value in (changes or {}).items():
        _set_value(values, setting, value)
    config = Config.from_values(values, source="" if name in PRESETS else name)
    _require_read(config, file, changes or {})
    return config


def _require_read(config: Config, file: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Refuse a depth or width of the user's own that a preset's whole networks would
    leave unread.
    """
    given = {name.removeprefix("regularize.space.") for name in changes} | set(
        file.get("regularize", {}).get("space", {})
    )
    unread = sorted(given & {"depth", "width"})
    if config.regularize.space.hidden and unread and "hidden" not in given:
        raise SettingsError(
            f"regularize.space.{unread[0]} is not read by the preset {config.preset}, which names"
            " whole networks in regularize.space.hidden. Change that, or set it to [] as well."
        )


def load_images(config: Config, place: Path | None, progress: TransferProgress) -> Source:
    """The data set that these settings name, as they wish it; `place` is where a named
    one lies. See `sevenfold.data.load`, also for what it raises.
    """
    return load(
        config.dataset, place, progress, size=config.size, invert=config.invert, group=config.group
    )


def with_precision(config: Config, folder: Path, *, on_cluster: bool) -> tuple[Config, Precision]:
    """The settings with `precision` decided, and what it is: as asked for; else what
    the run in `folder` was begun with; else what is faster here. A cluster's machines
    may differ, so it takes float32.
    """
    begun_with: Any = kept_settings(folder).get("precision")
    precision: Precision
    if config.precision != "auto":
        precision = config.precision
    elif begun_with in get_args(Precision):
        precision = begun_with
    elif config.engine == "keras" or on_cluster:
        precision = "float32"
    else:
        precision = fastest_precision()
    return config.model_copy(update={"precision": precision}), precision


def stretched(config: Config, times: int, batch_divisor: int = 1) -> Config:
    """The settings with every number of epochs multiplied by `times`, and every batch
    size divided; batches keep an image at least, and one size counts once.
    """
    values = config.model_dump(mode="json")
    space = values["regularize"]["space"]
    for holder in (values["baseline"], values["overfit"]):
        holder["batch_size"] = max(1, holder["batch_size"] // batch_divisor)
    divided = [max(1, size // batch_divisor) for size in space["batch_size"]]
    space["batch_size"] = list(dict.fromkeys(divided))
    values["baseline"]["n_epochs"] *= times
    for stage in values["overfit"]["stages"]:
        stage["n_epochs"] *= times
    search = values["regularize"]["search"]
    search["rungs"] = [times * rung for rung in search["rungs"]]
    values["final_test"]["n_epochs"] *= times
    return Config.from_values(values)


def default_folder(config: Config) -> Path:
    """Where a run goes when the user does not say: `runs/<preset>`, with the data set
    and a digest where they differ from it. Data at a path have one more, of the whole
    path, for many are called `train.csv`.
    """
    plain = config.model_copy(update={"dataset": "auto"})
    name: str = config.preset
    if config.dataset in NAMES:
        name += "" if config.dataset == "auto" else f"-{config.dataset}"
    else:
        path = Path(os.path.abspath(expanded(config.dataset.removeprefix(OWN))))  # noqa: PTH100
        name += f"-{path.stem}-{digest_of([str(path)])[:6]}"
    changed = plain != load_config(config.preset)
    return Path("runs") / (f"{name}-{config.digest[:8]}" if changed else name)


def _set_value(values: dict[str, Any], name: str, value: Any) -> None:
    """Put `value` at the dotted `name` among nested values, in place."""
    *tables, last = name.split(".")
    if len(tables) > _MAX_DEPTH:
        raise SettingsError(
            f"{name} is not a setting: expected at most {_MAX_DEPTH} groups inside one another, got"
            f" {len(tables):,}."
        )
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise SettingsError(
                f"{name} is not a setting: {table} is a value, not a group of settings."
            )
    values[last] = value


def parse_assignment(text: str) -> tuple[str, Any]:
    """`name.of.setting=value` as name and value; the value is TOML, and a bare word is
    a string.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise SettingsError(
            f"--set wants name=value, for example regularize.search.n_trials=90. Got {text!r}."
        )
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except (ValueError, RecursionError):  # no TOML, or more of it than Python reads
        return name.strip(), value.strip()


def _preset_values(name: str) -> dict[str, Any]:
    return tomllib.loads(
        resources.files("sevenfold").joinpath("presets", f"{name}.toml").read_text(encoding="utf-8")
    )


def _read_file(path: Path) -> dict[str, Any]:
    """What a user's settings file says, on top of a preset that there is."""
    if not path.suffix and _is_free(path):
        close = difflib.get_close_matches(str(path), PRESETS, n=1)
        hint = (
            f"Did you mean {close[0]!r}?"
            if close
            else f"Known: {', '.join(PRESETS)}, or the path of a TOML file."
        )
        raise SettingsError(f"{str(path)!r} is not a preset. {hint}")
    values = read_toml(path)
    preset = values.get("preset", "book")
    if preset not in PRESETS:
        raise SettingsError(f"{path}: preset must be one of {', '.join(PRESETS)}. Got {preset!r}.")
    return values


def _is_free(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:  # whoever reads it says why it cannot be looked at
        return False


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in changes.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both_tables else value
    return merged
