"""The appendix: how the run was made."""
