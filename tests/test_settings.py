"""Every setting is described by the records themselves, and what is described holds."""

import re

import pytest

from sevenfold.config import PRESETS, Config, load_config, parse_assignment
from sevenfold.errors import SettingsError
from sevenfold.settings import Setting, describe_settings

SETTINGS = {setting.name: setting for setting in describe_settings(Config())}


def test_every_setting_has_a_meaning_a_range_and_a_place() -> None:
    def leaves(values: dict[str, object], prefix: str = "") -> list[str]:
        names = []
        for name, value in values.items():
            inside = isinstance(value, dict)
            names += leaves(value, f"{prefix}{name}.") if inside else [prefix + name]  # type: ignore[arg-type]
        return names

    assert sorted(SETTINGS) == sorted(leaves(Config().model_dump(mode="json")))
    for setting in SETTINGS.values():
        assert setting.meaning.endswith("."), f"say below {setting.name} what it means"
        assert setting.range


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("preset", '"book"', "quick, book, standard or record"),
        ("dataset", '"auto"', "text"),
        ("size", "", "2 of: whole number from 1 to 128"),
        ("invert", "false", "true or false"),
        ("seed", "0", "whole number from 0 to 999,999"),
        ("success.balanced_ratio", "1.5", "number from 1"),
        ("baseline.n_epochs", "10", "whole number from 1"),
        ("baseline.significance", "0.05", "number above 0 and below 0.5"),
        ("protocol.method", '"auto"', "auto, holdout, kfold or iterated-kfold"),
        ("regularize.ablation.dropout", "0.5", "number above 0 and below 1"),
        ("regularize.space.depth", "[1, 2]", "2 of: whole number from 1 to 16"),
        ("regularize.space.distortion", "[0.0, 0.0]", "2 of: number from 0 to 3"),
        (
            "regularize.search.rungs",
            "[1, 4, 16]",
            "list, at least one of: whole number from 1",
        ),
        (
            "regularize.space.hidden",
            "[]",
            "list, any number of: list, at least one of: whole number from 1 to 65,536",
        ),
    ],
)
def test_a_setting_in_words(name: str, value: str, words: str) -> None:
    assert (SETTINGS[name].value, SETTINGS[name].range) == (value, words)


def test_stages_are_described_with_their_parts() -> None:
    assert SETTINGS["overfit.stages"].range == (
        "list, at least one of: { hidden = list, at least one of: whole number from 1 to 65,536;"
        " n_epochs = whole number from 5 }"
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_shown_of_a_preset_can_be_given_back_to_it(preset: str) -> None:
    config = load_config(preset)
    shown = {s.name: s.value for s in describe_settings(config) if s.value and s.name != "preset"}
    given = dict(parse_assignment(f"{name}={value}") for name, value in shown.items())
    assert load_config("book" if preset == "book" else preset, given) == config


def ends(setting: Setting) -> list[tuple[float, float]]:
    """At each end the last value that the range allows, and the first beyond."""
    step = 1 if setting.range.startswith("whole") else 1e-6
    found = []
    for words, sign, closed in (
        ("from", -1, True),
        ("to", 1, True),
        ("above", -1, False),
        ("below", 1, False),
    ):
        if match := re.search(rf"\b{words} ([\d.,]+)", setting.range):
            end = float(match[1].rstrip(",").replace(",", ""))
            outside = end + sign * step if closed else end
            found.append((end if closed else end - sign * step, outside))
    return found


@pytest.mark.parametrize(
    "setting", [s for s in SETTINGS.values() if s.range.startswith(("whole", "number"))], ids=str
)
def test_a_range_holds_at_both_ends(setting: Setting) -> None:
    kind = int if setting.range.startswith("whole") else float
    assert ends(setting)
    for inside, outside in ends(setting):
        load_config("book", {setting.name: kind(inside)})
        with pytest.raises(SettingsError, match=setting.name.rpartition(".")[2]):
            load_config("book", {setting.name: kind(outside)})


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("ablation.x", "'regularize.ablation'"),
        ("ablatoin", "'regularize.ablation'"),
        ("n_trials", "'regularize.search.n_trials'"),
        ("baseline.n_rounds", "'protocol.n_rounds'"),
        ("sede", "'seed'"),
        ("regularize.search.n_trails", "'n_trials'"),
        ("n_finalists", "'regularize.n_finalists'"),
        ("width", "'regularize.space.width'"),
        ("n_epochs", "'baseline.n_epochs' or 'final_test.n_epochs'"),
    ],
)
def test_a_name_in_the_wrong_place_is_told_where_it_belongs(wrong: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"Did you mean {meant}?")):
        load_config("book", {wrong: 1})


def test_a_name_like_no_other_gets_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match=r"quux is not a setting\. Known here: baseline, "):
        load_config("book", {"quux": 1})
