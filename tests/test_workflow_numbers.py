"""Every number of a finished run, found again from the images and the stored arrays by
SciPy, scikit-learn and plain counting.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import uneven_images
from scipy.stats import binom, binomtest
from sklearn.metrics import confusion_matrix, f1_score, precision_score, recall_score
from sklearn.metrics import log_loss as cross_entropy

from sevenfold.storage import read_npz

DEVELOPMENT, TEST = uneven_images(1200, seed=1, n_copies=24), uneven_images(300, seed=2)
N_VALIDATION = 199  # a sixth of the distinct images, and the copies of those
REMEDIES = ("dropout", "l2", "l1", "less_capacity", "more_capacity", "dropout_l2")


def result(run: Path, step: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "steps" / f"{step}.json").read_text())["result"]
    return found


def history(run: Path, file: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The stored arrays, and which predictions were right: (repeats, epochs, n)."""
    arrays = read_npz(run / file)
    return arrays, arrays["predictions"] == arrays["labels"]


def smoothed(curves: np.ndarray) -> np.ndarray:
    """The mean curve, each value averaged with at most two on either side."""
    n, mean = curves.shape[1], curves.mean(axis=0)
    return np.array([np.mean([mean[j] for j in range(n) if abs(i - j) <= 2]) for i in range(n)])


def p_of(first: np.ndarray, second: np.ndarray) -> float:
    """Both tails of the binomial, for two classifiers' hits."""
    wins, losses = (first & ~second).sum(), (second & ~first).sum()
    return min(1.0, 2.0 * binom.cdf(min(wins, losses), wins + losses, 0.5))


def assert_proportion(found: dict[str, Any], k: int, n: int) -> None:
    interval = binomtest(k, n).proportion_ci(method="wilson")
    assert found["value"] == pytest.approx(k / n)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((interval.low, interval.high))
    assert found["n"] == n


def test_the_images_are_uneven_and_every_network_errs(finished: Path) -> None:
    stored = read_npz(finished / "predictions" / "test.npz")
    final = (stored["final"].argmax(axis=2) != stored["labels"]).sum(axis=1)
    earlier = [
        (stored[name].argmax(axis=2) != stored["labels"]).sum(axis=1).min()
        for name in stored
        if name not in ("labels", "final")
    ]
    counts = np.bincount(DEVELOPMENT.labels)
    assert counts.max() > 1.5 * counts.min()
    assert 5 <= min(final) < max(final) <= 40
    assert all(errors > 5 for errors in earlier)


def test_what_the_data_are(finished: Path) -> None:
    problem, split = result(finished, "problem"), read_npz(finished / "split.npz")
    images = [image.tobytes() for image in DEVELOPMENT.pixels]
    train = {images[i] for i in split["round0_fold0_train"]}
    validation = {images[i] for i in split["round0_fold0_validation"]}
    assert problem["n_duplicates"] == 24
    assert problem["n_duplicates_across_split"] == len(train & validation) == 0
    for label, count in enumerate(problem["class_counts"]):
        hits = DEVELOPMENT.labels == label
        assert count["n_development"] == hits.sum()
        assert count["n_train"] == hits[split["round0_fold0_train"]].sum()
        assert count["n_validation"] == hits[split["round0_fold0_validation"]].sum()
    assert problem["mean_ink"] == pytest.approx(DEVELOPMENT.pixels.mean() / 255)
    success, counts = result(finished, "success"), np.bincount(DEVELOPMENT.labels)
    assert not success["accuracy_suffices"]
    assert success["imbalance_ratio"] == pytest.approx(counts.max() / counts.min())


def test_what_the_networks_see(finished: Path) -> None:
    preparation, split = result(finished, "preparation"), read_npz(finished / "split.npz")
    train = DEVELOPMENT.pixels[split["round0_fold0_train"]] / 255
    assert preparation["train_mean"] == pytest.approx(train.mean(), rel=1e-6)
    assert preparation["train_sd"] == pytest.approx(train.std(), rel=1e-6)


def test_the_protocols_widths(finished: Path) -> None:
    protocol = result(finished, "evaluation_protocol")
    for option, n in zip(protocol["options"], (200, 1200, 1200), strict=True):
        interval = binomtest(round(0.98 * n), n).proportion_ci(method="wilson")
        assert option["half_width"] == pytest.approx((interval.high - interval.low) / 2)
        assert option["n_scored"] == n
    assert [option["chosen"] for option in protocol["options"]] == [True, False, False]
    assert (protocol["n_train"], protocol["n_validation"]) == (1200 - N_VALIDATION, N_VALIDATION)


