"""One run and its files: what was trained, its status, and its result; every field is checked when it is read.

A run's folder holds `run.json`, written here; `progress.json` and a checkpoint, written by the engine after each epoch;
`model.tlmodel` once there is one, unless it was written elsewhere; `judgements.json.gz`, what the model says of photos
that it was not trained on; and `result.json`, a copy of the model's manifest, so that a list of runs opens no model.
Nothing here needs TensorFlow.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tlgui import files
from tlgui.learning.model_file.manifest import history_of, manifest_of, summary_from
from tlgui.learning.recipes.fields import LONGEST_TEXT, Fields
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.judgements import JUDGEMENTS
from tlgui.learning.runs.learning_curve import LEARNING_CURVE
from tlgui.learning.runs.progress import CHECKPOINT, read_progress
from tlgui.photos.collection import MOST_CLASSES
from tlgui.progress import EpochEnded

FORMAT_VERSION = 1
MODEL_NAME = "model.tlmodel"
LOCK_NAME = "lock"
LONGEST_NAME = 100

_RECORD_NAME = "run.json"
_RESULT_NAME = "result.json"
_ROSTER_NAME = "photos.json.gz"
_MOST_RECORD_BYTES = 8 * 1024**2
_MOST_RESULT_BYTES = 64 * 1024**2
_MOST_PHOTOS = 10**9
_MOST_NS = 2**63
_TIME_STEP_NS = 2 * 10**9


class RunStatus(StrEnum):
    """The state of a run; an unsaved one was trained to its end, and its model could not be written."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    UNSAVED = "unsaved"


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A model outside its run's folder, where it can be overwritten at any time.

    Args:
        path: The file.
        size: Its size when it was written, in bytes.
        changed_ns: Its modification time then, in nanoseconds since 1970.
    """

    path: Path
    size: int
    changed_ns: int

    @property
    def is_there(self) -> bool:
        """Whether the file is unchanged; file systems keep times to 2 seconds at worst."""
        try:
            state = self.path.stat()
        except OSError:
            return False
        return state.st_size == self.size and abs(state.st_mtime_ns - self.changed_ns) <= _TIME_STEP_NS


def saved_model(path: Path) -> SavedModel:
    """Return the present state of a model file.

    Args:
        path: The file.

    Returns:
        Its size and time; zeros where it cannot be read, so that no later file is taken for it.
    """
    try:
        state = path.stat()
    except OSError:
        return SavedModel(path, 0, 0)
    return SavedModel(path, state.st_size, state.st_mtime_ns)


# Runs that can be resumed, or used as they are.
ENDED_EARLY = frozenset({RunStatus.INTERRUPTED, RunStatus.FAILED, RunStatus.UNSAVED})


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Args:
        folder: Its folder; the folder's name is the run's id.
        name: The name the user gave it.
        recipe: Every setting.
        collection: The folder of the photos.
        class_names: The classes, in output order.
        photo_count: All photos of the collection when it began.
        created: When it began, as an ISO 8601 time with its offset.
        status: Its state.
        seconds: Time spent on training so far, in seconds.
        device: The device it ran on; empty until it has finished.
        versions: Names and versions of the libraries it was made with.
        history: Its epochs so far.
        model: The summary of its model; None until it has finished.
        has_model: Whether its model file is there.
        can_resume: Whether it can go on after its last complete epoch.
        saved: Where its model was written, if not into its folder.
        started_from: The name of the run whose weights it started with; empty where it began anew.
        start_model: The model whose weights it started with; None where it began anew.
        problem: Why it failed; empty where it did not.
    """

    folder: Path
    name: str
    recipe: Recipe
    collection: Path
    class_names: tuple[str, ...]
    photo_count: int
    created: str
    status: RunStatus
    seconds: float = 0.0
    device: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    started_from: str = ""
    problem: str = ""
    history: tuple[EpochEnded, ...] = ()
    model: ModelSummary | None = None
    has_model: bool = False
    can_resume: bool = False
    saved: SavedModel | None = None
    start_model: Path | None = None

    @property
    def id(self) -> str:
        """Its identifier, which a new name does not change."""
        return self.folder.name

    @property
    def created_at(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.created)

    @property
    def model_path(self) -> Path:
        """The file of its model, existing or planned."""
        return self.saved.path if self.saved is not None else self.own_model_path

    @property
    def own_model_path(self) -> Path:
        """The file of its model unless it was written elsewhere."""
        return self.folder / MODEL_NAME

    @property
    def training_photos_path(self) -> Path:
        """The list of the photos it was trained on; runs of the first versions have none."""
        return self.folder / _ROSTER_NAME

    @property
    def judgements_path(self) -> Path:
        """What its model says of the photos it was not trained on, see `judgements`; earlier versions wrote none."""
        return self.folder / JUDGEMENTS

    @property
    def learning_curve_path(self) -> Path:
        """What more photos would help, see `learning_curve`; only runs that were asked for it have one."""
        return self.folder / LEARNING_CURVE

    @property
    def best_epoch(self) -> EpochEnded | None:
        """The epoch whose weights are kept; None before the first."""
        return next((epoch for epoch in reversed(self.history) if epoch.is_best), None)

    @property
    def leaves_something(self) -> bool:
        """Whether it has a model or a complete epoch."""
        return bool(self.history) or self.has_model


