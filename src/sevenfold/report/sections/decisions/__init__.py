"""The decisions of the workflow at a glance: rule, threshold, value and choice."""
