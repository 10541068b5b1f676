"""Section 9: what the numbers say together."""
