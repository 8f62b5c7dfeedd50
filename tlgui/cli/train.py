"""`tlgui train`: train on a folder of photos as a run of its workspace, as the window does, and write the model."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tlgui import files
from tlgui.cli import commands, engine
from tlgui.cli.left_out import LeftOut
from tlgui.cli.recipe_options import recipe_of
from tlgui.cli.terminal import Terminal
from tlgui.engine.protocol import SaveTrainedRequest, TrainRequest
from tlgui.engine.run_job import Perform, RunHints, RunJob
from tlgui.errors import StorageError, UnsavedModelError
from tlgui.files.targets import MODEL, check_target
from tlgui.learning.model_file.tlmodel import check_training
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.progress import not_kept
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.learning.runs.store import RunStore
from tlgui.photos.scanning.scan import Survey
from tlgui.progress import JobContext
from tlgui.text.numbers import count, duration_in_words, stop_reason_in_words

_GO_ON = "the same command with --resume goes on with it"


def train(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui train FOLDER --out MODEL.tlmodel`: train and write the model; with `--resume`, go on with a run."""
    recipe, out = recipe_of(arguments), arguments.out.absolute()
    check_target(out, MODEL)
    left_out = LeftOut(terminal)
    survey = commands.surveyed(
        arguments,
        terminal,
        left_out,
        check=lambda collection: check_training(out, collection, recipe),
        size=recipe.input_size,
        loads_engine=True,
    )
    # The record of the run has the backbone that is trained.
    recipe = commands.fitted(recipe, survey.collection, terminal)
    perform = engine.load_engine(terminal)
    request = TrainRequest(survey.collection, recipe, out)
    context = terminal.context(left_out.listen)
    model = _trained(request, survey, perform, context, terminal, wants_resume=arguments.resume)
    terminal.write(
        f"Learned from {count('photo', model.photo_count)} of {count('class', len(model.class_names))} "
        f"in {duration_in_words(model.seconds)}. {stop_reason_in_words(model.stop_reason, len(model.history))}."
    )
    commands.write_accuracy(model.evaluation, terminal)
    terminal.write(f"Saved as {model.path}")
    terminal.write_json({"model": model, "left_out": left_out.result()})


def _trained(
    request: TrainRequest,
    survey: Survey,
    perform: Perform,
    context: JobContext,
    terminal: Terminal,
    *,
    wants_resume: bool,
) -> ModelSummary:
    """Train as a run; without one, where the disk of the data folder refuses it."""
    store = RunStore(files.workspace_path(request.collection.folder))
    store.purge()
    run = _unfinished(store, request, terminal, wants_resume=wants_resume)
    is_resumed = run is not None
    try:
        run = run or store.begin(request.recipe, request.collection)
    except StorageError as error:
        notice = not_kept(error)
        terminal.note(f"note: {notice.message} {notice.hint}")
        return _trained_alone(request, perform, context)
    request = replace(request, run_folder=run.folder, resume=is_resumed)
    kept = f"kept in {run.folder}"
    hints = RunHints(
        interrupted=f"What it learned so far is {kept}: {_GO_ON}.",
        unsaved=f"What it learned is {kept}: {_GO_ON} and writes the model, with another --out elsewhere.",
    )
    job = RunJob(store, run, request, perform, hints, stays_resumable=True, final_survey=lambda _context: survey)
    try:
        model = job(context)
    except UnsavedModelError as error:
        if job.outcome is None or not job.outcome.can_resume:
            _rescue(lambda target: job.saving_to(target)(context), request, error)
        raise
    if job.outcome is not None and job.outcome.can_resume:
        terminal.note(f"note: It was stopped after {_epochs(job.outcome)}; {_GO_ON}.")
    return model


def _trained_alone(request: TrainRequest, perform: Perform, context: JobContext) -> ModelSummary:
    """Train without a run, because the disk of the data folder refuses it."""
    try:
        return perform(request, context)
    except UnsavedModelError as error:
        _rescue(lambda target: perform(SaveTrainedRequest(request, target), context), request, error)
        raise


def _rescue(write: Callable[[Path], object], request: TrainRequest, error: UnsavedModelError) -> None:
    """Write a model to the first folder that takes it, and name that in the error's hint: there is no other copy."""
    for folder in (Path.cwd(), files.expanded("~"), files.system_folder()):
        target = _unused(folder / request.model_path.name)
        try:
            write(target)
        except StorageError:
            continue
        error.hint = f"It was saved as {target} instead."
        return


def _unfinished(store: RunStore, request: TrainRequest, terminal: Terminal, *, wants_resume: bool) -> Run | None:
    """Return the run to go on with, now locked by this process; None to begin a new one."""
    found = store.unfinished(request.recipe, request.collection.class_names)
    idle = [run for run in found if run.status is not RunStatus.RUNNING]
    if not wants_resume:
        if idle:
            terminal.note(f"note: An unfinished training with these settings is there, {_named(idle[0])}; {_GO_ON}.")
        return None
    if found:
        # Where another process trains all of them, `resume` raises the error for that.
        run = store.resume((idle or list(found))[0])
        terminal.note(f"Going on with {_named(run)}")
        return run
    others = [run for run in store.runs() if run.can_resume]
    more = f" Unfinished with other settings or classes: {', '.join(map(_named, others))}." if others else ""
    terminal.note(f"note: There is no unfinished training with these settings; a new one begins.{more}")
    return None


def _unused(path: Path) -> Path:
    """Return `path`, with a number where that name is taken."""
    free, number = path, 1
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem} {number}")
    return free


def _named(run: Run) -> str:
    return f"“{run.name}” of {run.created_at:%Y-%m-%d %H:%M} after {_epochs(run)}"


def _epochs(run: Run) -> str:
    return count("epoch", len(run.history))
