"""One-line faults that the tests must find; `scripts/mutate` plants one at a time.

`old` stands exactly once in the place, which is a file or a room of the package; where
its lines are broken, and in which file of a room, plays no part. A fault whose text is
gone fails `test_mutations.py`: put the same fault into the new text. No fault may leave
the behaviour as it was.
"""

from collections.abc import Iterable
from typing import NamedTuple

from mutations.data import ROOM
from mutations.readers import READERS


class Fault(NamedTuple):
    """`old` becomes `new` in the file or folder `place` of the package."""

    place: str
    name: str
    old: str
    new: str


TESTS: dict[str, tuple[str, ...]] = {
    "counter_random.py": ("test_counter_random.py",),
    "data": (
        "test_data_contents.py",
        "test_data_groups.py",
        "test_data_writers.py",
        "test_data_faults.py",
        "test_data_alike.py",
        "test_data.py",
        "test_data_idx.py",
        "test_data_npz.py",
        "test_data_limits.py",
        "test_data_catalogue.py",
    ),
    "forecast.py": ("test_forecast.py",),
    "engine": (
        "test_engine_numbers.py",
        "test_engine.py",
        "test_keras_file.py",
        "test_engine_equivalence.py",
    ),
    "networks.py": ("test_engine_numbers.py", "test_engine.py", "test_engine_equivalence.py"),
    "outlook.py": ("test_terminal.py",),
    "protocol.py": ("test_protocol_rules.py", "test_protocol_copies.py", "test_protocol.py"),
    "splits.py": ("test_protocol_groups.py", "test_protocol.py"),
    "report": (
        "test_report_damage.py",
        "test_report_data.py",
        "test_report_final.py",
        "test_report_front.py",
        "test_report_models.py",
        "test_report_numbers.py",
        "test_report_page.py",
        "test_report_tuning.py",
    ),
    "runs": ("test_seal_chain.py", "test_protocol.py", "test_runs.py", "test_refit.py"),
    "settings.py": ("test_settings.py",),
    "scores.py": ("test_statistics_numbers.py", "test_statistics.py"),
    "statistics": (
        "test_statistics_numbers.py",
        "test_statistics_groups.py",
        "test_statistics_rows.py",
        "test_statistics_probabilities.py",
        "test_statistics.py",
        "test_coverage.py",
    ),
    "steps": (
        "test_steps_data.py",
        "test_steps_baseline.py",
        "test_steps_seen_groups.py",
        "test_steps_overfit.py",
        "test_steps_ablation.py",
        "test_steps_finalists.py",
        "test_overfit.py",
        "test_finalists.py",
        "test_steps_final_test.py",
        "test_workflow_numbers.py",
        "test_refit.py",
    ),
    "executor": ("test_executor_worker.py", "test_tuning.py"),
    "surroundings.py": ("test_surroundings.py",),
    "summary.py": ("test_summary.py", "test_workflow_numbers.py"),
    "terminal.py": ("test_terminal.py",),
    "tuning": (
        "test_tuning_rules.py",
        "test_tuning_proposals.py",
        "test_tuning_damage.py",
        "test_tuning.py",
    ),
    "validation.py": ("test_validation_numbers.py", "test_validation.py"),
    "warp.py": ("test_warp_parameters.py", "test_warp.py"),
}
"""The tests of each place, quick ones first."""

TESTS["pictures.py"] = ("test_pictures.py", "test_data_folders.py")
for _name, _tests in {
    "contents": ("contents", "faults", "spellings", ""),
    "faults": ("faults", "contents", "spellings"),
    "reading": ("faults", "setting_aside", "catalogue", "folders", "tables", ""),
    "setting_aside": ("setting_aside",),
    "source": ("setting_aside", "faults", "folders"),
    "checking": ("faults", "", "catalogue"),
    "finding": ("catalogue", "tables", "", "download"),
    "places": ("catalogue", ""),
    "catalogue": ("catalogue",),
    "download": ("download", "catalogue"),
    "class_names": ("folders", "spellings"),
    "images": ("contents", "npz", ""),
    "published/emnist": ("names", "catalogue"),
    "published/entries": ("catalogue",),
    "mnist/embedded": ("",),
    "mnist/catalogue": ("catalogue", ""),
}.items():
    TESTS[f"data/{_name}.py"] = tuple(f"test_data{'_' if t else ''}{t}.py" for t in _tests)