def test_the_baseline(finished: Path) -> None:
    baseline, split = result(finished, "baseline"), read_npz(finished / "split.npz")
    arrays, right = history(finished, "histories/baseline.npz")
    _, softmax_right = history(finished, "histories/softmax.npz")
    labels = DEVELOPMENT.labels[split["round0_fold0_validation"]]
    majority = np.bincount(DEVELOPMENT.labels[split["round0_fold0_train"]]).argmax()
    assert np.array_equal(arrays["labels"], labels)
    assert_proportion(baseline["majority"], int((labels == majority).sum()), N_VALIDATION)
    assert_proportion(baseline["network"]["accuracy"], int(right[0, -1].sum()), N_VALIDATION)
    assert_proportion(
        baseline["softmax"]["accuracy"], int(softmax_right[0, -1].sum()), N_VALIDATION
    )
    assert baseline["network"]["val_loss"] == pytest.approx(arrays["val_loss"][:, -1].mean())
    for name, rival in (("majority", labels == majority), ("softmax", softmax_right[0, -1])):
        test = baseline[f"against_{name}"]
        assert test["only_first"] == (right[0, -1] & ~rival).sum()
        assert test["only_second"] == (rival & ~right[0, -1]).sum()
        assert test["p_value"] == pytest.approx(p_of(right[0, -1], rival), rel=1e-9)


def test_the_curves_are_those_of_the_predictions(finished: Path) -> None:
    for path in sorted((finished / "histories").iterdir()):
        arrays, right = history(finished, f"histories/{path.name}")
        assert arrays["val_accuracy"] == pytest.approx(right.mean(axis=2)), path.name


def test_the_overfitting_model(finished: Path) -> None:
    overfit, baseline = result(finished, "overfit"), result(finished, "baseline")
    for attempt in overfit["attempts"]:
        arrays, right = history(finished, attempt["at_end"]["history"])
        turn = int(smoothed(arrays["val_loss"]).argmin()) + 1
        assert attempt["turn"]["epoch"] == attempt["at_turn"]["epoch"] == turn
        accuracies = right[:, turn - 1].mean(axis=1)
        assert attempt["at_turn"]["over_seeds"]["values"] == pytest.approx(accuracies)
        assert attempt["at_turn"]["over_seeds"]["sd"] == pytest.approx(accuracies.std(ddof=1))
        assert attempt["at_end"]["accuracy"]["value"] == pytest.approx(right[:, -1].mean())
    assert overfit["gap_to_baseline"] == pytest.approx(
        accuracies.mean() - baseline["network"]["accuracy"]["value"]
    )


def five_means(right: np.ndarray) -> np.ndarray:
    """Accuracy over five epochs in a row, as a mean over repeats too."""
    by_epoch = right.mean(axis=(0, 2))
    return np.array([by_epoch[i : i + 5].mean() for i in range(len(by_epoch) - 4)])


def test_what_each_remedy_brings(finished: Path) -> None:
    model = result(finished, "overfit")["attempts"][-1]
    _, base = history(finished, model["at_end"]["history"])
    found = result(finished, "ablation")
    assert [row["remedy"] for row in found["rows"]] == list(REMEDIES)
    for i, remedy in enumerate(REMEDIES):
        _, right = history(finished, f"histories/ablation_{remedy}.npz")
        for moment, pick in (("at_best", np.max), ("at_end", lambda means: means[-1])):
            mine, models = pick(five_means(right)), pick(five_means(base))
            assert found["rows"][i]["reading"][moment]["accuracy"]["value"] == pytest.approx(mine)
            assert found[moment]["rows"][i]["value"] == pytest.approx(mine - models)
            assert found[moment]["rows"][i]["n_seeds"] == 2  # of the preset quick
            assert found[moment]["n_base_seeds"] == 3


def test_what_the_winner_owes_and_what_more_images_bring(finished: Path) -> None:
    chosen = next(f for f in result(finished, "finalists")["finalists"] if f["chosen"])
    _, base = history(finished, chosen["fresh"]["history"])
    found = result(finished, "leave_one_out")
    assert {"dropout", "size"} <= {row["thing"] for row in found["rows"]}
    for row, d in zip(found["rows"], found["table"]["rows"], strict=True):
        _, right = history(finished, row["scored"]["history"])
        assert d["value"] == pytest.approx(five_means(right)[-1] - five_means(base)[-1])
    points = result(finished, "learning_curve")["points"]
    few, every = (point["n_train"] for point in points)
    assert few == pytest.approx(every / 4, abs=1)
    for point in points:
        _, right = history(finished, point["history"])
        assert point["errors"]["values"] == pytest.approx(1 - right[:, -1].mean(axis=1))


