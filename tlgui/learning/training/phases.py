"""The phases of a training: a recipe's networks and their data, one after the other.

The head is trained on features that are computed once, or, if photos are augmented in each epoch or the backbone is
trained too, on photos that are read in each epoch. The backbone's layers before the first trained block are the *frozen
base*: they are not trained, so that they run once for each photo or augmented photo in the fastest runtime, see
`networks.inference_function`. The layers between it and the head are the *trainable top*. With cached features the
frozen base is the whole backbone; when a network is trained from scratch, it is only the scaling of pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keras

from tlgui.cancellation import run_in_thread
from tlgui.learning.data.cached_dataset import CachedTrainingData, CachedValidationData, examples_of
from tlgui.learning.data.feature_extractor import FeatureExtractor, FeatureProgress, Features
from tlgui.learning.data.streamed_dataset import (
    FrozenBase,
    PhotoStream,
    StreamedTrainingData,
    StreamedValidationData,
)
from tlgui.learning.data.unreadable_photos import UnreadablePhotos
from tlgui.learning.networks.builder import build_backbone, build_head, head_weight_count, split_backbone
from tlgui.learning.networks.inference_function import fast_function
from tlgui.learning.recipes.recipe import AFTER_HEAD, FROM_START, ORIGINAL, Recipe, Steps
from tlgui.learning.results import StopReason
from tlgui.learning.training.checkpoint import CheckpointWriter, SavedCheckpoint
from tlgui.learning.training.compiled_model import with_logits
from tlgui.learning.training.fit import Phase, fit_phase
from tlgui.learning.training.state import TrainingState
from tlgui.learning.training.warm_start import WarmStart
from tlgui.photos.collection import Collection, Split
from tlgui.progress import JobContext, Progress, Stage


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks of one phase.

    Args:
        backbone: From RGB 0..255 to features.
        model: The trained layers, from maps of the frozen base to logits and probabilities, see `with_logits`.
        map_shape: Shape of the map of one photo.
        make_frozen_base: Returns the frozen base as a fast function. It may take seconds, during which the context's
            checkpoint is called repeatedly.
    """

    backbone: keras.Model
    model: keras.Model
    map_shape: tuple[int, ...]
    make_frozen_base: Callable[[JobContext], FrozenBase]


@dataclass(frozen=True, slots=True)
class HeadFeatures:
    """What the frozen backbone says of the photos that a head was trained on and validated by.

    Args:
        training: Of the training photos, one version each: the photo itself, or its first copy if the recipe trains on
            copies alone.
        validation: Of the validation photos.
    """

    training: Features
    validation: Features


