"""Each photo is judged by a head that learned without it, as if each of the heads had been trained alone."""

from dataclasses import replace

import numpy as np
import pytest

from tests.learning.listening import QUIET, Listener
from tlgui.errors import Cancelled
from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.data.cached_dataset import CachedTrainingData, CachedValidationData, Examples
from tlgui.learning.networks.builder import build_head
from tlgui.learning.recipes.recipe import EarlyStopping, Head, Recipe
from tlgui.learning.training import cross_validation
from tlgui.learning.training.checkpoint import CheckpointWriter
from tlgui.learning.training.compiled_model import with_logits
from tlgui.learning.training.cross_validation import HeadEpochs, OutOfFold, cross_validate
from tlgui.learning.training.fit import Phase, fit_phase
from tlgui.learning.training.state import TrainingState

LENGTH, CLASSES = 150, 3
# One batch holds all photos, so that a head sees the same photos in a step, alone or beside others.
WHOLE_BATCH = Recipe(
    batch_size=256,
    epochs=12,
    learning_rate=0.02,
    schedule="cosine",
    label_smoothing=0.1,
    early_stopping=EarlyStopping(enabled=False, keep_best=False),
)


def photos(count: int = 120, distance: float = 1.0, seed: int = 1) -> tuple[FloatArray, Labels]:
    """Return features of three classes that lie so far apart."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    centres = distance * rng.normal(size=(CLASSES, LENGTH))
    return (centres[labels] + rng.normal(size=(count, LENGTH))).astype(np.float32), labels


def judged(
    features: FloatArray, labels: Labels, recipe: Recipe = WHOLE_BATCH, epochs: int = 12, trained: int = 0
) -> OutOfFold:
    return cross_validate([features], labels, [], CLASSES, recipe, HeadEpochs(epochs, trained or epochs), QUIET)


def right_share(found: OutOfFold, labels: Labels) -> float:
    return float((found.probabilities.argmax(axis=1) == labels[found.rows]).mean())


def trained_alone(features: FloatArray, labels: Labels, recipe: Recipe, others: FloatArray) -> FloatArray:
    """Return what a head that was trained by `fit` says of other photos."""
    head = build_head(recipe, (LENGTH,), CLASSES)
    training = CachedTrainingData(Examples(features, labels), CLASSES, recipe)
    validation = CachedValidationData(Examples(features, labels))
    phase = Phase(with_logits(head), recipe, training, validation)
    fit_phase(phase, recipe, TrainingState(), CheckpointWriter(None, {}, lambda _: None), QUIET)
    return np.asarray(head(others))


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(WHOLE_BATCH, id="linear"),
        pytest.param(replace(WHOLE_BATCH, head=Head(dense_units=8), schedule="constant"), id="hidden layer"),
        pytest.param(replace(WHOLE_BATCH, head=Head(output="sigmoid"), label_smoothing=0.0), id="sigmoid"),
        pytest.param(
            replace(WHOLE_BATCH, class_weighting="balanced", optimizer="sgd", weight_decay=0.01), id="class weights"
        ),
    ],
)
def test_heads_side_by_side_learn_what_each_learns_alone(recipe: Recipe) -> None:
    features, labels = photos()
    uneven = np.flatnonzero((labels > 0) | (np.arange(120) < 60))
    features, labels = features[uneven], labels[uneven]

    # Of five times as many epochs: heads with a hidden layer then take as many steps.
    found = judged(features, labels, recipe, trained=5 * 12)

    assert found.rows.tolist() == list(range(len(labels)))
    for fold in range(5):
        own = found.folds == fold
        alone = trained_alone(features[~own], labels[~own], recipe, features[own])
        np.testing.assert_allclose(found.probabilities[own], alone, atol=2e-4)


def test_a_photo_has_no_part_in_its_own_judgement() -> None:
    # Labels without any connection to the features: only a head that saw a photo can know its class.
    features, _ = photos(distance=0.0)
    labels = np.random.default_rng(5).integers(0, CLASSES, len(features))
    recipe = replace(WHOLE_BATCH, batch_size=16, epochs=60)

    found = judged(features, labels, recipe, epochs=60)

    assert (trained_alone(features, labels, recipe, features).argmax(axis=1) == labels).mean() > 0.9
    assert right_share(found, labels) < 0.5


def test_near_copies_are_judged_by_the_same_head() -> None:
    features, _ = photos(distance=0.0)
    labels = np.random.default_rng(5).integers(0, CLASSES, len(features))
    features, labels = np.concatenate([features, features]), np.concatenate([labels, labels])
    groups = [[place, place + 120] for place in range(120)]
    recipe = replace(WHOLE_BATCH, batch_size=16, epochs=60)

    apart = cross_validate([features], labels, [], CLASSES, recipe, HeadEpochs(60, 60), QUIET)
    together = cross_validate([features], labels, groups, CLASSES, recipe, HeadEpochs(60, 60), QUIET)

    assert right_share(apart, labels) > 0.7
    assert right_share(together, labels) < 0.5


def test_same_seed_gives_the_same_and_parts_of_the_features_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = photos()
    recipe = replace(WHOLE_BATCH, head=Head(dropout=0.5), batch_size=32)
    first, again = judged(features, labels, recipe), judged(features, labels, recipe)
    other = judged(features, labels, replace(recipe, seed=2))
    monkeypatch.setattr(cross_validation, "LARGEST_IN_MEMORY", 0)
    in_parts = cross_validate([features[:50], features[50:]], labels, [], CLASSES, recipe, HeadEpochs(12, 12), QUIET)

    np.testing.assert_array_equal(first.probabilities, again.probabilities)
    np.testing.assert_allclose(first.probabilities, in_parts.probabilities, atol=1e-6)
    assert np.abs(first.probabilities - other.probabilities).max() > 1e-3


def test_probabilities_sum_to_one_and_distinct_classes_are_told_apart() -> None:
    features, labels = photos()
    found = judged(features, labels)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)
    assert right_share(found, labels) > 0.95


def test_a_class_of_one_photo_is_not_judged_and_one_of_two_is() -> None:
    features, labels = photos()
    kept = np.concatenate([np.flatnonzero(labels == label)[:most] for label, most in enumerate((40, 2, 1))])
    found = judged(features[kept], labels[kept])
    assert np.bincount(labels[kept][found.rows], minlength=3).tolist() == [40, 2, 0]


def test_heads_with_a_hidden_layer_take_a_fifth_of_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    init = cross_validation._Chunk.__init__

    def counted(self: object, batches: list[Labels], *rest: object) -> None:
        counts.append(len(batches))
        init(self, batches, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(cross_validation._Chunk, "__init__", counted)
    features, labels = photos()
    for units in (0, 8):
        judged(features, labels, replace(WHOLE_BATCH, head=Head(dense_units=units), batch_size=8), epochs=10)
        counts.append(0)
    ends = [place for place, count in enumerate(counts) if not count]
    assert [sum(counts[: ends[0]]), sum(counts[ends[0] :])] == [120, 20]


def test_photos_of_one_group_leave_nothing_to_learn_from() -> None:
    features, labels = photos(30)
    found = cross_validate([features], labels, [list(range(30))], CLASSES, WHOLE_BATCH, HeadEpochs(2, 2), QUIET)
    assert (len(found.rows), found.probabilities.shape) == (0, (0, CLASSES))


def test_heads_that_get_lost_judge_nothing() -> None:
    features, labels = photos()
    wild = replace(WHOLE_BATCH, optimizer="sgd", learning_rate=10.0, schedule="constant")
    assert len(judged(features * 1e20, labels, wild, epochs=5).rows) == 0


def test_stop_ends_it() -> None:
    features, labels = photos()
    listener = Listener()
    listener.is_stopped = True
    with pytest.raises(Cancelled):
        cross_validate([features], labels, [], CLASSES, WHOLE_BATCH, HeadEpochs(12, 12), listener.context)
