"""How the window bears 100,000 named photos: memory, scrolling, filtering, sorting, grouping, look-alikes."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure

COUNT = 100_000
_ROOT = Path(__file__).resolve().parents[2]


def measure(count: int = COUNT) -> list[Figure]:
    """Put `count` photos with made-up answers on the board of the real window.

    The window has a process of its own, so that the memory is that of the window alone.
    """
    with tempfile.TemporaryDirectory(prefix="tlgui-board-", ignore_cleanup_errors=True) as place:
        command = [sys.executable, "-m", "tests.benchmarks.board_window", place, str(count)]
        result = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [Figure(**figure) for figure in json.loads(result.stdout.splitlines()[-1])]
