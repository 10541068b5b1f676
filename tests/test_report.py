"""The report: drawn from stored numbers alone, whole or as far as the run came, and
readable whatever the numbers are.

The runs are made up, but through `Run` and the result records of the steps, so that a
change of their schema breaks these tests.
"""

import doctest
import functools
import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markupsafe import Markup
from sevenfold.steps.discussion import Discussion, discuss

from sevenfold.config import load_config
from sevenfold.data import Provenance
from sevenfold.engine import TrainingSettings
from sevenfold.errors import LedgerError, NoStatisticalPower, RunError
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import Method
from sevenfold.records import Record, digest_of
from sevenfold.report import draw
from sevenfold.report.folder import STEPS
from sevenfold.report.page import HEADINGS, prose, statement
from sevenfold.runs.seal import Ledger, Plan
from sevenfold.runs.writing import Run
from sevenfold.statistics import mcnemar, paired_difference, proportion, scores, spread
from sevenfold.steps.ablation import Ablation, AblationRow, AblationSettings, variants
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.evaluation_protocol import EvaluationProtocol, Option
from sevenfold.steps.final_test import Comparison, ConfusedPair, FinalTest, Mistake
from sevenfold.steps.finalists import Finalist, Finalists
from sevenfold.steps.overfit import Attempt, Overfit, Turn
from sevenfold.steps.preparation import Check, Preparation
from sevenfold.steps.problem import ClassCount, Problem
from sevenfold.steps.search import Search
from sevenfold.steps.success import Success
from sevenfold.terminal import Terminal
from sevenfold.tuning.importance import Importance
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.study import TrialRecord
from sevenfold.tuning.trial import RungScore
from sevenfold.validation import Configuration, ScoredConfiguration, Validation, scored

N_VALIDATION, N_TEST, N_EPOCHS, N_SEEDS = 400, 500, 6, 2
PLAN = Plan(data="da" * 32, settings="5e" * 32, network="0e" * 32, weights="e1" * 32)
RNG = np.random.default_rng


def configuration(*hidden: int, **network: Any) -> Configuration:
    return Configuration(
        network=NetworkSpec(hidden=hidden, **network), training=TrainingSettings(n_epochs=N_EPOCHS)
    )


def predictions(labels: np.ndarray, accuracy: float, seed: int) -> np.ndarray:
    wrong = RNG(seed).random(len(labels)) > accuracy
    return np.where(wrong, (labels + 1) % 10, labels).astype(np.uint8)


def validation(accuracy: float, seed: int, *, turns: bool = False) -> Validation:
    labels = np.resize(np.arange(10), N_VALIDATION).astype(np.uint8)
    falling = np.linspace(1.2, 0.4, N_EPOCHS)
    val_loss = np.abs(falling - 0.75) + 0.5 if turns else falling + 0.2
    made = np.array(
        [
            [
                predictions(labels, accuracy - 0.01 * (N_EPOCHS - e), seed + s)
                for e in range(N_EPOCHS)
            ]
            for s in range(N_SEEDS)
        ]
    )
    return Validation(
        train_loss=np.stack([falling] * N_SEEDS),
        train_accuracy=np.stack([1.0 - falling / 10] * N_SEEDS),
        val_loss=np.stack([val_loss + 0.01 * s for s in range(N_SEEDS)]),
        val_accuracy=(made == labels).mean(axis=2),
        predictions=made,
        labels=labels,
        diverged_at=None,
    )


def keep(run: Run, name: str, made: Validation) -> str:
    run.save_arrays(f"histories/{name}.npz", made.arrays())
    return f"histories/{name}.npz"


def stored(
    run: Run, name: str, settings: Configuration, made: Validation, epoch: int = N_EPOCHS
) -> ScoredConfiguration:
    return scored(name, settings, made, epoch, keep(run, name, made))


