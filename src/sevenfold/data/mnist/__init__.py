"""MNIST: its digests, its mirrors, and the 5,000 digits that a package brings."""
