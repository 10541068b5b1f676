"""A finished run's network in use; NumPy alone, so that the first answer comes at
once.
"""

from sevenfold.predictor.network import Network, load_network

__all__ = ["Network", "load_network"]