def problem(run: Run, *, subset: bool, duplicates: int, own_data: bool) -> Problem:
    provenance = Provenance(
        name="my digits.npz" if own_data else "mnist-5k" if subset else "mnist",
        title="the digits in my digits.npz" if own_data else "MNIST & friends",
        source="data/my digits.npz" if own_data else "a made-up source",
        sha256={"train-images-idx3-ubyte": "ab" * 32},
        licence="CC BY-SA 3.0",
        citation="" if own_data else "LeCun et al. (1998).",
        url="" if own_data else "https://example.org/mnist",
        n_test=None if own_data else N_TEST,
        embedded_subset=subset,
        reason="storage.example.org did not answer" if subset else "",
    )
    return Problem(
        verdict="v",
        problem_type="supervised, single-label, multiclass classification",
        input_description="a 28 by 28 greyscale image, one byte per pixel",
        target_description="which of the ten digits 0 to 9 it shows",
        hypotheses=("The digit can be predicted.", "The digits suffice."),
        provenance=provenance,
        n_development=2_400,
        n_test=None,
        image_shape=(28, 28),
        value_range=(0, 255),
        mean_ink=0.1307,
        class_counts=tuple(
            ClassCount(digit=d, n_development=240, n_train=200, n_validation=40) for d in range(10)
        ),
        n_duplicates=duplicates,
        n_duplicates_across_split=duplicates // 2,
    )


def success(run: Run) -> Success:
    return Success(
        verdict="v",
        metric="accuracy",
        accuracy_suffices=True,
        reason=(
            "the most frequent digit is 1.24 times as frequent as the rarest, within the 1.50 that"
            " counts as balanced"
        ),
        smallest_share=0.09,
        largest_share=0.112,
        imbalance_ratio=1.24,
        balanced_ratio=1.5,
    )


def protocol(run: Run, *, method: Method) -> EvaluationProtocol:
    methods: tuple[Method, ...] = ("holdout", "kfold", "iterated-kfold")
    run.save_arrays("split.npz", {"round0_fold0_train": np.arange(2_000)})
    return EvaluationProtocol(
        verdict="v",
        method=method,
        reason=f"{method} was asked for, so the rule was not applied",
        options=tuple(
            Option(method=m, n_scored=400, half_width=0.01, limit=None, chosen=m == method)
            for m in methods
        ),
        expected_accuracy=0.98,
        n_train=2_000,
        n_validation=400,
        n_folds=1 if method == "holdout" else 4,
        n_rounds=2 if method == "iterated-kfold" else 1,
        n_scored=N_VALIDATION,
    )


def preparation(run: Run) -> Preparation:
    check = Check(
        what="shape of the inputs", expected="(2400, 784)", found="(2400, 784)", passed=True
    )
    return Preparation(
        verdict="v", checks=(check,), train_mean=0.1307, train_sd=0.3081, never_inked=1
    )


def baseline(run: Run, *, accuracy: float) -> Baseline:
    made = {"softmax": validation(0.85, 3), "baseline": validation(accuracy, 13)}
    correct = {name: v.correct(N_EPOCHS)[0] for name, v in made.items()}
    always_one = made["softmax"].labels == 1
    return Baseline(
        verdict="v",
        majority_digit=1,
        majority=proportion(int(always_one.sum()), N_VALIDATION),
        softmax=stored(run, "softmax", configuration(), made["softmax"]),
        network=stored(run, "baseline", configuration(32), made["baseline"]),
        against_majority=mcnemar(correct["baseline"], always_one),
        against_softmax=mcnemar(correct["baseline"], correct["softmax"]),
        significance=0.05,
        n_consultations=2,
    )


def overfit(run: Run, *, reached: bool) -> Overfit:
    made = validation(0.95, 4, turns=reached)
    epoch = int(made.val_loss.mean(axis=0).argmin()) + 1
    rise = spread([0.2, 0.25]) if reached else spread([0.0, 0.001])
    attempt = Attempt(
        at_turn=stored(run, "overfit_784-64-10", configuration(64), made, epoch),
        at_end=stored(run, "overfit_784-64-10", configuration(64), made),
        turn=Turn(
            reached=reached, epoch=epoch, epochs=spread([4.0, 5.0]), rise=rise, threshold=0.035
        ),
        train_loss_at_end=0.01,
        train_accuracy_at_end=0.998,
    )
    return Overfit(
        verdict="v", reached=reached, attempts=(attempt,), gap_to_baseline=0.04, n_consultations=1
    )


