"""Faults of what a run keeps, says and foresees."""

FAULTS = {
    "runs": (
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
        (
            "rounds share seeds with streams",
            "SEEDS_PER_ROUND * MAX_ROUNDS * (",
            "SEEDS_PER_ROUND * (",
        ),
        ("a step is kept with other inputs", "if stored.inputs != inputs_digest:", "if False:"),
        ("a changed file is kept", " or sha256_of(p) != own", ""),
    ),
    "summary.py": (
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
    ),
    "report": (
        (
            "a loss is printed as a gain",
            "{100 * value:+.{decimals(n)}f}",
            "{-100 * value:+.{decimals(n)}f}",
        ),
        ("p-values are rounded to nothing", "if p < 0.001", "if p < 0.1"),
        (
            "a minute has a hundred seconds",
            "divmod(round(seconds), 60)",
            "divmod(round(seconds), 100)",
        ),
        ("losses have two decimals", "{value:.3f}", "{value:.2f}"),
        ("one is plural", "noun if n == 1 else", "noun if n == 0 else"),
        ("percentages are shares", "{100 * value:.{decimals(n)}f}", "{value:.{decimals(n)}f}"),
    ),
    "errors.py": (("a list has no and", '" and " + names[-1]', '", " + names[-1]'),),
    "forecast.py": (
        (
            "the whole ladder is climbed",
            "len(config.overfit.stages) / 2",
            "len(config.overfit.stages)",
        ),
        ("finalists train on every round", "n_fits - n_folds if", "n_fits if"),
        ("the pixels get a gradient", "4 * first", "6 * first"),
    ),
    "outlook.py": (
        ("what was slow stays as expected", "factor * t for s, t", "t for s, t"),
        ("a step's own time does not pass", "self._clock() - self._began", "0.0"),
    ),
    "settings.py": (
        ("an open end counts as closed", "above >= low", "above > low"),
        ("a whole number below 10 is up to 10", "below - step, None", "below, None"),
    ),
    "terminal.py": (
        ("a log is broken into lines", "if not self.console.is_terminal", "if False"),
        ("a dumb terminal is drawn on", "and not self.console.is_dumb_terminal", ""),
        ("a narrow terminal is wide", "self.console.width < NARROW", "self.console.width < 0"),
    ),
}
"""By place: name, old and new of each fault."""