for _names, _tests in {
    ("idx", "idx_format", "idx_names", "members"): ("names", "idx", "catalogue", ""),
    ("npz", "arrays", "_npz_names"): ("spellings", "npz"),
    ("tables", "_table_layout", "_table_rows"): ("tables",),
    ("folders", "_folder_listing"): ("folders",),
    ("parquet",): ("parquet",),
    ("hdf5", "bitmaps"): ("catalogue",),
    ("packing",): ("limits", "idx", "tables"),
    ("stacks",): ("folders", "parquet"),
    ("refusals",): ("spellings", ""),
    ("files", "__init__"): ("spellings", "idx", "npz", "tables", "folders", "names"),
}.items():
    for _name in _names:
        TESTS[f"data/readers/{_name}.py"] = tuple(
            f"test_data{'_' if test else ''}{test}.py" for test in _tests
        )


def _in(place: str, faults: Iterable[tuple[str, str, str]]) -> tuple[Fault, ...]:
    return tuple(Fault(place, *fault) for fault in faults)


SCORES = (
    ("macro F1 is weighted", "float(f1.mean())", "float((f1 * support).sum() / support.sum())"),
    ("macro recall is accuracy", "float(recall.mean())", "correct / len(labels)"),
    ("macro precision is recall", "float(precision.mean())", "float(recall.mean() + 0.0)"),
    ("the confusions are transposed", "matrix(labels, predicted", "matrix(predicted, labels"),
)

GROUPED_STATISTICS = (
    ("writers are left out of the variance", "(1.0 - 1.0 / len(sizes)) *", "(1.0 / len(sizes)) *"),
    ("groups all weigh the same", "residuals / (sizes.sum() - sizes)", "residuals / sizes.sum()"),
    (
        "every group is worth a degree of freedom",
        "float(sizes.sum() ** 2 / (sizes**2).sum()) - 1.0",
        "len(sizes) - 1.0",
    ),
    ("groups narrow an interval", "np.maximum(1.0, np.divide(variance", "(np.divide(variance"),
    ("digits are told by the place of their group", "np.argsort(codes", "np.argsort(groups * 0"),
    ("a group's wins are tossed one by one", "len(chances) + 2 * size", "len(chances) + size"),
    ("only a win is as uneven", "chances[np.abs(sums) >= seen]", "chances[sums >= seen]"),
    ("counts keep their design effect", "[one.n_effective for one", "[float(one.n) for one"),
    (
        "the interval of a difference is turned",
        "second.ci_high - second.value)",
        "second.value - second.ci_low)",
    ),
    (
        "what both parts hold counts twice",
        "np.maximum(parts.of_groups - parts.of_both, 0.0)",
        "parts.of_groups",
    ),
    ("a recipe is its networks", "seeds + groups", "groups + 0 * seeds"),
    ("a mean of seeds varies as one seed", "ddof=1) / n_seeds, of_groups", "ddof=1), of_groups"),
    ("rows are read one by one", "level ** (1.0 / len(variants))", "level"),
    ("all rows are multiplied alike", "np.arange(len(p), 0, -1)", "len(p)"),
    ("Holm's p-values may fall", "np.maximum.accumulate(p[order]", "(p[order]"),
    ("power forgets the other rows", "level ** (1.0 / design.n_rows)", "level"),
    ("the base has no seeds", "1 / self.n_seeds + 1 / self.n_base_seeds", "1 / self.n_seeds"),
    ("a spread's bounds are exchanged", "(0.5 + level / 2, 0.5 - level / 2)", "(0.5, 0.5)"),
)

PROBABILITIES = (
    ("calibration counts bins, not examples", "b.n * abs(b.acc", "abs(b.acc"),
    ("Brier's score forgets the label", "- 2 * hit + 1", "- hit"),
    (
        "a temperature multiplies",
        "logs / math.exp(log_temperature)",
        "logs * math.exp(log_temperature)",
    ),
    (
        "tests go on after the first that fails",
        "int(failed[0]) if len(failed)",
        "int(failed[-1]) + 1 if len(failed)",
    ),
    (
        "an error more would pass as well",
        "k[some] + 1.0, (n - k)[some]",
        "k[some], (n - k)[some] + 1",
    ),
    ("writers do not loosen a promise", "1.0 / (effect * unknown)", "1.0"),
    ("ties are answered one by one", "np.flatnonzero(np.diff(sure))", "np.arange(n - 1)"),
    ("the rank of a set is one too low", "(len(own) + 1) * level", "(len(own) - 9) * level"),
    ("sets leave their last class out", "scores <= rule.quantile", "scores < rule.quantile"),
    ("a slope is of plain sizes", "np.log(np.asarray(sizes, np.float64))", "np.asarray(sizes)"),
    ("a curve is as sure far away", "(x - self.centre) ** 2 / self.squares", "0.0"),
    ("every class is plausible", "np.where(p >= usual, p, -1.0)", "p"),
)

