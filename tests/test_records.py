"""Settings and results: strict in, exact out."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenfold.config import (
    PRESETS,
    Config,
    default_folder,
    load_config,
    parse_assignment,
    stretched,
)
from sevenfold.errors import SettingsError
from sevenfold.records import digest_of, to_toml


@pytest.mark.parametrize("preset", PRESETS)
def test_config_survives_toml_and_json(preset: str) -> None:
    config = load_config(preset)
    assert Config.from_json(config.to_json()) == config
    assert Config.from_values(tomllib.loads(to_toml(config.model_dump(mode="json")))) == config


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("regularize.search.n_trails", 4, ["regularize.search.n_trails", "n_trials"]),
        (
            "overfit.stages",
            [{"hiden": [64], "n_epochs": 9}],
            ["overfit.stages.0.hiden", "Did you mean 'hidden'?"],
        ),
        ("sede", 4, ["sede", "'seed'"]),
        ("seed", "1", ["seed", "integer", "'1' (str)"]),
        ("seed", -1, ["seed", "greater than or equal to 0", "-1"]),
        ("regularize.ablation.dropout", 1.0, ["regularize.ablation.dropout", "less than 1", "1.0"]),
        ("regularize.space.learning_rate", [0.1, 0.01], ["learning_rate", "lowest, highest"]),
        ("engine", "torch", ["engine", "'jax' or 'keras'", "torch"]),
        ("baseline", 3, ["baseline", "3"]),
        ("regularize.ablation.l2", float("nan"), ["regularize.ablation.l2", "finite", "nan"]),
        ("preset", "book", ["preset", "--preset"]),
    ],
)
def test_bad_settings_are_named(name: str, value: object, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_config("quick", {name: value})
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("preset", "changes", "said"),
    [
        (
            "record",
            {"engine": "keras"},
            (
                r"^\S+\.distortion and \S+\.hard_examples work in the jax engine only; take"
                r" --engine jax"
            ),
        ),
        (
            "standard",
            {"regularize.space.width": [64]},
            r"^regularize\.space\.width is not read by the preset standard",
        ),
        (
            "book",
            {"regularize.space.distortion": [0.0, 1.0]},
            r"^the preset book has no distortion in",
        ),
        (
            "book",
            {"regularize.space.photometric": [0.0, 0.5]},
            r"^the preset book has no photometric in",
        ),
        (
            "quick",
            {"engine": "keras", "regularize.space.photometric": [0.5, 0.5]},
            r"^\S+\.photometric work in the jax engine only; take --engine jax",
        ),
        (
            "standard",
            {"regularize.space.distortion": [0.0, 0.9]},
            r"^regularize\.space\.photometric is \[0\.5, 0\.5\] and changes images that are",
        ),
        (
            "book",
            {"regularize.space.hard_examples": [0.0, 0.5]},
            r"^the preset book has no hard_examples in",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_named(
    preset: str, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        load_config(preset, changes)
    assert "Got {" not in str(caught.value)


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'quick'"):
        load_config("qick")


def test_settings_file_that_is_not_toml_names_the_line(tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("seed = \n")
    with pytest.raises(SettingsError, match=r"mine\.toml is not valid TOML.*line 1"):
        load_config(file)


def test_a_file_changes_its_preset(tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('preset = "quick"\n[regularize.search]\nn_trials = 18\n')
    config = load_config(file, {"seed": 3})
    assert config == load_config("quick", {"seed": 3, "regularize.search.n_trials": 18})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=1", ("a.b", 1)),
        ("a=[1, 2]", ("a", [1, 2])),
        ("a=word", ("a", "word")),
        ("a=1e-3", ("a", 1e-3)),
        ("a=true", ("a", True)),
    ],
)
def test_assignments(text: str, expected: tuple[str, object]) -> None:
    assert parse_assignment(text) == expected


def test_assignment_without_equals() -> None:
    with pytest.raises(SettingsError, match="name=value"):
        parse_assignment("n_trials")


def test_default_folder_is_the_same_for_the_same_settings_only() -> None:
    assert default_folder(load_config("book")).as_posix() == "runs/book"
    changed = default_folder(load_config("book", {"seed": 1}))
    assert (
        changed
        == default_folder(load_config("book", {"seed": 1}))
        != default_folder(load_config("book", {"seed": 2}))
    )


def test_default_folder_tells_data_of_one_name_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def folder(dataset: str) -> str:
        return default_folder(load_config("quick", {"dataset": dataset})).as_posix()

    monkeypatch.chdir(tmp_path)
    assert folder("usps") == "runs/quick-usps"
    assert re.fullmatch(r"runs/quick-train-[0-9a-f]{6}", folder("a/train.csv"))
    assert folder("a/train.csv") != folder("b/train.csv")
    ways = ("a/train.csv", str(tmp_path / "a" / "train.csv"), "custom:b/../a/train.csv")
    assert len({folder(way) for way in ways}) == 1


@given(
    st.dictionaries(
        st.text(),
        st.integers()
        | st.text()
        | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_digest_ignores_order_only(values: dict[str, object]) -> None:
    assert digest_of(values) == digest_of(dict(reversed(list(values.items()))))
    assert digest_of(values) != digest_of([values])


def test_stretched_settings_multiply_every_number_of_epochs() -> None:
    config = load_config("quick", {"final_test.n_epochs": 9})
    longer = stretched(config, 3)
    assert longer.baseline.n_epochs == 3 * config.baseline.n_epochs
    assert [s.n_epochs for s in longer.overfit.stages] == [
        3 * s.n_epochs for s in config.overfit.stages
    ]
    assert longer.regularize.search.rungs == (6, 18, 36)
    assert longer.final_test.n_epochs == 27
    assert stretched(config, 1) == config


def test_divided_batches_keep_an_image_and_are_named_once() -> None:
    config = load_config("book", {"regularize.space.batch_size": [2, 6, 256]})
    smaller = stretched(config, 1, 8)
    assert (smaller.baseline.batch_size, smaller.overfit.batch_size) == (16, 16)
    assert smaller.regularize.space.batch_size == (1, 32)