def test_the_search(finished: Path) -> None:
    found = result(finished, "search")
    scores = [trial["scores"][-1] for trial in found["trials"]]
    order = [(-score["epoch"], -score["accuracy"], score["loss"]) for score in scores]
    assert order == sorted(order)
    assert [score["epoch"] for score in scores] == [24, 24, 8, 8]
    assert found["n_consultations"] == 6
    first_rungs = {trial["number"]: trial["scores"][0]["accuracy"] for trial in found["trials"]}
    promoted = {trial["number"] for trial in found["trials"][:2]}
    assert min(first_rungs[n] for n in promoted) >= max(
        accuracy for n, accuracy in first_rungs.items() if n not in promoted
    )
    assert sum(share["value"] for share in found["importances"]) == pytest.approx(1.0)


def test_the_finalists(finished: Path) -> None:
    chosen, searched = result(finished, "finalists"), result(finished, "search")
    trials = {trial["number"]: trial for trial in searched["trials"]}
    rights = {}
    for finalist in chosen["finalists"]:
        number, fresh = finalist["trial"], finalist["fresh"]
        curve = [a for score in trials[number]["scores"] for a in score["curve"]]
        n_epochs = int(smoothed(np.array([curve])).argmax()) + 1
        arrays, right = history(finished, fresh["history"])
        assert fresh["epoch"] == n_epochs == arrays["val_loss"].shape[1]
        assert fresh["accuracy"]["value"] == pytest.approx(right[:, -1].mean())
        assert finalist["search_accuracy"] == pytest.approx(curve[-1])
        rights[number] = right[:, -1].astype(float)
    best = max(rights, key=lambda number: rights[number].mean())
    for finalist in chosen["finalists"]:
        behind = rights[best] - rights[finalist["trial"]]
        variance = (
            behind.mean(axis=0).var(ddof=1) / N_VALIDATION + behind.mean(axis=1).var(ddof=1) / 2
        )
        assert finalist["behind_best"] == pytest.approx(behind.mean())
        assert finalist["standard_error"] == pytest.approx(np.sqrt(variance))
        assert finalist["within_one_se"] == (behind.mean() <= np.sqrt(variance))
    (winner,) = [finalist for finalist in chosen["finalists"] if finalist["chosen"]]
    arrays, base = history(
        finished, result(finished, "overfit")["attempts"][-1]["at_end"]["history"]
    )
    epoch = int(smoothed(arrays["val_accuracy"]).argmax())
    assert chosen["gain_over_overfit"]["value"] == pytest.approx(
        rights[winner["trial"]].mean() - base[:, epoch].mean()
    )
    stored = read_npz(finished / "predictions" / "validation.npz")
    right = stored["final"].argmax(axis=2) == stored["labels"]
    assert np.array_equal(right, rights[winner["trial"]].astype(bool))


def test_the_final_test(finished: Path) -> None:
    final, stored = result(finished, "final_test"), read_npz(finished / "predictions" / "test.npz")
    labels, first = stored["labels"], stored["final"][0]
    predicted = first.argmax(axis=1)
    scores = final["scores"]
    assert np.array_equal(labels, TEST.labels)
    assert_proportion(scores["accuracy"], int((predicted == labels).sum()), 300)
    assert scores["n_errors"] == (predicted != labels).sum() > 0
    assert scores["confusion"] == confusion_matrix(labels, predicted).tolist()
    for name, score in (
        ("precision", precision_score),
        ("recall", recall_score),
        ("f1", f1_score),
    ):
        by_class = score(labels, predicted, average=None)
        assert scores[f"macro_{name}"] == pytest.approx(by_class.mean())
        found = [row[name] for row in scores["per_class"]]
        values = [row["value"] if isinstance(row, dict) else row for row in found]
        assert values == pytest.approx(by_class)
    assert scores["log_loss"] == pytest.approx(cross_entropy(labels, first), rel=1e-5)
    assert final["seed_accuracies"]["values"] == pytest.approx(
        (stored["final"].argmax(axis=2) == labels).mean(axis=1)
    )
    assert final["test_class_counts"] == np.bincount(labels).tolist()