STATISTICS = (
    ("the Wilson interval is too narrow", "Z * Z / (4 * n * n)", "Z * Z / (8 * n * n)"),
    ("the deviation is that of a population", "array.std(ddof=1)", "array.std(ddof=0)"),
    (
        "McNemar's test is one-sided",
        "binomtest(only_first, discordant, 0.5)",
        "binomtest(only_first, discordant, 0.5, 'greater')",
    ),
    ("McNemar counts what both get wrong", "~first_correct & second", "~first_correct & ~second"),
    (
        "a paired difference leaves the seeds out",
        "half_seeds, over_seeds.sd, over_seeds.n",
        "0.0, over_seeds.sd, over_seeds.n",
    ),
    (
        "the sign of a difference is turned",
        "first.mean(axis=0) - second.mean(axis=0)",
        "second.mean(axis=0) - first.mean(axis=0)",
    ),
    ("Welch's error is a variance", "* math.sqrt(sum(parts))", "* sum(parts)"),
    ("only gains are detectable", "self.ci_low > 0.0 or self.ci_high < 0.0", "self.ci_low > 0.0"),
    ("the error falls with n", "by_example.std(ddof=1)) / math.sqrt(n)", "by_example.std()) / n"),
    ("smoothing leans to the left", "min(n, i + half + 1)", "min(n, i + half)"),
    ("too few decimals", "n <= 2_000", "n <= 20_000"),
    (
        "a quantile is of the normal",
        "t.ppf(probability, degrees_of_freedom)",
        "t.ppf(probability, 1e9)",
    ),
    *GROUPED_STATISTICS,
    *PROBABILITIES,
)

PROTOCOL = (
    (
        "copies are divided like others",
        "np.isin(first, distinct[indices])",
        "np.isin(first, indices)",
    ),
    ("small sets count epochs as they are", "min(wanted, allowed)", "1"),
    ("large images are multiplied alike", "min(wanted, allowed)", "wanted"),
    ("hold-out is chosen too early", "<= settings.holdout_half_width", "<= 0.006"),
    ("K-fold is always enough", "<= settings.kfold_half_width", "<= 1.0"),
    ("every round divides alike", "seed + r", "seed + 0 * r"),
    ("the search's folds are taken for unseen", "self.rounds[1:]", "self.rounds[:1]"),
    (
        "half the width is the width",
        "(interval.ci_high - interval.ci_low) / 2",
        "interval.ci_high - interval.ci_low",
    ),
    ("a fold may lack a class", "if smallest < n_needed:", "if smallest < 1:"),
    ("groups are divided like images", 'settings.groups == "apart"', 'settings.groups == ""'),
    ("groups do not matter to what is done", "self.images.groups is not None", "False"),
)
SPLITS = (
    ("a hold-out is not stratified", "stratify=labels", "stratify=None"),
    (
        "copies do not tie groups",
        "np.unique(units_of(images), return_inverse=True)",
        "np.unique(images.groups, return_inverse=True)",
    ),
    ("whole groups fall as they fall", "np.random.default_rng(seed)", "np.random.default_rng(0)"),
    ("a side may lack a class", "if found.all():", "if found.any():"),
)

TUNING = (
    ("a changed score is taken for the measured one", "if digest != digest_of(text):", "if False:"),
    ("a changed proposal is taken for ours", "if _digest(proposal) != trial.", "if not trial."),
    (
        "the worst trial ranks first",
        "return (-self.accuracy, self.loss)",
        "return (self.accuracy, self.loss)",
    ),
    (
        "of equals the worse loss ranks first",
        "(-self.accuracy, self.loss)",
        "(-self.accuracy, -self.loss)",
    ),
    ("the lowest rung ranks first", "(-self.last.epoch,", "(self.last.epoch,"),
    (
        "a trial is scored at its best epoch",
        "accuracy=float(curve[-1])",
        "accuracy=float(curve.max())",
    ),
    ("a trial's loss is its least", "history.val_loss[-1]", "history.val_loss.min()"),
    ("folds of all sizes weigh alike", "axis=0, weights=weights", "axis=0"),
    (
        "the sampler is told 1 - accuracy of rungs",
        "score.epoch: score.accuracy for",
        "score.epoch: 1.0 - score.accuracy for",
    ),
    (
        "the sampler is told 1 - accuracy of the end",
        "known.scores[-1].accuracy if finished",
        "1.0 - known.scores[-1].accuracy if finished",
    ),
    (
        "the sampler draws the same in every wave",
        "digest_of([seed, len(known)])",
        "digest_of([seed])",
    ),
    ("a setting is tried again", "if proposal.text in tried", "if False"),
    (
        "the worse part trains on",
        "ranked[: max(1, len(alive) // reduction)]",
        "ranked[-max(1, len(alive) // reduction) :]",
    ),
    (
        "too many train on",
        "max(1, len(alive) // reduction)",
        "max(1, len(alive) - len(alive) // reduction)",
    ),
    ("a diverged trial trains on", "if not trial.scores[below].diverged", "if True"),
    ("all batches start at once", "level = wave - batch", "level = wave"),
    ("the bar forgets the folds", "return total * n_folds", "return total"),
    (
        "what is done is counted by first rungs",
        "sum(scores[-1].epoch for",
        "sum(scores[0].epoch for",
    ),
    ("importance looks at the last rung", "value=scores[0].accuracy", "value=scores[-1].accuracy"),
    ("the least important stands first", "(-item[1], item[0])", "(item[1], item[0])"),
    ("diverged trials count as bad settings", "if scores and not scores[0].diverged", "if scores"),
    (
        "learning rates are drawn on a plain scale",
        "*self.learning_rate, log=True",
        "*self.learning_rate",
    ),
    ("all layers but the first are left out", "self.width),) * depth", "self.width),) * 1"),
    (
        "trials are listed worst first",
        "key=lambda record: record.rank)",
        "key=lambda record: record.rank, reverse=True)",
    ),
)

