"""Section 7, second part: the search."""
