"""One run as its folder tells of it: what was asked for, how it stands, and what came of it; read with suspicion.

A run's folder holds `run.json`, written here; `progress.json` and a checkpoint, written by the engine after each epoch;
`model.tlmodel` once there is one, unless it was written elsewhere; and `result.json`, what that model says of itself,
so that a list of runs opens no model. Nothing here needs TensorFlow.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tlgui import files
from tlgui.errors import SettingError
from tlgui.learning.model_file.manifest import (
    LONGEST_TEXT,
    Fields,
    ManifestProblemError,
    history_of,
    manifest_of,
    summary_from,
)
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary
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
    """How a run stands; an unsaved one was trained to its end, and its model could not be written."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    UNSAVED = "unsaved"


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A model that lies outside its run's folder, where another may be written over it at any time.

    Args:
        path: The file.
        size: Its bytes when it was written.
        changed_ns: Its time then.
    """

    path: Path
    size: int
    changed_ns: int

    @property
    def is_there(self) -> bool:
        """Whether the file is there as it was written; not every disk keeps the time exactly."""
        try:
            state = self.path.stat()
        except OSError:
            return False
        return state.st_size == self.size and abs(state.st_mtime_ns - self.changed_ns) <= _TIME_STEP_NS


def saved_model(path: Path) -> SavedModel:
    """Return how the model at `path` lies there now; one that went at once is not known again."""
    try:
        state = path.stat()
    except OSError:
        return SavedModel(path, 0, 0)
    return SavedModel(path, state.st_size, state.st_mtime_ns)


# What can be resumed, or used as it is.
ENDED_EARLY = frozenset({RunStatus.INTERRUPTED, RunStatus.FAILED, RunStatus.UNSAVED})


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Args:
        folder: Where it is kept; the folder's name is the run's id.
        name: What the user calls it.
        recipe: Every setting.
        collection: The folder of the photos.
        class_names: The classes, in output order.
        photo_count: All photos of the collection when it began.
        created: When it began, as an ISO 8601 time with its offset.
        status: How it stands.
        seconds: How long it took so far.
        device: What it ran on; empty until it has finished.
        versions: The libraries it was made with, by name.
        started_from: The name of the run it was trained further from; empty where it began anew.
        start_model: The model that it was trained further from; None where it began anew.
        problem: Why it failed; empty where it did not.
        history: Its epochs so far.
        model: What its model says of itself; None until it has finished.
        has_model: Whether its model is there to be used.
        can_resume: Whether it can go on where it ended.
        saved: Where its model was written, if not into its folder.
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
        """What tells it from all others, whatever it is called."""
        return self.folder.name

    @property
    def created_at(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.created)

    @property
    def model_path(self) -> Path:
        """Where its model is, or will be."""
        return self.saved.path if self.saved is not None else self.own_model_path

    @property
    def own_model_path(self) -> Path:
        """Where its model is unless it was written elsewhere."""
        return self.folder / MODEL_NAME

    @property
    def training_photos_path(self) -> Path:
        """Where it is kept which photos it was trained on; runs of before there were rosters have none."""
        return self.folder / _ROSTER_NAME

    @property
    def best_epoch(self) -> EpochEnded | None:
        """The epoch whose weights are kept; None before the first."""
        return next((epoch for epoch in reversed(self.history) if epoch.is_best), None)

    @property
    def leaves_something(self) -> bool:
        """Whether there is anything to use or to go on with."""
        return bool(self.history) or self.has_model


def write_run(run: Run) -> None:
    """Write what `read_run` reads, but for the result.

    Raises:
        StorageError: The disk refused; the old record is as it was.
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
    # A folder's name may hold bytes that are no text; as escapes they survive.
    files.write_text(run.folder / _RECORD_NAME, json.dumps(record, indent=2) + "\n")


