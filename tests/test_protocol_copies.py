"""Exact copies of an image stay on one side of every split."""

import numpy as np
import pytest
from conftest import made_up_digits

from sevenfold.protocol import ProtocolSettings, divide


@pytest.mark.parametrize("method", ["holdout", "kfold", "iterated-kfold"])
def test_copies_of_an_image_are_never_trained_on_and_validated(method: str) -> None:
    images = made_up_digits(200, seed=1)
    again = np.concatenate([np.arange(200), np.arange(60), np.arange(30)])
    shuffled = images[np.random.default_rng(0).permutation(again)]
    divided = divide(shuffled, ProtocolSettings(method=method), seed=0)
    for split in (split for splits in divided.rounds for split in splits):
        train, validation = (
            {image.tobytes() for image in shuffled.pixels[part]}
            for part in (split.train, split.validation)
        )
        assert not train & validation
        assert sorted([*split.train, *split.validation]) == list(range(290))
    if method != "holdout":
        assert all(
            sorted(i for split in splits for i in split.validation) == list(range(290))
            for splits in divided.rounds
        )
