"""Sections 8 and 9, and what closes the page: the final test, the conclusions, the
record.
"""

from dataclasses import replace

import pytest
from reports import folder_of, page_of

from sevenfold.report.sections.discussion.words import Statement, conclusions
from sevenfold.report.sections.final_test.words import (
    chance,
    confusion,
    gap,
    other_data,
    over_seeds,
)
from sevenfold.report.sections.published.words import means
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun, read_run
from sevenfold.statistics import RecipeGap, spread
from sevenfold.steps.final_result import Diagnosis, FinalTest
from sevenfold.steps.findings import ConfusedPair
from sevenfold.steps.likeness import Likeness

UNSURE = "What the intervals cannot tell apart"


def final_of(kind: str = "plain") -> tuple[FinishedRun, FinalTest, Terms]:
    run = read_run(folder_of(kind))
    assert run.final_test is not None
    return run, run.final_test, Terms.of(run.problem)


def statements(run: FinishedRun) -> dict[str, list[Statement]]:
    return conclusions(run, Terms.of(run.problem))


def test_numbers_on_the_page_are_the_stored_ones() -> None:
    run, final, _ = final_of()
    assert run.baseline is not None
    assert run.finalists is not None
    assert run.ablation is not None
    text = page_of("plain").text
    fresh, small = run.finalists.winner.fresh, run.baseline.network
    for p in (final.scores.accuracy, small.accuracy, fresh.accuracy):
        assert f"{100 * p.value:.1f}" in text
        assert f"[{100 * p.ci_low:.1f}, {100 * p.ci_high:.1f}]" in text
    assert f"{final.n_parameters:,} parameters" in text
    assert "Seven errors in 500" in text
    d = run.ablation.at_best.rows[0]
    assert f"[{100 * d.ci_low:+.1f}, {100 * d.ci_high:+.1f}]".replace("-", "−") in text
    assert "7.05 × 10⁻⁶" in text


@pytest.mark.parametrize(
    ("pairs", "n_errors", "said"),
    [
        ((), 0, "There are no errors to show."),
        (((8, 3, 1),), 1, "The only error is an 8 that was taken for 3."),
        (((4, 9, 2),), 2, "All two errors are of one kind: 4 taken for 9 (2)."),
        (
            ((4, 9, 8), (7, 2, 3), (3, 5, 2), (0, 6, 1)),
            14,
            "Most frequent are 4 taken for 9 (8), 7 taken for 2 (3) and 3 taken for 5 (2), together"
            " 13 of 14 errors.",
        ),
        # Three of several that are as frequent would be three of our choice.
        (
            ((4, 9, 8), (7, 2, 3), (3, 5, 2), (0, 6, 2)),
            15,
            "Most frequent are 4 taken for 9 (8) and 7 taken for 2 (3), together eleven of 15"
            " errors.",
        ),
        (
            ((4, 9, 2), (7, 2, 2), (3, 5, 2), (0, 6, 2), (1, 7, 1)),
            9,
            "No confusion stands out: four kinds of error happen twice each, and none more often.",
        ),
    ],
)
def test_confusions(pairs: tuple[tuple[int, int, int], ...], n_errors: int, said: str) -> None:
    _, final, terms = final_of()
    found = tuple(ConfusedPair(label=a, predicted=b, n=n) for a, b, n in pairs)
    scores = final.scores.model_copy(update={"n_errors": n_errors})
    changed = final.model_copy(update={"confused_pairs": found, "scores": scores})
    assert confusion(changed, terms) == said


