"""The steps of the workflow: one file per section of the report, each a plain function
of typed inputs (and `refit` for the last).
"""