WARP = (
    ("rotations are doubled", "math.pi / 180.0", "math.pi / 90.0"),
    (
        "nothing turns less",
        "labels == label, settings.narrow_rotation,",
        "labels == label, settings.rotation,",
    ),
    ("no shear", "draws[1] * settings.shear", "draws[1] * 0.0"),
    ("no stretch downwards", "draws[2] * settings.scale", "draws[2] * 0.0"),
    ("both axes stretch alike", "draws[3] * settings.scale", "draws[2] * settings.scale"),
    ("no shift downwards", "draws[4] * settings.shift", "draws[4] * 0.0"),
    ("shifts run along a diagonal", "draws[5] * settings.shift", "draws[4] * settings.shift"),
    ("no elastic field", "(settings.cells + 3) ** 2 if settings.amplitude else 0", "0"),
    ("the field has no amplitude of its own", "settings.amplitude * strength", "1.0 * strength"),
    (
        "the field's strength is ignored",
        "settings.amplitude * strength",
        "settings.amplitude * (strength > 0)",
    ),
    ("the field is finer", "le=14)] = 7", "le=14)] = 14"),
    ("the affine map ignores the strength", "(6, len(labels))) * strength", "(6, len(labels)))"),
    ("shear is not before rotation", "(shear * sin + cos) * wide", "(shear + cos) * wide"),
    ("a corner is mixed up", "corner[3] - corner[2]", "corner[3] - corner[1]"),
    (
        "rows are taken for columns",
        "y, x = row - top, column - left",
        "x, y = row - top, column - left",
    ),
)

VALIDATION = (
    ("every epoch scores as the last", "self.predictions[:, epoch - 1]", "self.predictions[:, -1]"),
    ("the loss is the least of all epochs", "val_loss[:, epoch - 1].mean()", "val_loss.min()"),
    (
        "only the first repeat is scored",
        "self.correct(epoch).mean(axis=0).sum()",
        "self.correct(epoch)[0].sum()",
    ),
    ("rounds share their seeds", "seed + r * SEEDS_PER_ROUND", "seed + 0 * r * SEEDS_PER_ROUND"),
    (
        "configurations and seeds are mixed up",
        "fold[i * len(seeds) + s]",
        "fold[s * len(configurations) + i]",
    ),
    (
        "predictions stand in the split's order",
        "columns = np.searchsorted(scored, split.validation)",
        "columns = np.arange(len(split.validation))",
    ),
    (
        "an epoch that diverged is kept",
        "(epoch - 1 for epoch in diverged)",
        "(epoch for epoch in diverged)",
    ),
    ("repeats are cut from the end", "array[:n] for name, array", "array[-n:] for name, array"),
    ("the progress forgets the seeds", "return n_seeds * sum(", "return sum("),
)

