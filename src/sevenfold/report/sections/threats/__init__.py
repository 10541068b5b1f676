"""What could make the result mean less than it seems to."""