WHOLE_SPACE = SearchSpace(
    depth=(1, 3),
    l1=(0.0, 1e-4),
    max_norm=(0.0, 2.0, 4.0),
    schedule=("constant", "cosine", "step"),
    optimizer=("sgd", "adamw"),
    label_smoothing=(0.0, 0.2),
)


def varied(n: int) -> Configuration:
    """A configuration of the whole space, with every setting that can be off now and
    then off.
    """
    network = NetworkSpec(
        hidden=(128,) * (1 + n % 3),
        l1=1e-5,
        l2=(0.0, 2e-5)[n % 2],
        max_norm=(None, 2.0, 4.0)[n % 3],
    )
    training = TrainingSettings(
        n_epochs=N_EPOCHS, optimizer="sgd", schedule="cosine", label_smoothing=0.125
    )
    return Configuration(network=network, training=training)


def ablation(run: Run, attempt: Attempt) -> Ablation:
    base = validation(0.95, 4, turns=True)
    rows = [
        AblationRow(
            name="overfitting model",
            change="nothing",
            at_best=attempt.at_turn,
            at_end=attempt.at_end,
            difference_at_best=None,
            difference_at_end=None,
            val_loss_rise=0.2,
        )
    ]
    tried = variants(attempt.at_end.configuration.network, AblationSettings())
    for i, (name, (change, network)) in enumerate(tried.items()):
        made = validation(0.93 + 0.01 * i, 5 + i)
        settings = Configuration(network=network, training=attempt.at_end.configuration.training)
        row = stored(run, f"ablation_{name}", settings, made)
        difference = paired_difference(made.correct(N_EPOCHS), base.correct(N_EPOCHS))
        rows.append(
            AblationRow(
                name=name.replace("_", " + " if name == "dropout_l2" else " "),
                change=change,
                at_best=row,
                at_end=row,
                difference_at_best=difference,
                difference_at_end=difference,
                val_loss_rise=0.01,
            )
        )
    return Ablation(verdict="v", rows=tuple(rows), n_consultations=len(rows) - 1)


def search(run: Run, *, diverged: bool, space: SearchSpace, shares: dict[str, float]) -> Search:
    trials = tuple(
        TrialRecord(
            number=n,
            configuration=(
                varied(n)
                if space == WHOLE_SPACE
                else configuration(128, hidden_dropout=0.25, l2=7.05e-6)
            ),
            scores=(
                RungScore(epoch=2, accuracy=0.9 - 0.01 * n, loss=0.4),
                *([RungScore(epoch=6, accuracy=0.95, loss=0.2)] if n == 0 else []),
            ),
        )
        for n in range(3)
    )
    if diverged:
        trials = (
            *trials,
            TrialRecord(
                number=3,
                configuration=configuration(256),
                scores=(RungScore(epoch=2, accuracy=0.0, loss=1e9, diverged=True),),
            ),
        )
    return Search(
        verdict="v",
        space=space,
        rungs=(2, 6),
        trials=trials,
        importances=tuple(Importance(name=name, value=value) for name, value in shares.items()),
        n_consultations=4,
    )


def regularize(run: Run, searched: Search) -> Finalists:
    base, fresh = validation(0.95, 4, turns=True), validation(0.96, 30)
    finalist = Finalist(
        trial=0,
        search_accuracy=0.9725,
        search_epoch=6,
        fresh=stored(run, "finalist_0", searched.trials[0].configuration, fresh),
        behind_best=0.0,
        standard_error=0.0,
        within_one_se=True,
        chosen=True,
    )
    return Finalists(
        verdict="v",
        finalists=(finalist,),
        diverged=(1, 2) if searched.space == WHOLE_SPACE else (),
        undistorted=None,
        gain_over_overfit=paired_difference(fresh.correct(N_EPOCHS), base.correct(N_EPOCHS)),
        n_consultations=2,
    )


