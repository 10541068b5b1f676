"""Finished runs in a browser and behind an HTTP API: `sevenfold app`."""

from sevenfold.app.server import serve
from sevenfold.app.shelf import Shelf

__all__ = ["Shelf", "serve"]
