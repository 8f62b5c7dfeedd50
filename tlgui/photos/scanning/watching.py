"""Tells whether a collection's folder still holds what it held when it was read: by names, sizes and times alone."""

from dataclasses import dataclass
from pathlib import Path

from tlgui.cancellation import relayed
from tlgui.errors import CollectionError
from tlgui.photos.scanning.listing import list_layout
from tlgui.photos.scanning.scan import Survey
from tlgui.progress import JobContext


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What is otherwise on disk than in a survey; each sorted by path.

    Args:
        new: Files in class folders that look like photos and were not there.
        gone: Files that were there and are not any more.
        changed: Files whose content was changed.
    """

    new: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()
    changed: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything is otherwise."""
        return bool(self.new or self.gone or self.changed)


def changes_on_disk(survey: Survey, context: JobContext) -> FolderChanges:
    """Compare a folder with what was read of it before.

    A folder that cannot be opened, as on a drive that was unplugged, holds nothing any more.

    Args:
        survey: What was read.
        context: Asked many times a second whether to go on.

    Raises:
        Cancelled: The user pressed Stop.
    """
    known = {path: fact.state for path, fact in survey.facts.items()} | dict(survey.refused)
    try:
        layout = relayed(
            lambda inner: list_layout(survey.collection.folder, inner), JobContext(checkpoint=context.checkpoint)
        )
    except CollectionError:
        return FolderChanges(gone=tuple(sorted(known)))
    found = {item.photo.path: item.state for item in layout.listed()}
    return FolderChanges(
        tuple(sorted(found.keys() - known.keys())),
        tuple(sorted(known.keys() - found.keys())),
        tuple(sorted(path for path in found.keys() & known.keys() if found[path] != known[path])),
    )
