"""Section 6: the overfitting model."""
