"""Tracks photos that become unreadable during a training, and checks whether enough are left to continue."""

from collections.abc import Sequence

from tlgui.errors import CollectionError, PhotoError
from tlgui.learning.data.feature_extractor import Features
from tlgui.learning.data.unreadable_record import UnreadableRecord
from tlgui.photos.collection import Collection, Photo, Split
from tlgui.progress import JobContext


class UnreadablePhotos:
    """The photos that could not be read when the training last tried.

    Args:
        collection: All photos.
        split: Their division into training and validation.
        context: Receives `PhotosUnreadable` for photos that cannot be read.
    """

    def __init__(self, collection: Collection, split: Split, context: JobContext) -> None:
        self._record = UnreadableRecord(collection.folder, context)
        self._collection = collection
        self._training = dict.fromkeys(split.training)
        self._validation = dict.fromkeys(split.validation)
        self._errors: dict[Photo, PhotoError] = {}

    @property
    def training_count(self) -> int:
        """How many training photos could be read when they were last tried."""
        return len(self._training) - len(self._errors.keys() & self._training)

    def readable(self, photos: Sequence[Photo]) -> tuple[Photo, ...]:
        """Return those of the photos that could be read when they were last tried, in their order."""
        return tuple(photo for photo in photos if photo not in self._errors)

    def add_failed(self, features: Features) -> None:
        """Add the photos that features could not be computed of, and report them."""
        self._errors.update(features.failed)
        self._report()

    def record(self, photo: Photo, error: PhotoError | None) -> None:
        """Record the result of reading one photo.

        Args:
            photo: The photo.
            error: The error that reading it ended with. None removes an earlier error, as when a disk is plugged in
                again.
        """
        if error is not None:
            self._errors[photo] = error
        else:
            self._errors.pop(photo, None)

    def check(self) -> None:
        """Report unreadable photos, and check that each class has training photos and that validation photos are left.

        Raises:
            CollectionError: A class has no readable training photo, or no validation photo is readable.
        """
        self._report()
        readable = {photo.class_name for photo in self._training if photo not in self._errors}
        missing = [name for name in self._collection.class_names if name not in readable]
        if not missing and any(photo not in self._errors for photo in self._validation):
            return
        folder = self._collection.folder.name
        if not self._collection.folder.is_dir():
            message = (
                f"The folder “{folder}” is gone: it was moved, renamed or deleted while its photos were being read."
            )
        elif not readable:
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

    def _report(self) -> None:
        self._record.report({photo.path: error for photo, error in self._errors.items()})
