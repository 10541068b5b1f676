"""Section 4: the preparation of the data."""
