"""A configuration under the protocol: what a repeat shares with another, and what
not.
"""

from conftest import made_up_digits

from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec
from sevenfold.protocol import DevelopmentSet, ProtocolSettings, split
from sevenfold.validation import Configuration, cross_validate


def test_rounds_start_from_other_weights() -> None:
    """Two rounds of one seed over the same folds would be one repeat counted twice."""
    once = split(made_up_digits(200, seed=1), ProtocolSettings(method="kfold", n_folds=2), seed=0)
    twice = DevelopmentSet(once.images, once.rounds * 2, "iterated-kfold", "iterated-kfold")
    configuration = Configuration(
        network=NetworkSpec(inputs=784, classes=10, hidden=(8,)),
        training=TrainingSettings(n_epochs=2),
    )
    (validation,) = cross_validate(twice, [configuration], (0,), engine="jax")
    first, second = validation.val_loss
    assert (first != second).all()
