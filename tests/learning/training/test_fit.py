"""`fit_phase` on heads that are trained on points: every setting has its effect."""

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from typing_extensions import override

from tests.learning.listening import QUIET, Listener, is_batch_of, numbers, stopping_at
from tlgui.errors import Cancelled, SettingError
from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.data.cached_dataset import CachedTrainingData, CachedValidationData, Examples
from tlgui.learning.networks.builder import build_head
from tlgui.learning.recipes.recipe import EarlyStopping, Head, Recipe
from tlgui.learning.results import StopReason
from tlgui.learning.training.checkpoint import CheckpointWriter
from tlgui.learning.training.compiled_model import with_logits
from tlgui.learning.training.fit import Phase, fit_phase
from tlgui.learning.training.state import TrainingState
from tlgui.progress import BatchEnded, JobContext

_NUMBERS = 20
_ALL_EPOCHS = EarlyStopping(enabled=False)


def _examples(rows: int, seed: int, noise: float = 1.0, labels: Labels | None = None) -> Examples:
    """Return three clouds of points that overlap the more, the more noise there is."""
    rng = np.random.default_rng(seed)
    labels = np.arange(rows) % 3 if labels is None else labels
    centres = np.eye(3, _NUMBERS) * 3
    return Examples((centres[labels] + rng.normal(0, noise, (rows, _NUMBERS))).astype(np.float32), labels)


def _fit(
    head: keras.Model,
    recipe: Recipe,
    state: TrainingState,
    context: JobContext,
    training: Examples,
    validation: Examples,
) -> None:
    data = CachedTrainingData(training, 3, recipe)
    phase = Phase(with_logits(head), recipe, data, CachedValidationData(validation))
    fit_phase(phase, recipe, state, CheckpointWriter(None, {}, QUIET.report), context)


class _Fit:
    """A head that was trained on such clouds."""

    def __init__(
        self, recipe: Recipe, noise: float = 1.0, context: JobContext = QUIET, training: Examples | None = None
    ) -> None:
        self.head = build_head(recipe, (_NUMBERS,), 3)
        self.validation = _examples(60, 2, noise)
        state = TrainingState()
        _fit(self.head, recipe, state, context, training or _examples(90, 1, noise), self.validation)
        self.history, self.reason = tuple(state.epochs), state.reason
        assert state.kept is not None
        self.kept = state.kept.probabilities

    @property
    def probabilities(self) -> FloatArray:
        """Outputs of the trained head for the validation examples."""
        return np.asarray(self.head(self.validation.features, training=False))

    @property
    def loss(self) -> float:
        """The validation loss of the trained head."""
        return float(-np.log(self.probabilities[np.arange(60), self.validation.labels]).mean())


# Noisy points and large steps: the validation loss is lowest early, and grows again.
_OVERFITTING = Recipe(head=Head(dense_units=64), learning_rate=0.05, epochs=25, early_stopping=_ALL_EPOCHS)


@pytest.fixture(scope="module")
def overfitted() -> _Fit:
    return _Fit(_OVERFITTING, noise=3.0)


def test_head_learns_at_the_rate_of_the_recipe() -> None:
    fit = _Fit(Recipe(learning_rate=0.01, epochs=15))

    assert fit.history[-1].loss < 0.6 * fit.history[0].loss
    assert fit.history[-1].validation_accuracy > 0.8
    assert {ended.learning_rate for ended in fit.history} == {0.01}


def test_head_is_left_with_its_best_epoch(overfitted: _Fit) -> None:
    losses = [ended.validation_loss for ended in overfitted.history]
    best = max(ended.epoch for ended in overfitted.history if ended.is_best)
    assert len(losses) == 25
    assert overfitted.reason is StopReason.COMPLETED
    assert best < 25, "the training was to get worse at the end"
    assert overfitted.loss == pytest.approx(losses[best - 1], abs=1e-4)
    np.testing.assert_allclose(overfitted.probabilities, overfitted.kept, atol=1e-5)


