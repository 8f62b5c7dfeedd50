"""How long from starting the program to seeing its window, beside a bare Qt window in the same run."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.figures import Figure, ratio

ROUNDS = 7
TARGET_MS = 1500.0
STAY_MS = 8000
ROOT = Path(__file__).resolve().parents[2]


def measure(_photos: Path) -> list[Figure]:
    """Start both in turn, several times, and compare the medians."""
    # The first start fills the system's file cache; it stays until the engine behind the window has begun to load.
    start("tlgui", "--stay", str(STAY_MS))
    pairs = [tuple(float(start(which)["visible"]) for which in ("bare", "tlgui")) for _ in range(ROUNDS)]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    what = "from start to visible window, ms, TensorFlow not in its process"
    return [Figure("startup", what, ours, TARGET_MS, ratio(ours, bare, "a bare QMainWindow"))]


def start(which: str, *options: str) -> dict[str, str]:
    """Start `tlgui` or a `bare` window with the options of `tests.benchmarks.started`; return what it printed."""
    command = [sys.executable, "-m", "tests.benchmarks.started", which, *options]
    environment = {**os.environ, "STARTED_AT": str(time.time())}
    result = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    said = dict(line.partition(" ")[::2] for line in result.stdout.splitlines())
    if said["loaded"]:
        raise SystemExit(f"The window's process has loaded {said['loaded']}.")
    return said
