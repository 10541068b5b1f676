"""The code that the report folds below its networks runs, and is theirs."""

import html
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reports import folder_of, html_of

import sevenfold as sf
from sevenfold.engine import save_keras
from sevenfold.networks import initial_weights


def blocks(kind: str) -> list[str]:
    found = re.findall(r'<details class="code">.*?<code>(.*?)</code>', html_of(kind), re.DOTALL)
    return [html.unescape(code) for code in found]


def test_the_three_networks_stand_in_their_sections() -> None:
    page = html_of("plain")
    order = [page.index(f"{name} = keras.Sequential") for name in ("baseline", "overfit", "final")]
    order.insert(1, page.index('id="section-6"'))
    order.insert(3, page.index('id="section-8"'))
    assert order == sorted(order)


def test_each_network_compiles_and_fits() -> None:
    run = sf.read_run(folder_of("plain"))
    assert run.baseline is not None
    network = run.baseline.network.configuration.network
    data = {"x": np.zeros((8, network.inputs), np.float32), "y": np.arange(8) % network.classes}
    names: dict[str, Any] = dict(data)
    exec(blocks("plain")[0].replace("verbose=2", "verbose=0"), names)
    assert names["baseline"].count_params() == network.n_parameters


def test_the_six_lines_read_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    run = sf.read_run(folder_of("own data"))
    assert run.final_test is not None
    code = blocks("own data")[-1]
    assert len(code.splitlines()) == 6
    spec = run.final_test.configuration.network.model_copy(update={"inputs": 32 * 32 * 3})
    (tmp_path / "models").mkdir()
    save_keras(spec, initial_weights(spec, 0), tmp_path / "models" / "final.keras")
    Image.new("L", (50, 40)).save(tmp_path / "image.png")
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    assert capsys.readouterr().out.splitlines()[-1] in ("cat", "dog", "owl")


def test_what_the_code_lacks_is_said() -> None:
    assert "# The run had besides: distorted training images" in blocks("distorted, tied")[2]
    assert not [code for code in blocks("plain") if "besides" in code]