def final_test(
    run: Run,
    earlier: tuple[Configuration, Configuration],
    winner: Finalist,
    *,
    n_errors: int,
    reasons: tuple[str, ...],
) -> FinalTest:
    labels = np.resize(np.arange(10), N_TEST).astype(np.uint8)
    probabilities = np.full((N_TEST, 10), 0.001)
    answers = labels.copy()
    answers[:n_errors] = (answers[:n_errors] + 3) % 10
    probabilities[np.arange(N_TEST), answers] = 0.991
    right = answers == labels
    ledger = Ledger(run.folder / "test_ledger.jsonl")
    for reason in (None, *reasons):
        ledger.append("frozen", plan=PLAN.digest, **PLAN.model_dump())
        ledger.append("opened", plan=PLAN.digest, reason=reason)
        ledger.append("result", plan=PLAN.digest, n_errors=n_errors, n=N_TEST)
    run.save_arrays(
        "predictions/mistakes.npz",
        {"images": RNG(0).integers(0, 256, (n_errors, 28, 28)).astype(np.uint8)},
    )
    names = ("baseline", "overfitting model")
    return FinalTest(
        verdict="v",
        configuration=winner.fresh.configuration,
        n_parameters=winner.fresh.n_parameters,
        n_trained_on=2_400,
        seeds=(750, 751),
        scores=scores(labels, probabilities),
        seed_accuracies=spread([float(right.mean()), 0.9]),
        comparisons=tuple(
            Comparison(
                name=name,
                network=settings.network,
                n_epochs=N_EPOCHS,
                accuracy=proportion(450, N_TEST),
                test=mcnemar(right, np.arange(N_TEST) < 450),
            )
            for name, settings in zip(names, earlier, strict=True)
        ),
        confused_pairs=tuple(
            ConfusedPair(digit=d, predicted=(d + 3) % 10, n=1) for d in range(min(n_errors, 5))
        ),
        n_confident_errors=0,
        mistakes=tuple(
            Mistake(index=i, digit=int(labels[i]), predicted=int(answers[i]), probability=0.99999)
            for i in range(n_errors)
        ),
        validation_accuracy=winner.fresh.accuracy,
        gap=0.012,
        gap_p_value=0.31,
        diagnosis="agrees",
        n_test=N_TEST,
        test_class_counts=(50,) * 10,
        n_openings=1 + len(reasons),
        reopening_reasons=reasons,
        plan=PLAN,
    )


def made_up_run(
    folder: Path,
    *,
    until: str | None = None,
    failure: BaseException | None = None,
    subset: bool = False,
    duplicates: int = 0,
    method: Method = "holdout",
    reached: bool = True,
    diverged: bool = False,
    own_data: bool = False,
    baseline_accuracy: float = 0.93,
    space: SearchSpace | None = None,
    shares: dict[str, float] | None = None,
    n_errors: int = 7,
    reasons: tuple[str, ...] = (),
) -> Path:
    """A run folder with every step up to (without) `until`, where `failure` ends it."""
    space = SearchSpace() if space is None else space
    shares = {"learning_rate": 0.7, "hidden_dropout": 0.3} if shares is None else shares

    def step(name: str, function: Callable[[Run], Any]) -> Any:
        if name == until:
            raise failure or KeyboardInterrupt
        kinds: dict[str, type[Record]] = dict(zip(STEPS, RESULTS, strict=True))
        function.__annotations__ = {"return": kinds[name]}
        return run.step(name, function)

    with Run.open(
        folder, load_config("quick"), seed=0, engine="jax", terminal=Terminal("quiet")
    ) as run:
        p = step(
            "problem",
            lambda run: problem(run, subset=subset, duplicates=duplicates, own_data=own_data),
        )
        step("success", lambda run: success(run))
        step("evaluation_protocol", lambda run: protocol(run, method=method))
        step("preparation", lambda run: preparation(run))
        b = step("baseline", lambda run: baseline(run, accuracy=baseline_accuracy))
        o = step("overfit", lambda run: overfit(run, reached=reached))
        a = step("ablation", lambda run: ablation(run, o.model))
        s = step("search", lambda run: search(run, diverged=diverged, space=space, shares=shares))
        r = step("finalists", lambda run: regularize(run, s))
        earlier = (b.network.configuration, o.model.at_end.configuration)
        f = step(
            "final_test",
            lambda run: final_test(run, earlier, r.winner, n_errors=n_errors, reasons=reasons),
        )
        step("discussion", lambda run: discuss(run, p, b, o, a, s, r, f))
    return folder


