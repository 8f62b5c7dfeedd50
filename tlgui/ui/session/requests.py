"""Requests that need no engine: their jobs run on a thread of the window's process."""

from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.health.findings import Mending
from tlgui.photos.mending.adding_decided import PhotoToAdd


@dataclass(frozen=True, slots=True)
class FolderRequest:
    """A request about one folder, whose type says what is done with it."""

    folder: Path


class ScanRequest(FolderRequest):
    """Read a folder into a collection."""


class SamplePhotosRequest(FolderRequest):
    """Draw the sample photos into a folder, then read it."""


class UndoRequest(FolderRequest):
    """Undo the last mending, then read the collection again."""


class CopyRequest(FolderRequest):
    """Copy the photos of the collection into class folders inside a folder."""


class SortRequest(FolderRequest):
    """Sort photos of the board into folders in a folder."""


class SortAgainRequest(FolderRequest):
    """Go on with the last sort, which was into a folder."""


class UndoSortRequest(FolderRequest):
    """Take the last sort back, which was into a folder."""


class PlanSortRequest(FolderRequest):
    """Plan a sort into a folder, in the background."""


class LookRequest(FolderRequest):
    """Take the closer look at the photos of a collection, in the background."""


class ReadAgainRequest(FolderRequest):
    """Read a collection again in the background, after a mending that failed or was stopped."""


class DiskRequest(FolderRequest):
    """Compare the folder with the collection as it was read, in the background."""


class PhotoChangesRequest(FolderRequest):
    """Compare the collection with the photos that each run was trained on, in the background."""


@dataclass(frozen=True, slots=True)
class JudgedPhotosRequest(FolderRequest):
    """Read what the model of a run said of the photos of a collection, in the background."""

    run_id: str


@dataclass(frozen=True, slots=True)
class KeptCurveRequest(FolderRequest):
    """Read the learning curve of a run from its folder, in the background."""

    run_id: str


class DivideRequest(FolderRequest):
    """Split a collection of many photos, in the background."""


class RunsRequest(FolderRequest):
    """List the runs of a collection again, in the background."""


@dataclass(frozen=True, slots=True)
class SaveModelRequest:
    """Copy the model's file to where the user wants it."""

    model_path: Path
    target: Path


@dataclass(frozen=True, slots=True)
class SavePredictionsRequest:
    """Write what is said of photos as a table."""

    target: Path


class SortsRequest:
    """Look up the last sort in the journal, in the background."""


@dataclass(frozen=True, slots=True)
class SaveReportRequest:
    """Write a report on the model in use."""

    target: Path


@dataclass(frozen=True, slots=True)
class MendRequest:
    """Mend the collection, then read it again."""

    mending: Mending


@dataclass(frozen=True, slots=True)
class AddRequest:
    """Copy photos from outside the collection into a class of it, then read it again."""

    class_name: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class AddDecidedRequest:
    """Copy photos that a person decided about into the classes of the collection, then read it again."""

    photos: tuple[PhotoToAdd, ...]


@dataclass(frozen=True, slots=True)
class ShowClassRequest:
    """Show a class under another name, then read the collection again."""

    class_name: str
    shown: str


class WatchRequest:
    """Look at the watched folder, in the background."""


class WatchCopyRequest:
    """Copy photos of the watched folder, in the background."""


class WatchRecordRequest:
    """Read and write how far watching has come, in the background."""
