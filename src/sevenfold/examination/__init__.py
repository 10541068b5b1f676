"""A finished run's network examined in the field, after its test set was opened: on
images of other sources and on corrupted ones, beside a plain network of its size.

Nothing here chooses anything: what counts of a run was fixed before.
"""
