"""Whether promises are kept on new photos, and whether photos in the wrong folder are found."""

from pathlib import Path

from tests.benchmarks.features import measured_by_child
from tests.benchmarks.figures import Figure


def measure(photos: Path) -> list[Figure]:
    """Measure all rows in one child process.

    Args:
        photos: One subfolder for each class, with labels that are otherwise right.
    """
    return measured_by_child("all", photos, module="promising")