@pytest.mark.parametrize(
    ("diagnosis", "said", "theme"),
    [
        ("agrees", "But a fall of up to 1.1 points, from tuning", UNSURE),
        ("test_worse", "iterated K-fold is what to try next.", "Limitations"),
        ("other_data", "that speaks for other data and not", "Limitations"),
        ("test_better", "its digits are easier, or training", "Limitations"),
        ("trained_longer", "says little about the protocol.", "Limitations"),
    ],
)
def test_gap_between_validation_and_test(diagnosis: Diagnosis, said: str, theme: str) -> None:
    run, final, terms = final_of()
    changed = final.model_copy(update={"diagnosis": diagnosis})
    seen = gap(changed, terms)
    assert "a difference of +1.2 points [−1.1,\u00a0+3.5]." in seen
    assert "averaged over two seeds, is 98.3\u00a0%" in seen
    assert said in gap(changed, terms)
    texts = [s.text for s in statements(replace(run, final_test=changed))[theme]]
    assert gap(changed, terms) in texts


def test_other_data_is_named_instead_of_the_tuning() -> None:
    run, final, terms = final_of()
    fallen = final.model_copy(
        update={
            "diagnosis": "other_data",
            "baseline_gap": RecipeGap(value=-0.31, ci_low=-0.4, ci_high=-0.2, n=500),
        }
    )
    assert "nothing was tuned (−31.0 points [−40.0,\u00a0−20.0])" in gap(fallen, terms)
    turned = Likeness(brightness=(0.1, 0.9), brightest=(255, 100), correlation=-0.9, apart=7.0)
    said = other_data(fallen.model_copy(update={"likeness": turned}), terms)
    assert "in this order: ink and paper exchanged, another range of pixels, another" in said
    assert "are opposite (correlation -0.90); the brightest test pixel is 100, in dev" in said
    assert "the mean test pixel is 90\u00a0% of the largest that a byte holds" in said
    alike = turned.model_copy(update={"brightest": (255, 255), "correlation": 0.9, "apart": 0.1})
    said = other_data(fallen.model_copy(update={"likeness": alike}), terms)
    assert "are other data: another source (other people, another device, another" in said
    assert "order of the classes" not in said  # which leaves next to nothing right
    assert "alike in polarity, range and brightness" in said
    assert other_data(final, terms) == ""
    for statement in statements(replace(run, final_test=fallen))["Limitations"]:
        assert "the tuning overfitted" not in statement.text


@pytest.mark.parametrize(
    ("chance_level", "said"),
    [(0.5, ""), (0.98, "cannot be told from"), (1.0, "is worse than")],
)
def test_a_result_no_better_than_chance(chance_level: float, said: str) -> None:
    """The made-up network reads 98.6 % [97.1, 99.3]."""
    _, final, terms = final_of()
    text = chance(final.model_copy(update={"chance": chance_level}), terms)
    assert said in text
    assert bool(text) is bool(said)


def test_a_single_seed_leaves_its_spread_unknown() -> None:
    run, final, _ = final_of()
    one = final.model_copy(update={"seed_accuracies": spread([0.986]), "seed_deviation": None})
    assert "the spread from seed to seed is unknown" in over_seeds(one)
    changed = replace(run, final_test=one)
    (text,) = [
        statement.text
        for statement in statements(changed)["What the intervals cannot tell apart"]
        if "single seed" in statement.text
    ]
    assert text.endswith("That there are only 500 test digits makes it uncertain by ±1.1 points.")


@pytest.mark.parametrize("kind", ["plain", "no errors", "not reached", "own data"])
def test_every_conclusion_names_its_place(kind: str) -> None:
    themes = statements(read_run(folder_of(kind))).values()
    found = [statement for theme in themes for statement in theme]
    assert len(found) > 10
    assert {statement.anchor for statement in found} <= set(page_of(kind).ids)


