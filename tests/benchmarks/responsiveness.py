"""How long the window is held up at most while it shows a whole real training."""

from pathlib import Path

from tests.benchmarks.driving import shown_window
from tests.benchmarks.figures import Figure, ratio
from tests.benchmarks.ticking import Ticker, bare_window

TARGET_MS = 100.0


def measure(photos: Path) -> list[Figure]:
    """Tick in the window from Start to idle, and in a bare window beside it."""
    with shown_window() as driver:
        driver.open_folder(photos)
        driver.load_engine()
        driver.window.commands.show_train()
        with bare_window() as bare:
            ticker = Ticker()
            ticker.start()
            seconds = driver.train()
            ticker.stop()
    what = f"longest block of the window in {seconds:.0f} s of training, ms"
    beside = ratio(ticker.longest_ms, bare.longest_ms, "a bare window")
    return [
        Figure("responsiveness", what, ticker.longest_ms, TARGET_MS, beside),
        Figure("responsiveness", "the window's own work in one go, at most, ms", ticker.longest_work_ms),
    ]
