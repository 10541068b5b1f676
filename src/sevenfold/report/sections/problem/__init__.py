"""Section 1: the problem and the data."""