RESULTS = (
    *(
        Problem,
        Success,
        EvaluationProtocol,
        Preparation,
        Baseline,
        Overfit,
        Ablation,
        Search,
        Finalists,
        FinalTest,
    ),
    Discussion,
)


class Page(HTMLParser):
    """What a browser would make of a page: ids, internal links, addresses loaded,
    headings and all text.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.headings: list[str] = []
        self.missing_alt = 0
        self._text: list[str] = []
        self._stack: list[str] = []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(self._text).replace("\u00a0", " "))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._stack.append(tag)
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a" and values.get("href", "").startswith("#"):
            self.links.append(values["href"][1:])
        if tag != "a":
            self.loaded += [
                values[name] for name in ("src", "href", "xlink:href") if name in values
            ]
        self.missing_alt += tag == "img" and not values.get("alt")
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._stack and self._stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self._stack:
            self._text.append(data)
        if self._stack and self._stack[-1] in ("h1", "h2"):
            self.headings[-1] += data


RUNS: dict[str, dict[str, Any]] = {
    "plain": {},
    "subset, reopened": {
        "subset": True,
        "reasons": ("a mistake in the plan", "<b>curiosity</b>"),
        "duplicates": 4,
    },
    "no errors": {"n_errors": 0, "duplicates": 1},
    "one error": {"n_errors": 1, "method": "kfold"},
    "not reached": {"reached": False, "diverged": True, "method": "iterated-kfold"},
    "interrupted": {"until": "search"},
    "nearly done": {"until": "discussion", "failure": RuntimeError("disk full")},
    "no power": {
        "until": "overfit",
        "failure": NoStatisticalPower("It does not."),
        "baseline_accuracy": 0.86,
    },
    "below common sense": {
        "until": "overfit",
        "failure": NoStatisticalPower("It does not."),
        "baseline_accuracy": 0.6,
    },
    "own data": {"own_data": True, "shares": {"width": 1.0}},
    "whole space": {
        "space": WHOLE_SPACE,
        "shares": {
            "l2": 0.4,
            "depth": 0.3,
            "max_norm": 0.2,
            "schedule": 0.1,
            "width": 0.0,
            "unheard_of": 0.0,
        },
        "diverged": True,
    },
    "tiny search": {"shares": {}},
}


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run of that kind with its report drawn, made once; copy it before
    changing it.
    """

    @functools.cache
    def made(kind: str) -> Path:
        folder = tmp_path_factory.mktemp("runs") / "run"
        with suppress(KeyboardInterrupt, RuntimeError, NoStatisticalPower):
            made_up_run(folder, **RUNS[kind])
        draw(folder)
        return folder

    return made


@pytest.fixture(scope="module")
def page_of(folder_of: Callable[[str], Path]) -> Callable[[str], Page]:
    return functools.cache(
        lambda kind: Page((folder_of(kind) / "report.html").read_text(encoding="utf-8"))
    )


@pytest.fixture
def finished(folder_of: Callable[[str], Path]) -> Path:
    return folder_of("plain")


