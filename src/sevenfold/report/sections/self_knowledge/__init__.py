"""Section 8, its second part: what the network knows about itself."""
