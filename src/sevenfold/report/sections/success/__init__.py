"""Section 2: the measure of success."""
