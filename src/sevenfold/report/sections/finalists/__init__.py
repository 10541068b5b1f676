"""Section 7, last part: the finalists, and what distortions are worth."""
