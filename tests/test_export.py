"""The network in other formats: each opened by its own runtime, and held to the run."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from made_up_run import MadeUp
from test_cli import sevenfold_command

from sevenfold.errors import RunError, SettingsError, SevenfoldError
from sevenfold.export import FORMATS, Exported, export
from sevenfold.export.onnx_graph import write_onnx
from sevenfold.export.portable import Portable
from sevenfold.networks import NetworkSpec, initial_weights
from sevenfold.runs.layout import MODEL, SAMPLE, WEIGHTS, step_file
from sevenfold.runs.reading import read_run
from sevenfold.storage import arrays_to_npz, read_npz, sha256_of

LIGHT = ("onnx", "safetensors", "npz")


@pytest.fixture(scope="module")
def exported(
    finished: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Exported]]:
    out = tmp_path_factory.mktemp("exported")
    return out, {file.format: file for file in export(finished, LIGHT, out)}


def copy_of(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "run")


def probabilities_of(finished: Path) -> tuple[np.ndarray, np.ndarray]:
    sample = read_npz(finished / SAMPLE)
    return sample["pixels"], sample["probabilities"]


@pytest.mark.parametrize("name", LIGHT)
def test_a_file_says_what_the_run_says(
    name: str, exported: tuple[Path, dict[str, Exported]]
) -> None:
    out, files = exported
    found = files[name]
    assert found.largest_difference < 1e-5
    assert found.n == found.n_same == 199
    assert found.accuracy == found.as_stored
    assert found.n_bytes == Path(found.path).stat().st_size
    assert Path(found.path).parent == out
    assert f"{found.n_bytes:,} bytes" in str(found)
    assert "on 199 images" in str(found)


def test_nothing_else_is_left_behind(exported: tuple[Path, dict[str, Exported]]) -> None:
    out, _ = exported
    assert sorted(path.name for path in out.iterdir()) == [
        "network.npz",
        "network.onnx",
        "network.safetensors",
    ]


def test_onnx_takes_bytes_in_any_number(
    finished: Path, exported: tuple[Path, dict[str, Exported]]
) -> None:
    out, files = exported
    pixels, expected = probabilities_of(finished)
    session = onnxruntime.InferenceSession(out / "network.onnx", providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    assert (taken.name, taken.type, taken.shape) == ("images", "tensor(uint8)", ["N", 28, 28])
    for n in (1, 7):
        (found,) = session.run(["probabilities"], {"images": pixels[:n]})
        np.testing.assert_allclose(found, expected[:n], atol=1e-5)
    model = onnx.load(out / "network.onnx")
    assert [opset.version for opset in model.opset_import] == [17]
    assert "opset 17, images uint8 [N, 28, 28] -> probabilities" in files["onnx"].about
    properties = {item.key: item.value for item in model.metadata_props}
    assert json.loads(properties["classes"]) == list("0123456789")


@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)])
def test_onnx_of_any_depth_and_in_colour(hidden: tuple[int, ...], tmp_path: Path) -> None:
    spec = NetworkSpec(inputs=24, classes=3, hidden=hidden, input_dropout=0.1)
    weights = tuple(w + np.float32(0.1) for w in initial_weights(spec, 0))
    network = Portable(spec, weights, (2, 4, 3), ("a", "b", "ü"), "0", tmp_path, tmp_path)
    write_onnx(network, tmp_path / "a.onnx")
    write_onnx(network, tmp_path / "b.onnx")
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()
    pixels = np.random.default_rng(0).integers(0, 256, (6, 2, 4, 3), np.uint8)
    values = pixels.reshape(6, -1) / 255
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        values = np.maximum(values @ kernel + bias, 0)
    odds = np.exp(values @ weights[-2] + weights[-1])
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx")
    (found,) = session.run(None, {"images": pixels})
    np.testing.assert_allclose(found, odds / odds.sum(axis=1, keepdims=True), atol=1e-6)


@pytest.mark.slow
def test_what_keras_writes_says_what_the_run_says(finished: Path, tmp_path: Path) -> None:
    older = tmp_path / "saved_model" / "older"
    older.mkdir(parents=True)
    files = {f.format: f for f in export(finished, ["litert", "saved-model", "keras"], tmp_path)}
    assert not older.exists()
    assert list(files) == ["keras", "litert", "litert int8", "saved-model"]
    for file in files.values():
        assert file.n_same > 0.98 * file.n
        assert file.largest_difference < (1e-5 if file.exact else 0.2)
    assert "tensorflow" in files["keras"].versions
    assert "answers the same" in str(files["litert int8"])
    assert "accuracy" in str(files["litert int8"])
    assert files["litert int8"].n_bytes < files["litert"].n_bytes / 2
    assert files["saved-model"].n_same == files["keras"].n
    assert {path.name for path in tmp_path.iterdir()} == {
        *("network.keras", "network.tflite", "network-int8.tflite", "saved_model")
    }


def test_a_file_that_says_something_else_is_not_kept(finished: Path, tmp_path: Path) -> None:
    run = copy_of(finished, tmp_path)
    out = tmp_path / "out"
    (before,) = export(run, ["npz"], out)
    sample = read_npz(run / SAMPLE)
    sample["probabilities"] = sample["probabilities"] + np.float32(1e-3)
    (run / SAMPLE).write_bytes(arrays_to_npz(sample))
    step = json.loads((run / step_file("saved_network")).read_text())
    step["files"][SAMPLE] = sha256_of(run / SAMPLE)
    (run / step_file("saved_network")).write_text(json.dumps(step))
    with pytest.raises(SevenfoldError, match=r"network\.npz does not say .* 1\.0e-03, allowed"):
        export(run, ["npz"], out)
    assert [path.stat().st_size for path in out.iterdir()] == [before.n_bytes]


def test_an_older_file_is_replaced(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "network.npz").write_text("old")
    export(finished, ["npz"], tmp_path)
    assert "network" in read_npz(tmp_path / "network.npz")


@pytest.mark.parametrize("file", [MODEL, WEIGHTS, SAMPLE])
def test_a_damaged_run_is_refused(file: str, finished: Path, tmp_path: Path) -> None:
    run = copy_of(finished, tmp_path)
    (run / file).write_bytes((run / file).read_bytes()[:-5] + b"wrong")
    with pytest.raises(RunError, match="missing or changed"):
        export(run, ["npz"])
    (run / file).unlink()
    with pytest.raises(RunError, match="missing or changed"):
        export(run, ["npz"])
    assert not (run / "export").exists()


def test_a_run_without_a_network_or_without_images_is_refused(
    finished: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        MadeUp(until="search").write(tmp_path / "stopped")
    with pytest.raises(RunError, match="has no final network"):
        export(tmp_path / "stopped", ["npz"])
    run = copy_of(finished, tmp_path)
    (run / step_file("saved_network")).unlink()
    with pytest.raises(RunError, match="before runs stored images"):
        export(run, ["npz"])


def test_a_place_that_cannot_be_written_is_refused(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        with pytest.raises(RunError, match=r"Cannot write into .* --out"):
            export(finished, ["npz"], out)
    (tmp_path / "network.npz").mkdir()
    (tmp_path / "network.npz" / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match=r"Cannot write into .* --out"):
        export(finished, ["npz"], tmp_path)
    assert (tmp_path / "network.npz" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("formats", "said"),
    [([], "--to wants one or more of keras, onnx"), (["npz", "h5"], "--to knows .* Got 'h5'")],
)
def test_a_format_that_nobody_knows_is_refused(
    formats: list[str], said: str, finished: Path
) -> None:
    with pytest.raises(SettingsError, match=said):
        export(finished, formats)


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.needs])
def test_what_is_not_installed_is_named_before_any_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sevenfold.export.installed", lambda module: False)
    with pytest.raises(SettingsError, match=f"--to {name} needs {FORMATS[name].needs[0]}"):
        export("no such run", ["npz", name])


def test_the_command_line_takes_formats_one_after_the_other(finished: Path, tmp_path: Path) -> None:
    arguments = ("export", finished, "--out", tmp_path / "out", "--to", "npz", "safetensors")
    answer = sevenfold_command(*arguments, cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    first, second = answer.stdout.splitlines()
    assert first.startswith("safetensors ")
    assert second.startswith(f"npz          {tmp_path / 'out' / 'network.npz'}  ")
    refused = sevenfold_command("export", "no-such-run", "--to", "npz", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert read_run(finished).unfinished is None
