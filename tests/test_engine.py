"""The door and the fused loop: bytes, masks, compilation, divergence, many fits at
once.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from conftest import made_up_digits

import sevenfold
from sevenfold.data import Images
from sevenfold.engine import (
    Engine,
    FitData,
    FitResult,
    FitState,
    History,
    Job,
    TrainingSettings,
    _jax_epoch,
    _jax_network,
    _jax_together,
    _optimizers,
    fit,
    fit_many,
    predict,
)
from sevenfold.engine._compilation import code_folder
from sevenfold.engine._dropout_masks import dropout_scale, stream_key
from sevenfold.engine._hard_examples import MAX_RATIO, hard_order, learned
from sevenfold.engine._jax_fit import DataOnDevice
from sevenfold.engine._jax_state import on_device
from sevenfold.engine.jobs import Course
from sevenfold.engine.settings import batch_order, distortions, learning_rates
from sevenfold.errors import SettingsError
from sevenfold.networks import NetworkSpec, initial_weights

TRAIN, VALIDATION = made_up_digits(500, seed=1), made_up_digits(130, seed=2)
ALONE, DATA = FitData(TRAIN), FitData(TRAIN, VALIDATION)
NETWORK = NetworkSpec(
    inputs=784,
    classes=10,
    hidden=(24,),
    input_dropout=0.1,
    hidden_dropout=0.3,
    l2=1e-4,
    max_norm=2.0,
)
TRAINING = TrainingSettings(n_epochs=4, batch_size=64, optimizer="adam", schedule="cosine")


def assert_same_bytes(one: FitResult, other: FitResult) -> None:
    for a, b in zip(
        (*one.weights, *one.state.weights, *one.state.slots),
        (*other.weights, *other.state.weights, *other.state.slots),
        strict=True,
    ):
        assert a.tobytes() == b.tobytes()


def tail(history: History, start: int) -> list[np.ndarray]:
    return [column[start:] for column in vars(history).values()]


def test_same_seed_same_bytes_and_another_seed_others() -> None:
    one, again = (fit(Job(NETWORK, TRAINING, 3), DATA) for _ in range(2))
    assert_same_bytes(one, again)
    other = fit(Job(NETWORK, TRAINING, 4), DATA)
    assert other.weights[0].tobytes() != one.weights[0].tobytes()


@pytest.mark.parametrize("stop", [0, 1, 2, 3, 4])
def test_a_stop_after_any_epoch_changes_no_byte(stop: int) -> None:
    whole = fit(Job(NETWORK, TRAINING, 3), DATA, score_training=True)
    first = fit(Job(NETWORK, TRAINING, 3), DATA, score_training=True, until_epoch=stop)
    assert first.state.epoch == stop
    second = fit(Job(NETWORK, TRAINING, 3, first.state), DATA, score_training=True)
    assert_same_bytes(whole, second)
    for whole_column, continued in zip(
        tail(whole.history, stop), tail(second.history, 0), strict=True
    ):
        if whole_column.shape == continued.shape:
            np.testing.assert_array_equal(whole_column, continued)
        else:  # no epoch was left
            assert len(continued) == 0


def test_history_has_one_value_per_epoch_and_agrees_with_predictions() -> None:
    calls: list[None] = []
    result = fit(
        Job(NETWORK, TRAINING, 0), DATA, score_training=True, on_epoch=lambda: calls.append(None)
    )
    history = result.history
    assert len(calls) == 4
    for name in ("loss", "accuracy", "train_loss", "train_accuracy", "val_loss", "val_accuracy"):
        assert getattr(history, name).shape == (4,)
        assert getattr(history, name).dtype == np.float64
    assert history.val_predictions.shape == (4, 130)
    assert history.val_predictions.dtype == np.uint8
    probabilities = predict(NETWORK, result.weights, VALIDATION.pixels)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), history.val_predictions[-1])
    picked = probabilities[np.arange(130), VALIDATION.labels]
    assert history.val_loss[-1] == pytest.approx(-np.log(picked).mean(), rel=1e-5)
    assert history.val_accuracy[-1] == (history.val_predictions[-1] == VALIDATION.labels).mean()


def test_without_validation_the_columns_are_empty() -> None:
    history = fit(Job(NETWORK, TRAINING, 0), ALONE, until_epoch=1).history
    assert history.loss.shape == (1,)
    assert history.val_loss.shape == history.train_loss.shape == (0,)
    assert history.val_predictions.shape == (0, 0)


@pytest.mark.parametrize("n", [0, 1, 7, 1000, 1001])
def test_predict_scores_every_image_once(n: int) -> None:
    network = NetworkSpec(inputs=784, classes=10, hidden=(16,))
    weights = initial_weights(network, 0)
    images = made_up_digits(1001, seed=5).pixels
    probabilities = predict(network, weights, images[:n])
    assert probabilities.shape == (n, 10)
    assert probabilities.dtype == np.float32
    x = (images[:n].reshape(n, 784) / 255.0).astype(np.float32)
    logits = np.maximum(x @ weights[0] + weights[1], 0.0) @ weights[2] + weights[3]
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        probabilities, exponentials / exponentials.sum(axis=1, keepdims=True), atol=1e-6
    )


def test_other_numbers_do_not_recompile() -> None:
    """Rates, penalties, seeds and the number of training examples are inputs of the
    compiled call; so is n for predictions, and for scores within a multiple of 64.
    """
    training = TRAINING.model_copy(update={"label_smoothing": 0.1})
    fit(Job(NETWORK, training, 0), DATA, until_epoch=1)
    predict(NETWORK, initial_weights(NETWORK, 0), VALIDATION.pixels)
    compiled = (_jax_epoch.train_epoch, _jax_network.score, _jax_network.probabilities)
    before = [function._cache_size() for function in compiled]
    network = NETWORK.model_copy(
        update={"input_dropout": 0.2, "hidden_dropout": 0.5, "l1": 1e-5, "l2": 0.0, "max_norm": 1.0}
    )
    changes = {
        "learning_rate": 1e-2,
        "label_smoothing": 0.0,
        "schedule": "step",
    }
    fit(
        Job(network, training.model_copy(update=changes), 9),
        FitData(TRAIN[np.arange(470)], VALIDATION[np.arange(129)]),
    )
    predict(network, initial_weights(network, 0), VALIDATION.pixels[:3])
    assert [function._cache_size() for function in compiled] == before


def test_the_second_fit_of_a_form_spends_no_time_compiling() -> None:
    network = NetworkSpec(inputs=784, classes=10, hidden=(25,))
    first, second = (fit(Job(network, TRAINING, seed), DATA, until_epoch=1) for seed in (0, 1))
    assert 0.0 < first.compile_seconds < first.seconds
    assert second.compile_seconds == 0.0


def test_divergence_ends_the_fit_without_an_exception() -> None:
    training = TrainingSettings(n_epochs=6, batch_size=64, optimizer="sgd", learning_rate=10.0)
    network = NetworkSpec(inputs=784, classes=10, hidden=(24, 24), l2=1.0)
    result = fit(Job(network, training, 0), DATA)
    assert result.diverged_at is not None
    assert len(result.history.loss) == len(result.history.val_loss) == result.diverged_at - 1
    assert np.isfinite(result.history.loss).all()
    assert result.history.val_predictions.shape == (result.diverged_at - 1, 130)


def test_the_order_is_a_permutation_of_its_own_for_every_epoch_and_seed() -> None:
    orders = [batch_order(1000, seed, epoch) for seed, epoch in ((0, 0), (0, 1), (1, 0))]
    for order in orders:
        assert order.dtype == np.int32
        np.testing.assert_array_equal(np.sort(order), np.arange(1000))
    assert len({order.tobytes() for order in orders}) == 3


def test_learning_rates_fall() -> None:
    cosine = learning_rates(TrainingSettings(n_epochs=4, schedule="cosine"), 1000)
    assert cosine.shape == (4, 8)
    assert cosine[0, 0] == np.float32(1e-3)
    assert (np.diff(cosine.ravel()) < 0.0).all()
    np.testing.assert_allclose(cosine[2, 0], 5e-4, rtol=1e-5)
    assert cosine[-1, -1] < 1e-4
    step = learning_rates(TrainingSettings(n_epochs=4, schedule="step"), 1000)
    np.testing.assert_allclose(step[:, 0], [1e-3, 1e-3, 1e-4, 1e-5], rtol=1e-5)


class TestDropoutMasks:
    @pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
    def test_share_scale_and_mean(self, rate: float) -> None:
        """Dropped with the probability asked, the rest scaled by 1 / (1 - rate), as
        Keras does; four standard errors.
        """
        scale = np.asarray(dropout_scale(jnp.uint32(12345), jnp.float32(rate), (512, 2048)))
        np.testing.assert_allclose(np.unique(scale), [0.0, 1.0 / (1.0 - rate)], rtol=1e-6)
        standard_error = np.sqrt(rate * (1.0 - rate) / scale.size)
        assert abs((scale == 0.0).mean() - rate) < 4 * standard_error

    def test_rows_columns_updates_and_layers_are_independent(self) -> None:
        """Correlations of masks that share all but one of seed, update and layer, and
        of neighbours, are those of chance.
        """

        def mask(seed: int, update: int, layer: int) -> np.ndarray:
            key = stream_key(jnp.uint32(seed), jnp.int32(update), layer)
            return np.asarray(dropout_scale(key, jnp.float32(0.5), (256, 512))) - 1.0

        base = mask(0, 0, 1)
        others = [
            mask(1, 0, 1),
            mask(0, 1, 1),
            mask(0, 0, 2),
            np.roll(base, 1, axis=0),
            np.roll(base, 1, axis=1),
        ]
        for other in others:
            assert abs((base * other).mean()) < 4.5 / np.sqrt(base.size)

    def test_counts_per_row_and_column_are_binomial(self) -> None:
        kept = np.asarray(dropout_scale(jnp.uint32(7), jnp.float32(0.3), (1024, 1024))) > 0.0
        for axis in (0, 1):
            counts = kept.sum(axis=axis)
            assert counts.var() == pytest.approx(1024 * 0.3 * 0.7, rel=0.2)
            assert np.abs(counts - 1024 * 0.7).max() < 5.5 * np.sqrt(1024 * 0.3 * 0.7)

    def test_masks_of_many_updates_cover_every_unit(self) -> None:
        keys = [stream_key(jnp.uint32(3), jnp.int32(update), 2) for update in range(200)]
        kept = np.mean(
            [np.asarray(dropout_scale(key, jnp.float32(0.5), (8, 64))) > 0.0 for key in keys],
            axis=0,
        )
        assert np.abs(kept - 0.5).max() < 5 * np.sqrt(0.25 / 200)


def test_max_norm_bounds_every_hidden_unit() -> None:
    network = NetworkSpec(inputs=784, classes=10, hidden=(24, 16), max_norm=0.5)
    weights = fit(Job(network, TrainingSettings(n_epochs=2, batch_size=64), 0), ALONE).weights
    for kernel in weights[:-2:2]:
        assert np.linalg.norm(kernel, axis=0).max() <= 0.5 + 1e-5


def test_distorted_images_change_training_by_their_dose() -> None:
    network, training = (
        NetworkSpec(inputs=784, classes=10, hidden=(24,)),
        TrainingSettings(n_epochs=1, batch_size=64),
    )
    plain, slight, full = (
        fit(Job(network, training.model_copy(update={"distortion": dose}), 0), ALONE).weights[0]
        for dose in (0.0, 1e-6, 1.0)
    )
    np.testing.assert_allclose(slight, plain, atol=1e-4)
    assert np.abs(full - plain).max() > 1e-2
    with pytest.raises(SettingsError, match="need the jax engine"):
        fit(Job(network, training.model_copy(update={"distortion": 1.0}), 0), ALONE, engine="keras")


def test_distortion_fades_to_half_over_the_last_epochs() -> None:
    doses = distortions(TrainingSettings(n_epochs=10, distortion=0.8, distortion_fade=0.2))
    np.testing.assert_allclose(doses, [0.8] * 9 + [0.6])
    assert (
        distortions(TrainingSettings(n_epochs=3, distortion=0.5, distortion_fade=0.0)).tolist()
        == [0.5] * 3
    )


class TestHardExamples:
    settings = TrainingSettings(n_epochs=9, hard_examples=0.75, label_smoothing=0.1)

    def test_visits_are_in_proportion_to_difficulty_beyond_label_smoothing(self) -> None:
        difficulty = np.full(1_000, 0.09 + 0.01, np.float32)  # label smoothing asks for 0.09
        difficulty[:100] = 0.09 + 0.05
        visits = self.visits(difficulty)
        np.testing.assert_array_equal(visits.sum(axis=1), 1_000)
        expected = 0.25 + 0.75 * np.repeat([5.0, 1.0], [100, 900]) / 1.4
        assert (np.abs(visits - expected) < 1.0).all()
        np.testing.assert_allclose(visits.mean(axis=0), expected, atol=0.1)

    def test_a_few_wrong_labels_do_not_take_all_visits(self) -> None:
        difficulty = np.full(10_000, 0.05, np.float32)
        difficulty[::1_000] = 1.0
        visits = self.visits(difficulty)
        assert visits[:, ::1_000].mean() == pytest.approx(1.0 + 0.75 * MAX_RATIO, abs=0.1)
        assert visits[:, 1:1_000].mean() > 0.99

    @pytest.mark.parametrize("alike", [0.05, 0.3, 1.0])
    def test_where_all_are_alike_the_order_is_the_usual_one(self, alike: float) -> None:
        order = hard_order(self.settings, np.full(500, alike, np.float32), 10, 3, 1)
        np.testing.assert_array_equal(order, batch_order(500, 3, 1))

    def visits(self, difficulty: np.ndarray) -> np.ndarray:
        """How often each example is visited in each of 200 epochs."""
        orders = [hard_order(self.settings, difficulty, 10, 0, epoch) for epoch in range(200)]
        return np.array([np.bincount(order, minlength=len(difficulty)) for order in orders])

    def test_difficulty_is_a_running_mean_of_what_was_missing(self) -> None:
        order, missing = np.array([2, 0, 2]), np.array([0.4, 0.0, 0.8], np.float32)
        np.testing.assert_allclose(learned(np.ones(3, np.float32), order, missing), [0.5, 1.0, 0.8])

    def test_what_is_missing_is_one_minus_the_probability_of_the_label(self) -> None:
        still = TrainingSettings(
            n_epochs=1, batch_size=64, optimizer="sgd", learning_rate=1e-12, hard_examples=0.5
        )
        network = NETWORK.model_copy(update={"hidden_dropout": 0.0, "input_dropout": 0.0})
        result = fit(Job(network, still, 0), ALONE)
        p = predict(NETWORK, result.weights, TRAIN.pixels)[np.arange(len(TRAIN)), TRAIN.labels]
        np.testing.assert_allclose(result.state.difficulty[0], 0.5 + 0.5 * (1.0 - p), atol=1e-5)

    def test_keras_engine_refuses_them(self) -> None:
        with pytest.raises(SettingsError, match="hard_examples needs the jax engine"):
            fit(Job(NETWORK, self.settings, 0), ALONE, engine="keras")


def test_mixed_precision_stays_close_and_keeps_float32_weights() -> None:
    training = TrainingSettings(n_epochs=2, batch_size=64)
    network = NetworkSpec(inputs=784, classes=10, hidden=(24,))
    exact, mixed = (
        fit(Job(network, training.model_copy(update={"precision": precision}), 0), DATA)
        for precision in ("float32", "mixed_bfloat16")
    )
    assert all(weight.dtype == np.float32 for weight in mixed.weights)
    assert mixed.weights[0].tobytes() != exact.weights[0].tobytes()
    assert mixed.history.val_loss[-1] == pytest.approx(exact.history.val_loss[-1], rel=0.05)


class TestPhotometric:
    training = TrainingSettings(n_epochs=2, batch_size=64)

    def test_a_network_learns_from_other_images_and_is_scored_on_those_that_are(self) -> None:
        results = {
            share: fit(
                Job(NETWORK, self.training.model_copy(update={"photometric": share}), 0), DATA
            )
            for share in (0.0, 0.01, 0.5)
        }
        alike = [results[share].weights[0].tobytes() for share in (0.0, 0.01, 0.5)]
        assert len(set(alike)) == 3
        history = results[0.5].history
        right = predict(NETWORK, results[0.5].weights, DATA.validation.pixels).argmax(axis=1)
        np.testing.assert_array_equal(right, history.val_predictions[-1])

    def test_what_an_epoch_saw_was_changed(self) -> None:
        still = self.training.model_copy(
            update={"n_epochs": 1, "optimizer": "sgd", "learning_rate": 1e-12}
        )
        network = NETWORK.model_copy(update={"hidden_dropout": 0.0, "input_dropout": 0.0})
        start = fit(Job(network, self.training, 0), ALONE).state
        plain, changed = (
            fit(
                Job(
                    network,
                    still.model_copy(update={"photometric": share, "n_epochs": 3}),
                    0,
                    start=FitState(2, start.weights, ()),
                ),
                ALONE,
            )
            for share in (0.0, 0.9)
        )
        assert changed.history.loss[-1] > plain.history.loss[-1] + 0.05

    def test_keras_engine_refuses_it(self) -> None:
        training = self.training.model_copy(update={"photometric": 0.5})
        with pytest.raises(SettingsError, match="photometric needs the jax engine"):
            fit(Job(NETWORK, training, 0), ALONE, engine="keras")


class TestFitMany:
    networks = (
        NETWORK,
        NETWORK.model_copy(update={"hidden_dropout": 0.5}),
        NetworkSpec(inputs=784, classes=10, hidden=(16, 8)),
        NetworkSpec(inputs=784, classes=10),
        NETWORK,
    )
    trainings = (
        TRAINING,
        TRAINING.model_copy(update={"learning_rate": 1e-2}),
        TRAINING,
        TRAINING.model_copy(update={"hard_examples": 0.7}),
        TRAINING.model_copy(update={"photometric": 0.5}),
    )
    jobs = tuple(
        Job(network, training, seed)
        for seed, (network, training) in enumerate(zip(networks, trainings, strict=True))
    )

    def test_equals_fit_byte_by_byte(self) -> None:
        calls: list[None] = []
        many = fit_many(self.jobs, DATA, on_epoch=lambda: calls.append(None))
        assert len(calls) == 20
        for job, result in zip(self.jobs, many, strict=True):
            alone = fit(job, DATA)
            assert_same_bytes(alone, result)
            np.testing.assert_array_equal(
                alone.history.val_predictions, result.history.val_predictions
            )

    @pytest.mark.slow
    def test_large_products_split_between_threads_give_the_same_bytes(self) -> None:
        network = NetworkSpec(inputs=784, classes=10, hidden=(512, 512), hidden_dropout=0.2)
        data = FitData(made_up_digits(2_048, seed=1))
        training = TrainingSettings(n_epochs=2, batch_size=256, optimizer="adam")
        many = fit_many([Job(network, training, seed) for seed in (0, 1, 0)], data)
        assert_same_bytes(many[0], many[2])
        for seed in (0, 1):
            assert_same_bytes(fit(Job(network, training, seed), data), many[seed])

    def test_goes_on_from_states(self) -> None:
        first = fit_many(self.jobs, ALONE, until_epoch=2)
        second = fit_many(
            [
                replace(job, start=result.state)
                for job, result in zip(self.jobs, first, strict=True)
            ],
            ALONE,
        )
        for i in (0, 3):
            assert_same_bytes(fit(self.jobs[i], ALONE), second[i])

    def test_an_exception_of_on_epoch_stops_all(self) -> None:
        calls: list[None] = []

        def stop_at_third() -> None:
            calls.append(None)
            if len(calls) == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fit_many(self.jobs, ALONE, on_epoch=stop_at_third)
        assert len(calls) == 3

    def test_nothing_to_do(self) -> None:
        assert fit_many([], ALONE) == []

    def test_under_vmap_as_on_an_accelerator(self) -> None:
        """The path of an accelerator, run here on the CPU; it may round differently, so
        the comparison allows for that.
        """
        too_fast = TrainingSettings(n_epochs=4, batch_size=64, optimizer="sgd", learning_rate=10.0)
        diverging = NetworkSpec(inputs=784, classes=10, hidden=(24,), l2=1.0)
        jobs = [*self.jobs]
        jobs += [
            Job(diverging, too_fast.model_copy(update={"hard_examples": share}), 0)
            for share in (0.0, 0.5)
        ]
        results = _jax_together.fit_under_vmap(
            jobs,
            DataOnDevice(on_device(TRAIN), on_device(VALIDATION)),
            Course(score_training=True, until_epoch=None, on_epoch=lambda: None),
        )
        for job, result in zip(jobs, results, strict=True):
            alone = fit(job, DATA, score_training=True)
            assert result.diverged_at == alone.diverged_at
            for name in ("loss", "train_loss", "val_loss"):
                np.testing.assert_allclose(
                    getattr(result.history, name), getattr(alone.history, name), rtol=1e-3
                )
            assert result.state.epoch == alone.state.epoch
            np.testing.assert_array_equal(
                np.isfinite(result.weights[0]), np.isfinite(alone.weights[0])
            )
            if alone.diverged_at is None:
                np.testing.assert_allclose(result.weights[0], alone.weights[0], atol=1e-4)


def test_the_last_partial_batch_is_trained_on() -> None:
    """500 examples in batches of 64: the eighth batch has 52; one more update would be
    seen in Adam's bias correction.
    """
    few = FitData(TRAIN[np.arange(52)])
    network = NetworkSpec(inputs=784, classes=10, hidden=(24,))
    padded, exact = (
        fit(Job(network, TrainingSettings(n_epochs=1, batch_size=size), 0), few)
        for size in (64, 52)
    )
    for a, b in zip(padded.weights, exact.weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert padded.history.loss[0] == pytest.approx(exact.history.loss[0], rel=1e-6)
    assert padded.history.accuracy[0] == exact.history.accuracy[0]


def many_classes(n: int) -> Images:
    """300 classes of images of 4 by 6 pixels, told apart by noise-free patterns."""
    labels = np.resize(np.arange(300), n).astype(np.uint16)
    patterns = np.random.default_rng(0).integers(0, 256, (300, 4, 6)).astype(np.uint8)
    return Images(patterns[labels], labels, tuple(f"class {i}" for i in range(300)))


MANY_CLASSES = Job(
    NetworkSpec(inputs=24, classes=300, hidden=(64,)),
    TrainingSettings(n_epochs=40, batch_size=50, optimizer="adam", learning_rate=1e-2),
    seed=0,
)


def require_many_classes_learned(engine: Engine) -> None:
    images = many_classes(600)
    job, data = MANY_CLASSES, FitData(images, images)
    result = fit(job, data, engine=engine, score_training=True)
    history = result.history
    assert history.val_predictions.dtype == np.uint16
    assert history.val_predictions[-1].max() > 255
    assert history.val_accuracy[-1] == (history.val_predictions[-1] == images.labels).mean() > 0.9
    probabilities = predict(job.network, result.weights, images.pixels, engine=engine)
    assert probabilities.shape == (600, 300)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), history.val_predictions[-1])


def test_three_hundred_classes_are_told_apart() -> None:
    require_many_classes_learned("jax")


@pytest.mark.slow
def test_three_hundred_classes_are_told_apart_by_keras() -> None:
    program = "import test_engine; test_engine.require_many_classes_learned('keras')"
    run_python(program, KERAS_BACKEND="tensorflow", PYTHONPATH=PYTHONPATH)


def test_slots_stand_for_every_weight() -> None:
    state = fit(Job(NETWORK, TRAINING, 0), ALONE, until_epoch=1).state
    shapes = [weight.shape for weight in state.weights for _ in range(_optimizers.N_SLOTS["adam"])]
    assert [slot.shape for slot in state.slots] == shapes


PYTHONPATH = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])


def run_python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | environment,
        text=True,
        capture_output=True,
        check=True,
        timeout=120,
    )


FIT = """
import numpy as np
from sevenfold.data import Images
from sevenfold.engine import FitData, Job, TrainingSettings, fit
from sevenfold.networks import NetworkSpec
images = Images(np.zeros((64, 28, 28), np.uint8), np.zeros(64, np.uint8), tuple("0123456789"))
network = NetworkSpec(inputs=784, classes=10, hidden={hidden})
fit(Job(network, TrainingSettings(n_epochs=1), 0), FitData(images), engine={engine!r})
"""
FIT_ONE = FIT.format(hidden=(), engine="jax")
FIT_LARGE = FIT.format(hidden=(300, 200), engine="jax")


def test_the_jax_engine_imports_neither_keras_nor_tensorflow() -> None:
    run_python(FIT_ONE + "import sys\nassert not {'keras', 'tensorflow'} & set(sys.modules)")


def test_a_cache_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    run = run_python(
        "import warnings; warnings.simplefilter('error')\n" + FIT_ONE,
        XDG_CACHE_HOME=str(tmp_path / "file"),
    )
    assert run.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_compiled_code_is_kept_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert code_folder().is_relative_to(tmp_path / "sevenfold" / "xla")
    run_python(
        FIT_LARGE,
        XDG_CACHE_HOME=str(tmp_path),
    )
    assert any(code_folder().iterdir())
    for entry in code_folder().iterdir():
        entry.write_bytes(b"half written")
    run_python(
        FIT_LARGE,
        XDG_CACHE_HOME=str(tmp_path),
    )


@pytest.mark.slow
def test_keras_on_another_backend_is_explained() -> None:
    program = "import keras\n" + FIT.format(hidden=(), engine="keras").strip()
    program = (
        f"try:\n{''.join('    ' + line + chr(10) for line in program.strip().splitlines())}except"
        " Exception as e: print(e)"
    )
    assert "Keras already runs on jax" in run_python(program, KERAS_BACKEND="jax").stdout


def test_only_the_engine_imports_what_is_behind_its_door() -> None:
    root = Path(sevenfold.__file__).parent
    outside = [path for path in root.rglob("*.py") if path.parent.name != "engine"]
    assert len(outside) > 50
    assert not [path for path in outside if "sevenfold.engine." in path.read_text("utf-8")]
