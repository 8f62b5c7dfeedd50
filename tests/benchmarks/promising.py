"""Measures promises and doubts on the features of real photos; a child of `promises`.

TensorFlow must not be in the process of the other benchmarks. What was found is printed as JSON, in the last line.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from tests.benchmarks.extracting import seconds_of
from tests.benchmarks.figures import Figure, number
from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.calibration import calibrated, fit_temperature
from tlgui.learning.assessment.doubts import rank_doubts
from tlgui.learning.assessment.folds import groups_among
from tlgui.learning.assessment.label_noise import mislabelled_probabilities
from tlgui.learning.assessment.selective import promises
from tlgui.learning.backbones.photo_sizes import for_photos
from tlgui.learning.data.feature_extractor import FeatureExtractor
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import ORIGINAL, Recipe
from tlgui.learning.training.cross_validation import HeadEpochs, cross_validate
from tlgui.learning.training.unseen import measure_learning_curve
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import survey
from tlgui.progress import JobContext

CONTEXT = JobContext()
SPLITS, MOST_BROKEN = 100, 5
TRIALS, FLIPPED = 5, 0.05
LEAST_PRECISION, LEAST_FOUND = 0.7, 0.89


class Measured:
    """Features of a collection, and what heads say of its photos.

    Args:
        collection: The photos.
    """

    def __init__(self, collection: Collection) -> None:
        self._recipe: Recipe = for_photos(QUICK, collection)
        found = FeatureExtractor(self._recipe, CONTEXT).extract(tuple(collection.photos()), (ORIGINAL,), CONTEXT)
        self._features = found.matrix[:, 0]
        self._groups = groups_among([photo.path for photo in found.photos], collection.groups)
        self.class_count = len(collection.classes)
        self.labels: Labels = np.array([collection.class_names.index(photo.class_name) for photo in found.photos])

    def judged(self, labels: Labels, seed: int) -> FloatArray:
        """Return what heads that never saw a photo say of it, shape (photos, classes)."""
        recipe = replace(self._recipe, seed=seed)
        epochs = HeadEpochs(recipe.epochs, recipe.epochs)
        found = cross_validate([self._features], labels, self._groups, self.class_count, recipe, epochs, CONTEXT)
        assert len(found.rows) == len(labels)
        return found.probabilities


def promises_kept(measured: Measured) -> list[Figure]:
    """Give promises by one half of the photos, and count how many are broken on the other, for each share of wrong."""
    labels = measured.labels
    broken: dict[float, list[bool]] = {}
    named: dict[float, list[float]] = {}
    for seed in range(1, SPLITS + 1):
        probabilities = measured.judged(labels, seed)
        first, second = np.array_split(np.random.default_rng(seed).permutation(len(labels)), 2)
        temperature = fit_temperature(probabilities[first], labels[first])
        told = calibrated(probabilities[second], temperature)
        is_wrong = told.argmax(axis=1) != labels[second]
        for promise in promises(calibrated(probabilities[first], temperature), labels[first]):
            if promise.threshold is not None:
                is_named = told.max(axis=1) >= promise.threshold
                share = float(is_wrong[is_named].mean()) if is_named.any() else 0.0
                broken.setdefault(promise.wrong_at_most, []).append(share > promise.wrong_at_most)
                named.setdefault(promise.wrong_at_most, []).append(float(is_named.mean()))
    return [
        Figure(
            "promises",
            f"wrong at most {share:g}: broken in {SPLITS} fresh splits",
            sum(broken[share]),
            MOST_BROKEN,
            f"given in {len(broken[share])}; {number(100 * float(np.mean(named[share])))} % of the photos named",
        )
        for share in broken
    ]


def flipped_labels_found(measured: Measured) -> list[Figure]:
    """Flip labels at random, and look for them in the ranking."""
    labels, total = measured.labels, len(measured.labels)
    count = round(FLIPPED * total)
    first, found, lengths = [], [], []
    for trial in range(TRIALS):
        rng = np.random.default_rng(trial)
        flipped = rng.choice(total, count, replace=False)
        given = labels.copy()
        given[flipped] = (labels[flipped] + rng.integers(1, measured.class_count, count)) % measured.class_count
        ranked = _ranked(measured.judged(given, 1), given)
        is_flipped = np.isin(ranked, flipped)
        first.append(float(is_flipped[:count].mean()))
        found.append(float(is_flipped[: 2 * count].sum()) / count)
        lengths.append(len(ranked) / count)
    clean = len(_ranked(measured.judged(labels, 1), labels)) / total
    return [
        Figure(
            "promises",
            f"flipped labels among the first {count}",
            float(np.mean(first)),
            LEAST_PRECISION,
            more_is_better=True,
        ),
        Figure(
            "promises",
            f"flipped labels in the first {2 * count}",
            float(np.mean(found)),
            LEAST_FOUND,
            more_is_better=True,
        ),
        Figure("promises", "photos in the list, for each flipped one", min(lengths), 2.0, more_is_better=True),
        Figure("promises", "share of the photos in the list, no label flipped", clean),
    ]


def _ranked(probabilities: FloatArray, labels: Labels) -> Sequence[int]:
    told = calibrated(probabilities, fit_temperature(probabilities, labels))
    best, rows = told.argmax(axis=1), np.arange(len(labels))
    mislabelled = mislabelled_probabilities(told, labels)
    columns = (labels, best, told[rows, best], told[rows, labels], mislabelled)
    judgements = [
        PhotoJudgement(str(row), "", str(label), str(named), probability, own, JudgedBy.OUT_OF_FOLD, chance)
        for row, (label, named, probability, own, chance) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        )
    ]
    return [int(doubt.place) for doubt in rank_doubts(judgements)]


def main() -> int:
    """Measure all rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["all"])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    options = parser.parse_args()
    collection = look_closer(survey(options.photos, CONTEXT), CONTEXT).collection
    measured = Measured(collection)
    seconds = seconds_of(lambda: measure_learning_curve(collection, QUICK, QUICK.epochs, CONTEXT))
    figures = [
        *promises_kept(measured),
        *flipped_labels_found(measured),
        Figure("promises", f"learning curve of {len(measured.labels):,} photos, features cached, s", seconds),
    ]
    print(json.dumps([asdict(figure) for figure in figures]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