def test_conclusions_stand_under_their_theme() -> None:
    run, _, _ = final_of("distorted, tied")
    found = {theme: " ".join(s.text for s in of) for theme, of in statements(run).items()}
    assert list(found) == [
        "What worked",
        "What the intervals cannot tell apart",
        "Digits confused",
        "Strengths",
        "Limitations",
        "Possible extensions",
    ]
    assert "The baseline (784-32-10), trained on the same 2,400 digits" in found["What worked"]
    assert "The network 784-64-10 overfits." in found["What worked"]
    unsure = found["What the intervals cannot tell apart"]
    assert "Whether the search paid is open: the validation accuracy of the chosen" in unsure
    assert "Both finalists lie within one standard error of the best" in unsure
    assert "Validation digits were consulted 20 times in section 7." in unsure
    assert "none of its seven errors came with a probability above 99 %" in found["Strengths"]
    assert "would have to win at least 7 of them" in found["Limitations"]
    assert "seven more than it loses, before the exact McNemar test" in found["Limitations"]
    assert "one that differs on fewer needs fewer" in found["Limitations"]
    assert (
        "Whether longer training helps is open: smoothed validation accuracy was best at epoch 6"
        in (found["Possible extensions"])
    )


@pytest.mark.parametrize(
    ("value", "said", "theme"),
    [
        (0.02, "The search paid: the validation accuracy", "What worked"),
        (-0.02, "The search did not pay: the validation accuracy", "Limitations"),
    ],
)
def test_whether_the_search_paid(value: float, said: str, theme: str) -> None:
    run, _, _ = final_of()
    assert run.finalists is not None
    gained = run.finalists.gain_over_overfit.model_copy(
        update={"value": value, "ci_low": value - 0.01, "ci_high": value + 0.01}
    )
    changed = replace(run, finalists=run.finalists.model_copy(update={"gain_over_overfit": gained}))
    assert any(statement.text.startswith(said) for statement in statements(changed)[theme])


def test_a_test_without_errors_says_nothing_of_failure() -> None:
    text = page_of("no errors").text
    assert "There was no error among 500 test digits" in text
    assert "There is not a single error among the 500 test digits;" in text
    assert "Digits confused" in text
    assert "There is no error to show." in text


def test_subset_is_a_limitation() -> None:
    assert (
        "Only the embedded subset was used (2,400 development and 500 test digits)"
        in page_of("subset, reopened").text
    )


def test_ledger_is_told_line_by_line() -> None:
    text = page_of("subset, reopened").text.partition("Appendix: How this run")[2]
    text = text.partition("Appendix: How this run was made")[2]
    assert text.count("Plan frozen: data, settings, network and weights") == 3
    assert "Test set opened again: a mistake in the plan" in text
    assert "Result: seven errors on 500 digits" in text


def test_steps_are_timed_by_the_headings_of_their_sections() -> None:
    text = page_of("plain").text.partition("Time taken by each step")[2]
    assert "5. Baseline model: small dense network" in text
    for part in ("single remedies", "search", "finalists"):
        assert f"7. Regularization and hyperparameter tuning: {part}" in text
    assert "Discussion" not in text


def test_the_second_number_is_named_as_one_and_counts_for_nothing() -> None:
    _, final, _ = final_of("distorted, tied")
    assert final.averaged is not None
    text = page_of("distorted, tied").text
    assert "A second number, which counts for nothing else here: asked about 16 copies" in text
    assert "distorted by 0.25 of the full dose" in text
    assert final.averaged.n_errors == 10
    assert "the same network makes ten errors" in text
    assert "training’s distortion (0.5) in the software; an answer then costs 16 answers" in text
    assert "Sato" in text
    assert "A second number" not in page_of("plain").text
    assert "Sato" not in page_of("plain").text


def test_the_means_of_this_run_name_what_holds_overfitting_back() -> None:
    _, final, _ = final_of()
    network = final.configuration.network.model_copy(update={"hidden_dropout": 0.25})
    changed = final.configuration.model_copy(update={"network": network})
    said = means(final.model_copy(update={"configuration": changed}))
    assert "dropout 0.25 after each hidden layer" in said
    assert "learning rate" in said


def test_validation_accuracy_beside_the_gap_has_no_interval_that_the_gap_does_not_use() -> None:
    run, final, _ = final_of()
    said = gap(final, Terms.of(run.problem))
    assert said.count("[") == 1
