"""What the session is asked for that needs no engine: these jobs run on a thread of the window."""

from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.health.findings import Mending


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """Read a folder into a collection."""

    folder: Path


@dataclass(frozen=True, slots=True)
class SamplePhotosRequest:
    """Draw the sample photos into a folder, then scan it."""

    folder: Path


@dataclass(frozen=True, slots=True)
class SaveModelRequest:
    """Copy the model's file to where the user wants it."""

    model_path: Path
    target: Path


@dataclass(frozen=True, slots=True)
class MendRequest:
    """Mend the collection, then read it again."""

    mending: Mending


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """Undo the last mending, then read the collection again."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ShowClassRequest:
    """Show a class under another name, then read the collection again."""

    class_name: str
    shown: str


@dataclass(frozen=True, slots=True)
class LookRequest:
    """Look closer at the photos of a collection, behind the scenes."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ReadAgainRequest:
    """Read a collection again behind the scenes, because a mending ended early."""

    folder: Path


@dataclass(frozen=True, slots=True)
class DiskRequest:
    """See what has changed in the folder since it was read, behind the scenes."""

    folder: Path


@dataclass(frozen=True, slots=True)
class PhotoChangesRequest:
    """See what has changed since each run was trained, behind the scenes."""

    folder: Path


@dataclass(frozen=True, slots=True)
class DivideRequest:
    """Divide a collection of many photos for training, behind the scenes."""

    folder: Path