def test_best_epoch_has_the_lowest_loss_and_among_close_ones_the_most_right(overfitted: _Fit) -> None:
    best = next(ended for ended in reversed(overfitted.history) if ended.is_best)
    lowest = min(ended.validation_loss for ended in overfitted.history)
    assert best.validation_loss <= lowest * 1.01
    close = [ended for ended in overfitted.history if ended.validation_loss <= lowest * 1.01]
    assert best.validation_accuracy == max(ended.validation_accuracy for ended in close)


def test_watching_accuracy_keeps_the_most_accurate_epoch() -> None:
    recipe = replace(_OVERFITTING, early_stopping=EarlyStopping(enabled=False, watch="accuracy"))
    fit = _Fit(recipe, noise=3.0)

    accuracies = [ended.validation_accuracy for ended in fit.history]
    rows = fit.probabilities.argmax(axis=1) == fit.validation.labels
    assert rows.mean() == pytest.approx(max(accuracies))
    first_worse = next(ended for ended in fit.history if ended.validation_accuracy < max(accuracies[: ended.epoch]))
    assert not first_worse.is_best


def test_last_epoch_is_kept_if_the_recipe_asks_for_it() -> None:
    recipe = replace(_OVERFITTING, epochs=8, early_stopping=EarlyStopping(enabled=False, keep_best=False))
    fit = _Fit(recipe, noise=3.0)

    assert not fit.history[-1].is_best
    assert fit.loss == pytest.approx(fit.history[-1].validation_loss, abs=1e-4)
    np.testing.assert_allclose(fit.probabilities, fit.kept, atol=1e-5)


@pytest.mark.parametrize("watch", ["loss", "accuracy"])
def test_early_stopping_waits_for_its_patience(watch: str) -> None:
    stopping = EarlyStopping(patience=4, watch=watch)
    fit = _Fit(replace(_OVERFITTING, epochs=500, early_stopping=stopping), noise=3.0)

    watched = [ended.validation_loss if watch == "loss" else -ended.validation_accuracy for ended in fit.history]
    assert fit.reason is StopReason.NO_LONGER_IMPROVING
    assert fit.history[-1].epoch == int(np.argmin(watched)) + 1 + 4


def test_training_ends_once_both_accuracies_pass_the_target() -> None:
    stopping = EarlyStopping(enabled=False, target_accuracy=0.8)
    fit = _Fit(Recipe(learning_rate=0.01, epochs=500, early_stopping=stopping))

    passed = [min(ended.accuracy, ended.validation_accuracy) > 0.8 for ended in fit.history]
    assert fit.reason is StopReason.TARGET_REACHED
    assert passed == [False] * (len(passed) - 1) + [True]


def test_dropout_acts_in_training_only() -> None:
    recipe = Recipe(learning_rate=1e-7, epochs=1)

    plain = _Fit(recipe)
    dropped = _Fit(replace(recipe, head=Head(dropout=0.8)))

    assert dropped.history[0].loss != pytest.approx(plain.history[0].loss, rel=1e-2)
    np.testing.assert_allclose(dropped.kept, plain.kept, atol=1e-4)


def test_sigmoid_is_trained_with_the_binary_loss() -> None:
    recipe = Recipe(head=Head(output="sigmoid"), learning_rate=0.01, epochs=30, label_smoothing=0.1)
    fit = _Fit(recipe)

    assert fit.history[-1].validation_accuracy > 0.9
    np.testing.assert_allclose(fit.probabilities.sum(axis=1), 1, atol=1e-5)
    best = next(ended for ended in reversed(fit.history) if ended.is_best)
    outputs = with_logits(fit.head)(fit.validation.features, training=False)
    expected = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)(
        np.eye(3)[fit.validation.labels], outputs[0]
    )
    assert best.validation_loss == pytest.approx(float(expected), abs=1e-5)