STEPS = (
    (
        "the rarest class is the majority",
        "int(development.images[first.train].class_counts.argmax())",
        "int(development.images[first.train].class_counts.argmin())",
    ),
    ("significance is ignored", "level = 1.0 - significance", "level = 0.0"),
    ("a baseline that is worse is better", "if gain.ci_low <= 0.0", "if gain.ci_high <= 0.0"),
    (
        "softmax regression must be beaten",
        '"majority" not in self.unbeaten',
        "not self.unbeaten",
    ),
    ("the baseline never trains on", "curve.min() > (1.0 - FLAT)", "curve.min() > 0.0"),
    ("a baseline's fall by chance counts", "baseline_p_value < SIGNIFICANCE", "True"),
    ("a photograph is ink", "self.paper <= DARK_PAPER", "True"),
    ("a loss that has not begun to fall is flat", "< ENOUGH_UPDATES", "< 0"),
    ("any fall counts", "curve.min() > (1.0 - FLAT)", "curve.min() > 1.0"),
    (
        "the test takes the last seed",
        "mcnemar(right[0], by_majority)",
        "mcnemar(right[-1], by_majority)",
    ),
    (
        "baseline and softmax change places",
        "mcnemar(right[0], softmax_right[0])",
        "mcnemar(softmax_right[0], right[0])",
    ),
    ("all duplicates are across the split", "max(0, repeats - within)", "repeats"),
    ("ink is a share of 256", "images.pixels.mean() / 255.0", "images.pixels.mean() / 256.0"),
    ("the brightest pixel is taken for granted", "int(images.pixels.max())", "255"),
    ("training counts are development's", "n_train=int(part)", "n_train=int(every)"),
    (
        "uneven classes are balanced",
        "ratio <= settings.balanced_ratio",
        "ratio >= settings.balanced_ratio",
    ),
    (
        "imbalance is against the mean",
        "counts.max() / counts.min()",
        "counts.max() / counts.mean()",
    ),
    ("statistics look at validation", "inputs[development.rounds[0][0].train]", "inputs"),
    (
        "the overlap of parts is not seen",
        "np.intersect1d(what[split.train], what[split.validation])",
        "np.intersect1d(what[:0], what[split.validation])",
    ),
    ("dead inputs are those ever zero", "train.max(axis=0) == 0.0", "train.min(axis=0) == 0.0"),
    (
        "every option has one width",
        "expected_half_width(n_scored, settings)",
        "expected_half_width(n, settings)",
    ),
    ("any rise is a turn", "rise.mean > threshold", "rise.mean > 0.0"),
    ("one repeat may fall", "min(rise.values) > 0.0 and", ""),
    (
        "a repeat is judged by itself",
        "np.delete(val_loss, repeat, axis=0)",
        "val_loss[repeat : repeat + 1]",
    ),
    (
        "the turn is scored at the end",
        "validation, turn.epoch, history",
        "validation, n_epochs, history",
    ),
    (
        "the gap to the baseline is turned",
        "last.at_turn.accuracy.value - baseline.network.accuracy.value",
        "baseline.network.accuracy.value - last.at_turn.accuracy.value",
    ),
    (
        "the ladder ends before a turn",
        "if attempts[-1].turn.reached",
        "if not attempts[-1].turn.reached",
    ),
    (
        "the overfitting model is the first tried",
        "return self.attempts[-1]",
        "return self.attempts[0]",
    ),
    ("less capacity is as much", "tuple(max(1, w // 2)", "tuple(max(1, w)"),
    (
        "dropout with L2 has no L2",
        "hidden_dropout=settings.dropout, l2=settings.l2",
        "hidden_dropout=settings.dropout",
    ),
    (
        "a remedy's gain is turned",
        "paired_difference(first.correct(first_epoch), second.correct(second_epoch))",
        "paired_difference(second.correct(second_epoch), first.correct(first_epoch))",
    ),
    (
        "the model is read at its end",
        "validation, best, base, model.at_turn.epoch",
        "validation, best, base, model.at_end.epoch",
    ),
    ("the rise is from the first epoch", "curve[-1] - curve.min()", "curve[-1] - curve[0]"),
    (
        "a look at the validation images is one per trial",
        "sum(len(trial.scores) for trial in found.trials)",
        "len(found.trials)",
    ),
    ("worse networks count as equal", "if gap <= error", "if gap <= 5 * error"),
    (
        "the largest of equals is chosen",
        "(fresh[number].n_parameters, -fresh",
        "(-fresh[number].n_parameters, -fresh",
    ),
    (
        "of equal finalists the worse loss leads",
        "-fresh[number].val_loss, -number",
        "fresh[number].val_loss, -number",
    ),
    (
        "a single lucky epoch is read",
        "smooth(val_accuracy, READING_WINDOW)",
        "smooth(val_accuracy, 1)",
    ),
    (
        "the gain is over an untrained model",
        "base.correct(reading_epoch(base.val_accuracy))",
        "base.correct(1)",
    ),
    (
        "finalists differ by digits only",
        "math.sqrt(over_images + over_seeds)",
        "math.sqrt(over_images)",
    ),
    (
        "the field is named at full dose",
        "winner.training.distortion * winner.training.warp.field_rms",
        "winner.training.warp.field_rms",
    ),
    ("the undistorted network is distorted", 'update={"distortion": 0.0}', "update={}"),
    (
        "the final score is the last seed's",
        "found = scores(test.labels, predictions.finals[0])",
        "found = scores(test.labels, predictions.finals[-1])",
    ),
    (
        "every seed scores as the first",
        "(p.argmax(axis=1) == test.labels).mean()",
        "(finals[0].argmax(axis=1) == test.labels).mean()",
    ),
    ("the gap's sign is turned", "test.value - validation.value", "validation.value - test.value"),
    ("the gap's table is wrong", "right[1], test.n - right[1]", "right[1], test.n"),
    ("a significant gap agrees", "p_value >= SIGNIFICANCE", "p_value >= 0.0"),
    ("a worse test is called better", "if gap > 0.0:", "if gap < 0.0:"),
    (
        "the rarest confusions stand first",
        "(-cell[0], cell[1], cell[2])",
        "(cell[0], cell[1], cell[2])",
    ),
    ("hits are confusions", "if label != predicted and count", "if count"),
    (
        "the mistakes begin with the unsure",
        "np.argsort(-probabilities[wrong]",
        "np.argsort(probabilities[wrong]",
    ),
    ("sure errors are the unsure ones", "> CONFIDENT", "< CONFIDENT"),
    (
        "the comparison is turned",
        "mcnemar(final_correct, earlier_correct)",
        "mcnemar(earlier_correct, final_correct)",
    ),
    (
        "the final training may be cut",
        "max(n_epochs, training.n_epochs)",
        "n_epochs or training.n_epochs",
    ),
    (
        "the test set is spent on a worse network",
        "if after.ci_high < before.value",
        "if after.ci_high < 0.0",
    ),
    (
        "a training that diverged is tested",
        "result.diverged_at is None and _is_finite(result.weights)",
        "True",
    ),
    ("what is scored was trained on", "by_group[part != k]", "by_group"),
    (
        "groups are seen and yet more is trained on",
        "np.setdiff1d(first.train, np",
        "np.union1d(first.train, np",
    ),
    ("early epochs count for groups", "n_epochs // 2 :]", "0:]"),
    ("all test images are of each kind", "here = values == value", "here = values == values"),
    (
        "mistakes show other images",
        '"images": test.pixels[shown]',
        '"images": test.pixels[: len(shown)]',
    ),
)

