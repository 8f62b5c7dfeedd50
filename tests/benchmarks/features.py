"""How fast the backbone's features come: against Keras, against what the machine allows, again, and as work grows."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parents[2]


def measure(photos: Path) -> list[Figure]:
    """Measure all rows in one child process, on the same two cores."""
    return measured_by_child("speed", photos)


def measured_by_child(what: str, photos: Path, *options: str, module: str = "extracting") -> list[Figure]:
    """Return what a module of `tests.benchmarks` measured in a process of its own, which may load TensorFlow."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    with tempfile.TemporaryDirectory(prefix="tlgui-benchmark-", ignore_cleanup_errors=True) as scratch:
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", what, "--photos", str(photos)]
        command += ["--scratch", scratch, *options]
        result = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [Figure(**figure) for figure in json.loads(result.stdout.splitlines()[-1])]
