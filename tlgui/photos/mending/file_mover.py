"""Moves many files to other folders or to the bin, each written into the journal first; one that fails stays."""

import errno
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.photos.mending.bin import to_bin
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.moving import FreeNames, copy_file, move_file
from tlgui.photos.mending.records import Record, Step
from tlgui.progress import Countdown, JobContext, Progress, Stage

# How many files are planned with a single flush of the journal to the disk.
_CHUNK = 64
_MOST_TRIES = 20
# The note of a step whose folder was made for it.
MADE_FOLDER = "made"


@dataclass(frozen=True, slots=True)
class MendingProblem:
    """A file that was not mended, and why; it is where it was.

    Args:
        path: The file.
        reason: A sentence in plain words.
    """

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """One file to move.

    Args:
        number: The number of its step in the journal.
        source: The file.
        goal: Its new path; None for the bin.
        is_return: Whether it returns to the exact path where it was. Otherwise it gets a number where a name in the
            folder differs from its own in case or Unicode form alone.
        note: The path of the bin's note about it, deleted once the file is back; empty where there is none.
        is_copy: Whether it is copied, and stays where it is.
    """

    number: int
    source: Path
    goal: Path | None
    is_return: bool = False
    note: str = ""
    is_copy: bool = False


class FileMover:
    """Moves the files of one mending, or moves them back to undo it.

    Args:
        journal: Gets each step before it is done.
        record: The mending.
        context: Gets the progress; its checkpoint is called before each file.

    Attributes:
        done: The steps that were done, by number.
        gone: The numbers of the steps whose file is no longer there.
        problems: The files that could not be moved, and why.
    """

    def __init__(self, journal: Journal, record: Record, context: JobContext) -> None:
        self.done: dict[int, Step] = {}
        self.gone: set[int] = set()
        self.problems: list[MendingProblem] = []
        self._journal = journal
        self._record = record
        self._context = context
        self._names = FreeNames()
        self._made: dict[Path, bool] = {}

    def run(self, moves: Sequence[PlannedMove]) -> None:
        """Move files one after the other; where one fails, the others are moved all the same.

        Args:
            moves: The files, in order.

        Raises:
            StorageError: The journal cannot be written; no step is done that is not in it.
            Cancelled: The user pressed Stop; the steps done so far are in `done`.
        """
        countdown = Countdown(len(moves))
        stage = Stage.UNDOING if moves and moves[0].is_return else Stage.MENDING
        self._context.report(Progress(stage, 0, len(moves)))
        waiting, ended = iter(moves), 0
        while chunk := list(itertools.islice(waiting, _CHUNK)):
            for move, step in self._planned(chunk):
                self._context.checkpoint()
                self._do(move, step)
                ended += 1
                self._context.report(Progress(stage, ended, len(moves), countdown.seconds_left(ended)))

    def _planned(self, moves: Iterable[PlannedMove]) -> list[tuple[PlannedMove, Step]]:
        planned = []
        for move in moves:
            try:
                planned.append((move, self._step(move)))
            except OSError as error:
                self._note_failure(move, error)
        self._journal.plan(self._record, {move.number: step for move, step in planned})
        return planned

    def _step(self, move: PlannedMove) -> Step:
        state = move.source.lstat()
        goal, note = move.goal, move.note
        if goal is not None:
            if not move.is_return and self._is_made(goal.parent):
                note = MADE_FOLDER
            goal = self._names.take_back(goal) if move.is_return else self._names.take(goal.parent, goal.name)
        target = str(goal) if goal is not None else ""
        return Step(str(move.source), target, state.st_size, state.st_mtime_ns, note)

    def _is_made(self, folder: Path) -> bool:
        """Return whether a folder is made for this mending: whether it was missing when its first file was planned."""
        if folder not in self._made:
            self._made[folder] = not folder.exists()
        return self._made[folder]

    def _do(self, move: PlannedMove, step: Step) -> None:
        try:
            self.done[move.number] = self._moved(move, step)
        except OSError as error:
            self._note_failure(move, error)

    def _moved(self, move: PlannedMove, step: Step) -> Step:
        if move.goal is None:
            to_bin(move.source)
            return step
        for _ in range(_MOST_TRIES):
            target = Path(step.target)
            target.parent.mkdir(parents=move.is_return or move.is_copy, exist_ok=True)
            carry = copy_file if move.is_copy else move_file
            try:
                carry(move.source, target, part_of(self._record, move.number, target))
            except FileExistsError:
                # Another program took the name after it was found to be free.
                step = self._step(move)
                self._journal.plan(self._record, {move.number: step})
            else:
                return step
        raise FileExistsError(errno.EEXIST, "its name is taken again and again", step.target)

    def _note_failure(self, move: PlannedMove, error: OSError) -> None:
        if not _is_there(move.source):
            self.gone.add(move.number)
            reason = "It is no longer there."
        elif move.goal is None:
            reason = f"It could not be moved to the bin: {error.strerror or error}."
        else:
            reason = files.storage_error(error, move.goal).message
        self.problems.append(MendingProblem(move.source, reason))


def part_of(record: Record, number: int, target: Path) -> Path:
    """Return the path beside `target` of a copy that is being made; the same in every process, so that it is found."""
    return target.with_name(f".{files.APP_NAME}-{record.path.stem}-{number}.part")


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        # It may be there: the system does not tell.
        return True
    return True
