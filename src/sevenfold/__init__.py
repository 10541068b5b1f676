"""sevenfold: the universal workflow of machine learning on small images, with
dense networks.

import sevenfold as sf

summary = sf.run_workflow(sf.load_config("quick"), out="runs/mine")
sf.draw_report("runs/mine")
sf.load_network("runs/mine").predict(["photo.png"])
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sevenfold.config import Config, load_config
    from sevenfold.predictor import Network, load_network
    from sevenfold.report import draw as draw_report
    from sevenfold.runs.reading import FinishedRun, read_run
    from sevenfold.tracking import track
    from sevenfold.workflow import run_workflow

__version__ = "0.1.0"
__all__ = [
    "Config",
    "FinishedRun",
    "Network",
    "__version__",
    "draw_report",
    "load_config",
    "load_network",
    "read_run",
    "run_workflow",
    "track",
]

_HOMES = {
    "Config": ("sevenfold.config", "Config"),
    "FinishedRun": ("sevenfold.runs.reading", "FinishedRun"),
    "draw_report": ("sevenfold.report", "draw"),
    "Network": ("sevenfold.predictor", "Network"),
    "load_network": ("sevenfold.predictor", "load_network"),
    "load_config": ("sevenfold.config", "load_config"),
    "read_run": ("sevenfold.runs.reading", "read_run"),
    "run_workflow": ("sevenfold.workflow", "run_workflow"),
    "track": ("sevenfold.tracking", "track"),
}


def __getattr__(name: str) -> Any:
    """Import public names on first use, so that `import sevenfold` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sevenfold' has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
