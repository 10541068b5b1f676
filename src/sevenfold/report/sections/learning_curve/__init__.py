"""Section 7, its end: what more training images would bring."""
