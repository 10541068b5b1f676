"""What lies in a run folder: the names of its files, in one place."""

SCHEMA = 2
"""Of everything in a run folder.

Another version of sevenfold may draw the report of a run with the same number: within
one, records only gain fields, with a default that says "not known". A run with another
number is refused by name, and goes on, or is drawn, with the version that made it.
"""

CONFIG, DESCRIPTION, SUMMARY = "config.toml", "run.json", "summary.json"
LEDGER, SEARCH = "test_ledger.jsonl", "tuning.db"
LOCK, WORKERS, SCRATCH = ".lock", "workers", "scratch"
SPLIT = "split.npz"
VALIDATION_PREDICTIONS = "predictions/validation.npz"
TEST_PREDICTIONS = "predictions/test.npz"
MISTAKES = "predictions/mistakes.npz"
DISTORTED = "pictures/distorted.npz"
MODEL, WEIGHTS = "models/final.keras", "models/final.npz"
REPORT, FIGURES = "report.html", "figures"


def step_file(name: str) -> str:
    """Where the result of a step is stored."""
    return f"steps/{name}.json"


def history(name: str) -> str:
    """Where the curves and predictions of a training are stored."""
    return f"histories/{name}.npz"
