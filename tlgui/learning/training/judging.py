"""Judges the photos that a trained network was not trained on, and collects the features that it sees in photos."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.folds import groups_among
from tlgui.learning.data.feature_extractor import FeatureProgress
from tlgui.learning.data.streamed_dataset import PhotoStream
from tlgui.learning.networks.builder import pooled_shape
from tlgui.learning.recipes.recipe import ORIGINAL, Recipe
from tlgui.learning.training.cross_validation import FOLD_COUNT, HeadEpochs, cross_validate
from tlgui.learning.training.phases import TrainingPlan
from tlgui.learning.trust import JudgedBy
from tlgui.photos.collection import Collection, Photo, Split
from tlgui.progress import Countdown, JobContext, Progress, Stage

# A backbone that was trained has no features in the cache: of more training photos, so many are read once more.
MOST_READ_AGAIN = 5000

_ROWS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Judged:
    """Photos and what was said of them by a network that was not trained on them.

    Args:
        judged_by: How they were judged.
        photos: The photos; empty where it is not known which these are.
        labels: Their classes as indices in output order, shape (photos,).
        probabilities: float32 of shape (photos, classes).
        folds: Parts that a temperature for the others can be fitted without, shape (photos,).
        is_by_model: Whether the model itself judged, or heads on the same features as it has, trained as its own; else
            the judgements are a ranking of photos, and say nothing of the model.
    """

    judged_by: JudgedBy
    photos: tuple[Photo, ...]
    labels: Labels
    probabilities: FloatArray
    folds: NDArray[np.intp]
    is_by_model: bool = True


@dataclass(frozen=True, slots=True)
class PhotoVectors:
    """What the trained network sees in photos, before its head.

    Args:
        training: Of training photos, float32 of shape (photos, numbers); averaged over the map where it is flattened.
        labels: Their classes, shape (photos,).
        unseen: Of validation photos, of the same length.
    """

    training: FloatArray
    labels: Labels
    unseen: FloatArray


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The trained network's vectors and probabilities of those photos that can be read."""

    photos: tuple[Photo, ...]
    vectors: FloatArray
    probabilities: FloatArray