def write_run(run: Run) -> None:
    """Write the record of a run, which `read_run` reads.

    Args:
        run: The run; its history and result are written elsewhere.

    Raises:
        StorageError: The disk refused; the old record is unchanged.
    """
    record = {
        "format_version": FORMAT_VERSION,
        "name": run.name,
        "recipe": run.recipe.to_json(),
        "collection": str(run.collection),
        "class_names": list(run.class_names),
        "photo_count": run.photo_count,
        "created": run.created,
        "status": run.status.value,
        "seconds": run.seconds,
        "device": run.device,
        "versions": dict(run.versions),
        "started_from": run.started_from,
        "start_model": "" if run.start_model is None else str(run.start_model),
        "problem": run.problem[:LONGEST_TEXT],
        "saved": _saved_json(run.saved),
    }
    # Escaped to ASCII: a folder's name may hold bytes that are not valid Unicode.
    files.write_text(run.folder / _RECORD_NAME, json.dumps(record, indent=2) + "\n")


def write_result(run: Run, model: ModelSummary) -> None:
    """Write the summary of a run's model into the run's folder.

    Args:
        run: The run.
        model: The summary of its model.

    Raises:
        FieldError: A value of the summary breaks its rule.
        StorageError: The disk refused.
    """
    result = {"model": manifest_of(model), "history": history_of(model)}
    files.write_text(run.folder / _RESULT_NAME, json.dumps(result) + "\n")


def read_run(folder: Path) -> Run:
    """Read a run.

    Args:
        folder: The run's folder.

    Returns:
        The run. One that is recorded as running, and whose process has ended, is interrupted.

    Raises:
        FieldError: There is no record, or a field of it breaks its rule.
    """
    fields = Fields.read(folder / _RECORD_NAME, _MOST_RECORD_BYTES, "run")
    fields.whole("format_version", 1, FORMAT_VERSION)
    status = fields.choice("status", RunStatus)
    if status is RunStatus.RUNNING and not files.is_owned(folder / LOCK_NAME):
        status = RunStatus.INTERRUPTED
    saved = None if fields.raw("saved") is None else _saved(fields.group("saved"))
    model_path = saved.path if saved is not None else folder / MODEL_NAME
    model = _read_result(folder, model_path) if status is RunStatus.FINISHED else None
    history = model.history if model is not None else read_progress(folder)
    return Run(
        folder=folder,
        name=fields.text("name", LONGEST_NAME),
        recipe=fields.settings("recipe", Recipe),
        collection=Path(fields.text("collection")),
        class_names=fields.names("class_names", MOST_CLASSES),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        created=fields.time("created", has_offset=True),
        status=status,
        seconds=fields.number("seconds", low=0) or sum(epoch.seconds for epoch in history),
        device=fields.text("device"),
        versions=tuple(fields.group("versions").texts().items()),
        started_from=fields.text("started_from", LONGEST_NAME),
        problem=fields.text("problem"),
        history=history,
        model=model,
        has_model=saved.is_there if saved is not None else model_path.is_file(),
        can_resume=status in ENDED_EARLY and (folder / CHECKPOINT).is_file(),
        saved=saved,
        start_model=_start_model(fields),
    )


def run_of_model(model_path: Path) -> tuple[str, str] | None:
    """Return the run that a model file belongs to.

    Args:
        model_path: The model file.

    Returns:
        The name of the collection and the name of the run; None where the file belongs to no run.
    """
    if model_path.name != MODEL_NAME:
        return None
    try:
        fields = Fields.read(model_path.parent / _RECORD_NAME, _MOST_RECORD_BYTES, "run")
        return Path(fields.text("collection")).name, fields.text("name", LONGEST_NAME)
    except FieldError:
        return None


def collection_of_model(model_path: Path) -> Path | None:
    """Return the folder of the collection whose run a model file belongs to; None where it belongs to no run."""
    if model_path.name != MODEL_NAME:
        return None
    try:
        return Path(Fields.read(model_path.parent / _RECORD_NAME, _MOST_RECORD_BYTES, "run").text("collection"))
    except FieldError:
        return None


def _read_result(folder: Path, model_path: Path) -> ModelSummary | None:
    """Return the copy of the model's summary; None where it is damaged, because the model file holds it too."""
    try:
        result = Fields.read(folder / _RESULT_NAME, _MOST_RESULT_BYTES, "result")
        return summary_from(result.raw("model"), result.raw("history"), model_path)
    except FieldError:
        return None


def _start_model(fields: Fields) -> Path | None:
    text = fields.text("start_model") if fields.has("start_model") else ""
    return Path(text) if text else None


def _saved_json(saved: SavedModel | None) -> dict[str, Any] | None:
    if saved is None:
        return None
    return {"path": str(saved.path), "size": saved.size, "changed_ns": saved.changed_ns}


def _saved(fields: Fields) -> SavedModel:
    path = Path(fields.text("path"))
    return SavedModel(path, fields.whole("size", 0, _MOST_NS), fields.whole("changed_ns", -_MOST_NS, _MOST_NS))
