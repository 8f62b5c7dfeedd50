"""Photos of a camera: features against Keras, a second network, and the first training by the command.

The photos are made by the benchmark itself. Everything is a ratio of times in one run.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.camera_photos import write_camera_photos
from tests.benchmarks.features import ROOT, measured_by_child
from tests.benchmarks.figures import Figure, number

COUNT = 240

# What the command does before a training can begin, in a process of its own.
_START = "from tlgui.engine import quiet; quiet.prepare_tensorflow(); import tlgui.engine.jobs"


def measure(count: int = COUNT) -> list[Figure]:
    """Measure all rows.

    Args:
        count: Photos of a camera.
    """
    with tempfile.TemporaryDirectory(prefix="tlgui-benchmark-", ignore_cleanup_errors=True) as scratch:
        photos = Path(scratch, "photos")
        write_camera_photos(photos, count)
        # In this home nothing is cached yet.
        command = _command_seconds(photos, Path(scratch, "model.tlmodel"))
        start = _seconds("-c", _START)
        return measured_by_child(
            "all", photos, "--command", str(command), "--start", str(start), module="extracting_camera"
        )


def _command_seconds(photos: Path, model: Path) -> float:
    return _seconds("-m", "tlgui", "train", str(photos), "--recipe", "quick", "--out", str(model))


def _seconds(*arguments: str) -> float:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=True)
    seconds = time.perf_counter() - began
    print(f"  {arguments[-1][-40:]}: {number(seconds)} s", file=sys.stderr, flush=True)
    return seconds
