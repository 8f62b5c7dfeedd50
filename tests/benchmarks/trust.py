"""How true the percentages are on photos that were kept apart, and how long judging each photo by others takes."""

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.features import measured_by_child
from tests.benchmarks.figures import Figure

RECIPES = ("quick", "thorough")


def measure(photos: Path, names: Sequence[str] = RECIPES) -> list[Figure]:
    """Measure all rows in one child process.

    Args:
        photos: One subfolder for each class; a third of them is kept apart.
        names: Built-in recipes.
    """
    recipes = [part for name in names for part in ("--recipe", name)]
    return measured_by_child("all", photos, *recipes, module="trusting")
