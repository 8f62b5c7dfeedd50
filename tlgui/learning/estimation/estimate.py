"""Estimates what a training will take: a dry run is timed, and its times are extrapolated to all photos and epochs.

The estimate is for all epochs of the recipe, also if it may stop early. Of the photos whose features are cached, only
the time to look them up is counted.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.backbones.published_weights import downloaded_weights
from tlgui.learning.data.disk_array import LARGEST_IN_MEMORY
from tlgui.learning.data.feature_extractor import BATCH_SIZE, FeatureExtractor
from tlgui.learning.estimation.dry_run import (
    LARGEST_BATCH,
    DryRun,
    caches_training_photos,
    caches_validation_photos,
    dry_run,
    dry_run_recipe,
    streams_photos,
)
from tlgui.learning.estimation.sample_photos import PhotoSample, choose_photos
from tlgui.learning.networks import devices
from tlgui.learning.recipes.recipe import DOWNLOAD, NEVER, NO_WEIGHTS, ORIGINAL, Recipe
from tlgui.learning.results import CostEstimate
from tlgui.learning.training.judging import MOST_READ_AGAIN
from tlgui.photos.collection import Collection, Part, Photo, Split
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext, Progress, Stage

# Enough for two photos of each of a few classes.
_FEWEST_PHOTOS = 16
_MOST_WHOLE_CLASSES = 8
# A training step is a forward pass, a backward pass and an update; validation is a forward pass.
_VALIDATION_SHARE = 1 / 3
# Of the time of all training steps of a head. Five linear heads take about as long as one, and fewer epochs are kept
# than trained; those with a hidden layer get a fifth of the steps.
_OUT_OF_FOLD_SHARE = 0.6
# Memory of the list of photos and of the index of the cache, for each photo.
_BYTES_A_PHOTO = 1000
_BYTES_A_NUMBER = 4
_MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class _Timing:
    """A dry run of a recipe on a collection, with the numbers of photos that its times are for.

    Args:
        dry_run: The times and the memory.
        feature_seconds: Time to compute the features of one picture.
        training_pictures: Pictures in one of its epochs, copies included.
        validation_photos: Validation photos of each of its epochs.
    """

    dry_run: DryRun
    feature_seconds: float
    training_pictures: int
    validation_photos: int


# The last timings by folder, recipe of the dry run, and whether it had photos that were not cached.
_timings: OrderedDict[tuple[Path, Recipe, bool], _Timing] = OrderedDict()


def estimate(collection: Collection, recipe: Recipe, context: JobContext) -> CostEstimate:
    """Estimate what training a recipe on a collection takes; nothing is downloaded.

    If weights must be downloaded first, the same network is timed with random weights. A timing is kept: a recipe that
    differs in settings without effect on a step, such as the number of epochs, needs no other dry run.

    Args:
        collection: The photos.
        recipe: Every setting; the backbone may be another one by the size of the photos, see `for_photos`.
        context: Receives the stage; its checkpoint is called many times a second.

    Returns:
        Time, memory, and how many photos are cached.

    Raises:
        Cancelled: The user pressed Stop.
        CollectionError: Too few photos.
        WeightsError: The backbone's weights cannot be used.
        SettingError: The recipe's values contradict each other.
    """
    context.report(Progress(Stage.TIMING))
    context.checkpoint()
    devices.prepare()
    recipe = for_photos(recipe, collection)
    shares = recipe.split
    split = split_collection(collection, shares.validation, shares.test, shares.use_own, recipe.seed)
    download_bytes = _download_bytes(recipe)
    available = replace(recipe, weights=NO_WEIGHTS) if download_bytes else recipe
    silent = JobContext(checkpoint=context.checkpoint)
    extractor = FeatureExtractor(available, silent)
    small = dry_run_recipe(available)
    sample = choose_photos(split, _training_count(recipe, small), BATCH_SIZE, _LookUp(extractor, recipe, silent))
    timing = _kept_timing(collection, small, is_any_new=_is_any_new(sample))
    if timing is None:
        if caches_validation_photos(recipe):
            # Not timed, because it stays in memory for the training.
            extractor.fast_backbone(silent)
        timing = _measure(collection, small, sample, silent)
    held_bytes = int(psutil.Process().memory_info().rss)
    return CostEstimate(
        seconds=_feature_seconds(split, recipe, sample, timing)
        + _epoch_seconds(split, recipe, timing)
        + _judging_seconds(split, recipe, timing),
        memory_bytes=max(_needed_bytes(split, recipe, timing, extractor.length), held_bytes),
        device=devices.describe(),
        cached_share=_cached_share(split, recipe, sample),
        download_bytes=download_bytes,
        free_bytes=held_bytes + int(psutil.virtual_memory().available),
    )


def _download_bytes(recipe: Recipe) -> int:
    """Return the size of the download that the recipe needs first; 0 if it needs none."""
    if recipe.weights != DOWNLOAD or downloaded_weights(recipe.backbone) is not None:
        return 0
    return BACKBONE_TITLES[recipe.backbone].download_bytes


def _training_count(recipe: Recipe, small: Recipe) -> int:
    """Return how many training photos make two batches, for the features and for the epochs that read photos."""
    cached = 2 * BATCH_SIZE // len(recipe.augmentation.copy_numbers) if caches_training_photos(recipe) else 0
    streamed = 2 * small.batch_size if streams_photos(recipe) else 0
    return max(cached, streamed, _FEWEST_PHOTOS)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A `sample_photos.LookUp`: whether the cache has the features that a recipe needs of photos."""

    extractor: FeatureExtractor
    recipe: Recipe
    context: JobContext

    def __call__(self, photos: Sequence[Photo], part: Part) -> Sequence[bool]:
        is_training = part is Part.TRAINING
        if not (caches_training_photos if is_training else caches_validation_photos)(self.recipe):
            return [False] * len(photos)
        copies = self.recipe.augmentation.copy_numbers if is_training else (ORIGINAL,)
        return self.extractor.are_cached(photos, copies, self.context)


