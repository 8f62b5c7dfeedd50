"""How long until the window says that its engine was killed in mid-training, and whether the next training works."""

import os
import signal
import time
from pathlib import Path

from tests.benchmarks.driving import shown_window, wait_until
from tests.benchmarks.figures import Figure
from tlgui.errors import EngineError
from tlgui.progress import Progress, Stage

TARGET_SECONDS = 2.0


def measure(photos: Path) -> list[Figure]:
    """Kill the engine while it looks at photos, then train to the end with the one that takes its place."""
    with shown_window() as driver:
        driver.open_folder(photos)
        driver.load_engine()
        driver.start_training()
        wait_until(
            lambda: any(isinstance(event, Progress) and event.stage == Stage.FEATURES for _, event in driver.events)
        )
        killed = driver.engine.process_id
        assert killed is not None
        start = time.perf_counter()
        os.kill(killed, signal.SIGKILL)
        wait_until(driver.window.messages.isVisible)
        told = time.perf_counter() - start
        driver.wait_until_idle()
        if driver.outcome is None or not isinstance(driver.outcome[1], EngineError):
            raise SystemExit(f"The window was told {driver.outcome} and not that the engine had died.")
        again = driver.train()
    return [
        Figure("kill", "SIGKILL of the engine to the message in the window, s", told, TARGET_SECONDS),
        Figure("kill", "the next training, with a new engine, s", again),
    ]
