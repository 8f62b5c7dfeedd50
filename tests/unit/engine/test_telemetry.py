"""Telemetry of libraries is off in every process, and what it left before is taken away once."""

import os
import subprocess
import sys
from pathlib import Path

from tlgui.engine.telemetry import remove_leftovers


def left_behind(home: Path) -> Path:
    folder = home / ".cache/Microsoft/DeveloperTools/.onnxruntime"
    folder.mkdir(parents=True)
    for name in ("deviceid", "onnxruntime.db"):
        (folder / name).write_text("who you are")
    return folder


def test_every_process_inherits_that_it_is_off() -> None:
    program = (
        "import tlgui, subprocess, sys; "
        "print(subprocess.check_output([sys.executable, '-c', "
        "'import os; print(os.environ[\"ORT_DISABLE_TELEMETRY\"])'], text=True))"
    )
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "0"}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "1"


def test_what_earlier_versions_left_goes(isolated_home: Path) -> None:
    left_behind(isolated_home)

    remove_leftovers()

    assert not (isolated_home / ".cache/Microsoft").exists()


def test_files_of_others_beside_it_stay(isolated_home: Path) -> None:
    folder = left_behind(isolated_home)
    (folder.parent / "other").write_text("not ours")
    (folder / "other").write_text("not ours")

    remove_leftovers()

    assert [path.name for path in folder.iterdir()] == ["other"]
    assert (folder.parent / "other").exists()


def test_what_comes_later_is_not_ours_and_stays(isolated_home: Path) -> None:
    remove_leftovers()
    folder = left_behind(isolated_home)

    remove_leftovers()

    assert sorted(path.name for path in folder.iterdir()) == ["deviceid", "onnxruntime.db"]
