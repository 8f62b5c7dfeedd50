"""Small trainings from photos to a model file, and the recipes of the smallest network."""

from dataclasses import replace
from pathlib import Path

from tests.learning.listening import QUIET
from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    NO_WEIGHTS,
    SMALL_CNN,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
)
from tlgui.learning.results import Evaluation, ModelSummary
from tlgui.learning.training.train import train_network
from tlgui.photos.collection import Collection, Part
from tlgui.progress import JobContext

# Three epochs of three batches take a second with 24 training photos.
CACHED = Recipe(
    backbone=SMALL_CNN,
    weights=NO_WEIGHTS,
    input_size=32,
    head=Head(dense_units=8, dropout=0.3),
    epochs=3,
    batch_size=8,
    learning_rate=0.01,
    early_stopping=EarlyStopping(enabled=False),
)
FINE_TUNED = replace(CACHED, fine_tuning=FineTuning(when=AFTER_HEAD, from_block="block3", epochs=2, learning_rate=0.01))


def train(
    collection: Collection,
    recipe: Recipe,
    path: Path,
    context: JobContext = QUIET,
    *,
    run_folder: Path | None = None,
    start_from: Path | None = None,
    resume: bool = False,
) -> ModelSummary:
    """Train a recipe as `train_network` does, write the model to `path`, and return the content of its manifest."""
    trained = train_network(
        collection, recipe, path, context, run_folder=run_folder, start_from=start_from, resume=resume
    )
    return trained.save(path, context).summary


def validation_of(summary: ModelSummary) -> Evaluation:
    """Return what a model was found to be on the validation photos, which may stand after the headline."""
    validation = summary.evaluation_on(Part.VALIDATION)
    assert validation is not None
    return validation
