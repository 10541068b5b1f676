"""The `.keras` file: every Keras from 3.3 on opens it, and equal weights give equal
bytes.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from sevenfold.engine import predict, save_keras
from sevenfold.networks import NetworkSpec, build, initial_weights

NETWORKS = {
    "softmax regression": NetworkSpec(inputs=20, classes=4),
    "L1 and dropout": NetworkSpec(
        inputs=20, classes=4, hidden=(8,), l1=1e-3, input_dropout=0.1, hidden_dropout=0.3
    ),
    "L2": NetworkSpec(inputs=20, classes=4, hidden=(8, 6), l2=1e-4),
    "all": NetworkSpec(
        inputs=20, classes=4, hidden=(8, 6), l1=1e-3, l2=1e-4, max_norm=3.0, hidden_dropout=0.2
    ),
}
PIXELS = np.random.default_rng(0).integers(0, 256, (50, 4, 5)).astype(np.uint8)


def saved(name: str, folder: Path) -> Path:
    path = folder / f"{name}.keras"
    save_keras(NETWORKS[name], initial_weights(NETWORKS[name], 3), path)
    return path


@pytest.mark.parametrize("name", NETWORKS)
def test_keras_reads_back_the_network_that_was_saved(name: str, tmp_path: Path) -> None:
    import keras

    network = NETWORKS[name]
    built = build(network, initial_weights(network, 3))
    opened = keras.models.load_model(saved(name, tmp_path))
    assert type(opened) is keras.Sequential
    assert opened.input_shape == built.input_shape
    for layer, as_built in zip(opened.layers, built.layers, strict=True):
        assert type(layer) is type(as_built)
        assert described(layer) == described(as_built)
    for array, expected in zip(opened.get_weights(), built.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


def described(layer: object) -> object:
    """A layer as Keras describes it, without its note of which objects were one."""
    import keras

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k != "shared_object_id"}
        # 0.001 read from a file is a Python number, one of Keras's own a float32.
        return float(np.float32(value)) if isinstance(value, float) else value

    return plain(json.loads(json.dumps(keras.saving.serialize_keras_object(layer))))


def test_equal_weights_give_equal_bytes(tmp_path: Path) -> None:
    path = saved("all", tmp_path)
    first = path.read_bytes()
    assert saved("all", tmp_path).read_bytes() == first
    with ZipFile(path) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert json.loads(archive.read("metadata.json")).keys() == {"keras_version"}
        config = archive.read("config.json")
    # Addresses in memory, and words that older versions refuse.
    for word in (b"shared_object_id", b"quantization_config", b"input_axes", b"ragged"):
        assert word not in config


def test_a_clock_before_1980_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zip files can name no earlier year; machines without a clock start in 1970."""
    expected = saved("all", tmp_path).read_bytes()
    in_1971 = time.gmtime(365 * 86_400)
    monkeypatch.setattr(time, "localtime", lambda *_: in_1971)
    assert saved("all", tmp_path).read_bytes() == expected


OPEN = """
import json, sys
import keras
import numpy as np
answers = {}
x = np.load(sys.argv[1])
for path in sys.argv[2:]:
    model = keras.models.load_model(path)
    answers[path] = {
        "predictions": model.predict(x, verbose=0).tolist(),
        "layers": [type(layer).__name__ for layer in model.layers],
        "rates": [layer.rate for layer in model.layers if hasattr(layer, "rate")],
        "dense": [
            [
                layer.kernel_regularizer and [float(layer.kernel_regularizer.l1),
                                              float(layer.kernel_regularizer.l2)],
                layer.kernel_constraint and layer.kernel_constraint.max_value,
            ]
            for layer in model.layers if hasattr(layer, "kernel")
        ],
    }
print(json.dumps([keras.__version__, answers]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.3.3", "3.6.0", "3.10.0"])
def test_older_keras_opens_it_and_predicts_the_same(version: str, tmp_path: Path) -> None:
    """On Keras's own NumPy backend; what Keras needs is that of the tests."""
    older = tmp_path / "older"
    install(f"keras=={version}", older)
    paths = {name: str(saved(name, tmp_path)) for name in NETWORKS}
    inputs = PIXELS.reshape(len(PIXELS), -1).astype(np.float32) / 255
    np.save(tmp_path / "inputs.npy", inputs)
    environment = {
        **os.environ,
        "PYTHONPATH": str(older),
        "KERAS_BACKEND": "numpy",
        "KERAS_HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", OPEN, str(tmp_path / "inputs.npy"), *paths.values()]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert answer.returncode == 0, answer.stderr[-2000:]
    opened_by, answers = json.loads(answer.stdout.splitlines()[-1])
    assert opened_by == version
    for name, network in NETWORKS.items():
        found = answers[paths[name]]
        expected = predict(network, initial_weights(network, 3), PIXELS)
        np.testing.assert_allclose(found["predictions"], expected, rtol=0, atol=1e-5)
        assert found["layers"] == [
            *(["Dropout"] if network.input_dropout else []),
            *[kind for _ in network.hidden for kind in hidden_layers(network)],
            "Dense",
        ]
        assert set(found["rates"]) == {network.input_dropout, network.hidden_dropout} - {0.0}
        for penalty, bound in found["dense"]:
            assert penalty == (
                pytest.approx([network.l1, network.l2]) if network.l1 or network.l2 else None
            )
            assert bound in (network.max_norm, None)
        assert [bound for _, bound in found["dense"][:-1]] == [network.max_norm] * len(
            network.hidden
        )


def hidden_layers(network: NetworkSpec) -> tuple[str, ...]:
    return ("Dense", "Dropout") if network.hidden_dropout else ("Dense",)


def install(package: str, folder: Path) -> None:
    """Put a package alone into an empty folder."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--no-compile", "--target", str(folder), package]
    try:
        done = subprocess.run(pip, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        pytest.skip(f"no package index gives {package} within a minute")
    if done.returncode != 0:
        pytest.skip(f"no package index here gives {package}: {done.stderr.strip()[-200:]}")
