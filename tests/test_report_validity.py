"""What stands beside the result in section 9: threats to it, and results of others."""

from dataclasses import replace

import pytest
from reports import folder_of, page_of

from sevenfold.data.mnist.published_results import RESULTS
from sevenfold.report.sections.published.words import place, results
from sevenfold.report.sections.threats.words import threats
from sevenfold.report.terms import Terms
from sevenfold.runs.reading import FinishedRun, read_run
from sevenfold.statistics import proportion


def told(run: FinishedRun) -> dict[str, str]:
    return {threat.name: threat.text for threat in threats(run, Terms.of(run.problem))}


def test_without_groups_the_intervals_are_said_to_take_images_for_independent() -> None:
    text = told(read_run(folder_of("own data")))["What images share"]
    assert "The data name no source, so the report takes images for independent" in text
    assert "writer" not in " ".join(told(read_run(folder_of("own data"))).values())


def test_groups_on_one_side_are_told_by_their_numbers() -> None:
    run = read_run(folder_of("writers"))
    text = told(run)["What images share"]
    assert "Training and validation share none of the 90 writers" in text
    assert "none of the 40 of the test images was trained on" in text
    assert run.evaluation_protocol is not None
    assert run.evaluation_protocol.groups is not None
    mixed = run.evaluation_protocol.groups.model_copy(update={"n_across": 3})
    protocol = run.evaluation_protocol.model_copy(update={"groups": mixed})
    assert (
        "share 3 of the 90" in told(replace(run, evaluation_protocol=protocol))["What images share"]
    )


@pytest.mark.parametrize("kind", ["plain", "own data"])
def test_what_is_known_of_mnist_alone_is_told_of_mnist_alone(kind: str) -> None:
    page = page_of(kind).text
    assert ("Of their labels at least 15 were judged wrong" in page) is (kind == "plain")
    assert ("Beside published results" in page) is (kind == "plain")
    assert "once in this run folder, after the plan was frozen by the same program" in page


def test_the_subset_is_not_set_beside_results_on_the_whole() -> None:
    assert results(read_run(folder_of("subset, reopened"))) == ()


def test_published_errors_are_counted_around_the_interval() -> None:
    run = read_run(folder_of("plain"))
    assert run.final_test is not None
    errors = [result.error for result in RESULTS]
    assert errors == sorted(errors, reverse=True)
    scores = run.final_test.scores.model_copy(update={"accuracy": proportion(9_890, 10_000)})
    final = run.final_test.model_copy(update={"scores": scores})
    said = place(final, Terms.of(run.problem))
    assert "error of 1.10 % has an interval from 0.91 to 1.32 %" in said.replace("\u00a0", " ")
    # 4.7, 3.05, 2.5 and 1.6 above; 1.25, 1.1 and 0.95 within; the other six below.
    assert f"4 of the {len(RESULTS)} published errors lie above it, 6 below it, and 3" in said
