"""Faults of the seven steps."""

FAULTS = {
    "steps": (
        ("what is scored was trained on", "by_group[part != k]", "by_group"),
        (
            "groups are seen and yet more is trained on",
            "np.setdiff1d(first.train, np",
            "np.union1d(first.train, np",
        ),
        ("early epochs count for groups", "n_epochs // 2 :]", "0:]"),
        ("all test images are of each kind", "here = values == value", "here = values == values"),
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
        (
            "the gap's sign is turned",
            "test.value - validation.value",
            "validation.value - test.value",
        ),
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
        (
            "a promise is made for probabilities that nobody sees",
            "probabilities = at_temperature(by_seed[0], temperature.value)",
            "probabilities = by_seed[0].astype(np.float64)",
        ),
        (
            "a promise is checked on probabilities that nobody sees",
            "cooled = at_temperature(probabilities, confidence.temperature.value)",
            "cooled = at_temperature(probabilities, 1.0)",
        ),
        (
            "suspects are named by their places among the scored",
            '{"index": int(places[suspect.index])}',
            '{"index": suspect.index}',
        ),
        (
            "what was learnt before the opening is not in the plan",
            "[settings.digest, confidence.digest, *(",
            "[settings.digest, *(",
        ),
        (
            "mistakes show other images",
            '"images": test.pixels[shown]',
            '"images": test.pixels[: len(shown)]',
        ),
    ),
}
"""By place: name, old and new of each fault."""
