"""Results of others on the same data, beside the run's."""
