"""What the session is asked for that needs no engine: these jobs run on a thread of the window."""

from dataclasses import dataclass
from pathlib import Path


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