def test_balanced_weights_let_a_small_class_count() -> None:
    # Nothing tells the classes apart, so that only their weights can win them a place.
    labels = np.array([0] * 60 + [1] * 60 + [2] * 12)
    training = Examples(np.ones((len(labels), _NUMBERS), np.float32), labels)
    last = EarlyStopping(enabled=False, keep_best=False)
    recipe = Recipe(
        optimizer="sgd",
        learning_rate=0.02,
        epochs=150,
        batch_size=132,
        class_weighting="balanced",
        early_stopping=last,
    )

    balanced = _Fit(recipe, training=training)

    # Without the weights it would be 5/11, 5/11 and 1/11.
    probabilities = np.asarray(balanced.head(training.features[:1], training=False))[0]
    np.testing.assert_allclose(probabilities, [1 / 3, 1 / 3, 1 / 3], atol=0.03)


def test_few_batches_an_epoch_are_all_that_is_trained() -> None:
    listener = Listener()

    _Fit(Recipe(batch_size=8, most_batches=5, epochs=2), context=listener.context)

    batches = listener.of(BatchEnded)
    # All five steps are one execution.
    assert [(event.epoch, event.batch, event.batches) for event in batches] == [(1, 5, 5), (2, 5, 5)]


def test_rate_follows_its_schedule_and_is_reported() -> None:
    recipe = Recipe(learning_rate=0.01, epochs=8, schedule="cosine", warm_up=2.0, early_stopping=_ALL_EPOCHS)

    rates = [ended.learning_rate for ended in _Fit(recipe).history]

    assert rates[0] == pytest.approx(0.005)
    assert rates[1] == rates[2] == pytest.approx(0.01)
    assert all(later < earlier for earlier, later in itertools.pairwise(rates[2:]))
    assert 0 < rates[-1] < 0.001


def test_same_seed_gives_the_same_history_and_another_seed_another() -> None:
    recipe = Recipe(head=Head(dense_units=16, dropout=0.5), learning_rate=0.01, epochs=4)

    first, again, other = (numbers(_Fit(replace(recipe, seed=seed)).history) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_stop_after_an_epoch_leaves_the_head_with_it() -> None:
    listener = stopping_at(is_batch_of(3))
    head = build_head(Recipe(), (_NUMBERS,), 3)
    recipe = Recipe(learning_rate=0.01, epochs=500)
    state = TrainingState()

    with pytest.raises(Cancelled):
        _fit(head, recipe, state, listener.context, _examples(90, 1), _examples(60, 2))

    assert len(state.epochs) == 2
    assert state.kept is not None
    left = np.asarray(head(_examples(60, 2).features, training=False))
    np.testing.assert_allclose(left, state.kept.probabilities, atol=1e-5)


def test_training_without_a_finite_loss_names_the_setting_to_change() -> None:
    wild = Examples(np.full((90, _NUMBERS), 3e38, np.float32), np.arange(90) % 3)

    with pytest.raises(SettingError, match="lost in epoch 1") as caught:
        _Fit(replace(Recipe(), optimizer="sgd", learning_rate=10.0), training=wild)

    assert "smaller learning rate" in caught.value.hint


class _Wild(CachedTrainingData):
    """Training data that overflows from the second epoch on."""

    def __init__(self) -> None:
        self._factor = tf.Variable(1.0)
        super().__init__(_examples(90, 1), 3, Recipe(batch_size=90))

    @override
    def begin_epoch(self, number: int) -> None:
        super().begin_epoch(number)
        self._factor.assign(1.0 if number == 1 else 3e38)

    @override
    def dataset(self, class_weights: FloatArray) -> tf.data.Dataset:
        return super().dataset(class_weights).map(lambda inputs, *others: (inputs * self._factor, *others))


def test_training_that_diverges_later_keeps_its_best_epoch() -> None:
    recipe = Recipe(learning_rate=0.01, epochs=5)
    head = build_head(recipe, (_NUMBERS,), 3)
    state = TrainingState()
    phase = Phase(with_logits(head), recipe, _Wild(), CachedValidationData(_examples(60, 2)))

    fit_phase(phase, recipe, state, CheckpointWriter(None, {}, QUIET.report), QUIET)

    assert state.reason is StopReason.NO_LONGER_IMPROVING
    assert [ended.epoch for ended in state.epochs] == [1]
    assert all(np.isfinite(weights).all() for weights in head.get_weights())
