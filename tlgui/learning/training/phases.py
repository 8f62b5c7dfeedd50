"""The phases of a training: which networks are trained on what, one after the other, as the recipe says.

The head is trained on features that are computed once, or, where photos change in each epoch or the backbone is trained
too, on photos that are read in each epoch. The backbone's layers before the first trained block are the frozen base:
they stay as they are and run in the fast runtime. What lies between it and the head is the trainable top. Cached
features are the case where the frozen base is the whole backbone, training from scratch the one where it is only the
scaling of pixels.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keras

from tlgui.cancellation import patiently
from tlgui.learning.data.cached_dataset import CachedTrainingData, CachedValidationData, examples_of
from tlgui.learning.data.feature_extractor import FeatureExtractor, Pace
from tlgui.learning.data.streamed_dataset import (
    FrozenBase,
    PhotoStream,
    StreamedTrainingData,
    StreamedValidationData,
)
from tlgui.learning.data.unreadable_photos import UnreadablePhotos
from tlgui.learning.networks.builder import build_backbone, build_head, head_weight_count, split_backbone
from tlgui.learning.networks.inference_function import fast_function
from tlgui.learning.recipes.recipe import AFTER_HEAD, FROM_START, Recipe, Steps
from tlgui.learning.results import StopReason
from tlgui.learning.training.checkpoint import CheckpointWriter, SavedCheckpoint
from tlgui.learning.training.compiled_model import with_logits
from tlgui.learning.training.fit import Phase, fit_phase
from tlgui.learning.training.state import TrainingState
from tlgui.learning.training.warm_start import Start
from tlgui.photos.collection import Collection, Split
from tlgui.progress import JobContext, Progress, Stage

_PLAIN = (0,)


@dataclass(frozen=True, slots=True)
class Networks:
    """What one phase trains.

    Args:
        backbone: From RGB 0..255 to features.
        model: From the frozen base's maps to logits and probabilities, see `with_logits`.
        map_shape: Shape of one map.
        make_frozen_base: Returns the frozen base as a fast function; it may take seconds, in which the context is asked
            whether to go on.
    """

    backbone: keras.Model
    model: keras.Model
    map_shape: tuple[int, ...]
    make_frozen_base: Callable[[JobContext], FrozenBase]


class TrainingPlan:
    """One training, ready to run; made by `prepare`.

    Args:
        collection: The photos.
        split: Which of them are for training and validation.
        recipe: Every setting.
        context: Told the progress, every batch and every epoch, and asked whether to go on.
        extractor: Computes features of the whole backbone.
        head: From features to probabilities; trained.
        writer: Writes a checkpoint after each epoch.
        saved: Where a killed training was, to go on there.
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
    ) -> None:
        self._collection = collection
        self._split = split
        self._recipe = recipe
        self._context = context
        self._extractor = extractor
        self._saved = saved
        self.head = head
        self.writer = writer
        self.unreadable = UnreadablePhotos(collection, split, context)
        self.state = TrainingState(list(saved.history) if saved else [])
        self._networks = self._head_alone()

    @property
    def networks(self) -> Networks:
        """The networks of the phase that runs, or ran last."""
        return self._networks

    @property
    def trainable(self) -> keras.Model:
        """What was trained last, from maps of the frozen base to probabilities."""
        return keras.Model(self._networks.model.input, self._networks.model.output[1])

    def run(self) -> None:
        """Train to the end.

        Raises:
            Cancelled: The user pressed Stop; `keep_saved` says whether there is something to keep.
        """
        for phase in self._phases():
            phase()
            if self.state.reason is StopReason.TARGET_REACHED:
                return

    def keep_saved(self) -> bool:
        """After Stop: see to it that the networks have the weights to keep; return whether there are any."""
        if self._saved is not None:
            if self.state.is_fine_tuning or self._trains_all:
                self._networks = self._with_top(replace(self._context, checkpoint=lambda: None))
            self.state.kept = self._saved.kept(self._networks.model.get_weights())
            self._networks.model.set_weights(self.state.kept.weights)
        return bool(self.state.epochs)

    @property
    def _trains_all(self) -> bool:
        """Whether the backbone is trained together with the head from the first epoch on."""
        return self._recipe.fine_tuning.when == FROM_START

    def _phases(self) -> list[Callable[[], None]]:
        """Return what is left to do, in order."""
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
        pace = Pace(len(self._split.training) * len(copies) + len(self._split.validation), self._context)
        features = self._extractor.extract(self._split.training, copies, self._context, pace)
        self.unreadable.take(features)
        validation = self._cached_validation(pace)
        examples = examples_of(features, self._collection.class_names)
        training = CachedTrainingData(examples, len(self._collection.classes), self._recipe)
        self._fit(Phase(self._networks.model, self._recipe, training, validation))

    def _train_head_streamed(self) -> None:
        """Train the head on photos that change in each epoch."""
        validation = self._cached_validation(Pace(len(self._split.validation), self._context))
        self._fit(self._streamed(self._recipe, validation, is_fine_tuning=False))

    def _train_all(self) -> None:
        """Train backbone and head together."""
        self._networks = self._with_top(self._context)
        self._fit(self._streamed(self._recipe, None, is_fine_tuning=False))

    def _fine_tune(self) -> None:
        """Train the backbone's last blocks together with the head that was trained before."""
        self._context.report(Progress(Stage.LOADING))
        self._networks = self._with_top(self._context)
        self._fit(self._streamed(self._recipe.fine_tuning, None, is_fine_tuning=True))

    def _head_alone(self) -> Networks:
        """Return the networks that train the head on features of the whole backbone."""
        extractor = self._extractor
        return Networks(
            backbone=extractor.backbone,
            model=with_logits(self.head),
            map_shape=(extractor.length,),
            make_frozen_base=lambda context: extractor.fast_backbone(context, self._streamed_count()),
        )

    def _with_top(self, context: JobContext) -> Networks:
        """Return the networks that train the head and the backbone's last blocks."""
        recipe, weights = self._recipe, self._extractor.weights
        block = recipe.fine_tuning.from_block
        # Built anew: the extractor's own is kept for the next training, and must stay as it is.
        backbone = patiently(lambda: build_backbone(recipe, weights), context)
        base, top = split_backbone(backbone, recipe, block)
        key = json.dumps(
            [recipe.backbone, weights.digest, recipe.input_size, recipe.preprocessing, recipe.cut_layer, block]
        )
        run = patiently(lambda: fast_function(base, key, self._streamed_count()), context)
        return Networks(backbone, with_logits(self.head, top), base.output_shape[1:], lambda _: run)

    def _streamed_count(self) -> int:
        """Return how many pictures the frozen base will run on in all epochs that read photos; 0 where none does."""
        recipe = self._recipe
        if recipe.fine_tuning.when == AFTER_HEAD:
            return len(self._split.training) * recipe.fine_tuning.epochs
        return 0 if recipe.is_cached else len(self._split.training) * recipe.epochs

    def _streamed(self, steps: Steps, validation: CachedValidationData | None, *, is_fine_tuning: bool) -> Phase:
        """Return a phase that reads photos in each epoch; those for validation too where no features are given."""
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

    def _cached_validation(self, pace: Pace) -> CachedValidationData:
        features = self._extractor.extract(self._split.validation, _PLAIN, self._context, pace)
        self.unreadable.take(features)
        self.unreadable.check()
        return CachedValidationData(examples_of(features, self._collection.class_names))

    def _fit(self, phase: Phase) -> None:
        self._context.report(Progress(Stage.TRAINING))
        # Of a killed training, what was saved belongs to the first phase that is left.
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
    """Build what every phase needs, and read where a killed training was.

    Args:
        collection: The photos.
        split: Which of them are for training and validation.
        recipe: Every setting.
        context: Told the progress, and asked whether to go on.
        check: Refuses what could not be kept in the end; it is told how many numbers the network has, before any
            photo is read.
        run_folder: Where checkpoints are written; None for nowhere.
        start_from: A `.tlmodel` whose weights are the first ones; None begins anew.
        resume: Go on where the run's folder says that a killed training was.

    Raises:
        Cancelled: The user pressed Stop.
        TlguiError: See `train_network`.
    """
    context.report(Progress(Stage.LOADING))
    start = patiently(lambda: Start(start_from, recipe), context) if start_from else None
    extractor = FeatureExtractor(recipe, context)
    if start is not None:
        weights = start.weights_for(extractor.backbone, extractor.weights)
        if weights is not extractor.weights:
            extractor = FeatureExtractor(recipe, context, weights)
    classes = len(collection.classes)
    check(extractor.backbone.count_params() + head_weight_count(recipe, extractor.length, classes))
    head = build_head(recipe, (extractor.length,), classes)
    if start is not None:
        start.fill(head, collection.class_names)
    about = {
        "recipe": recipe.settings(),
        "classes": list(collection.class_names),
        "backbone": extractor.weights.digest,
    }
    writer = CheckpointWriter(run_folder, about, context.report)
    saved = writer.read() if resume else None
    return TrainingPlan(collection, split, recipe, context, extractor, head, writer, saved)
