"""What is put together from fits: the order of repeats, out-of-fold predictions, and
scores after any epoch.
"""

import numpy as np
import pytest
from conftest import uneven_images
from hand_made import configuration, development, images, validation

from sevenfold.engine import TrainingSettings
from sevenfold.validation import Configuration, cross_validate, n_fits, scored

DATA = development(
    uneven_images(60, seed=6),
    [[5, 3, 40, 59], [0, 1, 17, 30]],
    [[5, 1, 17, 59], [0, 3, 30, 40]],
    method="iterated-kfold",
)
CONFIGURATIONS = [configuration(6, n_epochs=3), configuration(9, n_epochs=3, learning_rate=1e-2)]
SEEDS = (4, 7, 9)


def test_a_row_is_one_configuration_seed_and_round_and_its_folds_cover_everything() -> None:
    found = cross_validate(DATA, CONFIGURATIONS, SEEDS, engine="jax", with_probabilities=True)
    assert n_fits(DATA, 3) == 3 * 4
    for configuration_, together in zip(CONFIGURATIONS, found, strict=True):
        assert together.predictions.shape == (6, 3, 8)
        assert together.labels.tolist() == DATA.images.labels[DATA.scored].tolist()
        assert together.probabilities is not None
        assert np.array_equal(together.probabilities.argmax(axis=2), together.predictions[:, -1])
        for s, seed in enumerate(SEEDS):
            (alone,) = cross_validate(DATA, [configuration_], (seed,), engine="jax")
            rows = slice(2 * s, 2 * s + 2)
            assert np.array_equal(alone.predictions, together.predictions[rows])
            assert np.array_equal(alone.val_loss, together.val_loss[rows])
        for r, splits in enumerate(DATA.rounds * 3):
            right = together.predictions[r] == together.labels
            folds = [right[:, np.searchsorted(DATA.scored, part.validation)] for part in splits]
            by_fold = np.mean([fold.mean(axis=1) for fold in folds], axis=0)
            assert together.val_accuracy[r] == pytest.approx(by_fold)
        losses = together.val_loss[:, -1]
        assert len(np.unique(losses)) == 6  # no repeat is another again


def test_predictions_are_each_images_own() -> None:
    """One fold's predictions are those of the same network on the same images."""
    found = cross_validate(DATA, CONFIGURATIONS[:1], (4,), engine="jax", with_probabilities=True)[0]
    turned = development(
        DATA.images, [[59, 40, 3, 5], [30, 17, 1, 0]], [[0, 3, 30, 40], [59, 17, 1, 5]]
    )
    again = cross_validate(turned, CONFIGURATIONS[:1], (4,), engine="jax")[0]
    assert np.array_equal(again.predictions[0], found.predictions[0])


def test_a_training_that_diverges_ends_before_that_epoch() -> None:
    wild = Configuration(
        network=configuration(8, n_epochs=1).network,
        training=TrainingSettings(n_epochs=40, optimizer="sgd", learning_rate=10.0),
    )
    wild = wild.model_copy(
        update={"network": wild.network.model_copy(update={"l2": 1.0, "hidden": (32, 32)})}
    )
    (found,) = cross_validate(DATA, [wild], (0,), engine="jax")
    assert found.diverged_at is not None
    assert found.val_loss.shape == (2, found.diverged_at - 1)
    assert found.predictions.shape[1] == found.diverged_at - 1


LABELS = np.resize(np.arange(10), 20)
MADE = validation(
    LABELS,
    [[range(9), range(1), range(4)], [range(8), range(2), range(7)]],
    [[0.9, 0.2, 0.4], [0.8, 0.3, 0.6]],
)


@pytest.mark.parametrize(
    ("epoch", "missed", "loss"), [(1, (9, 8), 0.85), (2, (1, 2), 0.25), (3, (4, 7), 0.5)]
)
def test_a_score_is_of_its_epoch(epoch: int, missed: tuple[int, int], loss: float) -> None:
    made = scored("x", CONFIGURATIONS[0], MADE, epoch, "histories/x.npz")
    assert made.accuracy.value == pytest.approx(1 - sum(missed) / 40)
    assert made.accuracy.n == 20
    assert made.over_seeds.values == pytest.approx([1 - m / 20 for m in missed])
    assert made.val_loss == pytest.approx(loss)
    assert made.epoch == epoch
    assert (~MADE.correct(epoch)).sum(axis=1).tolist() == list(missed)


def test_how_many_networks_are_trained() -> None:
    once = development(images([0] * 9), [[0], [1], [2]])
    assert (n_fits(once, 1), n_fits(once, 5), n_fits(DATA, 2)) == (3, 15, 8)
