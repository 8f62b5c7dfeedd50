"""Which photos are not to be suggested for a class again, as it is kept with the collection.

It is data of the user, one JSON file, written whole or not at all:
  {"dismissed": 1, "photos": {"heron": ["<SHA-256 of a photo's bytes>", "..."]}}
Windows that have the same collection open share it: each reads it before it adds its own.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from tlgui import files
from tlgui.errors import NewerFileError, StorageError

MOST_PHOTOS = 20_000
"""Of one class; those that were dismissed first are forgotten first."""

_NAME = "dismissed.json"
_VERSION = 1
_MOST_BYTES = 256 << 20
_DIGEST_LETTERS = 64
_LOCK_SECONDS = 5.0
_log = logging.getLogger(__name__)

Dismissed = Mapping[str, tuple[bytes, ...]]
"""The SHA-256 of photos by the class that they are not to be suggested for."""


class DismissedFile:
    """The file; each call opens it.

    Args:
        folder: Where it lies, such as the collection's workspace; made by the first write.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def read(self) -> Dismissed:
        """Return what is kept: nothing where there is no file, or it is damaged; a copy of it is then set aside.

        Raises:
            NewerFileError: A later version wrote it.
        """
        try:
            return self._read()
        except OSError as error:
            _log.warning("which photos were not to be suggested cannot be read from %s: %s", self._path, error)
            return {}

    def add(self, class_name: str, digests: Iterable[bytes]) -> None:
        """Keep that photos are not to be suggested for a class.

        Args:
            class_name: The class.
            digests: The SHA-256 of their bytes.

        Raises:
            StorageError: The disk refused, another window holds the file, or it is a `NewerFileError`.
        """
        lock = files.OwnerLock(self._path.with_suffix(".lock"))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not lock.acquire(_LOCK_SECONDS):
                raise StorageError("Which photos are not to be suggested cannot be kept: another window is writing it.")
            before = self._read()
            photos = tuple(dict.fromkeys((*before.get(class_name, ()), *digests)))[-MOST_PHOTOS:]
            files.write_text(self._path, _text_of({**before, class_name: photos}))
        except OSError as error:
            raise files.storage_error(error, self._path) from error
        finally:
            lock.release()

    def _read(self) -> Dismissed:
        try:
            data = files.read_regular(self._path, _MOST_BYTES)
        except FileNotFoundError:
            return {}
        try:
            return _dismissed_in(json.loads(data), self._path)
        except (ValueError, RecursionError):
            aside = self._path.with_name(f"{_NAME}.damaged")
            self._path.replace(aside)
            _log.warning("which photos were not to be suggested is damaged; the file is set aside as %s", aside)
            return {}


def _text_of(dismissed: Dismissed) -> str:
    return json.dumps(
        {"dismissed": _VERSION, "photos": {name: [each.hex() for each in photos] for name, photos in dismissed.items()}}
    )


def _dismissed_in(data: object, path: Path) -> Dismissed:
    """Return what is in JSON; raises `ValueError` where it is not, and `NewerFileError` for a later version."""
    match data:
        case {"dismissed": int(version)} if version > _VERSION:
            raise NewerFileError(
                f"Which photos are not to be suggested was kept by a later version of tlgui, in “{path}”.",
                "Use that version; this one leaves the file as it is.",
            )
        case {"dismissed": 1, "photos": {**classes}}:
            return {str(name): tuple(_digests_in(photos)) for name, photos in classes.items()}
    raise ValueError("it does not say which photos are not to be suggested")


def _digests_in(photos: object) -> list[bytes]:
    match photos:
        case [*each] if all(isinstance(one, str) and len(one) == _DIGEST_LETTERS for one in each):
            return [bytes.fromhex(str(one)) for one in each]
    raise ValueError("it is no list of digests")
