"""Hyperparameter search: the space, the trials, and the study that decides which of them train on."""
