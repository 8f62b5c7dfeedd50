"""`tlgui sort`, `tlgui resume-sort` and `tlgui undo`: photos are sorted into folders by what a model says of them."""

import argparse
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tlgui.cli import engine
from tlgui.cli.decided import person_answers
from tlgui.cli.given_paths import check_any_named, check_any_there
from tlgui.cli.terminal import Terminal
from tlgui.engine.protocol import PredictRequest
from tlgui.errors import Cancelled, TlguiError
from tlgui.learning.answers.photo_answer import ModelIdentity, answer_by_model, digest_of
from tlgui.learning.answers.sorting import WRITERS, decided_photos
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.results import PhotosPredicted, Prediction
from tlgui.learning.trust import Caution
from tlgui.photos.mending.file_mover import MendingProblem
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import SortOptions
from tlgui.photos.sorting.pattern import DEFAULT_PATTERN
from tlgui.photos.sorting.plan import FolderCount, SortPlan
from tlgui.photos.sorting.sorter import Sorted, Sorter
from tlgui.photos.sorting.words import renamed_class_words
from tlgui.progress import Event
from tlgui.text.numbers import count, size_in_words
from tlgui.text.trust import caution_notes

LEAVE = "leave"
"""Given instead of a folder, it leaves photos where they are."""

_ACTS = {"copy": Act.COPY, "move": Act.MOVE, "link": Act.LINK, "hard-link": Act.HARD_LINK}
_GO_ON = "“tlgui resume-sort” goes on, “tlgui undo” takes it back."


