"""What the app says before Start against what the training then takes, and Thorough against Quick."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.benchmarks.figures import Figure, number
from tlgui.engine.client import EngineProcess
from tlgui.engine.protocol import EstimateRequest, TrainRequest
from tlgui.files import models_folder
from tlgui.learning.recipes.built_in import BUILT_IN, QUICK, THOROUGH
from tlgui.learning.recipes.recipe import NO_WEIGHTS, Recipe
from tlgui.learning.results import CostEstimate, ModelSummary
from tlgui.photos.collection import Collection, Part
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext

RECIPES = ("quick", "thorough")

_LARGEST_FACTOR = 1.5
# Under a quarter of an hour for so many photos, and for fewer in proportion.
_THOROUGH_SECONDS, _THOROUGH_PHOTOS = 900.0, 3000
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Outcome:
    """What was said of a recipe, and what came."""

    recipe: Recipe
    cost: CostEstimate
    model: ModelSummary
    peak_bytes: int


def measure(photos: Path, names: Sequence[str] = RECIPES) -> list[Figure]:
    """Estimate and then train each recipe, each in an engine of its own.

    Args:
        photos: One subfolder for each class.
        names: Built-in recipes; one whose weights are not on this computer is trained with random numbers.
    """
    collection = scan(photos, JobContext())
    outcomes = [_outcome(collection, BUILT_IN[name]) for name in names]
    found = [figure for outcome in outcomes for figure in figures(outcome)]
    by_name = {outcome.recipe.name: outcome.model for outcome in outcomes}
    if QUICK.name in by_name and THOROUGH.name in by_name:
        found += thorough_figures(by_name[QUICK.name], by_name[THOROUGH.name], collection.photo_count)
    return found


def figures(outcome: Outcome) -> list[Figure]:
    """Return by which factor time and memory differ from what was said of them."""
    name, cost, model = outcome.recipe.name, outcome.cost, outcome.model
    epochs = f"{len(model.history)} epochs, {model.stop_reason.value}"
    return [
        _figure(f"{name}: time, factor", cost.seconds, model.seconds, f"s, {epochs}"),
        _figure(f"{name}: memory, factor", cost.memory_bytes / 1e6, outcome.peak_bytes / 1e6, "MB"),
    ]


def thorough_figures(quick: ModelSummary, thorough: ModelSummary, photo_count: int) -> list[Figure]:
    """Return what Thorough gains over Quick, and what it takes."""
    evaluations = [model.evaluation_on(Part.VALIDATION) for model in (thorough, quick)]
    accuracy, least = (evaluation.accuracy for evaluation in evaluations if evaluation is not None)
    most = _THOROUGH_SECONDS * photo_count / _THOROUGH_PHOTOS
    beside = f"Quick: {number(least)} in {number(quick.seconds)} s"
    return [
        Figure("cost", "Thorough: validation accuracy", accuracy, least, beside, more_is_better=True),
        Figure("cost", f"Thorough: training on {photo_count} photos, s", thorough.seconds, most, beside),
    ]


def _figure(what: str, said: float, came: float, unit: str) -> Figure:
    beside = f"said {number(said)}, came {number(came)} {unit}"
    return Figure("cost", what, max(said / came, came / said), _LARGEST_FACTOR, beside)


def _outcome(collection: Collection, recipe: Recipe) -> Outcome:
    engine = EngineProcess()
    try:
        cost = engine.run(EstimateRequest(collection, recipe), JobContext())
        if cost.download_bytes:
            recipe = replace(recipe, weights=NO_WEIGHTS)
        assert engine.process_id is not None
        path = models_folder() / f"cost {os.getpid()}.tlmodel"
        with _Peak(engine.process_id) as peak:
            model = engine.run(TrainRequest(collection, recipe, path, run_folder=path.parent), JobContext())
        return Outcome(recipe, cost, model, peak.bytes)
    finally:
        engine.close()


class _Peak:
    """Looks how much memory a process holds at most; a context manager."""

    def __init__(self, process_id: int) -> None:
        self.bytes = 0
        self._process = psutil.Process(process_id)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_LOOK_SECONDS):
            self.bytes = max(self.bytes, self._process.memory_info().rss)
