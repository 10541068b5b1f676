"""The field exam: other sources, corruptions, and what is strange to the network."""