class TrainingPlan:
    """One training, ready to run; made by `prepare`.

    Args:
        collection: The photos.
        split: Their division into training and validation.
        recipe: Every setting.
        context: Receives the progress, every batch and every epoch; its checkpoint is called in every batch.
        extractor: Computes features by the whole backbone.
        head: From features to probabilities, with initial weights.
        writer: Writes a checkpoint after each epoch.
        saved: The checkpoint of a killed training to resume; None begins a training.
        is_warm: Whether it begins with the weights of an earlier model.

    Attributes:
        extractor: As given.
        is_warm: As given.
        head: The head, trained after `run`.
        writer: As given.
        unreadable: The photos that could not be read.
        state: The epochs, and the kept one.
    """

    def __init__(
        self,
        collection: Collection,
        split: Split,
        recipe: Recipe,
        context: JobContext,
        extractor: FeatureExtractor,
        head: keras.Model,
        writer: CheckpointWriter,
        saved: SavedCheckpoint | None,
        *,
        is_warm: bool,
    ) -> None:
        self._collection = collection
        self._split = split
        self._recipe = recipe
        self._context = context
        self._saved = saved
        self._head_features: HeadFeatures | None = None
        self.extractor = extractor
        self.is_warm = is_warm
        self.head = head
        self.writer = writer
        self.unreadable = UnreadablePhotos(collection, split, context)
        self.state = TrainingState(list(saved.history) if saved else [])
        self._networks = self._head_networks()

    @property
    def networks(self) -> Networks:
        """The networks of the current phase, or of the last one after `run`."""
        return self._networks

    @property
    def trainable(self) -> keras.Model:
        """The trained layers of the current phase, from maps of the frozen base to probabilities."""
        return keras.Model(self._networks.model.input, self._networks.model.output[1])

    @property
    def is_backbone_trained(self) -> bool:
        """Whether the model's features are no longer those of the frozen backbone."""
        return self._networks.backbone is not self.extractor.backbone

    def run(self) -> None:
        """Train all phases.

        Raises:
            Cancelled: The user pressed Stop; call `restore_kept` then.
            TlguiError: See `fit_phase`.
        """
        for phase in self._phases():
            phase()
            if self.state.reason is StopReason.TARGET_REACHED:
                return

    def restore_kept(self) -> bool:
        """Set the weights of the kept epoch in the networks after Stop.

        Returns:
            Whether there is a kept epoch.

        Raises:
            SettingError: The checkpoint of the killed training is damaged.
        """
        if self._saved is not None:
            if self.state.is_fine_tuning or self._trains_all:
                self._networks = self._top_networks(replace(self._context, checkpoint=lambda: None))
            self.state.kept = self._saved.kept(self._networks.model.get_weights())
            self._networks.model.set_weights(self.state.kept.weights)
        return bool(self.state.epochs)

    def head_features(self, context: JobContext) -> HeadFeatures:
        """Return the features that the head was trained on; a resumed training takes them from the cache.

        Args:
            context: Its checkpoint is called for each batch; receives the progress if they must be looked up.

        Raises:
            Cancelled: The user pressed Stop.
        """
        if self._head_features is None:
            version = self._recipe.augmentation.copy_numbers[:1]
            photos = self._split.training, self._split.validation
            progress = FeatureProgress(sum(map(len, photos)), context, Stage.EVALUATING)
            training = self.extractor.extract(photos[0], version, context, progress)
            validation = self.extractor.extract(photos[1], (ORIGINAL,), context, progress)
            self._head_features = HeadFeatures(training, validation)
        return self._head_features

    @property
    def _trains_all(self) -> bool:
        """Whether the backbone is trained together with the head from the first epoch."""
        return self._recipe.fine_tuning.when == FROM_START

    def _phases(self) -> list[Callable[[], None]]:
        """Return the phases that are left to train, in order."""
        tuning = self._recipe.fine_tuning.when
        if tuning == FROM_START:
            return [self._train_all]
        first = self._train_head_cached if self._recipe.is_cached or tuning == AFTER_HEAD else self._train_head_streamed
        if tuning != AFTER_HEAD:
            return [first]
        return [self._fine_tune] if self.state.is_fine_tuning else [first, self._fine_tune]

    def _train_head_cached(self) -> None:
        """Train the head on features that are computed once."""
        copies = self._recipe.augmentation.copy_numbers
        pictures = len(self._split.training) * len(copies) + len(self._split.validation)
        progress = FeatureProgress(pictures, self._context)
        features = self.extractor.extract(self._split.training, copies, self._context, progress)
        self.unreadable.add_failed(features)
        validation_features = self._validation_features(progress)
        self._head_features = HeadFeatures(replace(features, matrix=features.matrix[:, :1]), validation_features)
        validation = CachedValidationData(examples_of(validation_features, self._collection.class_names))
        examples = examples_of(features, self._collection.class_names)
        training = CachedTrainingData(examples, len(self._collection.classes), self._recipe)
        self._fit(Phase(self._networks.model, self._recipe, training, validation))

    def _train_head_streamed(self) -> None:
        """Train the head on photos that are augmented in each epoch."""
        features = self._validation_features(FeatureProgress(len(self._split.validation), self._context))
        validation = CachedValidationData(examples_of(features, self._collection.class_names))
        self._fit(self._streamed(self._recipe, validation, is_fine_tuning=False))

    def _train_all(self) -> None:
        """Train backbone and head together."""
        self._networks = self._top_networks(self._context)
        self._fit(self._streamed(self._recipe, None, is_fine_tuning=False))

    def _fine_tune(self) -> None:
        """Train the backbone's last blocks together with the trained head."""
        self._context.report(Progress(Stage.LOADING))
        self._networks = self._top_networks(self._context)
        self._fit(self._streamed(self._recipe.fine_tuning, None, is_fine_tuning=True))

    def _head_networks(self) -> Networks:
        """Return the networks for training the head on features of the whole backbone."""
        extractor = self.extractor
        return Networks(
            backbone=extractor.backbone,
            model=with_logits(self.head),
            map_shape=(extractor.length,),
            make_frozen_base=extractor.fast_backbone,
        )

    def _top_networks(self, context: JobContext) -> Networks:
        """Return the networks for training the head and the backbone's last blocks."""
        recipe, weights = self._recipe, self.extractor.weights
        block = recipe.fine_tuning.from_block
        # Another instance: the extractor's backbone stays in memory for the next training and must not be trained.
        backbone = run_in_thread(lambda: build_backbone(recipe, weights), context)
        base, top = split_backbone(backbone, recipe, block)
        run = run_in_thread(lambda: fast_function(base), context)
        return Networks(backbone, with_logits(self.head, top), base.output_shape[1:], lambda _: run)

    def _streamed(self, steps: Steps, validation: CachedValidationData | None, *, is_fine_tuning: bool) -> Phase:
        """Return a phase that reads photos in each epoch, and those for validation too unless `validation` is given."""
        networks = self._networks
        stream = PhotoStream(
            self._recipe,
            networks.make_frozen_base(self._context),
            networks.map_shape,
            self._collection.class_names,
            self.unreadable,
            self._context,
        )
        before = self.state.epochs_before(is_fine_tuning=is_fine_tuning)
        training = StreamedTrainingData(stream, self._split.training, self._recipe, before)
        return Phase(
            networks.model,
            steps,
            training,
            validation or StreamedValidationData(stream, self._split.validation),
            is_fine_tuning=is_fine_tuning,
            is_streamed=True,
        )

    def _validation_features(self, progress: FeatureProgress) -> Features:
        features = self.extractor.extract(self._split.validation, (ORIGINAL,), self._context, progress)
        self.unreadable.add_failed(features)
        self.unreadable.check()
        return features

    def _fit(self, phase: Phase) -> None:
        self._context.report(Progress(Stage.TRAINING))
        # The checkpoint of a killed training is one of the first phase that is left.
        saved, self._saved = self._saved, None
        fit_phase(phase, self._recipe, self.state, self.writer, self._context, saved)


