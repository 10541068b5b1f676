"""Section 5: the baseline."""
