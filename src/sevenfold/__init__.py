"""sevenfold: the universal workflow of machine learning on handwritten digits, with dense networks."""

__version__ = "0.1.0"
