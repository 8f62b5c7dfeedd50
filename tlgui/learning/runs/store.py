"""The runs of one collection: begun, kept, listed, renamed, deleted and brought back; no TensorFlow.

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
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tlgui import __version__, files
from tlgui.errors import StorageError
from tlgui.learning.model_file.manifest import ManifestProblemError
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.progress import CHECKPOINT, read_progress
from tlgui.learning.runs.run import (
    LOCK_NAME,
    LONGEST_NAME,
    MODEL_NAME,
    Run,
    RunStatus,
    read_run,
    run_of_model,
    saved_model,
    write_result,
    write_run,
)
from tlgui.learning.runs.training_photos import write_training_photos
from tlgui.photos.collection import Collection
from tlgui.photos.scanning.scan import Survey

# What was deleted can be brought back this long; then it goes when its collection is opened the next time.
KEPT_DAYS = 7

_DAY_SECONDS = 24 * 60 * 60
_MOST_ACTIVE_BYTES = 200

_log = logging.getLogger(__name__)


class RunStore:
    """The runs of one collection. Nothing is made on the disk before the first run begins.

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
        """Return all runs that left something, newest first; a folder that is damaged never stops the list."""
        return tuple(run for run in _read_all(self._runs) if run.leaves_something or run.status is RunStatus.RUNNING)

    def deleted(self) -> tuple[Run, ...]:
        """Return the runs that can be brought back, the last deleted one first."""
        runs = [(_changed_at(run.folder), run) for run in _read_all(self._trash)]
        return tuple(run for _, run in sorted(runs, key=lambda item: item[0], reverse=True))

    def begin(self, recipe: Recipe, collection: Collection, *, name: str = "", parent: Run | None = None) -> Run:
        """Make the folder of a new run, which belongs to this process until `finish` or `fail`.

        Args:
            recipe: Every setting.
            collection: The photos.
            name: What to call it; empty for the recipe's name. A taken one gets a number.
            parent: The run it is trained further from.

        Raises:
            StorageError: The data folder cannot be written to, or what is asked for could not be read again.
        """
        now = datetime.now().astimezone()
        folder = self._runs / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        run = Run(
            folder=folder,
            name=self._free_name(name or recipe.name),
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
            self._own(run)
            write_run(run)
            read_run(folder)
        except (OSError, StorageError, ManifestProblemError) as error:
            self._let_go(run)
            shutil.rmtree(folder, ignore_errors=True)
            raise _not_begun(error, folder) from error
        return run

    def unfinished(self, recipe: Recipe, class_names: tuple[str, ...]) -> tuple[Run, ...]:
        """Return the runs that ended early and can go on, and those that are being trained, newest first.

        Runs that train a model further are left out.

        Args:
            recipe: Runs of other settings are left out; what it is called does not count.
            class_names: Runs of other classes are left out.
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
        """Keep which photos a run is trained on; one that goes on keeps what it began with.

        Raises:
            StorageError: The disk refused.
        """
        if not run.training_photos_path.exists():
            write_training_photos(run.training_photos_path, survey.collection, survey.facts)

    def resume(self, run: Run) -> Run:
        """Make a run that ended early belong to this process again, until `finish` or `fail`.

        Raises:
            StorageError: Another process trains it, or its folder cannot be written to.
        """
        try:
            self._own(run)
        except OSError as error:
            raise files.storage_error(error, run.folder) from error
        return self._changed_if_possible(run, status=RunStatus.RUNNING, problem="")

    def finish(self, run: Run, model: ModelSummary, *, can_go_on: bool = False) -> Run:
        """Keep what came of a run; returns it as it is now.

        Where the disk refuses, the run counts as interrupted when it is read again, and its model is there.

        Args:
            run: The run.
            model: What its model says of itself, and where it is.
            can_go_on: Whether it was stopped and is to stay resumable, as far as its epochs could be kept.
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
            self._let_go(run)

    def fail(self, run: Run, problem: str = "", *, is_unsaved: bool = False) -> Run | None:
        """Keep a run that ended without a model; one that left nothing is taken away.

        Args:
            run: The run.
            problem: Why it failed; empty where it was interrupted.
            is_unsaved: Whether it was trained to its end, and its model could not be written.

        Returns:
            The run as it is now; None where it is gone. Where the disk refuses, it is found interrupted the next time.
        """
        self._let_go(run)
        try:
            left = read_run(run.folder)
        except ManifestProblemError:
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
        """Call a run something else; a name that another run has gets a number, and no name at all changes nothing.

        Raises:
            StorageError: The disk refused.
        """
        wanted = _one_line(name)
        if not wanted or wanted == run.name:
            return run
        return self._change(run, name=self._free_name(wanted, besides=run))

    def delete(self, run: Run) -> Run:
        """Put a run in the trash, from which `restore` brings it back for `KEPT_DAYS` days; returns it as it is there.

        Raises:
            StorageError: It is being trained, or the disk refused.
        """
        target = self._trash / run.id
        lock = files.OwnerLock(run.folder / LOCK_NAME)
        try:
            if not lock.acquire():
                raise _in_use(run)
            if os.name == "nt":
                # A folder whose files are open cannot be moved there, so that whoever opens it now keeps it.
                lock.release()
            self._trash.mkdir(parents=True, exist_ok=True)
            run.folder.rename(target)
            # Counts the days; a folder that is moved keeps its time.
            os.utime(target)
        except OSError as error:
            raise _not_moved(run, "deleted", error) from error
        finally:
            lock.release()
        return _moved(run, target)

    def restore(self, run: Run) -> Run:
        """Bring back what `delete` put in the trash; a name that was taken meanwhile gets a number.

        Raises:
            StorageError: The disk refused, or it is no longer there.
        """
        target = self._runs / run.id
        name = self._free_name(run.name)
        try:
            self._runs.mkdir(parents=True, exist_ok=True)
            run.folder.rename(target)
        except OSError as error:
            raise _not_moved(run, "brought back", error) from error
        restored = _moved(run, target)
        return restored if name == run.name else self._change(restored, name=name)

    def purge(self) -> None:
        """Take away for good what was deleted more than `KEPT_DAYS` days ago, and dead runs that left nothing."""
        oldest = time.time() - KEPT_DAYS * _DAY_SECONDS
        for folder in _folders(self._trash):
            if _changed_at(folder) < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        for run in _read_all(self._runs):
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
        """Remember that the model of `run` is the one in use."""
        # Forgetting it costs the user a click; nothing that follows depends on it.
        with contextlib.suppress(StorageError):
            files.write_text(self._active, run.id + "\n")

    def _own(self, run: Run) -> None:
        lock = files.OwnerLock(run.folder / LOCK_NAME)
        if not lock.acquire():
            raise _in_use(run)
        self._locks[run.id] = lock

    def _let_go(self, run: Run) -> None:
        lock = self._locks.pop(run.id, None)
        if lock is not None:
            lock.release()

    def _change(self, run: Run, **changes: object) -> Run:
        """Write a run with some fields changed, on top of what another window may have changed meanwhile."""
        try:
            known = read_run(run.folder)
        except ManifestProblemError:
            known = run
        changed: Run = replace(known, **changes)  # type: ignore[arg-type]  # each caller names fields of `Run`
        write_run(changed)
        return changed

    def _changed_if_possible(self, run: Run, **changes: object) -> Run:
        """Change a run, whose record stays as it was where the disk refuses: what it tells must not fail for that."""
        try:
            return self._change(run, **changes)
        except StorageError:
            _log.warning("the record of the run in %s could not be written", run.folder, exc_info=True)
            return replace(run, **changes)  # type: ignore[arg-type]  # each caller names fields of `Run`

    def _free_name(self, name: str, besides: Run | None = None) -> str:
        base = _one_line(name)
        others = (folder for folder in _folders(self._runs) if besides is None or folder.name != besides.id)
        taken = {known[1].casefold() for folder in others if (known := run_of_model(folder / MODEL_NAME)) is not None}
        free, number = base, 1
        while free.casefold() in taken:
            number += 1
            free = f"{base[: LONGEST_NAME - 8]} {number}"
        return free


def _one_line(name: str) -> str:
    """Return a name as it fits in a list: without line breaks and the like, and not endless."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:LONGEST_NAME]


def _read_all(folder: Path) -> tuple[Run, ...]:
    """Return the runs in `folder` that can be read, newest first."""
    runs = []
    for place in _folders(folder):
        with contextlib.suppress(ManifestProblemError):
            runs.append(read_run(place))
    return tuple(sorted(runs, key=lambda run: run.created_at, reverse=True))


def _folders(folder: Path) -> Iterator[Path]:
    try:
        places = sorted(folder.iterdir())
    except OSError:
        return
    yield from (place for place in places if place.is_dir() and not place.is_symlink())


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


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