def write_result(run: Run, model: ModelSummary) -> None:
    """Write what the run's model says of itself.

    Raises:
        StorageError: The disk refused.
    """
    result = {"model": manifest_of(model), "history": history_of(model)}
    files.write_text(run.folder / _RESULT_NAME, json.dumps(result) + "\n")


def read_run(folder: Path) -> Run:
    """Read a run; one whose process is gone is interrupted, whatever its record says.

    Raises:
        ManifestProblemError: There is no record, or one that cannot be believed.
    """
    fields = Fields(_read_json(folder / _RECORD_NAME, _MOST_RECORD_BYTES), "run")
    fields.whole("format_version", 1, FORMAT_VERSION)
    status = _status(fields.text("status"))
    if status is RunStatus.RUNNING and not files.is_owned(folder / LOCK_NAME):
        status = RunStatus.INTERRUPTED
    saved = _saved(fields.optional_group("saved") if fields.has("saved") else None)
    model_path = saved.path if saved is not None else folder / MODEL_NAME
    model = _read_result(folder, model_path) if status is RunStatus.FINISHED else None
    history = model.history if model is not None else read_progress(folder)
    return Run(
        folder=folder,
        name=fields.text("name", LONGEST_NAME),
        recipe=_recipe(fields.raw("recipe")),
        collection=Path(fields.text("collection")),
        class_names=_class_names(fields),
        photo_count=fields.whole("photo_count", 0, _MOST_PHOTOS),
        created=_time(fields.text("created")),
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
    """Return the name of the collection and of the run that a model belongs to; None where it belongs to none."""
    if model_path.name != MODEL_NAME:
        return None
    try:
        fields = Fields(_read_json(model_path.parent / _RECORD_NAME, _MOST_RECORD_BYTES), "run")
        return Path(fields.text("collection")).name, fields.text("name", LONGEST_NAME)
    except ManifestProblemError:
        return None


def _read_result(folder: Path, model_path: Path) -> ModelSummary | None:
    """Return what the run's model says of itself, or None where that got lost: the model itself says it again."""
    try:
        data = _read_json(folder / _RESULT_NAME, _MOST_RESULT_BYTES)
        parts: Mapping[str, Any] = data if isinstance(data, dict) else {}
        return summary_from(parts.get("model"), parts.get("history"), model_path)
    except ManifestProblemError:
        return None


def _read_json(path: Path, most_bytes: int) -> object:
    try:
        return json.loads(files.read_regular(path, most_bytes))
    except (OSError, ValueError, RecursionError) as error:
        raise ManifestProblemError(
            f"“{path.name}” cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error


def _start_model(fields: Fields) -> Path | None:
    text = fields.text("start_model") if fields.has("start_model") else ""
    return Path(text) if text else None


def _saved_json(saved: SavedModel | None) -> dict[str, Any] | None:
    if saved is None:
        return None
    return {"path": str(saved.path), "size": saved.size, "changed_ns": saved.changed_ns}


def _saved(fields: Fields | None) -> SavedModel | None:
    if fields is None:
        return None
    path = Path(fields.text("path"))
    return SavedModel(path, fields.whole("size", 0, _MOST_NS), fields.whole("changed_ns", -_MOST_NS, _MOST_NS))


def _status(text: str) -> RunStatus:
    try:
        return RunStatus(text)
    except ValueError:
        raise ManifestProblemError(f"the status “{text[:80]}” is not known") from None


def _recipe(data: object) -> Recipe:
    try:
        return Recipe.from_json(data)
    except SettingError as error:
        raise ManifestProblemError(f"its recipe does not hold: {error.message}") from error


def _class_names(fields: Fields) -> tuple[str, ...]:
    names = fields.items("class_names", MOST_CLASSES)
    if not all(isinstance(name, str) for name in names):
        raise ManifestProblemError("“class_names” is not a list of names")
    return tuple(names)


def _time(text: str) -> str:
    try:
        has_offset = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        has_offset = False
    if not has_offset:
        raise ManifestProblemError("“created” is not a time with its offset")
    return text
