"""How long from dropping one photo on the Predict page to seeing what it is, with a warm engine."""

import statistics
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from typing_extensions import override

from tests.benchmarks.driving import drop, shown_window, wait_until
from tests.benchmarks.figures import Figure, ratio
from tlgui.learning.results import PhotosPredicted

TARGET_MS = 200.0
_AFTER_TRAINING_MS = 300.0
DROPS = 30


class PaintWatch(QObject):
    """Notes when a widget was last painted."""

    painted_at = 0.0

    @override
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted_at = time.perf_counter()
        return False


def measure(photos: Path) -> list[Figure]:
    """Train quickly, then drop photos one by one and wait each time until the row with the answer is painted."""
    times = []
    with shown_window() as driver:
        driver.open_folder(photos)
        driver.train()
        driver.window.commands.show_predict()
        page = driver.window.pages.predict
        watch = PaintWatch()
        page.view.grid.viewport().installEventFilter(watch)
        for path in driver.photo_paths(DROPS + 1):
            start = time.perf_counter()
            drop(page, path)
            wait_until(lambda: _is_shown(driver.events, watch.painted_at))
            times.append((watch.painted_at - start) * 1000)
            driver.wait_until_idle()
    # The first is dropped at once after the training, while the light engine still opens the new model.
    first, *warm = times
    median = statistics.median(warm)
    beside = ratio(first, median, "a later drop")
    return [
        Figure("predict", "drop of one photo right after a training, ms", first, _AFTER_TRAINING_MS, beside),
        Figure("predict", "drop of one photo to the screen, ms (median)", median, TARGET_MS),
        Figure("predict", "the slowest of them, ms", max(warm), TARGET_MS),
    ]


def _is_shown(events: list[tuple[float, object]], painted_at: float) -> bool:
    return any(isinstance(event, PhotosPredicted) and painted_at > when for when, event in events)