def _kept_timing(collection: Collection, small: Recipe, *, is_any_new: bool) -> _Timing | None:
    """Return an earlier timing; one without new photos does not time the network, and is of no use for new ones."""
    for was_any_new in (True, False):
        key = (collection.folder, small, was_any_new)
        if key in _timings and (was_any_new or not is_any_new):
            _timings.move_to_end(key)
            return _timings[key]
    return None


def _measure(collection: Collection, small: Recipe, sample: PhotoSample | None, context: JobContext) -> _Timing:
    """Do a dry run, and keep its timing."""
    photos = sample.collection(collection) if sample is not None else _whole_classes(collection)
    split = split_collection(photos, small.split.validation, small.split.test, small.split.use_own, small.seed)
    measured = dry_run(photos, small, context)
    copies, validation = len(small.augmentation.copy_numbers), len(split.validation)
    new_training, new_validation = sample.new_counts if sample is not None else (len(split.training), validation)
    computed = _in_batches(new_training * copies) if caches_training_photos(small) else 0
    computed += _in_batches(new_validation)
    feature_seconds = measured.feature_seconds / computed if computed else 0.0
    timing = _Timing(measured, feature_seconds, len(split.training) * copies, validation)
    _timings[collection.folder, small, _is_any_new(sample)] = timing
    while len(_timings) > _MOST_KEPT:
        _timings.popitem(last=False)
    return timing


def _is_any_new(sample: PhotoSample | None) -> bool:
    """Return whether any photo of the dry run is not cached, so that the network is timed too."""
    return sample is None or any(sample.new_counts)


def _in_batches(pictures: int) -> int:
    """Return how many pictures the network computes, as the last batch is filled up."""
    return BATCH_SIZE * math.ceil(pictures / BATCH_SIZE)


def _whole_classes(collection: Collection) -> Collection:
    """Return some whole classes, for a collection that has hardly a photo in each."""
    return replace(collection, classes=collection.classes[:_MOST_WHOLE_CLASSES], problems=())


