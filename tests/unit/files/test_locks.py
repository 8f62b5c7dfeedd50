"""A lock has one owner, however many wait for it, and none once the owner has ended."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tlgui.files import OwnerLock, is_owned

_HOLDER = """
import sys
from pathlib import Path
from tlgui.files import OwnerLock
lock = OwnerLock(Path(sys.argv[1]))
print("owner" if lock.acquire() else "other", flush=True)
sys.stdin.readline()
lock.release()
"""


def holder(path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _HOLDER, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said_by(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_lock_that_is_released_while_others_want_it_has_one_owner(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = OwnerLock(path)
    assert first.acquire()
    # Were the file deleted with the release, this one would lock it while another locks a new file.
    waiting = OwnerLock(path)
    assert not waiting.acquire()
    first.release()
    assert waiting.acquire()

    late = OwnerLock(path)

    assert not late.acquire()
    assert is_owned(path)
    waiting.release()
    assert not is_owned(path)


def test_lock_of_another_process_is_free_once_it_is_killed(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock")
    assert said_by(process) == "owner"
    assert is_owned(tmp_path / "lock")
    assert not OwnerLock(tmp_path / "lock").acquire()

    process.kill()
    process.communicate()

    assert not is_owned(tmp_path / "lock")
    lock = OwnerLock(tmp_path / "lock")
    assert lock.acquire()
    lock.release()


def test_many_processes_have_one_owner(tmp_path: Path) -> None:
    processes = [holder(tmp_path / "lock") for _ in range(4)]

    words = sorted(said_by(process) for process in processes)

    for process in processes:
        process.communicate("\n")
    assert words == ["other", "other", "other", "owner"]


@pytest.mark.skipif(sys.platform == "win32", reason="there it is another call")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_disk_that_knows_no_locks_keeps_nobody_from_working(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refuse)
    lock = OwnerLock(tmp_path / "lock")

    assert lock.acquire()
    assert not lock.is_held
    assert not is_owned(tmp_path / "lock")
    assert OwnerLock(tmp_path / "lock").acquire()
    lock.release()


def test_nothing_is_made_where_a_folder_was_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "lock"

    assert not is_owned(path)
    with pytest.raises(FileNotFoundError):
        OwnerLock(path).acquire()
    assert not is_owned(tmp_path / "lock")

    assert list(tmp_path.iterdir()) == []
