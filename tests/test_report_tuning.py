"""Section 7: remedies, the search and the finalists."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from reports import folder_of, page_of

from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec
from sevenfold.report.sections.ablation.words import effects, remedy, sight
from sevenfold.report.sections.discussion.tuning import extensions, still_rises
from sevenfold.report.sections.discussion.words import conclusions
from sevenfold.report.sections.finalists.words import choice, dose, gain, optimism, photometric
from sevenfold.report.sections.learning_curve.words import worth
from sevenfold.report.sections.leave_one_out.words import owed, seeds, together, without
from sevenfold.report.sections.search.words import edge, when_judged
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun, read_run
from sevenfold.statistics import Reach, Rows
from sevenfold.steps.finalists import Finalists
from sevenfold.steps.leave_one_out import LeaveOneOut
from sevenfold.tuning.edges import Edge
from sevenfold.tuning.space import SearchSpace
from sevenfold.validation import Configuration, reading_epoch


def figures(kind: str) -> set[str]:
    return {file.stem for file in (folder_of(kind) / "figures").iterdir()}


def finished(kind: str = "plain") -> FinishedRun:
    return read_run(folder_of(kind))


def judged(kind: str = "plain") -> Finalists:
    finalists = finished(kind).finalists
    assert finalists is not None
    return finalists


def test_importance_is_drawn_where_the_search_tells_it() -> None:
    text = page_of("plain").text
    assert "The largest shares belong to learning rate (70 %) and hidden dropout (30 %)." in text
    assert "The best tenth of three trials is one, so this is a hint and no more." in text
    assert {"importance", "slice-learning-rate", "slice-hidden-dropout"} <= figures("plain")
    whole = figures("whole space")
    assert {"importance", "slice-l2", "slice-depth", "slice-max-norm"} <= whole
    assert "slice-schedule" not in whole


def test_search_that_tells_nothing_of_importance_says_nothing() -> None:
    assert "Which settings mattered" not in page_of("tiny search").text
    assert "importance" not in figures("tiny search")


def test_a_single_searched_setting_has_no_share() -> None:
    assert "Only one setting was searched, the width." in page_of("own data").text
    assert "importance" not in figures("own data")


def test_trials_show_the_settings_that_were_searched() -> None:
    plain, whole = (
        page_of(kind).text.partition("trials, best first")[2][:900]
        for kind in ("plain", "whole space")
    )
    for heading in (
        *("Pixel dropout", "Hidden dropout", "L2", "Max-norm"),
        *("Optimizer", "Learning rate", "Batch size"),
    ):
        assert heading in plain
    for heading in ("L1", "Schedule", "Label smoothing"):
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


def test_trials_that_diverged_are_counted() -> None:
    text = page_of("not reached").text
    assert re.search(
        r"Four trials were run \(Figure \d+\), of which one diverged; Table \d+ lists them all\.",
        text,
    )
    assert "Crosses are trials that diverged." in text
    assert "Crosses" not in page_of("plain").text


def test_remedies_say_what_they_change() -> None:
    ablation = finished().ablation
    assert ablation is not None
    assert [remedy(row) for row in ablation.rows] == [
        *("dropout 0.5", "L2 penalty 0.0001", "L1 penalty 10⁻⁵"),
        *("half the units", "twice the units", "dropout 0.5 and L2 penalty 0.0001"),
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0.0,) * 6, "Neither at their best nor at the end can any remedy be told from no"),
        (
            (0.02, 0.03, 0.0, 0.0, 0.0, 0.0),
            "Each at its best, dropout (+2.0) and L2 (+3.0) raise validation accuracy; the"
            " other four intervals include zero.",
        ),
        (
            (0.02, -0.03, 0.0, 0.03, 0.04, 0.05),
            "dropout (+2.0), less capacity (+3.0), more capacity (+4.0) and dropout + L2 (+5.0)"
            " raise validation accuracy and L2 (−3.0) lowers it; the other interval includes zero.",
        ),
        ((0.0, 0.0, -0.02, 0.0, 0.0, 0.0), "L1 (−2.0) lowers validation accuracy; the other five"),
    ],
)
def test_effects_of_remedies(values: tuple[float, ...], said: str) -> None:
    ablation = finished().ablation
    assert ablation is not None
    rows = tuple(
        d.model_copy(update={"value": value, "ci_low": value - 0.01, "ci_high": value + 0.01})
        for d, value in zip(ablation.at_best.rows, values, strict=True)
    )
    table = ablation.at_best.model_copy(update={"rows": rows})
    text = effects(ablation.model_copy(update={"at_best": table, "at_end": table}))
    assert said in text
    assert ("At the end, up to epoch 6, " in text) == any(values)


def test_the_table_says_what_it_can_find() -> None:
    few = sight(Reach(least=0.0019, most=0.0035, most_at_best=0.003), 3)
    assert "With three repeats a row a true difference of 0.19 to 0.35 points, row by row," in few
    assert "bring the largest of these down to 0.30 points and no further, since" in few
    alike = sight(Reach(least=0.003, most=0.003, most_at_best=0.003), 9)
    assert "difference of 0.30 points is found" in alike
    assert "More repeats would not lower that, since" in alike


def test_both_readings_of_the_ablation_are_discussed() -> None:
    """L2 raised accuracy at its best and lowered it at the end; one was told."""
    ablation = finished().ablation
    assert ablation is not None
    d = ablation.at_best.rows[1]

    def table(value: float) -> Rows:
        changes = {"value": value, "ci_low": value - 0.001, "ci_high": value + 0.001}
        none = {"value": 0.0, "ci_low": -0.001, "ci_high": 0.001}
        rows = [d.model_copy(update=changes if i == 1 else none) for i in range(6)]
        return ablation.at_best.model_copy(update={"rows": tuple(rows)})

    update = {"at_best": table(0.0036), "at_end": table(-0.0041)}
    run = replace(finished(), ablation=ablation.model_copy(update=update))
    said = [s.text for group in conclusions(run, Terms.of(run.problem)).values() for s in group]
    assert any("best, L2 (+0.4) raises" in text for text in said)
    assert any("end, up to epoch 6, L2 (−0.4) lowers" in text for text in said)


@pytest.mark.parametrize(
    ("behind", "sizes", "said"),
    [
        ((True,), (1,), "There was a single finalist, trial 0 (784-128-10)."),
        ((True, False), (2, 1), "trial 0 (784-128-10), was chosen: the other lies more than one"),
        ((True, False, False), (3, 2, 1), "was chosen: the other two lie more than one"),
        ((True, True), (1, 2), "Both finalists lie within one standard error of the best; the"),
        ((True, True), (1, 2), "the smaller of them, trial 0 (784-128-10), was chosen."),
        ((True, True, True), (1, 2, 3), "All three finalists lie within one standard error"),
        ((True, True, False), (1, 2, 3), "Two of the three finalists lie within one standard"),
        ((True, True), (1, 1), "they are equally large, and the more accurate, trial 0"),
        ((True,) * 3, (1, 1, 2), "the smallest two are equally large, and the more accurate"),
        ((True,) * 3, (1, 1, 1), "they are equally large, and the most accurate of these"),
    ],
)
def test_choice_among_finalists(
    behind: tuple[bool, ...], sizes: tuple[int, ...], said: str
) -> None:
    found = judged()
    finalists = tuple(
        found.winner.model_copy(
            update={
                "trial": n,
                "chosen": n == 0,
                "within_one_se": within,
                "fresh": found.winner.fresh.model_copy(update={"n_parameters": size}),
            }
        )
        for n, (within, size) in enumerate(zip(behind, sizes, strict=True))
    )
    assert said in choice(found.model_copy(update={"finalists": finalists}))


@pytest.mark.parametrize(
    ("seen", "epoch", "said"),
    [
        (0.95, 6, "fresh seeds give {}, 1.5 points less, the optimism that comes with"),
        (0.91, 6, "fresh seeds give {}, 2.5 points more, so the search was not optimistic here."),
        (0.935, 6, "fresh seeds give {}, the same."),
        (0.95, 9, "after nine epochs; fresh seeds give {} after six, 1.5 points less, to which"),
    ],
)
def test_what_picking_a_maximum_did(seen: float, epoch: int, said: str) -> None:
    found = judged()
    fresh = found.winner.fresh
    p = fresh.accuracy.model_copy(update={"value": 0.935})
    winner = found.winner.model_copy(
        update={
            "search_accuracy": seen,
            "search_epoch": epoch,
            "fresh": fresh.model_copy(update={"accuracy": p}),
        }
    )
    text = optimism(found.model_copy(update={"finalists": (winner,)})).replace("\u00a0", " ")
    assert said.format("93.5 % [90.6, 95.5]") in text


def test_gain_that_cannot_be_told_from_none() -> None:
    found, terms = judged(), Terms.of(finished().problem)
    assert gain(found, terms).endswith("on the same digits, which cannot be told from no change.")
    d = found.gain_over_overfit.model_copy(update={"value": 0.02, "ci_low": 0.01, "ci_high": 0.03})
    assert gain(found.model_copy(update={"gain_over_overfit": d}), terms).endswith(
        "is +2.0 points [+1.0,\u00a0+3.0] on the same digits."
    )


def test_finalists_that_diverged_are_out() -> None:
    assert "On a fresh seed trials 1 and 2 diverged and are out." in page_of("whole space").text


def test_distortions_are_compared_where_there_are_any() -> None:
    assert "What the distortions are worth" not in page_of("plain").text
    text = page_of("distorted, tied").text
    assert "Trained for as long on the digits as they are, the same network reaches" in text
    assert "Of 40 % of the digits of each batch ink and paper were changed as well" in text
    assert "ink and paper of 40 % of the images changed as well" in text
    assert "ink and paper were changed" not in page_of("plain").text
    assert "How hard an example is, is read from the training itself" in text
    assert {"table-undistorted", "figure-distortions"} <= set(page_of("distorted, tied").ids)


def test_corruptions_are_called_relatives_of_what_training_did_where_it_did() -> None:
    relatives = "Some are relatives of what ink and paper went through in training"
    assert relatives in page_of("own data").text
    assert relatives not in page_of("whole space").text
    assert "shot noise" in page_of("whole space").text.lower()


def test_dose_names_the_classes_that_are_turned_less() -> None:
    run = finished("distorted, tied")
    assert run.finalists is not None
    training = run.finalists.winner.fresh.configuration.training
    warp = training.warp.model_copy(update={"narrow_labels": (1, 7)})
    text = dose(training.model_copy(update={"warp": warp}), 0.33, Terms.of(run.problem))
    assert text.startswith("a rotation of up to 7.5° (3.75° for 1 and 7), a shear of up to 0.1,")
    assert "half of that" not in text
    longer = training.model_copy(update={"n_epochs": 100})
    assert dose(longer, 0.33, Terms.of(run.problem)).endswith(
        "falling towards half of that over the last 10 % of the epochs"
    )


def test_the_gain_is_owed_to_what_the_table_tells_alone() -> None:
    """The schedule helped, dropout did not: nothing else may be credited."""
    found = finished().leave_one_out
    assert found is not None
    assert found.table is not None

    def with_values(*values: float) -> LeaveOneOut:
        assert found.table is not None
        rows = tuple(
            d.model_copy(update={"value": v, "ci_low": v - 0.001, "ci_high": v + 0.001})
            for d, v in zip(found.table.rows, values, strict=True)
        )
        return found.model_copy(update={"table": found.table.model_copy(update={"rows": rows})})

    assert list(found.differences) == ["dropout", "penalty", "size"]
    none = owed(with_values(0.0, 0.0, 0.0))
    assert "To none of them alone can the accuracy" in none
    assert "all three intervals include zero" in none
    text = owed(with_values(0.0, 0.02, -0.03)).replace("\u00a0", " ")
    assert "Without its size (−3.0 points [−3.1, −2.9]) the chosen network is less" in text
    assert "Without the penalty on weights (+2.0 points" in text
    assert "it would be more accurate. Of dropout no effect can be told from zero." in text
    assert "Not left out, as the settings say: the schedule" in page_of("distorted, tied").text
    assert "Without the bound on incoming weights training diverged." in (
        page_of("whole space").text
    )


def test_what_was_left_out_together_is_named_together() -> None:
    found = finished("distorted, tied").leave_one_out
    assert found is not None
    row = next(row for row in found.rows if row.thing == "distortion")
    winner = found.winner.configuration
    assert (winner.training.photometric, row.scored.configuration.training.photometric) == (0.4, 0)
    both = "distorted images and changed ink and paper together"
    assert without("distortion", winner, row.scored.configuration) == f"{both} (0.5 and 0.4)"
    assert both in owed(found)
    assert together(found) == "What other things do together is not in this table."
    plain = finished().leave_one_out
    assert plain is not None
    assert together(plain) == "What two things do together is not in this table."


def test_a_row_with_more_seeds_than_the_others_is_named() -> None:
    run = finished("distorted, tied")
    found, protocol = run.leave_one_out, run.evaluation_protocol
    assert found is not None
    assert found.table is not None
    assert protocol is not None
    assert seeds(found, protocol) == "two seeds a row"
    rows = [
        row.model_copy(update={"n_seeds": 4 if left.thing == "distortion" else 1})
        for left, row in zip(found.rows, found.table.rows, strict=True)
    ]
    uneven = found.table.model_copy(update={"rows": tuple(rows)})
    said = seeds(found.model_copy(update={"table": uneven}), protocol)
    assert said.startswith("one seed a row, but four seeds without distorted images and changed")


def test_a_share_of_changed_ink_that_the_search_chose_is_not_called_set() -> None:
    run = finished("distorted, tied")
    assert run.finalists is not None
    training, terms = run.finalists.winner.fresh.configuration.training, Terms.of(run.problem)
    settled = SearchSpace(distortion=(0.5, 0.5), photometric=(0.4, 0.4))
    searched = SearchSpace(distortion=(0.5, 0.5), photometric=(0.1, 0.4))
    assert "That was set; it is meant for digits from" in photometric(training, settled, terms)
    assert "The search chose that share; it is" in photometric(training, searched, terms)


def test_twice_the_width_is_no_extension_of_a_network_that_has_it() -> None:
    run = finished()
    assert run.ablation is not None
    assert run.search is not None
    assert run.finalists is not None
    assert run.final_test is not None
    rows = [
        d.model_copy(update={"value": 0.02, "ci_low": 0.01, "ci_high": 0.03})
        for d in run.ablation.at_best.rows
    ]
    table = run.ablation.at_best.model_copy(update={"rows": tuple(rows)})
    helped = run.ablation.model_copy(update={"at_best": table})
    (wider,) = (row for row in helped.rows if row.remedy == "more_capacity")

    def said(n_parameters: int) -> str:
        assert run.finalists is not None
        winner = run.finalists.winner
        fresh = winner.fresh.model_copy(update={"n_parameters": n_parameters})
        chosen = winner.model_copy(update={"fresh": fresh})
        judged = run.finalists.model_copy(update={"finalists": (chosen,)})
        terms = Terms.of(run.problem)
        found = extensions(helped, run.search, judged, run.final_test, terms)
        return " ".join(statement.text for statement in found)

    n = wider.reading.at_end.n_parameters
    assert "doubling the overfitting model's width helped" in said(n - 1)
    assert "doubling" not in said(n)


@pytest.mark.parametrize(
    ("doubled", "said"),
    [
        ((0.7, 0.6, 0.8), "multiply the error by 0.70 [0.60, 0.80]; if it goes on, more of them"),
        ((0.9, 0.7, 1.1), "Whether more are worth it is open: twice as many training digits"),
        ((1.2, 1.1, 1.3), "here more of them did not help."),
        (None, "No line can be drawn through these errors"),
    ],
)
def test_whether_more_images_are_worth_it(doubled: Any, said: str) -> None:
    run = finished()
    assert run.learning_curve is not None
    found = run.learning_curve.model_copy(update={"doubled": doubled})
    assert said in worth(found, Terms.of(run.problem))


def test_the_learning_curve_is_drawn_where_there_is_a_line() -> None:
    assert "learning-curve" in figures("plain")
    assert "all 2,400 development digits, 1.2 times as many as here" in page_of("plain").text
    tied = page_of("distorted, tied")
    assert "learning-curve" not in figures("distorted, tied")
    assert "No line can be drawn" in tied.text


def test_best_trials_at_an_edge_are_told_and_what_was_preset() -> None:
    assert "at an edge" not in page_of("plain").text
    search = finished().search
    assert search is not None
    one = Edge(name="learning_rate", end="highest", value=3e-3, n_there=5, n_best=6)
    said = edge(search.model_copy(update={"edges": (one,)}))
    assert "Of the best six trials five lie at the highest end of learning rate (0.003):" in said
    assert edge(search) == ""
    assert (
        "L1, schedule, label smoothing, distortion, other ink and hard examples (one value each),"
        in (page_of("plain").text)
    )
    assert "all other settings were chosen" not in page_of("plain").text


def test_importance_says_after_which_epoch_it_was_measured() -> None:
    search = finished().search
    assert search is not None
    early = when_judged(search)
    assert early.startswith("Every trial was scored after two epochs")
    assert early.endswith("what matters that early need not matter after 6")
    late = when_judged(search.model_copy(update={"importance_epoch": 6}))
    assert late.startswith("One trial was scored")
    assert "after six epochs, the latest that enough of them reached" in late


@pytest.mark.parametrize(
    ("curve", "rises"),
    [
        ((0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99), True),
        ((0.97, 0.99, 0.97, 0.98, 0.99, 0.96, 0.97, 0.98, 0.98, 0.99), False),
        ((0.90, 0.91, 0.92, 0.99), False),
    ],
)
def test_training_longer_is_advised_only_where_accuracy_still_rises(
    curve: tuple[float, ...], rises: bool
) -> None:
    """Of the second, the smoothed best is the last epoch, where the window shrinks."""
    if len(curve) == 10:
        assert reading_epoch(np.array([curve])) == 10
    assert still_rises(curve) is rises


def test_a_winner_without_a_penalty_can_lack_its_dropout() -> None:
    network = NetworkSpec(inputs=784, classes=10, hidden=(64,), hidden_dropout=0.2)
    winner = Configuration(network=network, training=TrainingSettings(n_epochs=3))
    said = without("dropout", winner, winner)
    assert said == "dropout (0 on the pixels, 0.2 on hidden units)"
