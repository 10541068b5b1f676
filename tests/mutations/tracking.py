"""Faults of what trackers are told."""

FAULTS = {
    "tracking": (
        ("curves begin with epoch 0", "enumerate(values, start=1)", "enumerate(values)"),
        (
            "the ends of intervals change places",
            '_ci_low": found.ci_low',
            '_ci_low": found.ci_high',
        ),
        ("a run is sent again and again", "if whole:", "if not whole and whole:"),
        ("what was sent in part stays", "_delete(client, one)", "pass"),
        ("old event files stay", "old.unlink()", "pass"),
        ("nobody knocks", "TRACKERS[name].knock()", "pass"),
        (
            "a password is shown",
            "return urlunsplit(parts._replace",
            "return uri or str(parts._replace",
        ),
    ),
}
