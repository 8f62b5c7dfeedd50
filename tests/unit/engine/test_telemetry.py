"""Telemetry of libraries is off in every process, and the files it left before are removed once."""

import contextlib
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tlgui.engine.telemetry import remove_leftovers

_TABLE = "CREATE TABLE events (record_id TEXT, payload BLOB)"
_DEVICE = "1f2e3d4c-0000-4000-8000-123456789abc"
_SESSION = "5a5b5c5d-1111-2222-3333-444455556666"
_OTHER_PYTHON = "/opt/other/bin/python"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(isolated_home: Path) -> Path:
    """Return the cache folder of ONNX Runtime, with a device id."""
    folder = isolated_home / ".cache/Microsoft/DeveloperTools/.onnxruntime"
    folder.mkdir(parents=True)
    (folder / "deviceid").write_text(_DEVICE)
    return folder


def event_of(python: str, *, is_device_new: bool = False) -> bytes:
    """Return the relevant bytes of an event of ONNX Runtime 1.31."""
    digest = hashlib.sha256(_DEVICE.encode()).hexdigest().upper()
    status = "New" if is_device_new else "Old"
    return (
        f"ProcessInfo\x00IBc:{digest}\x1b{chr(len(python))}{python}\x06python\x00I${_SESSION}"
        f"\x11DeviceInfo.Statusi\x03{status}\x00"
    ).encode("latin-1")


def queue(folder: Path, *events: bytes) -> None:
    with contextlib.closing(sqlite3.connect(folder / "onnxruntime.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(_TABLE)
        database.executemany("INSERT INTO events VALUES ('', ?)", [(event,) for event in events])
        database.commit()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_every_process_inherits_that_it_is_off() -> None:
    program = (
        "import tlgui, subprocess, sys; "
        "print(subprocess.check_output([sys.executable, '-c', "
        "'import os; print(os.environ[\"ORT_DISABLE_TELEMETRY\"])'], text=True))"
    )
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "0"}
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "1"


def test_what_earlier_versions_left_goes(folder: Path, isolated_home: Path, temporary: Path) -> None:
    queue(folder, event_of(sys.executable, is_device_new=True), event_of(sys.executable))
    (temporary / ".ses").write_text(f"1795891303478\n{_SESSION}\n")

    remove_leftovers()

    assert not (isolated_home / ".cache/Microsoft").exists()
    assert left_in(temporary) == []


@pytest.mark.parametrize("data", [None, b"", b"who you are"])
def test_queue_that_tells_of_nobody_goes_with_the_id(folder: Path, isolated_home: Path, data: bytes | None) -> None:
    if data is not None:
        (folder / "onnxruntime.db").write_bytes(data)

    remove_leftovers()

    assert not (isolated_home / ".cache/Microsoft").exists()


@pytest.mark.usefixtures("temporary")
def test_queue_of_another_program_stays_without_what_tlgui_left_in_it(folder: Path) -> None:
    other = event_of(_OTHER_PYTHON, is_device_new=True)
    queue(folder, other, event_of(sys.executable))

    remove_leftovers()

    assert left_in(folder) == ["deviceid", "onnxruntime.db"]
    with contextlib.closing(sqlite3.connect(folder / "onnxruntime.db")) as database:
        assert database.execute("SELECT payload FROM events").fetchall() == [(other,)]
    assert os.fsencode(sys.executable) not in (folder / "onnxruntime.db").read_bytes()


@pytest.mark.usefixtures("temporary")
def test_id_that_tlgui_made_goes_although_another_program_came_later(folder: Path) -> None:
    queue(folder, event_of(sys.executable, is_device_new=True), event_of(_OTHER_PYTHON))

    remove_leftovers()

    assert left_in(folder) == ["onnxruntime.db"]


def test_session_of_another_program_stays(folder: Path, temporary: Path) -> None:
    queue(folder, event_of(_OTHER_PYTHON))
    (temporary / ".ses").write_text(f"1795891303478\n{_SESSION}\n")

    remove_leftovers()

    assert left_in(temporary) == [".ses"]


@pytest.mark.usefixtures("temporary")
def test_events_of_a_python_that_all_programs_share_are_nobodys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    queue(folder, event_of(sys.executable, is_device_new=True))

    remove_leftovers()

    assert left_in(folder) == ["deviceid", "onnxruntime.db"]


def test_queue_that_is_in_use_is_left_for_the_next_start(folder: Path) -> None:
    queue(folder, event_of(sys.executable))
    with contextlib.closing(sqlite3.connect(folder / "onnxruntime.db")) as user:
        user.execute("PRAGMA locking_mode = EXCLUSIVE")
        user.execute("INSERT INTO events VALUES ('', x'00')")

        remove_leftovers()

        user.rollback()
    assert (folder / "deviceid").exists()
    remove_leftovers()
    assert not folder.exists()


def test_files_of_others_beside_it_stay(folder: Path) -> None:
    (folder.parent / "other").write_text("not ours")
    (folder / "other").write_text("not ours")

    remove_leftovers()

    assert left_in(folder) == ["other"]
    assert (folder.parent / "other").exists()


def test_what_comes_later_is_not_ours_and_stays(folder: Path) -> None:
    remove_leftovers()
    folder.mkdir(parents=True)
    (folder / "deviceid").write_text(_DEVICE)

    remove_leftovers()

    assert left_in(folder) == ["deviceid"]
