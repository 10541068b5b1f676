"""Section 7, after the finalists: what the chosen network owes to each thing it has."""
