"""How long the window is held up at most while it shows a whole real training."""

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.driving import shown_window
from tests.benchmarks.figures import Figure, ratio
from tests.benchmarks.ticking import Ticker

TARGET_MS = 100.0
ROOT = Path(__file__).resolve().parents[2]


def measure(photos: Path) -> list[Figure]:
    """Tick in the window from Start to idle, and in a bare window beside it."""
    command = [sys.executable, "-m", "tests.benchmarks.ticking"]
    with shown_window() as driver:
        driver.open_folder(photos)
        driver.load_engine()
        driver.window.commands.show_train()
        bare = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ticker = Ticker()
        ticker.start()
        seconds = driver.train()
        ticker.stop()
    other = float(bare.communicate()[0])
    what = f"longest block of the window in {seconds:.0f} s of training, ms"
    beside = ratio(ticker.longest_ms, other, "a bare window")
    return [
        Figure("responsiveness", what, ticker.longest_ms, TARGET_MS, beside),
        Figure("responsiveness", "the window's own work in one go, at most, ms", ticker.longest_work_ms),
    ]