def _cached_share(split: Split, recipe: Recipe, sample: PhotoSample | None) -> float:
    if sample is None or not caches_training_photos(recipe):
        return 0.0
    training, validation = len(split.training), len(split.validation)
    cached = training * sample.training.cached_share + validation * sample.validation.cached_share
    return cached / (training + validation)


def _feature_seconds(split: Split, recipe: Recipe, sample: PhotoSample | None, timing: _Timing) -> float:
    """Return the time of the features that are computed once: looking up cached ones, and computing the others."""
    parts = []
    if caches_training_photos(recipe):
        parts.append((len(split.training), len(recipe.augmentation.copy_numbers), sample and sample.training))
    if caches_validation_photos(recipe):
        parts.append((len(split.validation), 1, sample and sample.validation))
    seconds = 0.0
    for photos, versions, part in parts:
        share = part.cached_share if part else 0.0
        seconds += photos * (1 - share) * versions * timing.feature_seconds
        seconds += photos * share * part.lookup_seconds if part else 0.0
    return seconds


def _epoch_seconds(split: Split, recipe: Recipe, timing: _Timing) -> float:
    """Return the time of all epochs, and of what is done before, between and after them."""
    pictures = len(split.training) * len(recipe.augmentation.copy_numbers)
    if recipe.most_batches:
        pictures = min(pictures, recipe.most_batches * recipe.batch_size)
    seconds = timing.dry_run.end_seconds
    # A recipe that trains the backbone from the start has a single phase, with the recipe's own epochs.
    for phase, epochs in zip(timing.dry_run.phases, (recipe.epochs, recipe.fine_tuning.epochs), strict=False):
        picture_seconds = phase.train_seconds / timing.training_pictures
        photo_seconds = min(picture_seconds * _VALIDATION_SHARE, phase.validation_seconds / timing.validation_photos)
        # The rest of the validation time does not grow with the photos, such as that of the checkpoint.
        constant_seconds = phase.validation_seconds - timing.validation_photos * photo_seconds
        validation_seconds = len(split.validation) * photo_seconds + constant_seconds
        seconds += phase.begin_seconds + epochs * (pictures * picture_seconds + validation_seconds)
    return seconds


def _judging_seconds(split: Split, recipe: Recipe, timing: _Timing) -> float:
    """Return the time of what is measured after the last epoch, which a dry run is stopped before.

    These are the heads that judge out of fold, and the photos that the trained network must read: test photos, and
    those whose features are not cached.
    """
    first, last = timing.dry_run.phases[0], timing.dry_run.phases[-1]
    seconds, again = 0.0, len(split.test)
    if caches_training_photos(recipe):
        pictures = len(split.training) * len(recipe.augmentation.copy_numbers)
        seconds = _OUT_OF_FOLD_SHARE * recipe.epochs * pictures * first.train_seconds / timing.training_pictures
    if streams_photos(recipe):
        again += min(len(split.training), MOST_READ_AGAIN)
    if recipe.fine_tuning.when == NEVER:
        return seconds + again * timing.feature_seconds
    again += len(split.validation)
    return seconds + again * _VALIDATION_SHARE * last.train_seconds / timing.training_pictures


def _needed_bytes(split: Split, recipe: Recipe, timing: _Timing, length: int) -> int:
    """Return the most memory the engine will hold: that of the dry run, and what grows with photos and batches."""
    dry_run, training, validation = timing.dry_run, len(split.training), len(split.validation)
    numbers = []
    if caches_training_photos(recipe):
        numbers.append(training * len(recipe.augmentation.copy_numbers) * length)
    if caches_validation_photos(recipe):
        numbers.append(validation * length)
    if recipe.fine_tuning.when != NEVER:
        # The maps of the validation photos are kept.
        numbers.append(validation * dry_run.map_numbers)
    needed = dry_run.peak_bytes + (training + validation) * _BYTES_A_PHOTO
    needed += sum(min(number * _BYTES_A_NUMBER, LARGEST_IN_MEMORY) for number in numbers)
    if streams_photos(recipe) and recipe.batch_size > LARGEST_BATCH:
        needed += round(dry_run.step_bytes * (recipe.batch_size / LARGEST_BATCH - 1))
    return needed