def test_the_final_network_against_earlier_ones(finished: Path) -> None:
    final, stored = result(finished, "final_test"), read_npz(finished / "predictions" / "test.npz")
    right = {name: stored[name].argmax(axis=-1) == stored["labels"] for name in stored}
    earlier = [name for name in stored if name not in ("labels", "final")]
    comparisons = final["comparisons"]
    if isinstance(comparisons, dict):
        comparisons = list(comparisons.values())
    for name, comparison in zip(earlier, comparisons, strict=True):
        ours, theirs = right["final"][0], right[name][0]
        assert comparison["test"]["only_first"] == (ours & ~theirs).sum() > 0
        assert comparison["test"]["only_second"] == (theirs & ~ours).sum() > 0
        assert comparison["test"]["p_value"] == pytest.approx(p_of(ours, theirs))
        assert_proportion(comparison["accuracy"], int(theirs.sum()), 300)
        over_seeds = right["final"].mean() - right[name].mean()
        assert comparison["over_seeds"]["value"] == pytest.approx(over_seeds)


def test_the_gap_and_the_mistakes(finished: Path) -> None:
    final, stored = result(finished, "final_test"), read_npz(finished / "predictions" / "test.npz")
    labels, first = stored["labels"], stored["final"][0]
    predicted, surest = first.argmax(axis=1), first.max(axis=1)
    (winner,) = [f for f in result(finished, "finalists")["finalists"] if f["chosen"]]
    validation = winner["fresh"]["accuracy"]["value"]
    on_test = (stored["final"].argmax(axis=2) == labels).mean()
    assert final["validation_accuracy"] == winner["fresh"]["accuracy"]
    assert final["recipe"]["value"] == pytest.approx(on_test)
    assert final["gap"]["value"] == pytest.approx(on_test - validation)
    low, high = (final["gap"][end] - final["gap"]["value"] for end in ("ci_low", "ci_high"))
    assert low < 0.0 < high
    wrong = sorted(np.flatnonzero(predicted != labels), key=lambda i: -surest[i])
    assert [mistake["index"] for mistake in final["mistakes"]] == wrong[:5]
    assert [mistake["probability"] for mistake in final["mistakes"]] == pytest.approx(
        surest[wrong[:5]]
    )
    shown = read_npz(finished / "predictions" / "mistakes.npz")
    assert np.array_equal(shown["images"], TEST.pixels[wrong[:5]])
    assert np.array_equal(shown["indices"], wrong[:5])
    assert final["n_confident_errors"] == (surest[wrong] > 0.99).sum()
    pairs = np.array([(labels == a) & (predicted == b) for a in range(10) for b in range(10)])
    counts = pairs.sum(axis=1).reshape(10, 10)
    np.fill_diagonal(counts, 0)
    found, most = [pair["n"] for pair in final["confused_pairs"]], sorted(counts.ravel())[::-1]
    assert found == [n for n in most if n >= most[4]]


def test_the_summary(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text())
    stored = read_npz(finished / "predictions" / "test.npz")
    predicted = stored["final"].argmax(axis=2)
    (winner,) = [f for f in result(finished, "finalists")["finalists"] if f["chosen"]]
    _, right = history(finished, winner["fresh"]["history"])
    _, baseline = history(finished, "histories/baseline.npz")
    _, softmax = history(finished, "histories/softmax.npz")
    n_right = int((predicted[0] == stored["labels"]).sum())
    interval = binomtest(n_right, 300).proportion_ci(method="wilson")
    final = summary["final"]
    assert winner["search_accuracy"] != winner["fresh"]["accuracy"]["value"]
    assert summary["regularize"] == {
        "n_trials": 4,
        "best_val_accuracy": pytest.approx(right[:, -1].mean()),
    }
    assert summary["baseline"] == {
        "common_sense_accuracy": pytest.approx(softmax[:, -1].mean()),
        "val_accuracy": pytest.approx(baseline[:, -1].mean()),
    }
    assert final["test_accuracy"] == pytest.approx(n_right / 300)
    assert (final["ci_low"], final["ci_high"]) == pytest.approx((interval.low, interval.high))
    assert final["n_errors"] == 300 - n_right
    assert final["macro_f1"] == pytest.approx(
        f1_score(stored["labels"], predicted[0], average="macro")
    )
    assert final["seed_test_accuracies"] == pytest.approx(
        (predicted == stored["labels"]).mean(axis=1)
    )
    assert len(set(final["seed_test_accuracies"])) == 2