RUNS = (
    ("a line may follow any line", "== (number, previous,", "== (number, line.previous,"),
    ("a line may be edited", "previous, digest_of(body))", "previous, line.hash)"),
    ("a plan may have two results", "line.n_errors != n_errors", "False"),
    ("a plan may be scored on another test set", "line.images != images", "False"),
    ("a further opening needs no reason", "if openings and not self.reason:", "if False:"),
    ("a repeated command opens again", "or opening.reason == self.reason", "or False"),
    ("the reason is not recorded", "reason=self.reason if openings else None", "reason=None"),
    ("another plan may train", "getattr(frozen[-1], name) != value", "False"),
    (
        "the stored errors are taken for recorded",
        "last.plan, last.n_errors,",
        "last.plan, n_errors,",
    ),
    ("the stored openings are taken for recorded", "or opened != n_openings", ""),
    ("another plan's result will do", "last.event, last.plan,", "last.event, plan,"),
    (
        "runs share seeds",
        "len(streams) * run_seed + streams.index(stream)",
        "run_seed + streams.index(stream)",
    ),
    ("rounds share seeds with streams", "SEEDS_PER_ROUND * MAX_ROUNDS * (", "SEEDS_PER_ROUND * ("),
    ("a step is kept with other inputs", "if stored.inputs != inputs_digest:", "if False:"),
    ("a changed file is kept", "or sha256_of(self.folder / file) != digest", ""),
)

SUMMARY = (
    (
        "the search's accuracy is reported",
        "chosen.winner.fresh.accuracy.value",
        "chosen.winner.search_accuracy",
    ),
    (
        "the mean of the seeds is reported",
        "test_accuracy=final.scores.accuracy.value",
        "test_accuracy=final.seed_accuracies.mean",
    ),
    ("macro recall is reported", "final.scores.macro_f1", "final.scores.macro_recall"),
    (
        "the weaker common sense is reported",
        "max(baseline.majority.value",
        "min(baseline.majority.value",
    ),
    (
        "the overfitting model is read at its end",
        "overfit.model.at_turn.accuracy",
        "overfit.model.at_end.accuracy",
    ),
    (
        "the interval is turned",
        "ci_low=final.scores.accuracy.ci_low",
        "ci_low=final.scores.accuracy.ci_high",
    ),
    (
        "the trials are those of the last rung",
        "n_trials=len(searched.trials)",
        "n_trials=sum(len(trial.scores) > 1 for trial in searched.trials)",
    ),
)

