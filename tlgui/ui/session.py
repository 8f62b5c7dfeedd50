"""What the window has open: a collection, a recipe, a model; and the one job under way.

Pages show the session and ask it for jobs; they never talk to the engine themselves.
"""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui import files
from tlgui.engine.protocol import (
    Engine,
    ExportRequest,
    OpenModelRequest,
    PredictRequest,
    PreviewRequest,
    Request,
    TrainRequest,
)
from tlgui.errors import CollectionError
from tlgui.learning.built_in import QUICK
from tlgui.learning.recipe import Augmentation, Recipe, SplitSettings
from tlgui.learning.records import ModelSummary
from tlgui.photos.collection import Collection, Photo, Split
from tlgui.photos.samples import draw_sample_photos
from tlgui.photos.scan import scan
from tlgui.photos.split import split_collection, training_advice
from tlgui.progress import JobContext
from tlgui.ui.worker import Job, Operation

MODEL_SUFFIX = ".tlmodel"
_KEPT_NAME = re.compile(r"^(.+) (\d{4}-\d\d-\d\d) (\d\d)-(\d\d)-\d\d-\d{6}$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """Read a folder into a collection, on a thread of the window: it needs no TensorFlow."""

    folder: Path


@dataclass(frozen=True, slots=True)
class SamplePhotosRequest:
    """Draw the sample photos into a folder, then scan it."""

    folder: Path


@dataclass(frozen=True, slots=True)
class SaveModelRequest:
    """Copy the model's file to where the user wants it."""

    model_path: Path
    target: Path


@dataclass(frozen=True, slots=True)
class _Division:
    """A split and all it depends on."""

    collection: Collection
    shares: SplitSettings
    seed: int
    split: Split


class Session(QObject):
    """The state of one window.

    Args:
        engine: Runs everything that needs TensorFlow.
        parent: The owner.
    """

    collection_changed = Signal()
    recipe_changed = Signal()
    model_changed = Signal()
    job_started = Signal(Job)
    job_ended = Signal(Job)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._collection: Collection | None = None
        self._advice: tuple[str, ...] = ()
        self._division: _Division | None = None
        self._recipe = QUICK
        self._model: ModelSummary | None = None
        self._job: Job | None = None
        self._quiet_jobs: set[Job] = set()

    @property
    def collection(self) -> Collection | None:
        """The open collection."""
        return self._collection

    @property
    def recipe(self) -> Recipe:
        """The recipe the next training uses."""
        return self._recipe

    @property
    def model(self) -> ModelSummary | None:
        """The model that predicts and is exported: the last trained or opened one."""
        return self._model

    @property
    def job(self) -> Job | None:
        """The job under way; only one runs at a time."""
        return self._job

    @property
    def is_busy(self) -> bool:
        """Whether a job is under way, so that no other can start."""
        return self._job is not None

    def start_engine(self) -> None:
        """Load the engine in the background, so that it is there when it is needed."""
        self._engine.start()

    def advice(self) -> tuple[str, ...]:
        """Return what keeps the collection from being trained on, a sentence each; empty when nothing does."""
        return self._advice

    def split(self) -> Split | None:
        """Return who is used for what under the present recipe, or None where the collection cannot be split.

        Raises:
            CollectionError: The collection will do, but not with this recipe's shares.
        """
        if self._collection is None or self._advice:
            return None
        return self._divided(self._collection, self._recipe)

    def set_recipe(self, recipe: Recipe) -> None:
        """Use `recipe` from now on."""
        if recipe != self._recipe:
            self._recipe = recipe
            self.recipe_changed.emit()

    def scan_folder(self, folder: Path) -> Job:
        """Read `folder` and make it the open collection; until then the old one stays."""
        request = ScanRequest(folder)
        return self._begin(request, lambda context: self._scan(folder, context), self._on_scan_succeeded)

    def draw_samples(self, folder: Path) -> Job:
        """Draw the sample photos into `folder` and open them; where it already holds something, open that."""

        def draw_and_scan(context: JobContext) -> Collection:
            if not folder.is_dir() or not any(folder.iterdir()):
                draw_sample_photos(folder, context=context)
            return self._scan(folder, context)

        return self._begin(SamplePhotosRequest(folder), draw_and_scan, self._on_scan_succeeded)

    def train(self) -> Job:
        """Train the recipe on the collection; the model is kept in the data folder and becomes the open one.

        Raises:
            StorageError: The data folder cannot be made.
        """
        if self._collection is None:
            raise RuntimeError("Train needs a collection")
        request = TrainRequest(self._collection, self._recipe, _kept_model_path(self._collection))
        return self._begin_engine(request, self._on_model_ready)

    def open_model(self, path: Path) -> Job:
        """Check and load a `.tlmodel` and make it the open model."""
        return self._begin_engine(OpenModelRequest(path), self._on_model_ready)

    def predict(self, paths: tuple[Path, ...]) -> Job:
        """Name photos, and the photos in folders, with the open model."""
        return self._begin_engine(PredictRequest(self._needed_model().path, paths))

    def export(self, format_id: str, target: Path) -> Job:
        """Write the open model in another format and compare it on photos of the collection."""
        photos = tuple(photo.path for photo in self._photos_to_compare())
        return self._begin_engine(ExportRequest(self._needed_model().path, format_id, target, photos))

    def save_model(self, target: Path) -> Job:
        """Copy the open model's file to `target`, whole or not at all."""
        source = self._needed_model().path

        def copy(_context: JobContext) -> Path:
            with files.atomic_open(target) as stream, source.open("rb") as original:
                while block := original.read(1 << 20):
                    stream.write(block)
            return target

        return self._begin(SaveModelRequest(source, target), copy)

    def preview(self, paths: tuple[Path, ...], augmentation: Augmentation, size: int) -> Job:
        """Show what an augmentation does, without making the session busy; ask only while it is not."""
        request = PreviewRequest(paths, augmentation, size)
        job = Job(request, lambda context: self._engine.run(request, context), self)
        self._quiet_jobs.add(job)
        job.ended.connect(self._on_quiet_job_ended)
        job.start()
        return job

    def stop(self) -> None:
        """Ask the job under way to stop."""
        if self._job is not None:
            self._job.stop()

    def close(self, timeout_ms: int) -> bool:
        """Stop what runs and wait for it, then end the engine; return whether no job's thread is left running."""
        jobs = [*self._quiet_jobs, *([self._job] if self._job is not None else [])]
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait(timeout_ms)
        # A job that waited for an engine which did not answer ends with it.
        self._engine.close()
        return all(job.wait(timeout_ms) for job in jobs)

    def _scan(self, folder: Path, context: JobContext) -> Collection:
        """Scan, and divide on the same thread: with many photos that takes too long for the GUI's."""
        collection = scan(folder, context)
        if not training_advice(collection):
            # The page that shows the split says why there is none.
            with contextlib.suppress(CollectionError):
                self._divided(collection, self._recipe)
        return collection

    def _divided(self, collection: Collection, recipe: Recipe) -> Split:
        """Return the split, from memory where nothing that it depends on has changed."""
        known, shares = self._division, recipe.split
        if known is not None and known.collection is collection and (known.shares, known.seed) == (shares, recipe.seed):
            return known.split
        split = split_collection(collection, shares.validation, shares.test, shares.use_own, recipe.seed)
        self._division = _Division(collection, shares, recipe.seed, split)
        return split

    def _needed_model(self) -> ModelSummary:
        if self._model is None:
            raise RuntimeError("this needs a model")
        return self._model

    def _photos_to_compare(self, count: int = 32) -> list[Photo]:
        photos = list(self._collection.photos()) if self._collection is not None else []
        return photos[:: max(1, len(photos) // count)][:count]

    def _begin_engine(self, request: Request[object], on_success: Callable[[object], None] | None = None) -> Job:
        return self._begin(request, lambda context: self._engine.run(request, context), on_success)

    def _begin(self, request: object, operation: Operation, on_success: Callable[[object], None] | None = None) -> Job:
        if self._job is not None:
            raise RuntimeError("another job is under way")
        job = Job(request, operation, self)
        if on_success is not None:
            job.succeeded.connect(on_success)
        job.ended.connect(self._on_job_ended)
        self._job = job
        self.job_started.emit(job)
        job.start()
        return job

    @Slot(object)
    def _on_scan_succeeded(self, collection: object) -> None:
        assert isinstance(collection, Collection)
        self._collection = collection
        self._advice = training_advice(collection)
        self.collection_changed.emit()

    @Slot(object)
    def _on_model_ready(self, model: object) -> None:
        assert isinstance(model, ModelSummary)
        self._model = model
        self.model_changed.emit()

    @Slot()
    def _on_job_ended(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self.job_ended.emit(job)
            job.deleteLater()

    @Slot()
    def _on_quiet_job_ended(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        self._quiet_jobs.discard(job)
        job.deleteLater()


def model_name(path: Path) -> str:
    """Return what a model is called: the file's name, for a model that a training kept without the time in it."""
    return _KEPT_NAME.sub(r"\1", path.stem)


def model_title(path: Path) -> str:
    """Return what a model is called in a list, where a time tells those that trainings kept apart."""
    return _KEPT_NAME.sub(r"\1, trained \2 \3:\4", path.stem)


def _kept_model_path(collection: Collection) -> Path:
    """Return a new path for a model in the data folder, named after the collection and the time."""
    try:
        folder = files.models_folder()
    except OSError as error:
        raise files.storage_error(error, Path(error.filename)) from error
    name = re.sub(r"[^\w\- ]+", "_", collection.folder.name).strip() or "model"
    return folder / f"{name[:60]} {datetime.now():%Y-%m-%d %H-%M-%S-%f}{MODEL_SUFFIX}"
