"""Faults of the search and of the processes that do its work."""

FAULTS = {
    "tuning": (
        ("what did not vary has a share", "params=varied)", "params=list(names))"),
        (
            "importance is of the longest rung at any price",
            "level + 1].diverged for s in scores) >= N_ENOUGH",
            "level + 1].diverged for s in scores) >= 1",
        ),
        ("an edge is any half of the space", "OUTER = 0.1", "OUTER = 0.5"),
        ("closed ends are edges", "if not closed[end]}", "}"),
        (
            "a changed score is taken for the measured one",
            "if digest != digest_of(text):",
            "if False:",
        ),
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
        (
            "importance looks at the last rung",
            "value=scores[level].accuracy",
            "value=scores[-1].accuracy",
        ),
        ("the least important stands first", "(-item[1], item[0])", "(item[1], item[0])"),
        (
            "diverged trials count as bad settings",
            "if len(scores) > level and not scores[level].diverged",
            "if len(scores) > level",
        ),
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
    ),
    "executor": (
        ("a thread of a worker dies alone", "os._exit(code)", "os.environ.get(str(code))"),
        ("a dead worker's words are lost", 'return f"{how}: {self.last_words}"', "return how"),
        ("libraries are searched after each task", "gc.freeze()", "pass"),
        ("what was frozen is never given back", "gc.unfreeze()", "pass"),
    ),
    "surroundings.py": (
        (
            "a lone core trains with one thread",
            'threads = {"PJRT_NPROC": "2"} if n_cores() == 1 else {}',
            "threads: dict[str, str] = {}",
        ),
        (
            "a worker has switches of Python",
            'if not name.startswith("PYTHON") or name in OF_PYTHON',
            "if name",
        ),
        ("numbers of threads reach a run", '"OMP_", "KMP_"', '"KMP_"'),
        ("a setting of JAX is not looked at", '"jax_enable_x64": False,', ""),
    ),
}
"""By place: name, old and new of each fault."""
