"""The history of a training under way is read without TensorFlow, and a damaged one is read as none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tlgui.learning.runs.progress import PROGRESS, read_progress, write_progress
from tlgui.progress import EpochEnded

EPOCH = EpochEnded(1, 3, 1.0, 0.5, 1.1, 0.4, 0.001, 2.5, is_best=True)


def test_progress_is_read_without_tensorflow(tmp_path: Path) -> None:
    write_progress(tmp_path, [EPOCH], 2.5)
    program = (
        "import sys; from pathlib import Path; from tlgui.learning.runs.progress import read_progress;"
        "print(len(read_progress(Path(sys.argv[1]))), {'keras', 'tensorflow'} & set(sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )

    assert ended.stdout.strip() == "1 set()"
    assert read_progress(tmp_path) == (EPOCH,)


@pytest.mark.parametrize("text", ["", "[]", '{"history": 3}', '{"history": [{"epoch": 0}]}', "[" * 100_000])
def test_damaged_progress_has_no_epochs(text: str, tmp_path: Path) -> None:
    (tmp_path / PROGRESS).write_text(text)

    assert read_progress(tmp_path) == ()