def sort(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui sort MODEL.tlmodel PATH… --into DIR`: sort photos into folders."""
    check_any_there(arguments.paths)
    model = read_summary(arguments.model)
    options = SortOptions(
        arguments.into,
        _ACTS[arguments.act],
        arguments.pattern if arguments.pattern is not None else DEFAULT_PATTERN,
        None if arguments.not_sure == LEAVE else arguments.not_sure,
        None if arguments.unlike == LEAVE else arguments.unlike,
    )
    sorter = Sorter(writers=WRITERS)
    # A wrong pattern is told before the photos are looked at.
    sorter.preview((), options, terminal.context())
    caution = Caution(arguments.wrong_at_most)
    for sentence in caution_notes(model.trust, caution, model.evaluation_of_trust):
        terminal.note(f"note: {sentence}")
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    keywords_by = None
    if arguments.keywords:
        keywords_by = ModelIdentity(arguments.model.name, digest_of(arguments.model), model.class_names)
    predictions = _predicted(arguments, terminal)
    answers = [answer_by_model(prediction, model, caution, now) for prediction in predictions]
    answers = person_answers(arguments.model, model, terminal).applied(predictions, answers)
    photos = tuple(decided_photos(answers, keywords_by))
    unreadable = [MendingProblem(item.path, item.error) for item in predictions if item.error]
    roots = tuple(path.absolute() for path in arguments.paths)
    plan = sorter.preview(photos, options, terminal.context(), class_names=model.class_names, roots=roots)
    _write_plan(plan, unreadable, terminal)
    done = None
    if not arguments.dry_run and plan.steps:
        done = _applied(sorter, plan, terminal)
        _write_done(done, terminal)
    else:
        terminal.note("Nothing was changed." if plan.steps else "There is nothing to sort.")
    terminal.write_json(_plan_json(plan, unreadable, dry_run=arguments.dry_run) | _done_json(done))
    _check_ended(done)


def resume_sort(_arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui resume-sort`: go on with the last sort, where it stopped."""
    sorter = Sorter(writers=WRITERS)
    try:
        done = sorter.go_on(terminal.context())
    except Cancelled:
        raise _stopped(sorter) from None
    if done is None:
        raise TlguiError("There is no sort to go on with.", "“tlgui undo --list” says which sorts there are.")
    _write_done(done, terminal)
    terminal.write_json(_done_json(done))
    _check_ended(done)


def undo(arguments: argparse.Namespace, terminal: Terminal) -> None:
    """`tlgui undo`: take the last sort back; with `--list`, say which there are."""
    sorter = Sorter(writers=WRITERS)
    if arguments.list:
        past = sorter.past()
        for item in past:
            left = f"; {count('file', item.left_count)} still to be sorted" if item.left_count else ""
            terminal.write(f"{item.began}: {item.words}{left}")
        terminal.write_json({"sorts": past})
        return
    undone = sorter.undo(terminal.context())
    if undone is None:
        raise TlguiError("There is no sort to undo.")
    _write_problems(undone.problems, terminal)
    terminal.write(undone.words)
    terminal.write_json({"words": undone.words, "file_count": undone.file_count, "problems": undone.problems})


def _predicted(arguments: argparse.Namespace, terminal: Terminal) -> list[Prediction]:
    predictions: list[Prediction] = []

    def listen(event: Event) -> None:
        if isinstance(event, PhotosPredicted):
            predictions.extend(event.predictions)

    request = PredictRequest(arguments.model.absolute(), tuple(arguments.paths), 1, uses_kept=True)
    summary = engine.perform(request, terminal, listen)
    check_any_named(summary.photo_count, summary.error_count)
    return predictions


def _applied(sorter: Sorter, plan: SortPlan, terminal: Terminal) -> Sorted:
    try:
        return sorter.apply(plan, terminal.context())
    except Cancelled:
        raise _stopped(sorter) from None


def _stopped(sorter: Sorter) -> Exception:
    """Return the error after Ctrl+C, which says what is done and what is left."""
    past = sorter.unfinished()
    if past is None:
        return Cancelled()
    return TlguiError(f"Stopped. Done: {past.words}. Still to be sorted: {count('file', past.left_count)}.", _GO_ON)


def _check_ended(done: Sorted | None) -> None:
    if done is not None and done.stopped is not None:
        left = f"{count('file', done.left_count)} still to be sorted"
        raise TlguiError(f"{done.stopped.message} {left}.", f"When that is mended, {_GO_ON}")


def _write_plan(plan: SortPlan, unreadable: Iterable[MendingProblem], terminal: Terminal) -> None:
    for folder in plan.folders:
        terminal.write(_folder_line(folder))
    for path, twin in plan.already_there:
        terminal.write(f"{path}: The same is there already, as {twin}.")
    for path, target in plan.numbered:
        terminal.write(f"{path}: Its name is taken by another file; it becomes {target.name}.")
    _write_problems((*unreadable, *plan.problems), terminal)
    for number, what in (
        (plan.left_count, "left where they are, as you chose"),
        (plan.inside_count, "left, because they lie in the folder to sort into"),
        (plan.renamed_count, "given a name that the disk takes"),
    ):
        if number:
            terminal.write(f"{count('photo', number)} {what}.")
    for renamed in plan.renamed_classes:
        terminal.write(renamed_class_words(*renamed))
    room = f", {size_in_words(plan.free_bytes)} free" if plan.free_bytes is not None else ""
    terminal.note(f"{count('photo', plan.photo_count)} to sort: {size_in_words(plan.needed_bytes)} needed{room}")


def _folder_line(folder: FolderCount) -> str:
    others = f", {count('file', folder.companion_count)} with them" if folder.companion_count else ""
    return f"{folder.place}: {count('photo', folder.photo_count)}{others}, {size_in_words(folder.byte_count)}"


def _write_done(done: Sorted, terminal: Terminal) -> None:
    for path, twin in done.already_there:
        terminal.write(f"{path}: The same is there already, as {twin}.")
    _write_problems(done.problems, terminal)
    terminal.write(done.words)


def _write_problems(problems: Iterable[MendingProblem], terminal: Terminal) -> None:
    for problem in problems:
        terminal.write(f"{problem.path}: {problem.reason}")


def _plan_json(plan: SortPlan, unreadable: Iterable[MendingProblem], *, dry_run: bool) -> dict[str, Any]:
    options = plan.options
    return {
        "into": options.into,
        "act": options.act,
        "pattern": options.pattern,
        "dry_run": dry_run,
        "folders": plan.folders,
        "planned_photo_count": plan.photo_count,
        "planned_companion_count": plan.companion_count,
        "already_there": [{"path": path, "same": twin} for path, twin in plan.already_there],
        "numbered": [{"path": path, "becomes": target} for path, target in plan.numbered],
        "renamed_count": plan.renamed_count,
        "renamed_classes": dict(plan.renamed_classes),
        "left_count": plan.left_count,
        "inside_count": plan.inside_count,
        "not_planned": [*unreadable, *plan.problems],
        "needed_bytes": plan.needed_bytes,
        "free_bytes": plan.free_bytes,
    }


def _done_json(done: Sorted | None) -> dict[str, Any]:
    if done is None:
        return {"photo_count": 0, "companion_count": 0, "unfinished_count": 0, "problems": [], "words": ""}
    return {
        "photo_count": done.photo_count,
        "companion_count": done.companion_count,
        "unfinished_count": done.left_count,
        "problems": done.problems,
        "words": done.words,
    }
