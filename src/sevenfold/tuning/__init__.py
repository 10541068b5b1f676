"""Hyperparameter search: the space, the trials, the study that decides which of them
train on, and where they run.
"""