@pytest.fixture
def html(finished: Path) -> str:
    return (finished / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def changeable(finished: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(finished, tmp_path / "copy"))
    (folder / "report.html").unlink()
    return folder


Pages = Callable[[str], Page]


def test_page_has_every_section_in_order(page_of: Pages) -> None:
    headings = page_of("plain").headings
    assert headings[0] == "Handwritten Digit Classification on the MNIST Dataset"
    expected = [
        "Introduction",
        *HEADINGS.values(),
        "10. References and code credits",
        "Appendix: How this run was made",
    ]
    assert headings[1:] == ["Abstract", "Contents", *expected]


@pytest.mark.parametrize("kind", RUNS)
def test_page_holds_together(kind: str, page_of: Pages) -> None:
    page = page_of(kind)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids), "an internal link leads nowhere"
    assert all(address.startswith(("data:", "#")) for address in page.loaded), (
        "something is loaded from outside"
    )
    assert page.missing_alt == 0


@pytest.mark.parametrize("kind", RUNS)
def test_sentences_read_well_whatever_the_numbers(kind: str, page_of: Pages) -> None:
    text = page_of(kind).text.partition(HEADINGS["discussion"] + " Each")[0]
    for odd in (
        "None",
        "nan",
        "Undefined",
        "{{",
        " .",
        " ,",
        "..",
        ":.",
        "no errors errors",
        "1 errors",
        "one errors",
        "one seeds",
    ):
        assert odd not in text, (
            f"{odd!r} in ...{text[max(0, text.find(odd) - 80) : text.find(odd) + 40]}"
        )


@pytest.mark.parametrize("kind", ["Table", "Figure"])
def test_tables_and_figures_are_numbered_in_order(html: str, kind: str) -> None:
    captions = re.findall(rf"<b>{kind}\u00a0(\d+)\.</b>", html)
    assert len(captions) > 5
    assert [int(n) for n in captions] == list(range(1, len(captions) + 1))


def test_every_conclusion_names_its_place(finished: Path, page_of: Pages) -> None:
    discussion = json.loads((finished / "steps" / "discussion.json").read_text())["result"]
    assert {statement["anchor"] for statement in discussion["statements"]} <= set(
        page_of("plain").ids
    )


def test_numbers_on_the_page_are_the_stored_ones(finished: Path, page_of: Pages) -> None:
    text = page_of("plain").text
    final, regular, base, remedies = (
        json.loads((finished / "steps" / f"{s}.json").read_text())["result"]
        for s in ("final_test", "finalists", "baseline", "ablation")
    )
    for p in (
        final["scores"]["accuracy"],
        base["network"]["accuracy"],
        regular["finalists"][0]["fresh"]["accuracy"],
    ):
        assert f"{100 * p['value']:.1f}" in text
        assert f"[{100 * p['ci_low']:.1f}, {100 * p['ci_high']:.1f}]" in text
    assert f"{final['n_parameters']:,} parameters" in text
    assert "with seven errors" in text
    difference = remedies["rows"][1]["difference_at_best"]
    assert (
        f"[{100 * difference['ci_low']:+.1f}, {100 * difference['ci_high']:+.1f}]".replace("-", "−")
        in text
    )
    assert "7.1 × 10⁻⁶" in text


def test_page_does_not_open_with_pictures(html: str) -> None:
    assert html.index('id="section-5"') < min(html.index("<svg"), html.index("<img"))


def test_notices_come_before_everything_else(page_of: Pages) -> None:
    text = page_of("subset, reopened").text.partition("Abstract")[0]
    assert "EMBEDDED SUBSET; not the full MNIST" in text
    assert "storage.example.org did not answer" in text
    assert "The test set was opened three times" in text
    assert "“a mistake in the plan”" in text
    assert "“<b>curiosity</b>”" in text


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("no power", "against softmax regression it is not better by more than chance explains."),
        (
            "below common sense",
            "against softmax regression it is worse, by more than chance explains.",
        ),
    ],
)
def test_run_without_power_ends_with_the_numbers_of_the_baseline(
    kind: str, verdict: str, page_of: Pages
) -> None:
    page = page_of(kind)
    assert page.headings[-3:] == [
        HEADINGS["baseline"],
        "10. References and code credits",
        "Appendix: How this run was made",
    ]
    first_screen, _, rest = page.text.partition("Abstract")
    assert "did not get beyond section 5" in first_screen
    section = rest.partition("Table 5.")[2].partition("10. References")[0]
    for text in (first_screen, section):
        assert verdict in text
        assert "in question" in text
    assert "No statistical power." in section
    assert "it has statistical power" not in section
    assert {"table-baseline", "figure-baseline"} <= set(page.ids)


