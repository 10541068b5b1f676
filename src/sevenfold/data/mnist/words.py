"""What the report of a run on MNIST says of its data, beyond what it says of any."""

NAMES = ("mnist", "mnist-5k")
"""The data sets of which this is true."""

TITLE = "Handwritten Digit Classification on the MNIST Dataset"
TASK = "reading handwritten digits"
SUBJECT = "the MNIST digits"
PUBLISHED = (
    "MNIST as published holds 70,000 such images, 60,000 for training and 10,000 for testing"
)
HALVES = (
    "NIST’s high-school students wrote the whole first half of MNIST’s test set, and its census"
    " employees the second but for one digit: the two divisions are nearly one and the same."
)
MERIT = (
    "MNIST is small, easy to load and long studied, which makes it a good place to learn how model"
    " configurations compare."
)