def prepare(
    collection: Collection,
    split: Split,
    recipe: Recipe,
    context: JobContext,
    *,
    check: Callable[[int], None],
    run_folder: Path | None = None,
    start_from: Path | None = None,
    resume: bool = False,
) -> TrainingPlan:
    """Build the networks that every phase needs, and read the checkpoint of a killed training.

    Args:
        collection: The photos.
        split: Their division into training and validation.
        recipe: Every setting.
        context: Receives the progress; its checkpoint is called repeatedly.
        check: Called with the number of weights before any photo is read; raises if the model cannot be saved.
        run_folder: The folder that checkpoints are written to; None writes none.
        start_from: A `.tlmodel` whose weights are the initial ones; None for those of the recipe.
        resume: Whether to resume from the checkpoint in `run_folder`, if there is one.

    Raises:
        Cancelled: The user pressed Stop.
        TlguiError: See `train_network`.
    """
    context.report(Progress(Stage.LOADING))
    start = run_in_thread(lambda: WarmStart(start_from, recipe), context) if start_from else None
    extractor = FeatureExtractor(recipe, context)
    if start is not None:
        weights = start.backbone_weights(extractor.backbone, extractor.weights)
        if weights is not extractor.weights:
            extractor = FeatureExtractor(recipe, context, weights)
    classes = len(collection.classes)
    check(extractor.backbone.count_params() + head_weight_count(recipe, extractor.length, classes))
    head = build_head(recipe, (extractor.length,), classes)
    if start is not None:
        start.set_head_weights(head, collection.class_names)
    about = {
        "recipe": recipe.settings(),
        "classes": list(collection.class_names),
        "backbone": extractor.weights.digest,
    }
    writer = CheckpointWriter(run_folder, about, context.report)
    saved = writer.read() if resume else None
    return TrainingPlan(collection, split, recipe, context, extractor, head, writer, saved, is_warm=start is not None)
