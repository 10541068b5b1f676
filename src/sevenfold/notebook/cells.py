"""The cells of code, and which section of the report each stands below."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sevenfold.errors import listed
from sevenfold.notebook import data_code, expected, texts
from sevenfold.notebook.expected import Expected, Tested
from sevenfold.notebook.keras_code import left_out, network_code, training_code
from sevenfold.runs.layout import MODEL
from sevenfold.runs.reading import FinishedRun
from sevenfold.statistics import decimals
from sevenfold.validation import Configuration, ScoredConfiguration

START, DATA, DIVISION, PREPARATION = "start", "section-1", "section-3", "section-4"
BASELINE, OVERFIT, FINAL = "section-5", "section-6", "section-8"
NAMES = {"baseline": "the baseline", "overfit": "the overfitting model"}


@dataclass(frozen=True)
class Code:
    """One cell of code, with the words above it. hidden: long and not to be read."""

    source: str
    words: str = ""
    hidden: bool = False


def code_cells(run: FinishedRun) -> dict[str, list[Code]]:
    """The cells below each section that finished, by the section's id; those under
    `START` come before all.
    """
    places = decimals(run.final_test.n_test if run.final_test else run.problem.n_development)
    start = texts.START.format(
        place=json.dumps(data_code.place_of_data(run)), seed=run.description.seed, places=places
    )
    cells = {START: [Code(start, texts.HOW_TO)], DATA: list(_data(run))}
    if run.preparation and run.evaluation_protocol:
        division = data_code.division_code(run, expected.first_split(run))
        cells[DIVISION] = [
            Code(division, texts.DIVISION, hidden=True),
            Code(_divided(run)),
        ]
        cells[PREPARATION] = [Code(texts.PREPARATION)]
        cells[BASELINE] = list(_baseline(run))
        cells[OVERFIT] = list(_overfit(run))
        cells[FINAL] = list(_final(run))
    return cells


def _data(run: FinishedRun) -> Iterator[Code]:
    code = data_code.data_code(run)
    yield Code(code, hidden=run.problem.provenance.name == data_code.PACKAGED)
    yield Code(data_code.check_code(run))


def _divided(run: FinishedRun) -> str:
    counts = [row.n_validation for row in run.problem.class_counts]
    return (
        "by_class = np.bincount(labels[is_validation])\n"
        f"same = sorted(by_class) == sorted({counts})\n"
        'print(f"{(~is_validation).sum():,} to train, {is_validation.sum():,} to validate:",\n'
        '      "as in the run" if same else "NOT the division of the run")'
    )


def _baseline(run: FinishedRun) -> Iterator[Code]:
    if run.baseline is None:
        return
    small = run.baseline.network
    code = _trained_and_validated(small.configuration, "baseline")
    on_validation = expected.on_validation(run, small, small.epoch)
    found = 'curves["val_accuracy"][-1]'
    yield Code(f"{code}\n{_compared('Baseline, validation', found, on_validation)}", _same(run))


def _overfit(run: FinishedRun) -> Iterator[Code]:
    if run.overfit is None:
        return
    model = run.overfit.model
    code = _trained_and_validated(model.at_end.configuration, "overfit")
    found = 'curves["val_accuracy"][-1]'
    at_end = expected.on_validation(run, model.at_end, model.at_end.epoch)
    drawn = texts.CURVES.format(epoch=model.turn.epoch, rise=model.turn.rise.mean)
    compared = _compared("Overfitting model, validation, at the end", found, at_end)
    yield Code(f"{code}\n{compared}{drawn}")


def _final(run: FinishedRun) -> Iterator[Code]:
    if run.final_test is None or run.baseline is None or run.overfit is None:
        return
    final, network = run.final_test, run.final_test.configuration.network
    lacking = left_out(final.configuration.training)
    less = f" without {listed(lacking)}" if lacking else ""
    words = "The final network, trained on all development images."
    if lacking:
        words += (
            f" **This is not the whole of the run's training**: this cell goes{less}, which plain"
            " Keras has not in a few lines, so that it expects less. The network that the run"
            " trained with it and tested is opened by the last cell."
        )
    of_final = expected.final_on_test(run, final, left_out=bool(lacking))
    yield Code(
        "\n".join(
            [
                network_code(network, "final"),
                _fitted(final.configuration, "final"),
                texts.RIGHT.format(name="final"),
                _compared(f"Final network{less}, test", "final_right.mean()", of_final),
            ]
        ),
        words,
    )
    calls = []
    earlier: dict[Tested, ScoredConfiguration] = {
        "baseline": run.baseline.network,
        "overfit": run.overfit.model.at_end,
    }
    for name, scored in earlier.items():
        what = NAMES[name]
        comparison = final.comparisons["baseline" if name == "baseline" else "overfit"]
        on_test = expected.on_test(run, name, scored, comparison.accuracy.value)
        title = f"{what.removeprefix('the ').capitalize()}, test"
        yield Code(
            "\n".join(
                [
                    f"{name} = keras.models.clone_model({name})  # as new",
                    _fitted(scored.configuration, name),
                    texts.RIGHT.format(name=name),
                    _compared(title, f"{name}_right.mean()", on_test),
                ]
            ),
            f"{what.capitalize()}, trained on the same images.",
        )
        test = comparison.test
        of_run = f"{test.only_first} and {test.only_second}, p = {test.p_value:.2g}"
        calls.append(f'paired_test("{what}", {name}_right, run="{of_run}")')
    yield Code(texts.PAIRED.format(calls="\n".join(calls)), "The comparison, image by image.")
    yield _saved(run)


def _saved(run: FinishedRun) -> Code:
    assert run.final_test is not None
    accuracy, n = run.final_test.scores.accuracy.value, run.final_test.n_test
    # Another framework rounds otherwise, which may turn a tie or two.
    rounding = Expected(accuracy, max(0.0, accuracy - 2.0 / n), min(1.0, accuracy + 2.0 / n))
    comparison = _compared("Saved network, test", "saved_right.mean()", rounding)
    code = texts.SAVED.format(
        model=MODEL,
        n_errors=run.final_test.scores.n_errors,
        comparison=comparison.replace("\n", "\n    "),
    )
    return Code(code, "The very network that the run tested, where its file lies beside this one.")


def _same(run: FinishedRun) -> str:
    n_folds = run.evaluation_protocol.n_folds if run.evaluation_protocol else 1
    folds = (
        f" Of the run's {n_folds} folds it is the first that is trained and scored here, and the"
        " run's figure beside it is that of this fold."
        if n_folds > 1
        else ""
    )
    return (
        "The same network, with the run's own settings. Kernels start from Glorot's uniform"
        f" distribution, Keras's default.{folds}"
    )


def _trained_and_validated(configuration: Configuration, name: str) -> str:
    network, training = configuration.network, configuration.training
    fit = training_code(
        training,
        network.classes,
        name,
        ("x_train", "y_train"),
        ("x_validation", "y_validation"),
        history="history",
        batches=texts.BATCHES,
    )
    return f"{network_code(network, name)}\n{fit}\ncurves = history.history"


def _fitted(configuration: Configuration, name: str) -> str:
    """On all development images, to be tested."""
    training, classes = configuration.training, configuration.network.classes
    return training_code(training, classes, name, ("x", "y"), batches=texts.BATCHES)


def _compared(what: str, found: str, known: Expected) -> str:
    numbers = f"run={known.run:.5f}, low={known.low:.5f}, high={known.high:.5f}"
    line = f'compare("{what}", {found}, {numbers})'
    if len(line) <= 88:
        return line
    return f'compare(\n    "{what}", {found},\n    {numbers},\n)'
