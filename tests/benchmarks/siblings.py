"""How well photos of a class like the learned ones are told from these: each class left out in turn."""

from pathlib import Path

from tests.benchmarks.features import measured_by_child
from tests.benchmarks.figures import Figure


def measure(photos: Path) -> list[Figure]:
    """Measure all rows in one child process.

    Args:
        photos: One subfolder for each class, at least three; a third of the photos is kept apart.
    """
    return measured_by_child("all", photos, module="telling_siblings")
