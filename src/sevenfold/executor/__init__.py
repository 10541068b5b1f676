"""Where trainings run: the same results on any number of workers."""
