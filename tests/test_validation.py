"""A configuration under the protocol: what a repeat shares with another, and what
not.
"""

import numpy as np
from conftest import made_up_digits

from sevenfold.data import Images
from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, Split, divide
from sevenfold.validation import Configuration, cross_validate


def test_rounds_start_from_other_weights() -> None:
    """Two rounds of one seed over the same folds would be one repeat counted twice."""
    once = divide(made_up_digits(200, seed=1), ProtocolSettings(method="kfold", n_folds=2), seed=0)
    twice = DevelopmentSet(once.images, once.rounds * 2, "iterated-kfold", "iterated-kfold")
    configuration = Configuration(
        network=NetworkSpec(inputs=784, classes=10, hidden=(8,)),
        training=TrainingSettings(n_epochs=2),
    )
    (validation,) = cross_validate(twice, [configuration], (0,), engine="jax")
    first, second = validation.val_loss
    assert (first != second).all()


def test_predictions_of_many_classes_are_kept_whole() -> None:
    labels = np.resize(np.arange(300), 900).astype(np.uint16)
    patterns = np.random.default_rng(0).integers(0, 256, (300, 4, 6)).astype(np.uint8)
    images = Images(patterns[labels], labels, tuple(str(i) for i in range(300)))
    part = Split(np.arange(600), np.arange(600, 900))
    development = DevelopmentSet(images, ((part,),), "holdout", "holdout")
    configuration = Configuration(
        network=NetworkSpec(inputs=24, classes=300, hidden=(64,)),
        training=TrainingSettings(n_epochs=30, batch_size=50, learning_rate=1e-2),
    )
    (validation,) = cross_validate(
        development, [configuration], (0,), engine="jax", with_probabilities=True
    )
    assert validation.predictions.dtype == np.uint16
    assert validation.accuracy(30).value == validation.val_accuracy[0, -1] > 0.9
    assert validation.probabilities is not None
    np.testing.assert_array_equal(
        validation.probabilities[0].argmax(1), validation.predictions[0, -1]
    )
