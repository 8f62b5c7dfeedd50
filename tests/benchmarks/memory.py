"""How much memory the engine takes for the features of very many photos, and whether it grows with them."""

from pathlib import Path

from tests.benchmarks.features import measured_by_child
from tests.benchmarks.figures import Figure

COUNT = 50_000


def measure(photos: Path, count: int = COUNT) -> list[Figure]:
    """Compute the features of `count` photos of 224 px by the real extractor, in a child process."""
    return measured_by_child("memory", photos, "--count", str(count))
