"""Copies photos of a watched folder into class folders: each batch is a sort of its own, which can be undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tlgui.errors import TlguiError
from tlgui.photos.names import shown_name
from tlgui.photos.sorting.options import DecidedPhoto, SortOptions
from tlgui.photos.sorting.sorter import PastSort, Sorter
from tlgui.progress import JobContext
from tlgui.ui.watching.choice import lies_in


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photo of the watched folder that was named.

    Args:
        photo: What was said of it.
        digest: SHA-256 of its bytes; empty where unknown.
    """

    photo: DecidedPhoto
    digest: bytes


@dataclass(frozen=True, slots=True)
class Copied:
    """The end of a batch.

    Args:
        photo_count: The photos that were copied.
        twin_count: Those that were not, because a photo of the same content was copied, in this batch or before.
        problem: Why the batch is not done, and is to be tried again; empty where it is done.
    """

    photo_count: int = 0
    twin_count: int = 0
    problem: str = ""


class WatchCopying:
    """Copies the photos of one watched folder.

    Args:
        folder: The watched folder.
        options: How they are copied.
        copied: The SHA-256 of photos that were copied before; what is copied is added.
        sorter: Copies them.
    """

    def __init__(self, folder: Path, options: SortOptions, copied: set[bytes], sorter: Sorter) -> None:
        self.copied = copied
        self._folder = folder
        self._options = options
        self._sorter = sorter
        # The last sort of this folder that stopped; its photos are tried again as a new one.
        self._stopped: PastSort | None = None

    def copy(self, named: Iterable[NamedPhoto], class_names: Sequence[str], context: JobContext) -> Copied:
        """Copy photos, except those of a content that was copied before, wherever it lies by now.

        Args:
            named: The photos.
            class_names: The classes of the model in its order.
            context: Gets the progress; its checkpoint is called before each file.

        Raises:
            Cancelled: The window is closed; what was copied stays.
        """
        wanted: dict[bytes | Path, NamedPhoto] = {}
        given = list(named)
        for each in given:
            if each.digest not in self.copied:
                wanted.setdefault(each.digest or each.photo.path, each)
        twin_count = len(given) - len(wanted)
        if not wanted:
            return Copied(twin_count=twin_count)
        try:
            found = self._copied([each.photo for each in wanted.values()], class_names, context)
        except TlguiError as error:
            return Copied(problem=error.message)
        if found.problem:
            return found
        self.copied.update(each.digest for each in wanted.values() if each.digest)
        return replace(found, twin_count=twin_count)

    def _copied(self, photos: Sequence[DecidedPhoto], class_names: Sequence[str], context: JobContext) -> Copied:
        past = self._sorter.unfinished()
        if past is not None and not past.is_same(self._stopped):
            return Copied(problem="An earlier sort is not finished. Go on with it, or undo it.")
        plan = self._sorter.preview(photos, self._options, context, class_names=class_names, roots=(self._folder,))
        if any(lies_in(folder, self._folder) for folder in {Path(step.target).parent for step in plan.steps}):
            name = shown_name(self._options.into)
            return Copied(problem=f"Copies would come into the watched folder itself, through “{name}”.")
        if not plan.steps:
            return Copied()
        done = self._sorter.apply(plan, context)
        if done.stopped is None:
            return Copied(done.photo_count)
        self._stopped = self._sorter.unfinished()
        return Copied(done.photo_count, problem=done.stopped.message)
