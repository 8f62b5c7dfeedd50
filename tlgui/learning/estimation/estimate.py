"""What a training will take: a training in small is timed, and what it took is counted up to all photos and epochs.

Where a recipe may end early, the estimate is of all its epochs: nobody knows when it will.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.published_weights import downloaded_weights
from tlgui.learning.data.disk_array import LARGEST_IN_MEMORY
from tlgui.learning.data.feature_extractor import BATCH_SIZE, FeatureExtractor
from tlgui.learning.estimation.dry_run import (
    MOST_IN_BATCH,
    DryRun,
    caches_training_photos,
    caches_validation_photos,
    dry_run,
    in_small,
    sees_photos,
)
from tlgui.learning.estimation.sample_photos import PhotoSample, choose_photos
from tlgui.learning.networks import devices
from tlgui.learning.recipes.recipe import DOWNLOAD, NEVER, NO_WEIGHTS, Recipe
from tlgui.learning.results import CostEstimate
from tlgui.photos.collection import Collection, Part, Photo, Split
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext, Progress, Stage

# Enough for two photos of each of a few classes.
_FEWEST_PHOTOS = 16
_MOST_WHOLE_CLASSES = 8
# A step learns forwards and back, and then changes the weights; to judge is the first of the three.
_JUDGED_SHARE = 1 / 3
# What the list of photos and the index of the cache take for each.
_BYTES_A_PHOTO = 1000
_BYTES_A_NUMBER = 4
_MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class _Pace:
    """How fast a recipe is on a collection.

    Args:
        dry_run: What was timed.
        feature_seconds: Computing the features of one picture.
        training_pictures: Pictures in one epoch of the dry run.
        judged_photos: Photos that judged each of its epochs.
    """

    dry_run: DryRun
    feature_seconds: float
    training_pictures: int
    judged_photos: int


_paces: OrderedDict[tuple[Path, Recipe, bool], _Pace] = OrderedDict()


def estimate(collection: Collection, recipe: Recipe, context: JobContext) -> CostEstimate:
    """Measure what training `recipe` on `collection` takes; nothing is downloaded.

    Where the weights are not on this computer yet, the same network is timed with random numbers. What was measured is
    kept: a recipe that differs only in what changes no step, such as its number of epochs, needs no other dry run.

    Args:
        collection: The photos.
        recipe: Every setting.
        context: Told that it is being timed, and asked many times a second whether to go on.

    Raises:
        Cancelled: The user pressed Stop.
        CollectionError: Too few photos.
        WeightsError: The backbone's weights cannot be used.
        SettingError: The recipe's values do not go together.
    """
    context.report(Progress(Stage.TIMING))
    context.checkpoint()
    devices.prepare()
    shares = recipe.split
    split = split_collection(collection, shares.validation, shares.test, shares.use_own, recipe.seed)
    download_bytes = _download_bytes(recipe)
    at_hand = replace(recipe, weights=NO_WEIGHTS) if download_bytes else recipe
    silent = JobContext(checkpoint=context.checkpoint)
    extractor = FeatureExtractor(at_hand, silent)
    small = in_small(at_hand, _streamed_count(split, recipe))
    sample = choose_photos(split, _training_count(recipe, small), BATCH_SIZE, _LookUp(extractor, recipe, silent))
    pace = _known_pace(collection, small, is_any_new=_is_any_new(sample))
    if pace is None:
        if caches_validation_photos(recipe):
            # It is kept for the training, and so takes none of its time.
            extractor.fast_backbone(silent, _picture_count(split, recipe))
        pace = _timed(collection, small, sample, silent)
    held_bytes = int(psutil.Process().memory_info().rss)
    return CostEstimate(
        seconds=_feature_seconds(split, recipe, sample, pace) + _epoch_seconds(split, recipe, pace),
        memory_bytes=max(_needed_bytes(split, recipe, pace, extractor.length), held_bytes),
        device=devices.describe(),
        cached_share=_cached_share(split, recipe, sample),
        download_bytes=download_bytes,
        free_bytes=held_bytes + int(psutil.virtual_memory().available),
    )


def _download_bytes(recipe: Recipe) -> int:
    """Return how much must be downloaded before this recipe can be trained."""
    if recipe.weights != DOWNLOAD or downloaded_weights(recipe.backbone) is not None:
        return 0
    return BACKBONE_TITLES[recipe.backbone].download_bytes


def _training_count(recipe: Recipe, small: Recipe) -> int:
    """Return how many photos make two batches, both of the network for features and of the epochs that see photos."""
    looked_at = 2 * BATCH_SIZE // len(recipe.augmentation.copy_numbers) if caches_training_photos(recipe) else 0
    streamed = 2 * small.batch_size if sees_photos(recipe) else 0
    return max(looked_at, streamed, _FEWEST_PHOTOS)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """Says of photos whether the cache has the features that the recipe wants of them."""

    extractor: FeatureExtractor
    recipe: Recipe
    context: JobContext

    def __call__(self, photos: Sequence[Photo], part: Part) -> Sequence[bool]:
        is_training = part is Part.TRAINING
        if not (caches_training_photos if is_training else caches_validation_photos)(self.recipe):
            return [False] * len(photos)
        copies = self.recipe.augmentation.copy_numbers if is_training else (0,)
        return self.extractor.are_known(photos, copies, self.context)


def _streamed_count(split: Split, recipe: Recipe) -> int:
    """Return how many pictures all epochs that see photos read."""
    epochs = recipe.fine_tuning.epochs if caches_training_photos(recipe) else recipe.epochs
    return len(split.training) * epochs if sees_photos(recipe) else 0


def _picture_count(split: Split, recipe: Recipe) -> int:
    """Return how many pictures the whole backbone is run over."""
    if caches_training_photos(recipe):
        return len(split.training) * len(recipe.augmentation.copy_numbers)
    return _streamed_count(split, recipe)


def _known_pace(collection: Collection, small: Recipe, *, is_any_new: bool) -> _Pace | None:
    """Return how fast a recipe is, where it was measured before; where there are new photos, on new ones."""
    for was_any_new in (True, False):
        what = (collection.folder, small, was_any_new)
        if what in _paces and (was_any_new or not is_any_new):
            _paces.move_to_end(what)
            return _paces[what]
    return None


def _timed(collection: Collection, small: Recipe, sample: PhotoSample | None, context: JobContext) -> _Pace:
    """Measure how fast a recipe is, and remember it."""
    few = sample.collection(collection) if sample is not None else _whole_classes(collection)
    divided = split_collection(few, small.split.validation, small.split.test, small.split.use_own, small.seed)
    timed = dry_run(few, small, context)
    copies, judged = len(small.augmentation.copy_numbers), len(divided.validation)
    training_new, judged_new = sample.new_counts if sample is not None else (len(divided.training), judged)
    computed = _in_batches(training_new * copies) if caches_training_photos(small) else 0
    computed += _in_batches(judged_new)
    feature_seconds = timed.feature_seconds / computed if computed else 0.0
    pace = _Pace(timed, feature_seconds, len(divided.training) * copies, judged)
    _paces[collection.folder, small, _is_any_new(sample)] = pace
    while len(_paces) > _MOST_KEPT:
        _paces.popitem(last=False)
    return pace


def _is_any_new(sample: PhotoSample | None) -> bool:
    """Return whether there are photos that the cache does not have, so that the network is timed too."""
    return sample is None or any(sample.new_counts)


def _in_batches(pictures: int) -> int:
    """Return how many pictures the network computes, which fills up the last batch."""
    return BATCH_SIZE * math.ceil(pictures / BATCH_SIZE)


def _whole_classes(collection: Collection) -> Collection:
    """Return some classes as they are: there is hardly a photo in each."""
    return replace(collection, classes=collection.classes[:_MOST_WHOLE_CLASSES], problems=())


def _cached_share(split: Split, recipe: Recipe, sample: PhotoSample | None) -> float:
    if sample is None or not caches_training_photos(recipe):
        return 0.0
    training, judged = len(split.training), len(split.validation)
    return (training * sample.training.known_share + judged * sample.validation.known_share) / (training + judged)


def _feature_seconds(split: Split, recipe: Recipe, sample: PhotoSample | None, pace: _Pace) -> float:
    """Return what the features take that are computed once: looking up what is known, computing the rest."""
    parts = []
    if caches_training_photos(recipe):
        parts.append((len(split.training), len(recipe.augmentation.copy_numbers), sample and sample.training))
    if caches_validation_photos(recipe):
        parts.append((len(split.validation), 1, sample and sample.validation))
    seconds = 0.0
    for photos, versions, few in parts:
        share = few.known_share if few else 0.0
        seconds += photos * (1 - share) * versions * pace.feature_seconds
        seconds += photos * share * few.lookup_seconds if few else 0.0
    return seconds


def _epoch_seconds(split: Split, recipe: Recipe, pace: _Pace) -> float:
    """Return what all epochs take, and what stands before, between and after them."""
    pictures = len(split.training) * len(recipe.augmentation.copy_numbers)
    if recipe.most_batches:
        pictures = min(pictures, recipe.most_batches * recipe.batch_size)
    seconds = pace.dry_run.end_seconds
    # A recipe whose backbone learns from the start has one kind of epochs, and those are its own.
    for phase, epochs in zip(pace.dry_run.phases, (recipe.epochs, recipe.fine_tuning.epochs), strict=False):
        picture_seconds = phase.train_seconds / pace.training_pictures
        photo_seconds = min(picture_seconds * _JUDGED_SHARE, phase.judge_seconds / pace.judged_photos)
        once_seconds = phase.judge_seconds - pace.judged_photos * photo_seconds
        judge_seconds = len(split.validation) * photo_seconds + once_seconds
        seconds += phase.begin_seconds + epochs * (pictures * picture_seconds + judge_seconds)
    return seconds


def _needed_bytes(split: Split, recipe: Recipe, pace: _Pace, length: int) -> int:
    """Return the most memory the engine will hold: as in the dry run, and what grows with photos and batches."""
    dry_run, training, judged = pace.dry_run, len(split.training), len(split.validation)
    numbers = []
    if caches_training_photos(recipe):
        numbers.append(training * len(recipe.augmentation.copy_numbers) * length)
    if caches_validation_photos(recipe):
        numbers.append(judged * length)
    if recipe.fine_tuning.when != NEVER:
        # What the part of the backbone that stays as it is says of the photos that judge is kept.
        numbers.append(judged * dry_run.map_numbers)
    needed = dry_run.peak_bytes + (training + judged) * _BYTES_A_PHOTO
    needed += sum(min(number * _BYTES_A_NUMBER, LARGEST_IN_MEMORY) for number in numbers)
    if sees_photos(recipe) and recipe.batch_size > MOST_IN_BATCH:
        needed += round(dry_run.step_bytes * (recipe.batch_size / MOST_IN_BATCH - 1))
    return needed
