"""Section 7, first part: one remedy at a time."""
