"""What lies in a run folder: the names of its files, in one place."""

import json
from pathlib import Path

from sevenfold.errors import RunError

SCHEMA = 3
"""Of everything in a run folder.

Another version of sevenfold may draw the report of a run with the same number: within
one, records only gain fields, with a default that says "not known". A run with another
number is refused by name, and goes on, or is drawn, with the version that made it.
"""


def require_schema(path: Path, content: bytes) -> None:
    """Nothing, if the file at `path` says that it has our schema, or says nothing.

    Raises:
        RunError: it has another.
    """
    try:
        schema = json.loads(content)["schema"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return  # whoever reads it says what is wrong with it
    if schema != SCHEMA:
        raise RunError(
            f"{path} has schema {schema}; this version of sevenfold reads {SCHEMA}. Use the version"
            " that made the run, or start anew with another --out."
        )


CONFIG, DESCRIPTION, SUMMARY = "config.toml", "run.json", "summary.json"
LEDGER, SEARCH = "test_ledger.jsonl", "tuning.db"
LOCK, WORKERS, SCRATCH = ".lock", "workers", "scratch"
SPLIT = "split.npz"
VALIDATION_PREDICTIONS = "predictions/validation.npz"
TEST_PREDICTIONS = "predictions/test.npz"
MISTAKES = "predictions/mistakes.npz"
SAMPLE = "predictions/sample.npz"
SUSPECTS = "pictures/suspects.npz"
DISTORTED = "pictures/distorted.npz"
MODEL, WEIGHTS = "models/final.keras", "models/final.npz"
REPORT, FIGURES, TABLES = "report.html", "figures", "tables"
AUTHOR = "author.json"  # which no step reads
CARD, EXPORT, EVENTS = "model_card.md", "export", "tensorboard"
NOTEBOOK, NOTEBOOK_PAGE, DEMO = "report.ipynb", "notebook.html", "demo.html"
EXAMINATION, EXAMPLES = "examination.json", "examination/examples.npz"
PLAIN, PLAIN_WEIGHTS = "examination/plain.json", "examination/plain.npz"


def step_file(name: str) -> str:
    """Where the result of a step is stored."""
    return f"steps/{name}.json"


def history(name: str) -> str:
    """Where the curves and predictions of a training are stored."""
    return f"histories/{name}.npz"
