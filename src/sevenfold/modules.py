"""Which modules Python finds: its own and those that are installed come before whatever
lies in the working folder or on PYTHONPATH.

This file is read before any other, so it imports nothing that a stranger's file could
stand in for.
"""

import os
import sys


def put_installed_first() -> None:
    """Have `random.py` or `jax.py` in the working folder or on PYTHONPATH stand in for
    no module of Python's or of an installed library's.
    """
    elsewhere = _elsewhere()
    last = [path for path in sys.path if os.path.abspath(path) in elsewhere]  # noqa: PTH100
    sys.path[:] = [path for path in sys.path if path not in last] + last


def standing_in() -> str | None:
    """The first file of the working folder or of PYTHONPATH that was already imported
    in place of a module of Python's own; Python itself reads some before all others.
    """
    elsewhere = _elsewhere()
    for name in sorted(sys.stdlib_module_names & sys.modules.keys()):
        file = getattr(sys.modules[name], "__file__", None)
        if file and os.path.dirname(os.path.abspath(file)) in elsewhere:  # noqa: PTH100, PTH120
            return str(file)
    return None


def worker_path() -> str:
    """The PYTHONPATH under which a process finds the sevenfold that runs here."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    return os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])


def _elsewhere() -> set[str]:
    given = os.environ.get("PYTHONPATH")
    paths = given.split(os.pathsep) if given else []
    if not sys.flags.safe_path:
        paths.append("")  # `python -m` and `python -c` look in the working folder first
    own = os.path.dirname(os.path.abspath(os.__file__))  # noqa: PTH100, PTH120
    return {os.path.abspath(path) for path in paths} - {own}  # noqa: PTH100
