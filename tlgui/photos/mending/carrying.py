"""Carries files to other folders or to the bin, each written into the journal first; what fails is said and stays."""

import errno
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.photos.mending.bin import to_bin
from tlgui.photos.mending.journal import Journal, Record, Step
from tlgui.photos.mending.moving import FreeNames, move_file
from tlgui.progress import Countdown, JobContext, Progress, Stage

# The journal is flushed to the disk once for so many files.
_CHUNK = 64
_MOST_TRIES = 20
# A step's note that its folder was made for it.
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
class Errand:
    """One file to carry.

    Args:
        number: The number of its step in the journal.
        source: Where it is.
        goal: Where it is to go; None for the bin.
        is_return: Whether it comes back to its very place, rather than to a folder where names are not to look alike.
        note: The bin's note of it, which goes with it.
    """

    number: int
    source: Path
    goal: Path | None
    is_return: bool = False
    note: str = ""


class Carrier:
    """Carries files for one mending, or for undoing it.

    Args:
        journal: Where it is written down.
        record: The mending.
        context: Told how far it is; asked before each file whether to go on.

    Attributes:
        done: The steps that were done, by number.
        gone: The numbers of those whose file is not there any more.
        problems: What failed.
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

    def carry(self, errands: Sequence[Errand]) -> None:
        """Do errands one after the other; one that fails does not keep the others from being done.

        Raises:
            StorageError: The journal cannot be written; nothing is done that is not written down.
            Cancelled: The user pressed Stop; what is done so far is in `done`.
        """
        countdown = Countdown(len(errands))
        self._context.report(Progress(Stage.MENDING, 0, len(errands)))
        waiting, ended = iter(errands), 0
        while chunk := list(itertools.islice(waiting, _CHUNK)):
            for errand, step in self._planned(chunk):
                self._context.checkpoint()
                self._do(errand, step)
                ended += 1
                self._context.report(Progress(Stage.MENDING, ended, len(errands), countdown.seconds_left(ended)))

    def _planned(self, errands: Iterable[Errand]) -> list[tuple[Errand, Step]]:
        planned = []
        for errand in errands:
            try:
                planned.append((errand, self._step(errand)))
            except OSError as error:
                self._note_failure(errand, error)
        self._journal.plan(self._record, {errand.number: step for errand, step in planned})
        return planned

    def _step(self, errand: Errand) -> Step:
        state = errand.source.lstat()
        goal, note = errand.goal, errand.note
        if goal is not None:
            if not errand.is_return and self._is_made(goal.parent):
                note = MADE_FOLDER
            goal = self._names.take_back(goal) if errand.is_return else self._names.take(goal.parent, goal.name)
        target = str(goal) if goal is not None else ""
        return Step(str(errand.source), target, state.st_size, state.st_mtime_ns, note)

    def _is_made(self, folder: Path) -> bool:
        """Return whether a folder is made for this mending: it was not there when the first file was to go to it."""
        if folder not in self._made:
            self._made[folder] = not folder.exists()
        return self._made[folder]

    def _do(self, errand: Errand, step: Step) -> None:
        try:
            self.done[errand.number] = self._carried(errand, step)
        except OSError as error:
            self._note_failure(errand, error)

    def _carried(self, errand: Errand, step: Step) -> Step:
        if errand.goal is None:
            to_bin(errand.source)
            return step
        for _ in range(_MOST_TRIES):
            target = Path(step.target)
            target.parent.mkdir(parents=errand.is_return, exist_ok=True)
            try:
                move_file(errand.source, target, part_of(self._record, errand.number, target))
            except FileExistsError:
                # Somebody took the name since it was looked for.
                step = self._step(errand)
                self._journal.plan(self._record, {errand.number: step})
            else:
                return step
        raise FileExistsError(errno.EEXIST, "its name is taken again and again", step.target)

    def _note_failure(self, errand: Errand, error: OSError) -> None:
        if not _is_there(errand.source):
            self.gone.add(errand.number)
            reason = "It is no longer there."
        elif errand.goal is None:
            reason = f"It could not be moved to the bin: {error.strerror or error}."
        else:
            reason = files.storage_error(error, errand.goal).message
        self.problems.append(MendingProblem(errand.source, reason))


def part_of(record: Record, number: int, target: Path) -> Path:
    """Return the name beside `target` of a copy while it is made, the same whoever asks."""
    return target.with_name(f".{files.APP_NAME}-{record.path.stem}-{number}.part")


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        # It cannot be told; it has not gone for certain.
        return True
    return True
