"""The saved network in plain Keras on TensorFlow, in a process of its own."""

from pathlib import Path

import numpy as np
import pytest
from conftest import made_up_digits
from made_up_run import MadeUp
from reports import Page, folder_of, page_of

from sevenfold.config import load_config
from sevenfold.engine import save_keras
from sevenfold.networks import NetworkSpec, initial_weights
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, divide
from sevenfold.report.prose import prose
from sevenfold.report.sections.appendix.words import saved_network
from sevenfold.report.terms import Terms
from sevenfold.runs.layout import MODEL, SAMPLE, WEIGHTS
from sevenfold.runs.reading import read_run
from sevenfold.runs.writing import Run
from sevenfold.runtimes import RuntimeFailed, RuntimeProcess
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.saved_network import SavedNetwork, keras_beside, open_saved_network
from sevenfold.storage import arrays_to_npz, write_atomically
from sevenfold.terminal import Terminal

SPEC = NetworkSpec(inputs=784, classes=10, hidden=(32,), hidden_dropout=0.25)


def saved(folder: Path, *, seed: int = 0) -> FinalTest:
    """What a run saves of its network, with the weights of a seed in the Keras file."""
    weights = initial_weights(SPEC, 0)
    names = ("kernel_0", "bias_0", "kernel_1", "bias_1")
    write_atomically(folder / WEIGHTS, arrays_to_npz(dict(zip(names, weights, strict=True))))
    save_keras(SPEC, initial_weights(SPEC, seed), folder / MODEL)
    final = read_run(MadeUp().write(folder / "other")).final_test
    assert final is not None
    configuration = final.configuration.model_copy(update={"network": SPEC})
    return final.model_copy(update={"configuration": configuration})


@pytest.fixture(scope="module")
def development() -> DevelopmentSet:
    return divide(made_up_digits(600, seed=3), ProtocolSettings(method="holdout"), seed=0)


def opened(
    folder: Path, development: DevelopmentSet, final: FinalTest, *, wanted: bool = True
) -> tuple[SavedNetwork, Run]:
    run = Run(folder, seed=0, engine="jax", terminal=Terminal("quiet"))
    with keras_beside(wanted=wanted) as process:
        return open_saved_network(run, development, final, process=process), run


def test_tensorflow_says_what_the_run_says(tmp_path: Path, development: DevelopmentSet) -> None:
    found, run = opened(tmp_path, development, saved(tmp_path))
    assert found.agrees
    assert not found.warning
    assert (found.n, found.n_other_answers) == (100, 0)
    assert 0.0 < found.largest_difference < 1e-6  # other products than JAX's
    assert found.tensorflow.startswith("2.")
    stored = run.load_arrays(SAMPLE)
    validation = development.images[development.rounds[0][0].validation]
    assert {a.tobytes() for a in stored["pixels"]} == {a.tobytes() for a in validation.pixels}
    np.testing.assert_allclose(stored["probabilities"].sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.slow
def test_a_file_that_says_something_else_is_a_warning(
    tmp_path: Path, development: DevelopmentSet
) -> None:
    found, _ = opened(tmp_path, development, saved(tmp_path, seed=1))
    assert not found.agrees
    assert "probabilities differ by up to" in found.warning
    assert found.n_other_answers > 50


def test_a_file_that_does_not_open_is_a_warning(
    tmp_path: Path, development: DevelopmentSet
) -> None:
    final = saved(tmp_path)
    (tmp_path / MODEL).write_bytes(b"PK no archive")
    run = Run(tmp_path, seed=0, engine="jax", terminal=Terminal("quiet"))
    with RuntimeProcess("reader", "jax") as process:  # Keras is there in a third of the time
        found = open_saved_network(run, development, final, process=process)
    assert found.failed
    assert "\n" not in found.warning
    assert found.largest_difference is None
    assert "does not open models/final.keras" in found.warning


def test_what_is_not_wanted_is_not_done_and_said(
    tmp_path: Path, development: DevelopmentSet
) -> None:
    found, run = opened(tmp_path, development, saved(tmp_path), wanted=False)
    assert (found.keras, found.warning, found.agrees) == (None, "", False)
    assert "not opened by plain Keras on TensorFlow: the settings say so" in str(found)
    assert len(run.load_arrays(SAMPLE)["pixels"]) == 100


def test_a_program_that_fails_says_its_last_line(tmp_path: Path) -> None:
    with (
        RuntimeProcess("reader") as process,
        pytest.raises(RuntimeFailed, match=r"No such file.*images\.npz"),
    ):
        process.ask(kind="npz", images=str(tmp_path / "images.npz"))


def test_a_program_that_is_not_asked_ends_with_its_context() -> None:
    with RuntimeProcess("reader", "tensorflow") as process:
        pass
    with pytest.raises((RuntimeFailed, ValueError)):
        process.ask(kind="npz")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (MadeUp().saved, "differ from those of this run by at most 1.2 × 10⁻⁷; every answer is"),
        (
            SavedNetwork(
                n=400, keras="3", tensorflow="2", largest_difference=0.5, n_other_answers=1
            ),
            "more than the 10⁻⁵ that is allowed; one answer differs",
        ),
        (SavedNetwork(n=400, why_not="TensorFlow is not installed"), "was not opened by plain"),
        (SavedNetwork(n=400, why_not="no", failed=True), "Warning: Plain Keras on TensorFlow"),
    ],
)
def test_the_appendix_says_how_it_went(found: SavedNetwork, said: str) -> None:
    terms = Terms.of(read_run(folder_of("plain")).problem)
    text = Page(str(prose(saved_network(found, terms)))).text
    assert said in text
    assert (text in page_of("plain").text) == (found == MadeUp().saved)


def test_a_run_checks_its_network_unless_told_otherwise() -> None:
    assert load_config("quick").check_saved_network
