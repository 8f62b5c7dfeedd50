"""Photos that a job could not read are told to whoever waits for it, and kept, so that the next scan knows them."""

from collections.abc import Mapping
from pathlib import Path

from tlgui.cancellation import patiently
from tlgui.errors import PhotoError
from tlgui.learning.results import PhotosUnreadable, UnreadablePhoto
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning.unreadable import keep_refusals
from tlgui.progress import JobContext


class UnreadableRecord:
    """Tells of each photo once.

    Args:
        folder: The collection's folder.
        context: Told which photos (`PhotosUnreadable`); asked meanwhile whether to go on.
    """

    def __init__(self, folder: Path, context: JobContext) -> None:
        self._folder = folder
        self._context = context
        self._told: set[Path] = set()

    def tell(self, failed: Mapping[Path, PhotoError]) -> None:
        """Tell of the photos that were not told of before, and keep which of them are damaged for good.

        Args:
            failed: Photos, and what reading each ended with.
        """
        new = {path: error for path, error in failed.items() if path not in self._told}
        if not new:
            return
        self._told |= new.keys()
        # Kept first, so that whoever hears of it and reads the folder again finds it.
        patiently(lambda: keep_refusals(self._folder, new), self._context)
        photos = tuple(UnreadablePhoto(path, _reason(error)) for path, error in new.items())
        self._context.report(PhotosUnreadable(photos))


def _reason(error: PhotoError) -> str:
    return error.reason if isinstance(error, UnusablePhotoError) else error.message
