"""Reads the headers of a collection's files in a few threads."""

import os
from collections.abc import Iterator, Sequence

from tlgui.photos.facts import PhotoFacts
from tlgui.photos.pictures.header import read_all_facts
from tlgui.photos.pictures.opening import UnusablePhotoError, quiet_pillow
from tlgui.photos.scanning.listed_photos import Listed
from tlgui.photos.scanning.thread_pool import worked_through_together
from tlgui.photos.storage.facts_store import Known, Refusal
from tlgui.progress import JobContext, Stage

_THREADS = min(8, (os.cpu_count() or 1) + 1)
_CHUNK = 64


def read_all(listed: Sequence[Listed], context: JobContext) -> Iterator[dict[str, Known]]:
    """Read files, and yield the facts or the refusal of each by place, in chunks and in no order.

    Args:
        listed: The files.
        context: Receives the progress; its checkpoint is called many times a second.

    Raises:
        Cancelled: The user pressed Stop. A read that is under way is not waited for.
    """
    with quiet_pillow:
        for found in worked_through_together(
            listed, _read, context, stage=Stage.SCANNING, threads=_THREADS, chunk=_CHUNK
        ):
            yield dict(found)


def _read(listed: Sequence[Listed]) -> list[tuple[str, Known]]:
    found = read_all_facts([(item.photo.path, item.state) for item in listed])
    return [(item.place, _known(item, facts)) for item, facts in zip(listed, found, strict=True)]


def _known(item: Listed, found: PhotoFacts | UnusablePhotoError) -> Known:
    if isinstance(found, PhotoFacts):
        return found
    return Refusal(item.state, found.kind, found.reason, is_lasting=found.is_lasting)