class Judging:
    """Runs a trained network on photos.

    Args:
        plan: The training, which has ended.
        collection: The photos.
        split: Their division.
        recipe: Every setting.
        context: Receives the progress; its checkpoint is called for each batch.
    """

    def __init__(
        self, plan: TrainingPlan, collection: Collection, split: Split, recipe: Recipe, context: JobContext
    ) -> None:
        self._plan = plan
        self._collection = collection
        self._split = split
        self._recipe = recipe
        self._context = context

    def validation(self) -> Judged:
        """Return the validation photos as the kept epoch judged them."""
        kept = self._plan.state.kept
        assert kept is not None
        photos = self._plan.unreadable.readable(self._split.validation)
        if len(photos) != len(kept.labels) or (self._labels(photos) != kept.labels).any():
            # A photo came or went since the kept epoch.
            photos = ()
        folds = np.arange(len(kept.labels)) % FOLD_COUNT
        return Judged(JudgedBy.VALIDATION, photos, kept.labels, kept.probabilities, folds)

    def out_of_fold(self) -> Judged | None:
        """Judge training and validation photos by heads that were trained without them, on the frozen backbone.

        Returns:
            The photos; None if the recipe has no cached features, or their groups leave nothing to train on.

        Raises:
            Cancelled: The user pressed Stop.
        """
        if not self._recipe.is_cached:
            return None
        plan, recipe = self._plan, self._recipe
        features = plan.head_features(self._context)
        photos = (*features.training.photos, *features.validation.photos)
        rows = features.training.matrix[:, 0], features.validation.matrix[:, 0]
        labels = self._labels(photos)
        groups = groups_among([photo.path for photo in photos], self._collection.groups)
        class_count = len(self._collection.classes)
        found = cross_validate(rows, labels, groups, class_count, recipe, self._epochs(), self._context)
        if not len(found.rows):
            return None
        return Judged(
            JudgedBy.OUT_OF_FOLD,
            tuple(photos[row] for row in found.rows),
            labels[found.rows],
            found.probabilities,
            found.folds,
            # Heads of a warm start would know the photos from the earlier training: these begin anew instead.
            is_by_model=not plan.is_backbone_trained
            and not plan.is_warm
            and ORIGINAL in recipe.augmentation.copy_numbers,
        )

    def test(self) -> Judged | None:
        """Judge the test photos.

        Returns:
            The photos; None if there are none, or none of them is readable.

        Raises:
            Cancelled: The user pressed Stop.
        """
        if not self._split.test:
            return None
        outputs = self._outputs(self._split.test)
        if not outputs.photos:
            return None
        folds = np.arange(len(outputs.photos)) % FOLD_COUNT
        return Judged(JudgedBy.TEST, outputs.photos, self._labels(outputs.photos), outputs.probabilities, folds)

    @property
    def reads_photos_for_vectors(self) -> bool:
        """Whether `vectors` must read photos again, which takes its time."""
        return not self._recipe.is_cached or self._plan.is_backbone_trained

    def vectors(self) -> PhotoVectors:
        """Return what the network sees in training and validation photos.

        Raises:
            Cancelled: The user pressed Stop.
        """
        plan = self._plan
        if not self.reads_photos_for_vectors:
            features = plan.head_features(self._context)
            training, unseen = (self._averaged(part.matrix[:, 0]) for part in (features.training, features.validation))
            return PhotoVectors(training, self._labels(features.training.photos), unseen)
        seen = self._outputs(_evenly(self._split.training, MOST_READ_AGAIN))
        validation = self._outputs(self._split.validation)
        return PhotoVectors(seen.vectors, self._labels(seen.photos), validation.vectors)

    def _epochs(self) -> HeadEpochs:
        """Return how long the head was trained; heads that begin anew after a warm start need all epochs."""
        if self._plan.is_warm:
            return HeadEpochs(self._recipe.epochs, self._recipe.epochs)
        epochs = [ended for ended in self._plan.state.epochs if not ended.is_fine_tuning]
        if not self._recipe.early_stopping.keep_best:
            return HeadEpochs(len(epochs), len(epochs))
        return HeadEpochs(next(ended.epoch for ended in reversed(epochs) if ended.is_best), len(epochs))

    def _labels(self, photos: Sequence[Photo]) -> Labels:
        indices = {name: index for index, name in enumerate(self._collection.class_names)}
        return np.array([indices[photo.class_name] for photo in photos], np.intp)

    def _outputs(self, photos: Sequence[Photo]) -> _Outputs:
        """Run the network on photos, from the cache of features if its backbone is the frozen one."""
        if self._plan.is_backbone_trained:
            return self._streamed(photos)
        progress = FeatureProgress(len(photos), self._context, Stage.EVALUATING)
        features = self._plan.extractor.extract(photos, (ORIGINAL,), self._context, progress)
        self._plan.unreadable.add_failed(features)
        rows = features.matrix[:, 0]
        model = self._plan.trainable
        parts = [
            np.asarray(model(rows[start : start + _ROWS_AT_ONCE], training=False))
            for start in range(0, len(rows), _ROWS_AT_ONCE)
        ]
        return _Outputs(features.photos, self._averaged(rows), self._concatenated(parts, len(self._collection.classes)))

    def _streamed(self, photos: Sequence[Photo]) -> _Outputs:
        """Read photos and run the trained backbone on them."""
        networks, context = self._plan.networks, self._context
        top, head = networks.model.get_layer("top"), networks.model.get_layer("head")
        signature = [tf.TensorSpec([None, *networks.map_shape], tf.float32)]

        def outputs(maps: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            features = top(maps, training=False)
            return features, head(features, training=False)[1]

        run = tf.function(outputs, input_signature=signature, autograph=False).get_concrete_function()
        stream = PhotoStream(
            self._recipe,
            networks.make_frozen_base(context),
            networks.map_shape,
            self._collection.class_names,
            self._plan.unreadable,
            context,
        )
        vectors: list[FloatArray] = []
        probabilities: list[FloatArray] = []
        countdown = Countdown(len(photos))
        done = 0
        with closing(stream.originals(photos)) as batches:
            for batch in batches:
                features, said = run(tf.constant(batch.inputs))
                vectors.append(self._averaged(features.numpy()))
                probabilities.append(said.numpy())
                done += len(batch.labels)
                context.report(Progress(Stage.EVALUATING, done, len(photos), countdown.seconds_left(done)))
        return _Outputs(
            self._plan.unreadable.readable(photos),
            self._concatenated(vectors, 0),
            self._concatenated(probabilities, len(self._collection.classes)),
        )

    def _averaged(self, features: FloatArray) -> FloatArray:
        """Return features as vectors: those of a flattened map are averaged over its positions."""
        if self._recipe.pooling != "flatten":
            return features
        shape = pooled_shape(self._plan.networks.backbone)
        starts = range(0, len(features), _ROWS_AT_ONCE)
        parts = [features[start : start + _ROWS_AT_ONCE].reshape(-1, *shape).mean(axis=(1, 2)) for start in starts]
        return self._concatenated(parts, shape[-1])

    @staticmethod
    def _concatenated(parts: Sequence[FloatArray], length: int) -> FloatArray:
        return np.concatenate(parts) if parts else np.zeros((0, length), np.float32)


def _evenly(photos: Sequence[Photo], most: int) -> tuple[Photo, ...]:
    """Return at most so many photos, evenly from all: they are in the order of their classes."""
    count = min(len(photos), most)
    return tuple(photos[place * len(photos) // count] for place in range(count))
