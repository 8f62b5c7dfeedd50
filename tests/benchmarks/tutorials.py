"""The tutorials' recipes on the same photos, by the code of `tlgui compare`: how right each is, and what it takes."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import Figure
from tlgui.cli.compare import Score, compare_recipes, score_row
from tlgui.cli.recipe_options import with_weights_file
from tlgui.engine import quiet
from tlgui.learning.recipes.built_in import (
    BUILT_IN,
    INCEPTION_MIXED7,
    SMALL_FROM_SCRATCH,
    VGG16_BOTTLENECK,
    VGG16_FROZEN,
)
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext

_TUTORIALS = (VGG16_BOTTLENECK, VGG16_FROZEN, INCEPTION_MIXED7, SMALL_FROM_SCRATCH)
assert set(_TUTORIALS) <= set(BUILT_IN.values())


def measure(photos: Path, vgg16_weights: Path | None) -> list[Figure]:
    """Train each tutorial's recipe once; those of VGG16 must beat the small network that learns from nothing.

    Args:
        photos: One subfolder for each class.
        vgg16_weights: The weights file of VGG16; None downloads it.
    """
    quiet.prepare_tensorflow()
    from tlgui.engine.jobs import perform  # noqa: PLC0415 - TensorFlow is loaded once it is told how

    files = {} if vgg16_weights is None else {VGG16_FROZEN.backbone: vgg16_weights}
    recipes = [with_weights_file(recipe, files) for recipe in _TUTORIALS]
    scores = []
    for score in compare_recipes(scan(photos, JobContext()), recipes, 1, partial(perform, context=JobContext())):
        print(score_row(score), file=sys.stderr, flush=True)
        scores.append(score)
    return figures(scores)


def figures(scores: Sequence[Score]) -> list[Figure]:
    """Return two figures for each recipe; where one was not trained, the reason stands in its place."""
    baseline = next((score.accuracy for score in scores if _is(score, SMALL_FROM_SCRATCH.name)), None)
    found = []
    for score in scores:
        name = score.recipe.name
        if score.problem:
            found.append(Figure("tutorials", f"{name}: validation accuracy", float("nan"), None, score.problem))
            continue
        target = baseline if score.recipe.backbone == VGG16_FROZEN.backbone else None
        beside = f"{score.low:.3f} to {score.high:.3f}"
        accuracy = f"{name}: validation accuracy"
        found.append(Figure("tutorials", accuracy, score.accuracy, target, beside, more_is_better=True))
        found.append(Figure("tutorials", f"{name}: training, s", score.seconds))
    return found


def _is(score: Score, name: str) -> bool:
    return score.recipe.name == name and not score.problem
