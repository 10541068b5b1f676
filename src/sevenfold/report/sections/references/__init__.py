"""Section 10: works and software."""
