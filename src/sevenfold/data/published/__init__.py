"""Published data sets: what is true of one alone, such as its digests and its names."""
