"""Run folders that are made up, but through `Run` and the records of the steps, so that
a change of their schema breaks the tests that use them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from made_up_exam import write_exam

from sevenfold.config import load_config
from sevenfold.data import Images, NearlyEqual, Provenance
from sevenfold.engine import TrainingSettings
from sevenfold.networks import NetworkSpec, initial_weights
from sevenfold.protocol import Method
from sevenfold.runs.ledger import Ledger
from sevenfold.runs.reading import RESULTS
from sevenfold.runs.seal import Plan
from sevenfold.runs.writing import Run
from sevenfold.scores import scores
from sevenfold.statistics import (
    RecipeDifference,
    RecipeGap,
    at_temperature,
    choose_unsure,
    conformal_rule,
    deviation,
    difference_of_networks,
    fit_temperature,
    grouped_mcnemar,
    label_suspects,
    mcnemar,
    proportion,
    reach,
    recipe_accuracy,
    recipe_difference,
    rows_against_base,
    share,
    spread,
)
from sevenfold.steps.ablation import Ablation, AblationRow, AblationSettings, Reading, variants
from sevenfold.steps.averaging import against_itself
from sevenfold.steps.baseline import Baseline
from sevenfold.steps.confidence import Confidence
from sevenfold.steps.evaluation_protocol import EvaluationProtocol, GroupDivision, Option
from sevenfold.steps.final_result import FinalTest
from sevenfold.steps.finalists import Finalist, Finalists
from sevenfold.steps.findings import (
    AspectScore,
    Comparison,
    KnownGroups,
    Mistake,
    aspect_tests,
    confused_pairs,
    resolution,
)
from sevenfold.steps.learning_curve import LearningCurveFound, Point, curve_found
from sevenfold.steps.leave_one_out import LeaveOneOut, LeftOut, without
from sevenfold.steps.likeness import Likeness
from sevenfold.steps.overfit import Attempt, Overfit, Turn
from sevenfold.steps.preparation import Check, Preparation
from sevenfold.steps.problem import ClassCount, Problem
from sevenfold.steps.saved_network import SavedNetwork
from sevenfold.steps.search import Search
from sevenfold.steps.seen_groups import SeenGroups
from sevenfold.steps.self_knowledge import SelfKnowledge, self_knowledge
from sevenfold.steps.success import Success
from sevenfold.steps.undistorted import Undistorted
from sevenfold.terminal import Terminal
from sevenfold.tuning.edges import Edge
from sevenfold.tuning.importance import Importance
from sevenfold.tuning.space import SearchSpace
from sevenfold.tuning.trial import RungScore, TrialRecord
from sevenfold.validation import Configuration, ScoredConfiguration, Validation, scored

N_VALIDATION, N_TEST, N_EPOCHS, N_SEEDS = 400, 500, 6, 2
PLAN = Plan(data="da" * 32, settings="5e" * 32, network="0e" * 32, weights="e1" * 32)
METHODS: tuple[Method, ...] = ("holdout", "kfold", "iterated-kfold")
DIGITS = tuple("0123456789")
MNIST = Provenance(
    name="mnist",
    title="MNIST & friends",
    source="a made-up source",
    sha256={"train-images-idx3-ubyte": "ab" * 32},
    licence="CC BY-SA 3.0",
    citation="LeCun et al. (1998).",
    url="https://example.org/mnist",
    n_test=N_TEST,
    embedded_subset=False,
    reason="",
    noun="digit",
    class_noun="digit",
)
OWN = MNIST.model_copy(
    update={
        "name": "custom:my pets.npz",
        "title": "the images in my pets.npz",
        "source": "data/my pets.npz",
        "citation": "",
        "url": "",
        "n_test": None,
        "set_aside": 0.2,
        "left_out": ("notes <2>.txt is left alone.",),
        "noun": "image",
        "class_noun": "class",
    }
)
APART = GroupDivision(
    apart=True, n=90, n_train=75, n_validation=15, n_across=0, n_exact=396, largest_offset=0.0125
)
HIDDEN = SeenGroups(
    unseen=0.0512,
    seen=0.0471,
    share_seen=2 / 3,
    difference=RecipeDifference(
        value=0.0041,
        ci_low=0.0012,
        ci_high=0.007,
        p_value=0.01,
        error_of_seeds=0.001,
        error_of_groups=0.001,
        degrees_of_freedom=8.0,
        n=400,
        n_groups=15,
        n_seeds=5,
    ),
)
WHOLE_SPACE = SearchSpace(
    depth=(1, 3),
    l1=(0.0, 1e-4),
    max_norm=(0.0, 2.0, 4.0),
    schedule=("constant", "cosine", "step"),
    optimizer=("sgd", "adam"),
    label_smoothing=(0.0, 0.2),
)


@dataclass(frozen=True)
class MadeUp:
    """What a made-up run is like; until, failure: the step that does not finish, and
    what ends it.
    """

    provenance: Provenance = MNIST
    classes: tuple[str, ...] = DIGITS
    image_shape: tuple[int, ...] = (28, 28)
    until: str | None = None
    failure: BaseException = field(default_factory=KeyboardInterrupt)
    duplicates: int = 0
    groups: GroupDivision | None = None
    known_groups: KnownGroups | None = None
    seen_groups: SeenGroups | None = None
    aspects: tuple[AspectScore, ...] = ()
    method: Method = "holdout"
    asked: bool = False
    reached: bool = True
    diverged: bool = False
    distorted: bool = False
    baseline_accuracy: float = 0.93
    space: SearchSpace = field(default_factory=SearchSpace)
    shares: dict[str, float] = field(
        default_factory=lambda: {"learning_rate": 0.7, "hidden_dropout": 0.3}
    )
    edges: tuple[Edge, ...] = ()
    tied: bool = False
    n_errors: int = 7
    sure_of: float = 0.96
    max_error: float = 0.05
    reasons: tuple[str, ...] = ()
    examined: bool = False
    saved: SavedNetwork = field(
        default_factory=lambda: SavedNetwork(
            n=400,
            keras="3.15.1",
            tensorflow="2.21.0",
            largest_difference=1.2e-7,
            n_other_answers=0,
        )
    )

    def write(self, folder: Path) -> Path:
        """A run folder with every step up to (without) `until`."""
        config, terminal = load_config("quick"), Terminal("quiet")
        made: dict[str, Any] = {}
        with Run.open(folder, config, seed=0, engine="jax", terminal=terminal) as run:
            for name, result_type in RESULTS.items():
                if name == self.until:
                    raise self.failure
                function: Callable[..., Any] = getattr(self, f"_{name}")
                made[name] = run.step(name, result_type, lambda run, f=function: f(run, made))
        if self.examined:
            small = made["baseline"].network.configuration
            write_exam(folder, PLAN.digest, small, self.classes, self.image_shape)
        return folder

    def _problem(self, run: Run, _: dict[str, Any]) -> Problem:
        return Problem(
            provenance=self.provenance,
            n_development=2_400,
            image_shape=self.image_shape,
            value_range=(0, 255),
            mean_ink=0.1307,
            class_counts=tuple(
                ClassCount(name=name, n_development=240, n_train=200, n_validation=40)
                for name in self.classes
            ),
            n_duplicates=self.duplicates,
            n_duplicates_across_split=self.duplicates // 2,
            n_groups=self.groups and self.groups.n,
            near=few_near(2_400),
        )

    def _success(self, run: Run, _: dict[str, Any]) -> Success:
        return Success(
            accuracy_suffices=True,
            smallest_share=0.09,
            largest_share=0.112,
            imbalance_ratio=1.24,
            balanced_ratio=1.5,
        )

    def _evaluation_protocol(self, run: Run, _: dict[str, Any]) -> EvaluationProtocol:
        parts = {"train": np.arange(2_000), "validation": np.arange(2_000, 2_400)}
        run.save_arrays("split.npz", {f"round0_fold0_{name}": part for name, part in parts.items()})
        limits = dict(zip(METHODS, (0.003, 0.006, None), strict=True))
        return EvaluationProtocol(
            method=self.method,
            asked=self.asked,
            options=tuple(
                Option(method=m, n_scored=400, half_width=0.01, limit=n, chosen=m == self.method)
                for m, n in limits.items()
            ),
            expected_accuracy=0.98,
            n_train=2_000,
            n_validation=400,
            n_folds=1 if self.method == "holdout" else 4,
            n_rounds=2 if self.method == "iterated-kfold" else 1,
            n_scored=N_VALIDATION,
            stretch=1,
            groups=self.groups,
        )

    def _preparation(self, run: Run, _: dict[str, Any]) -> Preparation:
        n_inputs = int(np.prod(self.image_shape))
        shape = f"(2400, {n_inputs})"
        return Preparation(
            checks=(
                Check(name="shape of the inputs", expected=shape, found=shape, passed=True),
                Check(name="recovered", expected="True", found="True", passed=True),
            ),
            n_inputs=n_inputs,
            train_mean=0.1307,
            train_sd=0.3081,
            never_inked=1,
        )

    def _baseline(self, run: Run, _: dict[str, Any]) -> Baseline:
        softmax, small = self.validation(0.85, 3), self.validation(self.baseline_accuracy, 13)
        always_one = softmax.labels == 1
        all_right, right = small.correct(N_EPOCHS), small.correct(N_EPOCHS)[0]
        return Baseline(
            majority_class=1,
            majority=proportion(int(always_one.sum()), N_VALIDATION),
            softmax=stored(run, "softmax", configuration(), softmax),
            network=stored(run, "baseline", configuration(32), small),
            against_majority=mcnemar(right, always_one),
            against_softmax=mcnemar(right, softmax.correct(N_EPOCHS)[0]),
            over_majority=difference_of_networks(
                all_right, np.broadcast_to(always_one, all_right.shape)
            ),
            over_softmax=difference_of_networks(all_right, softmax.correct(N_EPOCHS)),
            significance=0.05,
            n_consultations=2,
            seen_groups=self.seen_groups,
        )

    def _overfit(self, run: Run, _: dict[str, Any]) -> Overfit:
        made = self.validation(0.95, 4, turns=self.reached)
        epoch = int(made.val_loss.mean(axis=0).argmin()) + 1
        attempt = Attempt(
            at_turn=stored(run, "overfit", configuration(64), made, epoch),
            at_end=stored(run, "overfit", configuration(64), made),
            turn=Turn(
                reached=self.reached,
                epoch=epoch,
                epochs=spread([4.0, 5.0]),
                rise=spread([0.2, 0.25] if self.reached else [0.0, 0.001]),
                threshold=0.035,
            ),
            train_loss_at_end=0.01,
            train_accuracy_at_end=0.998,
        )
        return Overfit(
            reached=self.reached, attempts=(attempt,), gap_to_baseline=0.04, n_consultations=1
        )

    def _ablation(self, run: Run, made: dict[str, Any]) -> Ablation:
        model = made["overfit"].model
        base = self.validation(0.95, 4, turns=True)
        rows, changed = [], []
        tried = variants(model.at_end.configuration.network, AblationSettings())
        for i, (remedy, network) in enumerate(tried.items()):
            changed.append(self.validation(0.93 + 0.01 * i, 5 + i))
            settings = Configuration(network=network, training=model.at_end.configuration.training)
            score = stored(run, f"ablation_{remedy}", settings, changed[-1])
            reading = Reading(at_best=score, at_end=score, val_loss_rise=0.01)
            rows.append(AblationRow(remedy=remedy, reading=reading))
        table = rows_against_base(
            base.shares_right(N_EPOCHS), [one.shares_right(N_EPOCHS) for one in changed], None
        )
        return Ablation(
            model=Reading(at_best=model.at_turn, at_end=model.at_end, val_loss_rise=0.2),
            rows=tuple(rows),
            at_best=table,
            at_end=table,
            reach_at_best=reach(table),
            reach_at_end=reach(table),
            n_consultations=len(rows),
        )

    def _search(self, run: Run, _: dict[str, Any]) -> Search:
        whole = self.space == WHOLE_SPACE
        plain = configuration(128, hidden_dropout=0.25, l2=7.05e-6)
        if self.distorted:
            training = plain.training.model_copy(
                update={"distortion": 0.5, "photometric": 0.4, "hard_examples": 0.25}
            )
            plain = plain.model_copy(update={"training": training})
        trials = [
            TrialRecord(
                number=n,
                configuration=varied(n) if whole else plain,
                scores=(
                    RungScore(epoch=2, accuracy=0.9 - 0.01 * n, loss=0.4),
                    *([RungScore(epoch=6, accuracy=0.95, loss=0.2)] if n == 0 else []),
                ),
            )
            for n in range(3)
        ]
        if self.diverged:
            lost = RungScore(epoch=2, accuracy=0.0, loss=1e9, diverged=True)
            trials.append(TrialRecord(number=3, configuration=configuration(256), scores=(lost,)))
        shares = tuple(Importance(name=name, value=value) for name, value in self.shares.items())
        return Search(
            space=self.space,
            rungs=(2, 6),
            trials=tuple(trials),
            importances=shares,
            importance_epoch=2,
            edges=self.edges,
            n_consultations=4,
        )

    def _finalists(self, run: Run, made: dict[str, Any]) -> Finalists:
        base, fresh = self.validation(0.95, 4, turns=True), self.validation(0.96, 30)
        settings = made["search"].trials[0].configuration
        finalists = [
            Finalist(
                trial=n,
                search_accuracy=0.9725,
                search_epoch=6,
                fresh=stored(run, f"finalist_{n}", settings, fresh),
                behind_best=0.001 * n,
                standard_error=0.002 * n,
                within_one_se=True,
                chosen=n == 0,
            )
            for n in range(2 if self.tied else 1)
        ]
        return Finalists(
            finalists=tuple(finalists),
            diverged=(1, 2) if self.space == WHOLE_SPACE else (),
            undistorted=self._undistorted(run, settings, fresh) if self.distorted else None,
            gain_over_overfit=recipe_difference(
                fresh.correct(N_EPOCHS), base.correct(N_EPOCHS), None, paired=False
            ),
            n_consultations=2,
        )

    def _leave_one_out(self, run: Run, made: dict[str, Any]) -> LeaveOneOut:
        fresh = made["finalists"].winner.fresh
        model = made["overfit"].model.at_end.configuration
        base, tried = self.validation(0.96, 30), without(fresh.configuration, model)
        found = [self.validation(0.95 - 0.02 * i, 60 + i) for i in range(len(tried))]
        table = rows_against_base(
            base.shares_right(N_EPOCHS), [one.shares_right(N_EPOCHS) for one in found], None
        )
        rows = [
            LeftOut(thing=thing, scored=stored(run, f"without_{thing}", settings, one))
            for (thing, settings), one in zip(tried.items(), found, strict=True)
        ]
        return LeaveOneOut(
            winner=fresh,
            rows=tuple(rows),
            table=table,
            reach=reach(table),
            diverged=("max_norm",) if self.diverged else (),
            not_tried=("schedule",) if self.tied else (),
            n_consultations=len(rows),
        )

    def _learning_curve(self, run: Run, made: dict[str, Any]) -> LearningCurveFound:
        fresh = made["finalists"].winner.fresh
        errors = {500: (0.1, 0.11), 1_000: (0.08, 0.079), 2_000: (0.06, 0.064)}
        if self.tied:
            errors = dict.fromkeys(errors, (0.0, 0.0))
        return curve_found(
            tuple(
                Point(n_train=n, errors=spread(values), history=fresh.history)
                for n, values in errors.items()
            ),
            2_400,
            (0.1,) if self.diverged else (),
        )

    def _undistorted(self, run: Run, settings: Configuration, best: Validation) -> Undistorted:
        n, rng = len(self.classes), np.random.default_rng(0)
        drawn = rng.integers(0, 256, (6, n, *self.image_shape)).astype(np.uint8)
        run.save_arrays("pictures/distorted.npz", {"originals": drawn[0], "distorted": drawn[1:]})
        plain = self.validation(0.9, 40)
        return Undistorted(
            scored=stored(run, "undistorted", settings, plain),
            difference=recipe_difference(
                plain.correct(N_EPOCHS), best.correct(N_EPOCHS), None, paired=True
            ),
            field_rms=0.33,
        )

    def _confidence(self, run: Run, _: dict[str, Any]) -> Confidence:
        made, n = self.validation(self.sure_of, 30), len(self.classes)
        labels, answers = made.labels, made.predictions[0, -1]
        p = beliefs(labels, answers, n, seed=5)
        temperature = fit_temperature(labels, p)
        p = at_temperature(p, temperature.value)
        right, sources = p.argmax(axis=1) == labels, None
        if self.groups:
            sources = np.arange(N_VALIDATION) % self.groups.n_validation
        suspects = label_suspects(labels, p, 20)
        drawn = np.random.default_rng(1).integers(0, 256, (len(suspects.worst), *self.image_shape))
        run.save_arrays("pictures/suspects.npz", {"images": drawn.astype(np.uint8)})
        return Confidence(
            temperature=temperature,
            unsure=choose_unsure(p.max(axis=1), right, sources, self.max_error),
            conformal=conformal_rule(labels, p, 0.99),
            suspects=suspects,
            bound_of_data=True,
            n=N_VALIDATION,
            n_errors=int((~right).sum()),
            n_groups=self.groups and self.groups.n_validation,
            n_seeds=N_SEEDS,
        )

    def _final_test(self, run: Run, made: dict[str, Any]) -> FinalTest:
        n, winner = len(self.classes), made["finalists"].winner.fresh
        labels = np.resize(np.arange(n), N_TEST).astype(np.uint8)
        answers = labels.copy()
        answers[: self.n_errors] = (answers[: self.n_errors] + n - 1) % n
        probabilities = np.full((N_TEST, n), 0.009 / (n - 1))
        probabilities[np.arange(N_TEST), answers] = 0.991
        right = answers == labels
        groups = (
            np.char.add("w", (np.arange(N_TEST) % 25).astype(str)) if self.known_groups else None
        )
        found = scores(labels, probabilities, groups)
        finals = np.stack([right, np.arange(N_TEST) < N_TEST - 10])
        recipe, seeds = recipe_accuracy(finals, groups), spread(finals.mean(axis=1))
        earlier_right = np.stack([np.arange(N_TEST) < 450] * 2)
        write_ledger(run.folder, self.n_errors, self.reasons)
        shown = (self.n_errors, *self.image_shape)
        images = np.random.default_rng(0).integers(0, 256, shown).astype(np.uint8)
        run.save_arrays("predictions/mistakes.npz", {"images": images})
        sizes = {"inputs": int(np.prod(self.image_shape)), "classes": n}
        weights = initial_weights(winner.configuration.network.model_copy(update=sizes), 750)
        run.save_arrays("models/final.npz", {f"array_{i}": w for i, w in enumerate(weights)})
        stored_finals = np.stack([probabilities, probabilities])
        # As its seed's accuracy says.
        stored_finals[1] = np.eye(n)[labels]
        stored_finals[1, -10:] = np.roll(stored_finals[1, -10:], 1, axis=1)
        earlier_answers = np.eye(n)[np.where(earlier_right, labels, (labels + 1) % n)]
        stored = {"final": stored_finals, "baseline": earlier_answers, "overfit": earlier_answers}
        run.save_arrays("predictions/test.npz", {"labels": labels, **stored})
        earlier = {
            "baseline": made["baseline"].network.configuration,
            "overfit": made["overfit"].model.at_end.configuration,
        }
        return FinalTest(
            configuration=winner.configuration,
            n_parameters=winner.n_parameters,
            n_trained_on=2_400,
            seeds=(750, 751),
            scores=found,
            seed_accuracies=seeds,
            seed_deviation=deviation([seeds]),
            recipe=recipe,
            comparisons={
                name: Comparison(
                    network=settings.network,
                    n_epochs=N_EPOCHS,
                    accuracy=share(earlier_right[0], groups),
                    test=grouped_mcnemar(right, earlier_right[0], groups),
                    over_seeds=recipe_difference(finals, earlier_right, groups, paired=False),
                )
                for name, settings in earlier.items()
            },
            confused_pairs=confused_pairs(found),
            mistakes=tuple(
                Mistake(
                    index=i, label=int(labels[i]), predicted=int(answers[i]), probability=0.99999
                )
                for i in range(self.n_errors)
            ),
            n_confident_errors=0,
            resolution=resolution(self.n_errors),
            validation_accuracy=winner.accuracy,
            gap=RecipeGap(value=0.012, ci_low=-0.011, ci_high=0.035, n=N_TEST),
            baseline_gap=RecipeGap(value=-0.003, ci_low=-0.02, ci_high=0.014, n=N_TEST),
            chance=0.1,
            likeness=Likeness(
                brightness=(0.13, 0.13), brightest=(255, 255), correlation=0.99, apart=0.01
            ),
            diagnosis="agrees",
            n_test=N_TEST,
            test_class_counts=tuple(np.bincount(labels, minlength=n).tolist()),
            n_openings=1 + len(self.reasons),
            reopening_reasons=self.reasons,
            plan=PLAN,
            groups=self.known_groups,
            aspects=self.aspects,
            aspect_tests=aspect_tests(self.aspects),
            self_knowledge=self._self_knowledge(labels, answers, made["confidence"]),
            near=few_near(2_400 + len(labels)),
            averaged=(
                against_itself(
                    winner.configuration, labels, stored_finals[1], stored_finals[0], groups, 16
                )
                if self.distorted
                else None
            ),
        )

    def _self_knowledge(
        self, labels: np.ndarray, answers: np.ndarray, confidence: Confidence
    ) -> SelfKnowledge:
        pixels = np.zeros((N_TEST, *self.image_shape), np.uint8)
        groups, kinds = None, np.resize(["one", "two"], N_TEST)
        if self.known_groups:
            groups = (np.arange(N_TEST) % self.known_groups.n).astype(str)
        aspects = dict.fromkeys([score.aspect for score in self.aspects], kinds)
        test = Images(pixels, labels, self.classes, groups, aspects=aspects)
        return self_knowledge(test, beliefs(labels, answers, len(self.classes), seed=6), confidence)

    def _saved_network(self, run: Run, _: dict[str, Any]) -> SavedNetwork:
        n = len(self.classes)
        labels = np.resize(np.arange(n), 40).astype(np.uint8)
        shown = (len(labels), *self.image_shape)
        pixels = np.random.default_rng(1).integers(0, 256, shown).astype(np.uint8)
        sample = {"pixels": pixels, "labels": labels, "probabilities": np.eye(n)[labels]}
        run.save_arrays("predictions/sample.npz", sample)
        return self.saved

    def validation(self, accuracy: float, seed: int, *, turns: bool = False) -> Validation:
        """Curves and predictions that become more accurate; turns: the loss rises in
        the end.
        """
        n = len(self.classes)
        labels = np.resize(np.arange(n), N_VALIDATION).astype(np.uint8)
        falling = np.linspace(1.2, 0.4, N_EPOCHS)
        val_loss = np.abs(falling - 0.75) + 0.5 if turns else falling + 0.2

        def predicted(repeat: int, epoch: int) -> np.ndarray:
            share = accuracy - 0.01 * (N_EPOCHS - epoch)
            wrong = np.random.default_rng(seed + repeat).random(N_VALIDATION) > share
            return np.where(wrong, (labels + 1) % n, labels).astype(np.uint8)

        made = np.array([[predicted(s, e) for e in range(N_EPOCHS)] for s in range(N_SEEDS)])
        return Validation(
            train_loss=np.stack([falling] * N_SEEDS),
            train_accuracy=np.stack([1.0 - falling / 10] * N_SEEDS),
            val_loss=np.stack([val_loss + 0.01 * s for s in range(N_SEEDS)]),
            val_accuracy=(made == labels).mean(axis=2),
            predictions=made,
            labels=labels,
            diverged_at=None,
        )


def few_near(n: int) -> NearlyEqual:
    return NearlyEqual(
        n=n, one_pixel=1, shifted=2, recompressed=0, across=1, two_labels=0, radius=6.5
    )


def beliefs(labels: np.ndarray, answers: np.ndarray, n_classes: int, seed: int) -> np.ndarray:
    """Probabilities (n, n_classes) of a network that gives these answers, mostly less
    sure where they are wrong.
    """
    sure = np.random.default_rng(seed).random(len(answers)) ** np.where(labels == answers, 0.1, 2.0)
    sure = 0.55 + 0.44999 * sure
    p = np.repeat((1.0 - sure)[:, None] / (n_classes - 1), n_classes, axis=1)
    p[np.arange(len(answers)), answers] = sure
    return p


def configuration(*hidden: int, **network: Any) -> Configuration:
    """A network of so many units, and how it is trained."""
    return Configuration(
        network=NetworkSpec(inputs=784, classes=10, hidden=hidden, **network),
        training=TrainingSettings(n_epochs=N_EPOCHS),
    )


def varied(n: int) -> Configuration:
    """A configuration of the whole space, with every setting that can be off now and
    then off.
    """
    made = configuration(
        *(128,) * (1 + n % 3), l1=1e-5, l2=(0.0, 2e-5)[n % 2], max_norm=(None, 2.0, 4.0)[n % 3]
    )
    training = TrainingSettings(
        n_epochs=N_EPOCHS, optimizer="sgd", schedule="cosine", label_smoothing=0.125
    )
    return made.model_copy(update={"training": training})


def stored(
    run: Run, name: str, settings: Configuration, made: Validation, epoch: int = N_EPOCHS
) -> ScoredConfiguration:
    """The score after an epoch, with its curves in the run's folder."""
    file = f"histories/{name}.npz"
    run.save_arrays(file, made.arrays())
    return scored(name, settings, made, epoch, file)


def write_ledger(folder: Path, n_errors: int, reasons: Sequence[str]) -> None:
    """An opening of the test set, and one more for each reason."""
    ledger = Ledger(folder / "test_ledger.jsonl")
    for reason in (None, *reasons):
        ledger.append("frozen", plan=PLAN.digest, **PLAN.model_dump())
        ledger.append("opened", plan=PLAN.digest, reason=reason)
        ledger.append("result", plan=PLAN.digest, n_errors=n_errors, n=N_TEST)
