"""Reports photos that a job could not read, and stores the damaged ones for the next scan."""

from collections.abc import Mapping
from pathlib import Path

from tlgui.cancellation import run_in_thread
from tlgui.errors import PhotoError
from tlgui.learning.results import PhotosUnreadable, UnreadablePhoto
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning.unreadable import keep_refusals
from tlgui.progress import JobContext


class UnreadableRecord:
    """Reports each unreadable photo of a job once.

    Args:
        folder: The collection's folder.
        context: Receives `PhotosUnreadable`; its checkpoint is called while the photos are stored.
    """

    def __init__(self, folder: Path, context: JobContext) -> None:
        self._folder = folder
        self._context = context
        self._reported: set[Path] = set()

    def report(self, failed: Mapping[Path, PhotoError]) -> None:
        """Report the photos that were not reported before, and store the permanently damaged ones.

        Args:
            failed: Photos, and the error that reading each ended with.

        Raises:
            Cancelled: The user pressed Stop.
        """
        new = {path: error for path, error in failed.items() if path not in self._reported}
        if not new:
            return
        self._reported |= new.keys()
        # Stored before they are reported, so that a scan that follows the event finds them.
        run_in_thread(lambda: keep_refusals(self._folder, new), self._context)
        photos = tuple(UnreadablePhoto(path, _reason(error)) for path, error in new.items())
        self._context.report(PhotosUnreadable(photos))


def _reason(error: PhotoError) -> str:
    return error.reason if isinstance(error, UnusablePhotoError) else error.message
