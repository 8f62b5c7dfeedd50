"""What every table of predictions is made of: the photos in their order, and where, when and by what it was made."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from tlgui.learning.answers.photo_answer import ModelIdentity, PhotoAnswer
from tlgui.photos.names import writable


@dataclass(frozen=True, slots=True)
class Place:
    """Where photos were taken: degrees of latitude (-90..90) and longitude (-180..180) in WGS84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class TableAbout:
    """What a table says of itself.

    Args:
        model: The model that made the predictions.
        written_at: When, as an ISO 8601 time with its offset.
        top: The most classes for each photo.
        base: The folder that paths are relative to where a format wants that; None where the photos have none in
            common, because they lie on several drives.
        place: Where the photos were taken; None where it is not known.
        folder_places: Where those in single folders, and the folders in these, were taken instead.
        zone: The time zone of the cameras' clocks; None for this computer's.
    """

    model: ModelIdentity
    written_at: str
    top: int
    base: Path | None = None
    place: Place | None = None
    folder_places: tuple[tuple[Path, Place], ...] = ()
    zone: tzinfo | None = None

    def place_of(self, folder: Path) -> Place | None:
        """Return where the photos in a folder were taken, by the nearest folder around them that has a place."""
        around = [(whole, place) for each, place in self.folder_places if _is_in(folder, whole := _absolute(each))]
        return max(around, key=lambda item: len(item[0].parts))[1] if around else self.place


class Table(ABC):
    """A table that is being written, one photo after another, so that memory does not grow with their number."""

    @abstractmethod
    def add(self, prediction: PhotoAnswer) -> None:
        """Write what is said of one photo."""

    @abstractmethod
    def end(self) -> None:
        """Write what comes behind the last photo."""

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Let go of temporary files, also where the table was not written to its end."""


def common_base(paths: Sequence[Path]) -> Path | None:
    """Return the folder that all photos and folders lie in; None where there is none, as on several drives.

    Args:
        paths: At least one photo or folder.
    """
    folders = [str(path if path.is_dir() else path.parent) for path in map(_absolute, paths)]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:
        return None


def relative_path(path: Path, base: Path | None) -> str:
    """Return a photo's path below `base`, with “/” on every system; the whole path where it lies elsewhere."""
    whole = _absolute(path)
    if base is not None and whole.is_relative_to(base):
        whole = whole.relative_to(base)
    return writable(whole.as_posix())


def taken_at(prediction: PhotoAnswer, zone: tzinfo | None) -> datetime | None:
    """Return when a photo was taken, by its camera's clock; None where it does not say.

    Args:
        prediction: The photo, with its facts.
        zone: The time zone of that clock; None for this computer's.
    """
    if prediction.facts is None or prediction.facts.taken is None:
        return None
    clock = datetime.fromtimestamp(prediction.facts.taken, UTC).replace(tzinfo=None)
    try:
        return clock.replace(tzinfo=zone) if zone is not None else clock.astimezone()
    except (OSError, OverflowError, ValueError):
        # Some systems have no time zone for years long past or far ahead.
        return clock.replace(tzinfo=UTC)


def _is_in(folder: Path, other: Path) -> bool:
    return _absolute(folder).is_relative_to(other)


def _absolute(path: Path) -> Path:
    # As text: where a link leads does not matter to the person who named it.
    return Path(os.path.abspath(path))  # noqa: PTH100