DATA = (
    ("two changed pixels are one", "any(axis=2).sum() == 1", "any(axis=2).sum() <= 2"),
    ("images move up and down alone", "for right in (0, 1)", "for right in (0,)"),
    ("faint images are copies", "CONTRAST * contrast[pairs]", "255 * contrast[pairs]"),
    ("blocks push images apart", "sums / np.sqrt(sizes)", "sums"),
    ("there are never duplicates", "len(images) - len(np.unique(first_alike(images)))", "0"),
    (
        "the overlap check always passes",
        "key in known for key in keys(test)",
        "False for key in keys(test)",
    ),
    ("an overlap is no trouble", "if n_both:", "if False:"),
    ("inputs end below one", "/ np.float32(255.0)", "/ np.float32(256.0)"),
    ("empty pieces cost nothing", "> _FREE_PIECES + self._n_bytes", "< 0 * self._n_bytes"),
    ("padding may be endless", "n_padding > _MAX_PADDING:", "n_padding < 0:"),
    (
        "xz takes what it asks for",
        "LZMADecompressor(memlimit=_MAX_XZ_MEMORY)",
        "LZMADecompressor()",
    ),
    (
        "a list of members may be of any length",
        "n if 0 <= n <= _MAX_AT_ONCE else",
        "n if 0 <= n else",
    ),
    (
        "labels are not part of the data",
        "digest.update(self.labels.tobytes())",
        "digest.update(self.pixels.tobytes())",
    ),
    ("bright ink is dark", "middle[middle < paper - _APART]", "middle[middle > paper - _APART]"),
    (
        "the largest class must be large enough",
        "if counts.min() < MIN_PER_CLASS",
        "if counts.max() < MIN_PER_CLASS",
    ),
    ("other files pass for published ones", "digest != entry.sha256.get(name)", "False"),
    (
        "dark images are accepted",
        'if brightest <= DARKEST: raise DataError( f"{name}, development',
        'if False: raise DataError( f"{name}, development',
    ),
    ("groups are lost", "else self.groups[indices]", "else None"),
    ("a file may be longer than it says", "if len(data) > expected", "if False"),
    (
        "groups are not part of the data",
        'named[f"groups of {part}"] = groups_digest(images',
        "groups_digest(images",
    ),
    (
        "the column of groups is a pixel",
        "if i not in (self.label, self.group)",
        "if i != self.label",
    ),
    ("the first order of units is taken", "if score < least:", "if not len(best):"),
    ("a part may lack a class of few groups", "np.lexsort((off, -n_new))", "np.lexsort((off,))"),
    ("any digits have MNIST's writers", "hexdigest() == sha256", "hexdigest() != sha256"),
    ("students are employees", "writers < STUDENTS_FROM", "writers >= STUDENTS_FROM"),
    ("aspects are lost", "values[indices] for name", "values for name"),
    (
        "no group is in both parts",
        "np.isin(test.groups, development.groups)",
        "np.isin(test.groups, [])",
    ),
)

EXECUTOR = (
    ("a thread of a worker dies alone", "os._exit(code)", "os.environ.get(str(code))"),
    ("a dead worker's words are lost", 'return f"{how}: {self.last_words}"', "return how"),
)

SURROUNDINGS = (
    (
        "a worker has switches of Python",
        'if not name.startswith("PYTHON") or name in OF_PYTHON',
        "if name",
    ),
    ("numbers of threads reach a run", '"OMP_", "KMP_"', '"KMP_"'),
    ("a setting of JAX is not looked at", '"jax_enable_x64": False,', ""),
)

