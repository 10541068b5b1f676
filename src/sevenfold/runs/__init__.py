"""Run folders: what lies in them, how they are written, and how they are read."""
