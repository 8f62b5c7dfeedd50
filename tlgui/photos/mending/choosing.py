"""Choices as steps of a mending: photos left out or used again, classes shown otherwise, doubts that were answered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.health.findings import ConfirmClass, LeaveOut, UseAgain
from tlgui.photos.mending.file_mover import MendingProblem
from tlgui.photos.mending.records import RecordKind, Step
from tlgui.photos.pictures.photo_digests import PhotoDigests
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext


@dataclass(frozen=True, slots=True)
class PlannedChoices:
    """Choices to be made.

    Args:
        kind: Their kind.
        steps: One for each photo that is not chosen so already, by number.
        problems: The photos for which nothing can be chosen, and why.
    """

    kind: RecordKind
    steps: Mapping[int, Step]
    problems: Sequence[MendingProblem] = ()


def planned_choices(
    choices: Choices, mending: LeaveOut | UseAgain | ConfirmClass, context: JobContext
) -> PlannedChoices:
    """Return the steps of a mending that changes choices alone.

    Args:
        choices: The choices before it.
        mending: What the user asked for.
        context: Its checkpoint is called before each photo whose bytes are read.

    Raises:
        Cancelled: The user pressed Stop; nothing was chosen.
    """
    if isinstance(mending, ConfirmClass):
        return _confirming(mending.paths, choices.confirmed(), context)
    left_out, is_leaving = choices.left_out(), isinstance(mending, LeaveOut)
    kind = RecordKind.LEAVE_OUT if is_leaving else RecordKind.USE_AGAIN
    new = [path for path in mending.paths if (path in left_out) is not is_leaving]
    return PlannedChoices(kind, {number: Step(str(path)) for number, path in enumerate(new)})


def make_choices(choices: Choices, kind: RecordKind, steps: Mapping[int, Step]) -> None:
    """Store the choices of planned steps.

    Raises:
        StorageError: The disk refused.
    """
    paths = [Path(step.source) for step in steps.values()]
    if kind is RecordKind.LEAVE_OUT:
        choices.leave_out(paths)
    elif kind is RecordKind.USE_AGAIN:
        choices.use_again(paths)
    elif kind is RecordKind.CONFIRM:
        choices.confirm(step.note for step in steps.values())
    else:
        for step in steps.values():
            choices.show_as(step.source, step.target)


def take_choices_back(choices: Choices, kind: RecordKind, steps: Mapping[int, Step]) -> None:
    """Restore what was chosen before steps.

    Raises:
        StorageError: The disk refused.
    """
    paths = [Path(step.source) for step in steps.values()]
    if kind is RecordKind.LEAVE_OUT:
        choices.use_again(paths)
    elif kind is RecordKind.USE_AGAIN:
        choices.leave_out(paths)
    elif kind is RecordKind.CONFIRM:
        choices.take_back(step.note for step in steps.values())
    else:
        for step in steps.values():
            choices.show_as(step.source, step.note)


def stays_chosen(choices: Choices, kind: RecordKind) -> Callable[[Step], bool]:
    """Return a function that tells whether a choice is still as its step made it."""
    if kind is RecordKind.SHOW_AS:
        names = choices.shown_names()
        return lambda step: names.get(step.source, "") == step.target
    if kind is RecordKind.CONFIRM:
        confirmed = choices.confirmed()
        return lambda step: step.note in confirmed
    left_out, is_left_out = choices.left_out(), kind is RecordKind.LEAVE_OUT
    return lambda step: (Path(step.source) in left_out) is is_left_out


def _confirming(paths: Iterable[Path], confirmed: frozenset[str], context: JobContext) -> PlannedChoices:
    """Return a step, with the photo's digest, for each photo whose class was not called right before."""
    steps: dict[int, Step] = {}
    problems: list[MendingProblem] = []
    with PhotoDigests() as digest_of:
        for number, path in enumerate(dict.fromkeys(paths)):
            context.checkpoint()
            try:
                digest = digest_of(path).hex()
            except OSError as error:
                problems.append(MendingProblem(path, f"It could not be read: {error.strerror or error}."))
            else:
                if digest not in confirmed:
                    steps[number] = Step(str(path), note=digest)
    return PlannedChoices(RecordKind.CONFIRM, steps, problems)
