"""Reads the files of a collection in a few threads, and tells what each of them is."""

import os
from collections.abc import Iterator, Sequence

from tlgui.photos.kept.facts_store import Known, Refusal
from tlgui.photos.pictures.header import read_facts
from tlgui.photos.pictures.opening import UnusablePhotoError, quiet_pillow
from tlgui.photos.scanning.crew import worked_through
from tlgui.photos.scanning.listing import Listed
from tlgui.progress import JobContext, Stage

_THREADS = min(8, (os.cpu_count() or 1) + 1)
_CHUNK = 64


def read_all(listed: Sequence[Listed], context: JobContext) -> Iterator[dict[str, Known]]:
    """Read files and yield what they are, by their places, a handful at a time and in no order.

    Args:
        listed: The files.
        context: Told how many are read; asked many times a second whether to go on.

    Raises:
        Cancelled: The user pressed Stop. A file that is being read cannot be stopped; nobody waits for it.
    """
    with quiet_pillow:
        for found in worked_through(listed, _read, context, stage=Stage.SCANNING, threads=_THREADS, chunk=_CHUNK):
            yield dict(found)


def _read(item: Listed) -> tuple[str, Known]:
    try:
        return item.place, read_facts(item.photo.path, item.state)
    except UnusablePhotoError as error:
        return item.place, Refusal(item.state, error.kind, error.reason, is_lasting=error.is_lasting)
