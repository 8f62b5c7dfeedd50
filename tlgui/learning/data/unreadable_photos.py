"""Tracks photos that become unreadable during a training, and whether enough are left to go on."""

from tlgui.errors import CollectionError, PhotoError
from tlgui.learning.data.feature_extractor import Features
from tlgui.learning.data.unreadable_record import UnreadableRecord
from tlgui.photos.collection import Collection, Photo, Split
from tlgui.progress import JobContext


class UnreadablePhotos:
    """Counts the photos that vanished or broke while a training reads them, and reports them.

    Args:
        collection: All photos.
        split: Which of them are learned from, and which are judged by.
        context: Told of the photos that cannot be read.
    """

    def __init__(self, collection: Collection, split: Split, context: JobContext) -> None:
        self._record = UnreadableRecord(collection.folder, context)
        self._collection = collection
        self._training = dict.fromkeys(split.training)
        self._validation = dict.fromkeys(split.validation)
        self._errors: dict[Photo, PhotoError] = {}

    @property
    def training_count(self) -> int:
        """Photos to learn from that could be read when they were last tried."""
        return len(self._training) - len(self._errors.keys() & self._training)

    def take(self, features: Features) -> None:
        """Note what became of the photos that features were computed of."""
        self._errors.update(features.failed)
        self._tell()

    def note(self, photo: Photo, error: PhotoError | None) -> None:
        """Note whether one photo could be read; one on a disk that is plugged in again is back."""
        if error is not None:
            self._errors[photo] = error
        else:
            self._errors.pop(photo, None)

    def check(self) -> None:
        """Tell what was lost, and refuse to go on where that is so much that there is nothing to learn.

        Raises:
            CollectionError: A class has nothing left to learn from, or nothing is left to judge by.
        """
        self._tell()
        learned = {photo.class_name for photo in self._training if photo not in self._errors}
        missing = [name for name in self._collection.class_names if name not in learned]
        if not missing and any(photo not in self._errors for photo in self._validation):
            return
        folder = self._collection.folder.name
        if not self._collection.folder.is_dir():
            message = (
                f"The folder “{folder}” is gone: it was moved, renamed or deleted while its photos were being read."
            )
        elif not learned:
            message = f"None of the {len(self._training)} photos to learn from in “{folder}” can be read any more."
        elif missing:
            message = f"The class “{missing[0]}” has no photo left that can be read."
        else:
            message = f"None of the {len(self._validation)} photos kept for validation can be read any more."
        first = next(iter(self._errors.values()), None)
        raise CollectionError(
            f"{message} The first problem: {first.message}" if first else message,
            "Put the photos back, or open the folder again to see what is left.",
        )

    def _tell(self) -> None:
        self._record.tell({photo.path: error for photo, error in self._errors.items()})