ENGINE = (
    (
        "the model file forgets the bound on weights",
        '"kernel_regularizer", "kernel_constraint", "dtype"',
        '"kernel_regularizer", "dtype"',
    ),
    (
        "the model file keeps addresses in memory",
        '"registered_name", "build_config")',
        '"registered_name", "build_config", "shared_object_id")',
    ),
    ("cosine ends halfway", "np.cos(np.pi * progress)", "np.cos(0.5 * np.pi * progress)"),
    ("the last step is left out", "progress < 0.75, 0.1, 0.01", "progress < 0.75, 0.1, 0.1"),
    ("distortions fade to nothing", "(0.5 + 0.5 * faded)", "faded"),
    ("batches are not shuffled", "rng.permutation(n_examples)", "np.arange(n_examples)"),
    (
        "every epoch has the same batches",
        "key=[seed, 0x0BA7C4], counter=[0, 0, 0, epoch]",
        "key=[seed, 0x0BA7C4], counter=[0, 0, 0, 0]",
    ),
    (
        "Adam's second moment is not rooted",
        "jnp.sqrt(1.0 - BETA_2**update.step)",
        "(1.0 - BETA_2**update.step)",
    ),
    ("RMSprop forgets to weigh", "(1.0 - RHO) * gradient * gradient", "gradient * gradient"),
    ("small weights are blown up", "jnp.minimum(norms, limit)", "limit"),
    ("dropout does not scale", "1.0 / (1.0 - rate), 0.0", "1.0, 0.0"),
    ("L2 is half as strong", "2.0 * knobs.l2 * k", "knobs.l2 * k"),
    ("L1 does nothing", "knobs.l1 * jnp.sign(k)", "0.0 * jnp.sign(k)"),
    ("smoothed labels sum to more than one", "label * (1.0 - knobs.label_smoothing)", "label"),
    ("padding trains", "jnp.where(valid, p - target, 0.0)", "(p - target)"),
    ("padding is scored", "jnp.where(valid, losses, 0.0)", "losses"),
    ("what was hard is forgotten", "DECAY * difficulty + (1.0 - DECAY) * mean", "mean"),
    (
        "hard examples crowd out the others",
        "settings.hard_examples * (ratio - ratio.mean())",
        "1.0 * (ratio - ratio.mean())",
    ),
    (
        "one wrong label is all that counts",
        "np.minimum(excess / max(excess.mean(), 1e-9), MAX_RATIO)",
        "excess / max(excess.mean(), 1e-9)",
    ),
    ("layers share their masks", "HIDDEN_STREAM + i", "HIDDEN_STREAM + 0 * i"),
    (
        "fits together draw an epoch twice",
        "_inputs(fits, epoch + 1, threads) if more",
        "_inputs(fits, epoch, threads) if more",
    ),
    (
        "fits together all learn what the first saw",
        "fit.take(inputs[i], *member((scores, training, validation), i))",
        "fit.take(inputs[i], *member((scores, training, validation), 0))",
    ),
    (
        "fits together keep the weights of the start",
        "if fit.diverged_at is None: fit.state = member(states, i)",
        "if False: fit.state = member(states, i)",
    ),
    (
        "nothing is predicted",
        "parts = [np.asarray(_jax_network.probabilities(layers, batch))",
        "parts = [0 * np.asarray(_jax_network.probabilities(layers, batch))",
    ),
)

NETWORKS = (
    (
        "weights start too small",
        "math.sqrt(6.0 / (n_in + n_out))",
        "math.sqrt(3.0 / (n_in + n_out))",
    ),
    ("biases are not counted", "n_in * n_out + n_out", "n_in * n_out"),
)

REPORT = (
    (
        "a loss is printed as a gain",
        "{100 * value:+.{decimals(n)}f}",
        "{-100 * value:+.{decimals(n)}f}",
    ),
    ("p-values are rounded to nothing", "if p < 0.001", "if p < 0.1"),
    ("a minute has a hundred seconds", "divmod(round(seconds), 60)", "divmod(round(seconds), 100)"),
    ("losses have two decimals", "{value:.3f}", "{value:.2f}"),
    ("a list has no and", '" and " + names[-1]', '", " + names[-1]'),
    ("one is plural", "noun if n == 1 else", "noun if n == 0 else"),
    ("percentages are shares", "{100 * value:.{decimals(n)}f}", "{value:.{decimals(n)}f}"),
)

FORECAST = (
    ("the whole ladder is climbed", "len(config.overfit.stages) / 2", "len(config.overfit.stages)"),
    ("finalists train on every round", "n_fits - n_folds if", "n_fits if"),
    ("the pixels get a gradient", "4 * first", "6 * first"),
)
OUTLOOK = (
    ("what was slow stays as expected", "factor * t for s, t", "t for s, t"),
    ("a step's own time does not pass", "self._clock() - self._began", "0.0"),
)
SETTINGS = (
    ("an open end counts as closed", "above >= low", "above > low"),
    ("a whole number below 10 is up to 10", "below - step, None", "below, None"),
)
TERMINAL = (
    ("a log is broken into lines", "if not self.console.is_terminal", "if False"),
    ("a dumb terminal is drawn on", "and not self.console.is_dumb_terminal", ""),
    ("a narrow terminal is wide", "self.console.width < NARROW", "self.console.width < 0"),
)

FAULTS: tuple[Fault, ...] = (
    *_in("scores.py", SCORES),
    *_in("statistics", STATISTICS),
    *_in("protocol.py", PROTOCOL),
    *_in("splits.py", SPLITS),
    *_in("tuning", TUNING),
    *_in("warp.py", WARP),
    *_in("validation.py", VALIDATION),
    *_in("steps", STEPS),
    *_in("runs", RUNS),
    *_in("summary.py", SUMMARY),
    *_in("data", DATA),
    *(fault for place, faults in {**READERS, **ROOM}.items() for fault in _in(place, faults)),
    *_in("engine", ENGINE),
    *_in("executor", EXECUTOR),
    *_in("surroundings.py", SURROUNDINGS),
    *_in("networks.py", NETWORKS),
    *_in("report", REPORT),
    *_in("forecast.py", FORECAST),
    *_in("outlook.py", OUTLOOK),
    *_in("settings.py", SETTINGS),
    *_in("terminal.py", TERMINAL),
)
