"""Section 8: the final test."""
