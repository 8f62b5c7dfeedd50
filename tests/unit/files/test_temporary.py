"""What a killed process leaves goes with the next start; what belongs to a living one, or a stranger, stays."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tlgui import files
from tlgui.errors import StorageError
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


def make_old(path: Path) -> None:
    for each in (*path.rglob("*"), path):
        os.utime(each, (time.time() - 200_000,) * 2)


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


def test_folder_that_went_for_good_is_made_again_by_no_thread(system_folder: Path) -> None:
    program = """
import os, threading
from tlgui import files
files.process_folder()
files.remove_process_folder()
late = threading.Thread(target=files.process_folder, daemon=True)
late.start()
late.join(0.5)
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
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

    def sweep_first(self: OwnerLock, *seconds: float) -> bool:
        if not swept:
            swept.append(True)
            files.sweep()
        return acquire(self, *seconds)

    monkeypatch.setattr(temporary, "_processes", {})
    monkeypatch.setattr(OwnerLock, "acquire", sweep_first)

    folder = files.process_folder()

    assert folder.is_dir()
    assert list(system_folder.iterdir()) == [folder]


def test_threads_that_begin_at_once_share_one_folder(system_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        monkeypatch.setattr(temporary, "_processes", {})
        together = threading.Barrier(8)

        def make(together: threading.Barrier) -> Path:
            together.wait()
            return files.process_folder()

        with ThreadPoolExecutor(8) as pool:
            folders = set(pool.map(make, [together] * 8))

        assert len(folders) == 1
        assert folders <= set(system_folder.iterdir())


def test_folder_that_the_system_tidied_away_is_made_again(
    system_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "_processes", {})
    files.write_text(tmp_path / "a.txt", "a")
    shutil.rmtree(files.process_folder())

    with files.temporary_folder() as folder:
        assert folder.is_relative_to(system_folder)
    files.write_text(tmp_path / "b.txt", "b")

    assert str(tmp_path) in (files.process_folder() / "places.jsonl").read_text()
    before = files.process_folder()
    files.sweep()
    assert before.is_dir()


def test_file_beside_a_target_goes_after_a_kill(system_folder: Path, tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from tlgui import files
files.path_beside(Path(sys.argv[1])).write_text("half")
os.kill(os.getpid(), signal.SIGKILL)
"""
    place = tmp_path / "place"
    place.mkdir()
    subprocess.run([sys.executable, "-c", program, str(place / "a.jpg")], check=False)
    assert len(list(place.iterdir())) == 1

    files.sweep()

    assert list(place.iterdir()) == list(system_folder.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_old_leftovers_of_earlier_versions_go(system_folder: Path) -> None:
    for name in ("tlgui-abcd1234", "tlgui-compare-a_cd1234", "tlgui-new01234", "tlgui-tests", "other-abcd1234"):
        (system_folder / name).mkdir(mode=0o700)
        (system_folder / name / "model.keras").touch()
        if name != "tlgui-new01234":
            make_old(system_folder / name)

    files.sweep()

    assert sorted(path.name for path in system_folder.iterdir()) == ["other-abcd1234", "tlgui-new01234", "tlgui-tests"]


@pytest.mark.parametrize(("mode", "content"), [(0o755, "model.keras"), (0o700, "my notes.txt")])
def test_folder_of_somebody_with_such_a_name_stays(system_folder: Path, mode: int, content: str) -> None:
    (system_folder / "tlgui-projects").mkdir(mode=mode)
    (system_folder / "tlgui-projects" / content).touch()
    make_old(system_folder / "tlgui-projects")

    files.sweep()

    assert (system_folder / "tlgui-projects" / content).exists()


def test_what_nobody_noted_in_the_own_folders_goes_when_it_is_old(
    system_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "_processes", {})
    run = files.data_folder() / "workspaces/birds 0123/runs/20250101-1"
    owner = files.process_folder().name.removeprefix("tlgui-")
    old = [
        run / ".tlgui-abcd1234",
        files.models_folder() / ".tlgui-0123456789abcdef-7",
        files.cache_folder() / "tmp1234abcd",
    ]
    kept = [run / "model.tlmodel", run / ".tlgui-notours", run / ".tlgui-new01234", run / f".tlgui-{owner}-1"]
    for folder in (*old, *kept):
        folder.mkdir(parents=True)
        (folder / "file").touch()
        if folder.name != ".tlgui-new01234":
            make_old(folder)

    files.sweep()
    again = run / ".tlgui-dcba4321"
    again.mkdir()
    make_old(again)
    files.sweep()

    assert not any(folder.exists() for folder in old)
    assert all((folder / "file").exists() for folder in kept)
    assert again.exists(), "these folders are looked through once a day"
    assert system_folder.is_dir()


def test_full_disk_for_temporary_files_is_named_and_no_other(system_folder: Path) -> None:
    def fill() -> None:
        with files.temporary_folder():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageError, match="the disk is full") as caught:
        fill()
    assert f"could not be written to {system_folder}:" in caught.value.message
    assert "TMPDIR" in caught.value.hint


def test_refusal_of_another_place_is_not_said_of_the_temporary_folder(tmp_path: Path) -> None:
    def look() -> None:
        with files.temporary_folder():
            (tmp_path / "gone" / "photo.jpg").read_bytes()

    with pytest.raises(FileNotFoundError):
        look()


def test_temporary_folder_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "_processes", {})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(StorageError, match="gone: the folder is not there"), files.temporary_folder():
        pass
    # What is written elsewhere is written.
    files.write_text(tmp_path / "notes.txt", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows always has a folder for temporary files")
def test_folder_where_the_program_was_started_is_never_the_one_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # As Python has it where no other folder takes files.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    monkeypatch.setenv("TMPDIR", "/full")
    assert temporary.system_folder() == Path("/full")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert temporary.system_folder() == tmp_path


def test_folder_of_the_system_stays_known_where_libraries_use_another(system_folder: Path) -> None:
    program = """
import tempfile
from tlgui import files
files.use_for_libraries()
print(files.system_folder(), tempfile.gettempdir() == str(files.process_folder()))
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == f"{system_folder} True\n"
    assert list(system_folder.iterdir()) == []