def test_baseline_with_power_says_so(page_of: Pages) -> None:
    assert "so it has statistical power" in page_of("plain").text
    assert "No statistical power" not in page_of("plain").text


def test_importance_is_drawn_where_the_search_tells_it(
    folder_of: Callable[[str], Path], page_of: Pages
) -> None:
    text = page_of("plain").text
    assert "The largest shares belong to learning rate (70 %) and hidden dropout (30 %)." in text
    assert "The best tenth of three trials is a handful at most" in text
    drawn = {file.stem for file in (folder_of("plain") / "figures").iterdir()}
    assert {"importance", "slice-learning-rate", "slice-hidden-dropout"} <= drawn
    drawn = {file.stem for file in (folder_of("whole space") / "figures").iterdir()}
    assert {"importance", "slice-l2", "slice-depth", "slice-max-norm"} <= drawn
    assert "slice-schedule" not in drawn


def test_search_that_tells_nothing_of_importance_says_nothing(
    folder_of: Callable[[str], Path], page_of: Pages
) -> None:
    assert "Which settings mattered" not in page_of("tiny search").text
    assert not (folder_of("tiny search") / "figures" / "importance.svg").exists()


def test_a_single_searched_setting_has_no_share(
    folder_of: Callable[[str], Path], page_of: Pages
) -> None:
    assert "Only one setting was searched, the width." in page_of("own data").text
    assert not (folder_of("own data") / "figures" / "importance.svg").exists()


