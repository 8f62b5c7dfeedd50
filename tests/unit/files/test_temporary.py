"""What a killed process leaves goes with the next start; what belongs to a living one, or a stranger, stays."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tlgui import files
from tlgui.files import OwnerLock, temporary

_PROGRAM = """
import sys, time
from pathlib import Path
from tlgui import files
target = Path(sys.argv[1])
with files.temporary_folder() as folder, files.atomic_path(target) as temporary:
    (folder / "large").write_bytes(b"x" * 1000)
    temporary.write_text("half")
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def system_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "system"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def writing(tmp_path: Path, system_folder: Path) -> "subprocess.Popen[str]":
    """Return a process that is in the middle of writing a file."""
    assert system_folder.is_dir()
    target = tmp_path / "place" / "notes.txt"
    target.parent.mkdir()
    target.write_text("old")
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_files_of_a_killed_process_go_at_the_next_start(
    writing: "subprocess.Popen[str]", system_folder: Path, tmp_path: Path
) -> None:
    kill(writing)
    assert len(list(system_folder.iterdir())) == 1
    assert len(list((tmp_path / "place").iterdir())) == 2

    files.sweep()

    assert list(system_folder.iterdir()) == []
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["notes.txt"]
    assert (tmp_path / "place/notes.txt").read_text() == "old"


def test_files_of_a_living_process_stay(writing: "subprocess.Popen[str]", system_folder: Path, tmp_path: Path) -> None:
    before = sorted([*system_folder.rglob("*"), *(tmp_path / "place").rglob("*")])

    files.sweep()

    assert sorted([*system_folder.rglob("*"), *(tmp_path / "place").rglob("*")]) == before
    kill(writing)


def test_folder_of_a_process_goes_when_it_ends(system_folder: Path) -> None:
    program = "from tlgui import files; print(files.process_folder().exists())"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "True\n"
    assert list(system_folder.iterdir()) == []


def test_notes_lead_to_nothing_that_is_not_ours(system_folder: Path, tmp_path: Path) -> None:
    token = "0123456789abcdef"
    place = tmp_path / "place"
    elsewhere = tmp_path / "elsewhere"
    for folder in (place / f".tlgui-{token}-1", place / ".tlgui-fedcba9876543210-1", place / "mine", elsewhere):
        folder.mkdir(parents=True)
        (folder / "file").write_text("precious")
    (place / f".tlgui-{token}-2").symlink_to(elsewhere)
    dead = system_folder / f"tlgui-{token}"
    dead.mkdir()
    (dead / "owner.lock").touch()
    lines = [json.dumps(str(place)), '{"a": 1}', "[" * 100_000, '"\\u0000"', json.dumps(str(tmp_path / "gone")), '"cut']
    (dead / "places.jsonl").write_text("\n".join(lines))

    files.sweep()

    assert not dead.exists()
    assert sorted(path.name for path in place.iterdir()) == [
        f".tlgui-{token}-2",
        ".tlgui-fedcba9876543210-1",
        "mine",
    ]
    assert (elsewhere / "file").read_text() == "precious"


def test_folder_that_a_kill_left_without_an_owner_goes(system_folder: Path) -> None:
    (system_folder / "tlgui-0123456789abcdef").mkdir()
    files.sweep()
    assert list(system_folder.iterdir()) == []


def test_process_whose_folder_is_swept_away_while_it_starts_makes_another(
    system_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire = OwnerLock.acquire
    swept: list[bool] = []

    def sweep_first(self: OwnerLock) -> bool:
        if not swept:
            swept.append(True)
            files.sweep()
        return acquire(self)

    monkeypatch.setattr(temporary, "_processes", {})
    monkeypatch.setattr(OwnerLock, "acquire", sweep_first)

    folder = files.process_folder()

    assert folder.is_dir()
    assert list(system_folder.iterdir()) == [folder]


def test_old_leftovers_of_earlier_versions_go(system_folder: Path) -> None:
    names = ["tlgui-abcd1234", "tlgui-compare-a_cd1234", "tlgui-new01234", "tlgui-tests", "other-abcd1234"]
    for name in names:
        (system_folder / name).mkdir()
        if name != "tlgui-new01234":
            os.utime(system_folder / name, (time.time() - 200_000,) * 2)

    files.sweep()

    assert sorted(path.name for path in system_folder.iterdir()) == ["other-abcd1234", "tlgui-new01234", "tlgui-tests"]
