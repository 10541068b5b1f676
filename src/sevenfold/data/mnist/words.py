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
PEOPLE = (
    "They wrote in the United States about 1990, and each on forms made for the purpose: of digits"
    " written elsewhere, or in a hurry, MNIST knows nothing."
)
MUCH_USED = (
    "MNIST’s test digits have been public since 1998. Networks, activations and optimizers that are"
    " usual today became so partly by what they reach on them, and the makers of this software"
    " opened them dozens of times while they made it, most often to see that the same command gives"
    " the same numbers, so no result on them is one of untouched"
    " data. Of their labels at least 15 were judged wrong by people who looked at them again."
)
MACHINES = (
    "An earlier version's preset book made 136 errors on one processor and 138 on another, with the"
    " same seed."
)
TRIED = "MNIST’s training digits"