def change_result(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a stored result as another version of the step would have written it,
    digest included.
    """
    step = json.loads(path.read_text())
    change(step["result"])
    path.write_text(json.dumps({**step, "result_digest": digest_of(step["result"])}))


def test_run_from_before_importances_still_reads(changeable: Path) -> None:
    change_result(changeable / "steps" / "search.json", lambda result: result.pop("importances"))
    assert "Which settings mattered" not in draw(changeable).read_text(encoding="utf-8")


def test_trials_show_the_settings_that_were_searched(page_of: Pages) -> None:
    plain, whole = (
        page_of(kind).text.partition("trials, best first")[2][:900]
        for kind in ("plain", "whole space")
    )
    for heading in (
        "Pixel dropout",
        "Hidden dropout",
        "L2",
        "Max-norm",
        "Optimizer",
        "Learning rate",
        "Schedule",
        "Batch size",
    ):
        assert heading in plain
    for heading in ("L1", "Label smoothing"):
        assert heading not in plain
    for heading, value in {
        "L1": "1.0 × 10⁻⁵",
        "Max-norm": "none",
        "Schedule": "cosine",
        "Label smoothing": "0.125",
    }.items():
        assert heading in whole
        assert value in whole
    assert "SGD" in whole


def test_own_data_has_a_title_of_its_own(page_of: Pages) -> None:
    page = page_of("own data")
    assert page.headings[0] == "Handwritten Digit Classification on the Data Set my digits.npz"
    assert "The digits in my digits.npz. Preset quick" in page.text
    assert "for the digits in my digits.npz by following" in page.text
    assert "read from data/my digits.npz." in page.text
    assert "MNIST" not in page.text.replace("mnist-5k", "")


def test_conclusion_names_its_place_inside_its_last_parentheses() -> None:
    assert (
        str(statement("A (p = 1).", Markup("T")))
        == 'A (<span class="whole"><i>p</i> = 1</span>; T).'
    )
    assert (
        str(statement("B of 1.5 %.", Markup("T")))
        == 'B of 1.5&nbsp;% <span class="whole">(T).</span>'
    )


def test_interrupted_run_gives_what_is_there(page_of: Pages) -> None:
    text = page_of("interrupted").text
    assert "interrupted by its user" in text.partition("Abstract")[0]
    assert "The test set has given no result yet" in text


def test_drawing_twice_gives_the_same_bytes(changeable: Path) -> None:
    def drawn() -> dict[str, bytes]:
        files = [draw(str(changeable)), *sorted((changeable / "figures").iterdir())]
        return {file.name: file.read_bytes() for file in files}

    first = drawn()
    assert drawn() == first
    assert {"report.html", "overfit-loss.svg", "confusion.svg", "mistakes.png"} <= set(first)


def test_fields_that_the_report_does_not_know_are_ignored(changeable: Path) -> None:
    change_result(
        changeable / "steps" / "final_test.json",
        lambda result: result.update(calibration={"error": 0.01}),
    )
    assert "calibration" not in draw(changeable).read_text(encoding="utf-8")


def damage_missing_value(folder: Path) -> None:
    change_result(
        folder / "steps" / "overfit.json",
        lambda result: [attempt["turn"].pop("threshold") for attempt in result["attempts"]],
    )


def damage_kind_of_value(folder: Path) -> None:
    change_result(
        folder / "steps" / "final_test.json",
        lambda result: result["scores"].update(per_class="none"),
    )


def edit_result(folder: Path) -> None:
    path = folder / "steps" / "overfit.json"
    path.write_text(path.read_text().replace('"reached": true', '"reached": false'))


DAMAGE: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "no run": (lambda f: (f / "run.json").unlink(), RunError, "is not a run of sevenfold"),
    "no steps": (lambda f: shutil.rmtree(f / "steps"), RunError, "holds no finished step"),
    "a gap": (
        lambda f: (f / "steps" / "baseline.json").unlink(),
        RunError,
        r"steps/overfit.json is there, but steps/baseline",
    ),
    "cut json": (
        lambda f: (f / "steps" / "overfit.json").write_text('{"result": '),
        RunError,
        "overfit.json is damaged",
    ),
    "no result": (
        lambda f: (f / "steps" / "overfit.json").write_text("{}"),
        RunError,
        "overfit.json is damaged",
    ),
    "edited": (edit_result, RunError, "overfit.json was edited"),
    "missing value": (
        damage_missing_value,
        RunError,
        "lacks a value that the report prints, .*threshold",
    ),
    "another kind of value": (damage_kind_of_value, RunError, "holds one of another kind"),
    "changed array": (
        lambda f: (f / "histories" / "baseline.npz").write_bytes(b"x"),
        RunError,
        "missing or changed",
    ),
    "settings": (lambda f: (f / "config.toml").write_text("= 1"), RunError, "not valid TOML"),
    "run.json": (
        lambda f: (f / "run.json").write_text("[]"),
        RunError,
        "expected a JSON object, got list",
    ),
    "ledger": (
        lambda f: (f / "test_ledger.jsonl").write_text('{"line": 1}\n'),
        LedgerError,
        "altered at line 1",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_folder_is_explained_in_a_line(kind: str, changeable: Path) -> None:
    damage, error, message = DAMAGE[kind]
    damage(changeable)
    with pytest.raises(error, match=message) as caught:
        draw(changeable)
    assert "\n" not in str(caught.value)
    assert not (changeable / "report.html").exists()


def test_report_loads_no_framework() -> None:
    code = (
        "import sys, sevenfold.report; print([m for m in ('tensorflow', 'jax', 'keras', 'optuna',"
        " 'scipy', 'matplotlib.pyplot') if m in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


def test_prose_sets_numbers_well() -> None:
    assert (
        str(prose("down -1.81 points, p = 0.163 <&> 1e-05"))
        == 'down −1.81 points, <span class="whole"><i>p</i> = 0.163</span> &lt;&amp;&gt; 10⁻⁵'
    )
    assert str(prose("784-512-10")) == '<span class="whole">784-512-10</span>'


@pytest.mark.parametrize("name", ["numbers", "sentences", "describe", "gallery", "page"])
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"sevenfold.report.{name}")).failed == 0
