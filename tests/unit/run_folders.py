"""Runs as they lie in their folders: finished by the fake engine, or broken off."""

from dataclasses import replace

from tests.fakes import FakeEngine
from tlgui.engine.protocol import TrainRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.progress import CHECKPOINT, write_progress
from tlgui.learning.runs.run import Run
from tlgui.learning.runs.store import RunStore
from tlgui.photos.collection import Collection
from tlgui.progress import EpochEnded, JobContext

RECIPE = replace(QUICK, epochs=3)


def train(run: Run, collection: Collection) -> ModelSummary:
    request = TrainRequest(collection, run.recipe, run.model_path, run_folder=run.folder)
    return FakeEngine().run(request, JobContext())


def finished(store: RunStore, collection: Collection, recipe: Recipe = RECIPE) -> Run:
    run = store.begin(recipe, collection)
    return store.finish(run, train(run, collection))


def epoch(number: int, *, is_best: bool = True) -> EpochEnded:
    return EpochEnded(number, 30, 0.5, 0.8, 0.6, 0.7, 0.001, 2.0, is_best)


def interrupt(run: Run, epochs: int = 2) -> None:
    """Leave what the engine leaves after some epochs."""
    (run.folder / CHECKPOINT).write_text("weights")
    write_progress(run.folder, [epoch(number) for number in range(1, epochs + 1)], 4.0)


def again(store: RunStore) -> RunStore:
    """Return the store as another start of the program sees it."""
    return RunStore(store.workspace)
