"""Measures how far what a model says of itself is true; a child of `trust`.

TensorFlow must not be in the process of the other benchmarks. What was found is printed as JSON, in the last line.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from tests.benchmarks.extracting import seconds_of
from tests.benchmarks.figures import Figure, number
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.calibration import reliability_of
from tlgui.learning.recipes.built_in import BUILT_IN, QUICK
from tlgui.learning.recipes.recipe import Recipe, SplitSettings
from tlgui.learning.training.cross_validation import HeadEpochs, cross_validate
from tlgui.learning.training.train import train_network
from tlgui.learning.trust import JudgedBy
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import survey
from tlgui.progress import JobContext

KEPT_APART = 0.35
MOST_ERROR = 0.03
PHOTO_COUNT, LENGTH, CLASS_COUNT = 4000, 1280, 5
MOST_SECONDS = 5.0
ROUNDS = 3
CHANCES = 200
CONTEXT = JobContext()


def of_recipe(collection: Collection, recipe: Recipe, scratch: Path) -> list[Figure]:
    """Train a recipe, and return how true it is on the photos that were kept apart."""
    kept_apart = replace(recipe, split=SplitSettings(test=KEPT_APART, use_own=False))
    trained = train_network(collection, kept_apart, scratch / "model.tlmodel", CONTEXT)
    told = [each for each in trained.judgements if each.judged_by is JudgedBy.TEST]
    trust = trained.summary.trust
    assert trust is not None
    said = np.array([each.probability for each in told], np.float32)
    is_right = np.array([each.is_right for each in told])
    beside = (
        f"right {number(100 * is_right.mean())} %, says {number(100 * said.mean())} %, {len(told)} photos, by chance "
        f"alone {number(_error_by_chance(said))}; temperature {number(trust.temperature)}"
    )
    error = reliability_of(said, is_right).calibration_error
    return [Figure("trust", f"{recipe.name}: calibration error", error, MOST_ERROR, beside)]


def _error_by_chance(said: FloatArray) -> float:
    """Return the mean error of answers that are right exactly as often as they say: few photos have it by chance."""
    rng = np.random.default_rng(1)
    draws = (rng.random(len(said)) < said for _ in range(CHANCES))
    return float(np.mean([reliability_of(said, is_right).calibration_error for is_right in draws]))


def out_of_fold_seconds(recipe: Recipe) -> Figure:
    """Judge 4,000 generated photos out of fold, by as many epochs as the recipe has."""
    rng = np.random.default_rng(1)
    labels = np.arange(PHOTO_COUNT) % CLASS_COUNT
    features = rng.normal(size=(PHOTO_COUNT, LENGTH)) + 0.15 * rng.normal(size=(CLASS_COUNT, LENGTH))[labels]
    parts, epochs = [features.astype(np.float32)], HeadEpochs(recipe.epochs, recipe.epochs)
    seconds = [
        seconds_of(lambda: cross_validate(parts, labels, [], CLASS_COUNT, recipe, epochs, CONTEXT))
        for _ in range(ROUNDS)
    ]
    what = f"{recipe.name}: {PHOTO_COUNT:,} photos judged out of fold, s"
    return Figure("trust", what, float(np.median(seconds)), MOST_SECONDS)


def main() -> int:
    """Measure all rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["all"])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--recipe", action="append", dest="recipes", choices=BUILT_IN, default=[])
    options = parser.parse_args()
    figures = [out_of_fold_seconds(QUICK)]
    # Near copies must be known before photos are kept apart.
    collection = look_closer(survey(options.photos, CONTEXT), CONTEXT).collection
    for name in options.recipes:
        figures += of_recipe(collection, BUILT_IN[name], options.scratch)
        print(f"  {figures[-1].what}: {number(figures[-1].value)}, {figures[-1].beside}", file=sys.stderr, flush=True)
    print(json.dumps([asdict(figure) for figure in figures]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
