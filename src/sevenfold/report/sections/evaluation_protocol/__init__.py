"""Section 3: the evaluation protocol."""
