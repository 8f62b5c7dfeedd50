"""The runs of one collection: they are created, listed, renamed, deleted and restored here, without TensorFlow.

They lie in the collection's workspace, in the user's data folder: `runs/` holds a folder for each run, `trash/` those
that were deleted, and `active` names the run whose model was used last.
"""

import contextlib
import logging
import os
import platform
import secrets
import shutil
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tlgui import __version__, files
from tlgui.errors import StorageError
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.folders import changed_at, free_name, read_runs, short_name, subfolders
from tlgui.learning.runs.progress import CHECKPOINT, read_progress
from tlgui.learning.runs.run import (
    LOCK_NAME,
    Run,
    RunStatus,
    read_run,
    saved_model,
    write_result,
    write_run,
)
from tlgui.learning.runs.training_photos import write_training_photos
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import Survey

# Deleted runs can be restored for so long; later they are removed when their collection is opened.
KEPT_DAYS = 7

_DAY_SECONDS = 24 * 60 * 60
_MOST_ACTIVE_BYTES = 200

_log = logging.getLogger(__name__)


class RunStore:
    """The runs of one collection. Nothing is written before the first run begins.

    Args:
        workspace: The collection's folder in the data folder, see `files.workspace_path`.
    """

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self._runs = workspace / "runs"
        self._trash = workspace / "trash"
        self._active = workspace / "active"
        self._locks: dict[str, files.OwnerLock] = {}

    def runs(self) -> tuple[Run, ...]:
        """Return the runs under way and those with a model or an epoch, newest first; damaged ones are left out."""
        return tuple(run for run in read_runs(self._runs) if run.leaves_something or run.status is RunStatus.RUNNING)

    def deleted(self) -> tuple[Run, ...]:
        """Return the runs that can be restored, the last deleted one first."""
        runs = [(changed_at(run.folder), run) for run in read_runs(self._trash)]
        return tuple(run for _, run in sorted(runs, key=lambda item: item[0], reverse=True))

    def begin(self, recipe: Recipe, collection: Collection, *, name: str = "", parent: Run | None = None) -> Run:
        """Create a run, which is locked by this process until `finish` or `fail`.

        Args:
            recipe: Every setting.
            collection: The photos.
            name: Its name; empty for the recipe's name. A number is added to a name that is taken.
            parent: The run whose model's weights it starts with; None for a new beginning.

        Returns:
            The run.

        Raises:
            StorageError: The data folder cannot be written to, or the record could not be read again.
        """
        now = datetime.now().astimezone()
        folder = self._runs / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        run = Run(
            folder=folder,
            name=free_name(self._runs, name or recipe.name),
            recipe=recipe,
            collection=collection.folder,
            class_names=collection.class_names,
            photo_count=collection.photo_count,
            created=now.isoformat(),
            status=RunStatus.RUNNING,
            versions=(("tlgui", __version__), ("python", platform.python_version())),
            started_from=parent.name if parent is not None else "",
            start_model=parent.model_path if parent is not None else None,
        )
        try:
            folder.mkdir(parents=True)
            self._lock(run)
            write_run(run)
            read_run(folder)
        except (OSError, StorageError, FieldError) as error:
            self._unlock(run)
            shutil.rmtree(folder, ignore_errors=True)
            raise _not_begun(error, folder) from error
        return run

    def unfinished(self, recipe: Recipe, class_names: tuple[str, ...]) -> tuple[Run, ...]:
        """Return the runs that were interrupted and can be resumed, and those under way, newest first.

        Args:
            recipe: Runs with other settings are left out; the recipe's name does not count.
            class_names: Runs of other classes are left out.

        Returns:
            The runs, without those that started with the weights of a model.
        """
        wanted = recipe.settings()
        return tuple(
            run
            for run in self.runs()
            if (run.can_resume or run.status is RunStatus.RUNNING)
            and run.start_model is None
            and run.class_names == class_names
            and run.recipe.settings() == wanted
        )

    def keep_training_photos(self, run: Run, survey: Survey) -> None:
        """Write the list of the photos that a run is trained on; a run that is resumed keeps its first list.

        Args:
            run: The run.
            survey: The photos and what is known of them.

        Raises:
            StorageError: The disk refused.
        """
        if not run.training_photos_path.exists():
            write_training_photos(run.training_photos_path, survey.collection, survey.facts)

    def resume(self, run: Run) -> Run:
        """Lock a run that ended early for this process again, until `finish` or `fail`.

        Args:
            run: The run.

        Returns:
            The run, under way.

        Raises:
            StorageError: Another process trains it, or its folder cannot be written to.
        """
        try:
            self._lock(run)
        except OSError as error:
            raise files.storage_error(error, run.folder) from error
        return self._changed_if_possible(run, status=RunStatus.RUNNING, problem="")

    def finish(self, run: Run, model: ModelSummary, *, can_go_on: bool = False) -> Run:
        """Write the result of a run and unlock it.

        Where the disk refuses, the run counts as interrupted when it is read again, and its model is there.

        Args:
            run: The run.
            model: The summary of its model, and the model's path.
            can_go_on: Whether it was stopped and stays resumable, provided that its checkpoint was written.

        Returns:
            The run as it is now.
        """
        checkpoint = run.folder / CHECKPOINT
        can_resume = can_go_on and checkpoint.is_file()
        finished = {
            "status": RunStatus.INTERRUPTED if can_resume else RunStatus.FINISHED,
            "problem": "",
            "seconds": model.seconds,
            "device": model.device,
            "versions": model.versions,
            "history": model.history,
            "model": None if can_resume else model,
            "has_model": True,
            "can_resume": can_resume,
            "saved": None if model.path == run.own_model_path else saved_model(model.path),
        }
        try:
            if not can_resume:
                write_result(run, model)
                checkpoint.unlink(missing_ok=True)
        except (OSError, StorageError):
            _log.warning("the result of the run in %s could not be written", run.folder, exc_info=True)
        try:
            return self._changed_if_possible(run, **finished)
        finally:
            self._unlock(run)

    def fail(self, run: Run, problem: str = "", *, is_unsaved: bool = False) -> Run | None:
        """Record that a run ended without a model and unlock it; a run without an epoch is removed.

        Where the disk refuses, the run counts as interrupted when it is read again.

        Args:
            run: The run.
            problem: Why it failed; empty where it was interrupted.
            is_unsaved: Whether it was trained to its end, and its model could not be written.

        Returns:
            The run as it is now; None where it was removed.
        """
        self._unlock(run)
        try:
            left = read_run(run.folder)
        except FieldError:
            if not is_unsaved:
                return None
            left = run
        if not (left.leaves_something or is_unsaved):
            shutil.rmtree(run.folder, ignore_errors=True)
            return None
        status = RunStatus.UNSAVED if is_unsaved else RunStatus.FAILED if problem else RunStatus.INTERRUPTED
        ended = {
            "status": status,
            "problem": problem,
            "seconds": left.seconds,
            "history": read_progress(run.folder),
            "can_resume": (run.folder / CHECKPOINT).is_file(),
        }
        return self._changed_if_possible(run, **ended)

    def rename(self, run: Run, name: str) -> Run:
        """Rename a run.

        Args:
            run: The run.
            name: Its new name. A number is added where another run has it; an empty one changes nothing.

        Returns:
            The run as it is now.

        Raises:
            StorageError: The disk refused.
        """
        wanted = short_name(name)
        if not wanted or wanted == run.name:
            return run
        return self._change(run, name=free_name(self._runs, wanted, besides=run))

    def delete(self, run: Run) -> Run:
        """Move a run to the trash, where `restore` finds it for `KEPT_DAYS` days.

        Args:
            run: The run.

        Returns:
            The run in the trash.

        Raises:
            StorageError: It is being trained, or the disk refused.
        """
        target = self._trash / run.id
        lock = files.OwnerLock(run.folder / LOCK_NAME)
        try:
            if not lock.acquire():
                raise _in_use(run)
            if os.name == "nt":
                # A folder with an open file cannot be moved there: a process that locks it now keeps it.
                lock.release()
            self._trash.mkdir(parents=True, exist_ok=True)
            run.folder.rename(target)
            # The days are counted from here: a folder that is moved keeps its time.
            os.utime(target)
        except OSError as error:
            raise _not_moved(run, "deleted", error) from error
        finally:
            lock.release()
        return _moved(run, target)

    def restore(self, run: Run) -> Run:
        """Bring a run back from the trash; a number is added to a name that was taken meanwhile.

        Args:
            run: The run in the trash.

        Returns:
            The run in its place.

        Raises:
            StorageError: The disk refused, or the run is no longer there.
        """
        target = self._runs / run.id
        name = free_name(self._runs, run.name)
        try:
            self._runs.mkdir(parents=True, exist_ok=True)
            run.folder.rename(target)
        except OSError as error:
            raise _not_moved(run, "brought back", error) from error
        restored = _moved(run, target)
        return restored if name == run.name else self._change(restored, name=name)

    def purge(self) -> None:
        """Remove runs that were deleted more than `KEPT_DAYS` days ago, and ended runs without a model or an epoch."""
        oldest = time.time() - KEPT_DAYS * _DAY_SECONDS
        for folder in subfolders(self._trash):
            if changed_at(folder) < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        for run in read_runs(self._runs):
            if run.status is not RunStatus.RUNNING and not run.leaves_something:
                shutil.rmtree(run.folder, ignore_errors=True)

    @property
    def active_id(self) -> str:
        """The id of the run whose model was used last; empty where there is none."""
        try:
            with files.open_regular(self._active) as stream:
                return stream.read(_MOST_ACTIVE_BYTES).decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def set_active(self, run: Run) -> None:
        """Record that the model of `run` is the one in use."""
        # Nothing depends on it: without the record, the user selects the run again.
        with contextlib.suppress(StorageError):
            files.write_text(self._active, run.id + "\n")

    def _lock(self, run: Run) -> None:
        lock = files.OwnerLock(run.folder / LOCK_NAME)
        if not lock.acquire():
            raise _in_use(run)
        self._locks[run.id] = lock

    def _unlock(self, run: Run) -> None:
        lock = self._locks.pop(run.id, None)
        if lock is not None:
            lock.release()

    def _change(self, run: Run, **changes: object) -> Run:
        """Write a run with some fields changed; other fields keep what another window wrote meanwhile."""
        try:
            known = read_run(run.folder)
        except FieldError:
            known = run
        changed: Run = replace(known, **changes)  # type: ignore[arg-type]  # each caller names fields of `Run`
        write_run(changed)
        return changed

    def _changed_if_possible(self, run: Run, **changes: object) -> Run:
        """Change a run; where the disk refuses, the record is unchanged, and the caller goes on."""
        try:
            return self._change(run, **changes)
        except StorageError:
            _log.warning("the record of the run in %s could not be written", run.folder, exc_info=True)
            return replace(run, **changes)  # type: ignore[arg-type]  # each caller names fields of `Run`


def _moved(run: Run, target: Path) -> Run:
    moved = replace(run, folder=target)
    model = replace(run.model, path=moved.model_path) if run.model is not None else None
    return replace(moved, model=model)


def _not_begun(error: Exception, folder: Path) -> StorageError:
    if isinstance(error, OSError):
        return files.storage_error(error, folder)
    if isinstance(error, StorageError):
        return error
    return StorageError(f"The training cannot be kept in {folder.parent}: {error}.", "Shorten the names in it.")


def _in_use(run: Run) -> StorageError:
    return StorageError(f"“{run.name}” is being trained just now.", "Wait until it has ended, or stop it.")


def _not_moved(run: Run, done: str, error: OSError) -> StorageError:
    why = error.strerror or str(error)
    return StorageError(f"“{run.name}” could not be {done}: {why}.", f"Look at the folder {run.folder.parent}.")
