"""How well and how fast the Quick recipe learns a folder, the first time and again."""

from pathlib import Path

from tests.benchmarks.driving import shown_window
from tests.benchmarks.figures import Figure, ratio
from tlgui.learning.recipes.built_in import QUICK
from tlgui.photos.collection import Part

# A plain linear probe of the shipped backbone gave .77 on the flowers; other folders have no target.
FLOWERS_TARGET = 0.76


def measure(photos: Path) -> list[Figure]:
    """Train twice: the second time every photo's features are in the cache."""
    with shown_window() as driver:
        driver.open_folder(photos)
        driver.load_engine()
        driver.session.set_recipe(QUICK)
        first = driver.train()
        model = driver.session.model
        assert model is not None
        evaluation = model.evaluation_on(Part.VALIDATION)
        assert evaluation is not None
        again = driver.train()
    low, high = evaluation.interval.low, evaluation.interval.high
    target = FLOWERS_TARGET if photos.name == "flowers" else None
    beside = f"{low:.3f} to {high:.3f} on {evaluation.photo_count} photos"
    return [
        Figure("quick", "validation accuracy", evaluation.accuracy, target, beside, more_is_better=True),
        Figure("quick", f"training on {model.photo_count} photos, s", first),
        Figure("quick", "the same again, features cached, s", again, None, ratio(again, first, "the first time")),
    ]
