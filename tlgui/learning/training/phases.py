"""The course of one training: which networks learn from what, phase by phase, as the recipe says.

The head learns on features that are computed once, or, where photos change in each epoch or the backbone learns too, on
photos that are streamed. The backbone's part that is trained is the tail; what lies before it, the trunk, stays as it
is and is run by the fast runtime.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras

from tlgui.cancellation import patiently
from tlgui.learning.data.cached_dataset import CachedExam, CachedLessons, Examples, examples_of
from tlgui.learning.data.feature_extractor import FeatureExtractor, Pace
from tlgui.learning.data.streamed_dataset import Stream, StreamedExam, StreamedLessons, Trunk
from tlgui.learning.data.unreadable_photos import Roll
from tlgui.learning.networks.builder import build_backbone, build_head, head_weight_count, split_backbone
from tlgui.learning.networks.inference_function import fast_function
from tlgui.learning.recipes.recipe import AFTER_HEAD, FROM_START, Recipe, Steps
from tlgui.learning.training.checkpoint import Journal
from tlgui.learning.training.loop import Exam, Fitting, Phase
from tlgui.learning.training.train_step import with_logits
from tlgui.learning.training.warm_start import Start
from tlgui.photos.collection import Collection, Split
from tlgui.progress import JobContext, Progress, Stage

_PLAIN = (0,)


class Course:
    """One training.

    Args:
        collection: The photos.
        split: Which of them are learned from, and which are judged by.
        recipe: Every setting.
        context: Told the progress, every batch and every epoch, and asked whether to go on.
        check: Refuses what could not be kept in the end; it is told how many numbers the network has, before any
            photo is read.
        run_folder: Where each epoch leaves what is needed to go on after a kill; None for none.
        start_from: A `.tlmodel` whose weights are the first ones; None begins anew.
    """

    def __init__(
        self,
        collection: Collection,
        split: Split,
        recipe: Recipe,
        context: JobContext,
        check: Callable[[int], None],
        run_folder: Path | None = None,
        start_from: Path | None = None,
    ) -> None:
        self._collection = collection
        self._split = split
        self._recipe = recipe
        self._context = context
        self._check = check
        self._run_folder = run_folder
        self._start_from = start_from
        self._is_loaded = False
        self.roll = Roll(collection, split, context)

    def run(self, *, resume: bool) -> None:
        """Train to the end.

        Args:
            resume: Go on where the run's folder says that a killed training was.

        Raises:
            Cancelled: The user pressed Stop; `conclude` says whether there is something to keep.
        """
        self._load(self._context, resume=resume)
        for phase in self._phases():
            phase()
            if self.fitting.is_over:
                return

    def conclude(self, *, resume: bool) -> bool:
        """After Stop: see to it that the networks have the weights to keep; return whether there are any.

        Args:
            resume: What `run` was told.
        """
        patient = replace(self._context, checkpoint=lambda: None)
        if not self._is_loaded:
            if not resume:
                return False
            self._load(patient, resume=True)
        if not self.fitting.history:
            return False
        if self.fitting.is_saved:
            self._take_networks(patient, has_tail=self.fitting.is_fine_tuning or self._learns_whole)
            self.fitting.adopt(self._model)
        return True

    @property
    def rest(self) -> keras.Model:
        """The networks that were trained, from what the trunk says to probabilities."""
        return keras.Model(self._model.input, self._model.output[1])

    @property
    def _learns_whole(self) -> bool:
        """Whether the backbone is trained together with the head from the first epoch on."""
        return self._recipe.fine_tuning.when == FROM_START

    def _load(self, context: JobContext, *, resume: bool) -> None:
        """Build what every phase needs, and read where a killed training was."""
        context.report(Progress(Stage.LOADING))
        start_from, recipe = self._start_from, self._recipe
        start = patiently(lambda: Start(start_from, recipe), context) if start_from else None
        extractor = FeatureExtractor(recipe, context)
        if start is not None:
            weights = start.weights_for(extractor.backbone, extractor.weights)
            if weights is not extractor.weights:
                extractor = FeatureExtractor(recipe, context, weights)
        self._extractor = extractor
        classes = len(self._collection.classes)
        self._check(extractor.backbone.count_params() + head_weight_count(recipe, extractor.length, classes))
        self.head: keras.Model = build_head(recipe, (extractor.length,), classes)
        if start is not None:
            start.fill(self.head, self._collection.class_names)
        about = {
            "recipe": recipe.settings(),
            "classes": list(self._collection.class_names),
            "backbone": extractor.weights.digest,
        }
        self.journal = Journal(self._run_folder, about, self._context.report)
        self.fitting = Fitting(recipe, self._context, self.journal, self.journal.read() if resume else None)
        self._is_loaded = True

    def _phases(self) -> list[Callable[[], None]]:
        """Return what is left to do, in order."""
        tuning = self._recipe.fine_tuning.when
        if tuning == FROM_START:
            return [self._train_whole]
        first = self._train_head_cached if self._recipe.is_cached or tuning == AFTER_HEAD else self._train_head_streamed
        if tuning != AFTER_HEAD:
            return [first]
        return [self._fine_tune] if self.fitting.is_fine_tuning else [first, self._fine_tune]

    def _train_head_cached(self) -> None:
        """Train the head on features that are computed once."""
        copies = self._recipe.augmentation.copy_numbers
        pace = Pace(len(self._split.training) * len(copies) + len(self._split.validation), self._context)
        features = self._extractor.extract(self._split.training, copies, self._context, pace)
        self.roll.take(features)
        exam = self._cached_exam(pace)
        examples = examples_of(features, self._collection.class_names)
        self._take_networks(self._context, has_tail=False)
        lessons = CachedLessons(examples, len(self._collection.classes), self._recipe)
        self._fit(Phase(self._model, self._recipe, lessons, exam))

    def _train_head_streamed(self) -> None:
        """Train the head on photos that change in each epoch."""
        exam = self._cached_exam(Pace(len(self._split.validation), self._context))
        self._take_networks(self._context, has_tail=False)
        self._fit(self._streamed(self._recipe, exam, is_fine_tuning=False))

    def _train_whole(self) -> None:
        """Train backbone and head together."""
        self._take_networks(self._context, has_tail=True)
        self._fit(self._streamed(self._recipe, None, is_fine_tuning=False))

    def _fine_tune(self) -> None:
        """Train the backbone's last blocks together with the head that was trained before."""
        self._context.report(Progress(Stage.LOADING))
        self._take_networks(self._context, has_tail=True)
        self._fit(self._streamed(self._recipe.fine_tuning, None, is_fine_tuning=True))

    def _take_networks(self, context: JobContext, *, has_tail: bool) -> None:
        """Set what is trained: the head alone, or the head behind the backbone's last blocks."""
        self._model: keras.Model
        self.backbone: keras.Model
        self.make_trunk: Callable[[JobContext], Trunk]
        if not has_tail:
            extractor = self._extractor
            self.backbone, self._model = extractor.backbone, with_logits(self.head)
            self._map_shape: tuple[int, ...] = (extractor.length,)
            self.make_trunk = lambda context: extractor.fast_backbone(context, self._streamed_count())
            return
        recipe, weights = self._recipe, self._extractor.weights
        block = recipe.fine_tuning.from_block
        # Built anew: the extractor's own is kept for the next training, and must stay as it is.
        self.backbone = patiently(lambda: build_backbone(recipe, weights), context)
        trunk, tail = split_backbone(self.backbone, recipe, block)
        self._model = with_logits(self.head, tail)
        self._map_shape = trunk.output_shape[1:]
        what = [recipe.backbone, weights.digest, recipe.input_size, recipe.preprocessing, recipe.cut_layer, block]
        run = patiently(lambda: fast_function(trunk, json.dumps(what), self._streamed_count()), context)
        self.make_trunk = lambda _: run

    def _streamed_count(self) -> int:
        """Return how many pictures the trunk will run over in all epochs that see photos; 0 where none does."""
        recipe = self._recipe
        if recipe.fine_tuning.when == AFTER_HEAD:
            return len(self._split.training) * recipe.fine_tuning.epochs
        return 0 if recipe.is_cached else len(self._split.training) * recipe.epochs

    def _streamed(self, steps: Steps, exam: Exam | None, *, is_fine_tuning: bool) -> Phase:
        """Return a phase whose photos are read in each epoch; judged by them too where there is no other exam."""
        names = self._collection.class_names
        stream = Stream(self._recipe, self.make_trunk(self._context), self._map_shape, names, self.roll, self._context)
        before = self.fitting.epochs_before(is_fine_tuning=is_fine_tuning)
        lessons = StreamedLessons(stream, self._split.training, self._recipe, before)
        exam = exam or StreamedExam(stream, self._split.validation)
        return Phase(self._model, steps, lessons, exam, is_fine_tuning=is_fine_tuning, is_streamed=True)

    def _cached_exam(self, pace: Pace) -> CachedExam:
        features = self._extractor.extract(self._split.validation, _PLAIN, self._context, pace)
        self.roll.take(features)
        self.roll.check()
        examples: Examples = examples_of(features, self._collection.class_names)
        return CachedExam(examples)

    def _fit(self, phase: Phase) -> None:
        self._context.report(Progress(Stage.TRAINING))
        self.fitting.run(phase)
