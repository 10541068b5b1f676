"""A notebook, executed from a clean kernel in a run's folder."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sevenfold.errors import SettingsError, SevenfoldError, listed
from sevenfold.surroundings import DECIDED

NEEDED = {"nbclient": "notebook", "ipykernel": "notebook", "tensorflow": "tensorflow"}
"""What executing needs, and the extra of the package that brings it."""


def require_executable() -> None:
    """Look, before any work, whether what executes notebooks is there.

    Raises:
        SettingsError: it is not installed; extras of the package bring it.
    """
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        extras = ", ".join(dict.fromkeys(NEEDED[name] for name in lacking))
        raise SettingsError(
            f"--execute needs {listed(lacking)}, which is not installed here. Install"
            f" sevenfold[{extras}], or leave out --execute and run the notebook where they are."
        )


def executed(text: str, folder: Path) -> str:
    """The notebook with the outputs of its cells; it sees the files of `folder`.

    Raises:
        SevenfoldError: a cell ended with an error.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    v4: Any = nbformat.v4
    made = v4.reads(text)
    # Keras's cache of data is the user's own here: the notebook is not the run.
    surroundings = {name: value for name, value in os.environ.items() if name not in DECIDED}
    client = NotebookClient(
        made,
        timeout=None,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env={**surroundings, "TF_CPP_MIN_LOG_LEVEL": "2"})
    except CellExecutionError as error:
        raise SevenfoldError(
            f"The notebook ended with {error.ename}: {error.evalue}. Nothing was written; open"
            " report.ipynb in Jupyter to see where."
        ) from None
    except DeadKernelError:
        raise SevenfoldError(
            "The notebook's kernel died, most likely for lack of memory. Nothing was written; close"
            " other programs and try again."
        ) from None
    for cell in made.cells:
        # What libraries mutter about the machine is of no interest.
        kept = [o for o in cell.get("outputs", ()) if o.get("name") != "stderr"]
        if cell.cell_type == "code":
            cell["outputs"] = kept
    return f"{v4.writes(made)}\n"
