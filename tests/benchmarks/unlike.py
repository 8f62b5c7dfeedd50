"""Whether photos of something else are told, what telling them costs in time, and how much larger the file gets."""

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.features import measured_by_child
from tests.benchmarks.figures import Figure


def measure(photos: Path, foreign: Sequence[Path] = ()) -> list[Figure]:
    """Measure all rows in one child process.

    Args:
        photos: One subfolder for each class; a third of the photos is kept apart.
        foreign: Folders with photos of something else; drawn pictures without any.
    """
    folders = [part for folder in foreign for part in ("--foreign", str(folder))]
    return measured_by_child("all", photos, *folders, module="telling_unlike")
