"""Decisions of a person are data: they are found by content where they make sense, and no damage deletes them."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.databases import LOOKS_LIKE_SOMETHING_ELSE
from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.storage import decision_file
from tlgui.photos.storage.decision_file import DecisionFile
from tlgui.photos.storage.decisions import Decision, Decisions, Scope, scope_of

CLASSES = ("robin", "wren")
FROM_FILE = scope_of(None, CLASSES)


def digest(text: object) -> bytes:
    return sha256(str(text).encode()).digest()


A, B, C = map(digest, "abc")


def decision(name: str, day: int = 1) -> Decision:
    return Decision(name, f"2026-11-{day:02}T12:00:00+01:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.sqlite"


@pytest.fixture
def told() -> list[StorageError]:
    return []


@pytest.fixture
def decisions(path: Path, told: list[StorageError]) -> Decisions:
    return Decisions(DecisionFile(path, told.append))


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    (tmp_path / "birds").mkdir()
    return tmp_path / "birds"


def names(decisions: Decisions, digests: Iterable[bytes], scope: Scope = FROM_FILE) -> dict[bytes, str]:
    return {key: each.class_name for key, each in decisions.of(digests, scope).items()}


def test_nothing_is_decided_and_no_file_is_made_at_first(decisions: Decisions, path: Path) -> None:
    assert decisions.of([A], FROM_FILE) == {}
    assert not path.exists()


def test_decision_is_kept_by_content_and_time(decisions: Decisions, path: Path) -> None:
    decisions.decide([A, B, A], decision("wren"), FROM_FILE)
    assert Decisions(DecisionFile(path)).of([A, B, C], FROM_FILE) == {A: decision("wren"), B: decision("wren")}


def test_decisions_lie_in_the_data_folder_of_the_user() -> None:
    Decisions().decide([A], decision("wren"), FROM_FILE)
    assert (files.data_folder() / "decisions.sqlite").is_file()
    assert names(Decisions(), [A]) == {A: "wren"}


def test_last_decision_counts_whatever_the_clock_says(decisions: Decisions) -> None:
    decisions.decide([A], decision("wren", 9), FROM_FILE)
    decisions.decide([A], decision("robin", 2), FROM_FILE)
    assert decisions.of([A], FROM_FILE) == {A: decision("robin", 2)}


def test_decision_that_is_taken_back_can_be_restored(decisions: Decisions) -> None:
    decisions.decide([A, B], decision("wren"), FROM_FILE)
    forgotten = decisions.decide([A, C], None, FROM_FILE)
    assert names(decisions, [A, B, C]) == {B: "wren"}
    assert decisions.take_back(forgotten) == 0
    assert names(decisions, [A, B, C]) == {A: "wren", B: "wren"}


def test_steps_are_taken_back_one_after_the_other(decisions: Decisions) -> None:
    steps = [decisions.decide([A, B][: number % 2 + 1], decision(str(number)), FROM_FILE) for number in range(5)]
    seen = [names(decisions, [A, B])]
    for step in reversed(steps):
        decisions.take_back(step)
        seen.append(names(decisions, [A, B]))
    assert seen == [{A: "4", B: "3"}, {A: "3", B: "3"}, {A: "2", B: "1"}, {A: "1", B: "1"}, {A: "0"}, {}]


def test_photo_that_was_decided_in_another_window_since_is_not_taken_back(decisions: Decisions, path: Path) -> None:
    decisions.decide([A], decision("owl"), FROM_FILE)
    here = decisions.decide([A, B], decision("wren"), FROM_FILE)
    Decisions(DecisionFile(path)).decide([A], decision("robin"), FROM_FILE)
    assert decisions.take_back(here) == 1
    assert names(decisions, [A, B]) == {A: "robin"}


def test_decision_survives_other_classes_of_the_same_folder(decisions: Decisions, birds: Path) -> None:
    decisions.decide([A], decision("wren"), scope_of(birds, CLASSES))
    assert names(decisions, [A], scope_of(birds, (*CLASSES, "owl"))) == {A: "wren"}


def test_folder_is_the_same_by_any_path(decisions: Decisions, birds: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(birds)
    decisions.decide([A], decision("wren"), scope_of(link, CLASSES))
    assert names(decisions, [A], scope_of(birds / "..", ("x",))) == {}
    assert names(decisions, [A], scope_of(tmp_path / "birds" / ".." / "birds", ("x",))) == {A: "wren"}


def test_model_from_a_file_and_that_of_the_folder_share_decisions(decisions: Decisions, birds: Path) -> None:
    own = scope_of(birds, CLASSES)
    decisions.decide([A, B], decision("wren"), own)
    assert names(decisions, [A, B]) == {A: "wren", B: "wren"}
    decisions.decide([A], decision("robin"), FROM_FILE)
    decisions.decide([B], None, FROM_FILE)
    assert names(decisions, [A, B], own) == {A: "robin"}
    decisions.decide([A], decision("wren"), own)
    assert names(decisions, [A]) == {A: "wren"}
    assert names(decisions, [A], scope_of(None, ("cat", "dog"))) == {}


def test_folders_with_classes_of_the_same_names_keep_apart(decisions: Decisions, birds: Path, tmp_path: Path) -> None:
    other = tmp_path / "others"
    other.mkdir()
    decisions.decide([A], decision("wren"), scope_of(birds, CLASSES))
    assert names(decisions, [A], scope_of(other, CLASSES)) == {}
    decisions.decide([A], decision("robin"), scope_of(other, CLASSES))
    assert names(decisions, [A], scope_of(birds, CLASSES)) == {A: "wren"}


def test_collection_that_was_moved_has_its_decisions(decisions: Decisions, birds: Path, tmp_path: Path) -> None:
    decisions.decide([A], decision("wren"), scope_of(birds, CLASSES))
    moved = Path(shutil.move(birds, tmp_path / "archive"))
    assert names(decisions, [A], scope_of(moved, CLASSES)) == {A: "wren"}
    assert names(decisions, [A], scope_of(moved, ("cat", "dog"))) == {}


def test_names_of_any_letters_are_kept(decisions: Decisions, tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    scope = scope_of(tmp_path / odd, ["عصفور", odd, "a\nb"])
    decisions.decide([A], decision("عصفور 🐦"), scope)
    decisions.decide([B], decision(odd), scope)
    assert names(decisions, [A, B], scope) == {A: "عصفور 🐦", B: r"caf\xe9"}


def test_many_photos_are_decided_in_pieces_and_as_one(decisions: Decisions) -> None:
    pauses: list[int] = []
    many = [digest(number) for number in range(1203)]
    step = decisions.decide(many, decision("wren"), FROM_FILE, lambda: pauses.append(1))
    assert len(pauses) == 3
    assert len(decisions.of(many, FROM_FILE)) == 1203
    decisions.take_back(step)
    assert decisions.of(many, FROM_FILE) == {}


def test_decision_that_is_broken_off_changes_nothing(decisions: Decisions) -> None:
    decisions.decide([A], decision("wren"), FROM_FILE)

    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decisions.decide([A, B], decision("robin"), FROM_FILE, fail)
    assert names(decisions, [A, B]) == {A: "wren"}


def test_windows_that_decide_at_once_wait_for_each_other(decisions: Decisions, path: Path) -> None:
    def decide(name: str) -> None:
        own = Decisions(DecisionFile(path))
        for number in range(20):
            own.decide([digest(number), digest(name)], decision(name), FROM_FILE)

    threads = [threading.Thread(target=decide, args=[name]) for name in CLASSES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = names(decisions, [*map(digest, range(20)), *map(digest, CLASSES)])
    assert found[digest("robin")] == "robin"
    assert found[digest("wren")] == "wren"
    assert len(found) == 22


def test_file_that_another_holds_for_long_is_said(
    decisions: Decisions, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions.decide([A], decision("wren"), FROM_FILE)
    monkeypatch.setattr(decision_file, "_LOCK_TIMEOUT_SECONDS", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="Another window or command is writing"):
        decisions.decide([B], decision("robin"), FROM_FILE)
    with pytest.raises(StorageError, match="Another window"):
        decisions.of([A], FROM_FILE)
    holder.close()
    assert names(decisions, [A, B]) == {A: "wren"}


def _fill(decisions: Decisions, count: int = 4000) -> list[bytes]:
    many = [digest(number) for number in range(count)]
    decisions.decide(many, decision("wren"), FROM_FILE)
    return many


def _overwrite_beginning(path: Path) -> None:
    path.write_bytes(b"rubbish" * 100)


def _overwrite_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(data)


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 40 * 4096 + 100])


@pytest.mark.parametrize("damage", [_overwrite_beginning, _overwrite_middle, _cut_off, *LOOKS_LIKE_SOMETHING_ELSE])
def test_damaged_file_is_set_aside_and_told_and_what_can_be_read_is_kept(
    decisions: Decisions, path: Path, told: list[StorageError], damage: Callable[[Path], None]
) -> None:
    many = _fill(decisions)
    damage(path)
    damaged = path.read_bytes()
    found = decisions.of(many, FROM_FILE)
    assert [error.message.split(".")[0] for error in told] == [
        "The file with what you decided about photos was damaged"
    ]
    assert path.with_name("decisions.sqlite.damaged").read_bytes() == damaged
    if damage is _overwrite_middle:
        assert 2000 < len(found) < 4000
    assert f"{len(found):,} decision" in told[0].message
    decisions.decide([A], decision("robin"), FROM_FILE)
    assert names(decisions, [A, *many]) == {A: "robin", **dict.fromkeys(found, "wren")}
    assert len(told) == 1


def test_second_damage_leaves_the_copy_of_the_first(decisions: Decisions, path: Path, told: list[StorageError]) -> None:
    for text in (b"first damage", b"second damage"):
        path.write_bytes(text)
        decisions.decide([A], decision("wren"), FROM_FILE)
    assert path.with_name("decisions.sqlite.damaged").read_bytes() == b"first damage"
    assert path.with_name("decisions.sqlite.damaged 2").read_bytes() == b"second damage"
    assert len(told) == 2


def test_damage_that_cannot_be_copied_is_left(
    decisions: Decisions, path: Path, told: list[StorageError], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(b"rubbish")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError, match="full"):
        decisions.decide([A], decision("wren"), FROM_FILE)
    assert path.read_bytes() == b"rubbish"
    assert not told


def test_row_of_another_kind_is_passed_over(decisions: Decisions, path: Path) -> None:
    decisions.decide([A], decision("wren"), FROM_FILE)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE decision SET class_name = CAST(x'ff41' AS TEXT)")
    connection.close()
    assert names(decisions, [A]) == {A: "\ufffdA"}


def test_file_of_a_later_version_is_left_and_told(decisions: Decisions, path: Path) -> None:
    decisions.decide([A], decision("wren"), FROM_FILE)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = path.read_bytes()
    for act in (lambda: decisions.of([A], FROM_FILE), lambda: decisions.decide([A], None, FROM_FILE)):
        with pytest.raises(StorageError, match="later version"):
            act()
    assert path.read_bytes() == before


def test_read_only_disk_is_read_and_said(decisions: Decisions, monkeypatch: pytest.MonkeyPatch) -> None:
    decisions.decide([A], decision("wren"), FROM_FILE)
    monkeypatch.setattr(files, "opened_database", files.opened_read_only)
    assert names(decisions, [A]) == {A: "wren"}
    with pytest.raises(StorageError, match="may not be written"):
        decisions.decide([B], decision("robin"), FROM_FILE)


def test_data_folder_that_cannot_be_made_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Path:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(files, "data_folder", fail)
    with pytest.raises(StorageError, match="Read-only file system"):
        Decisions().of([A], FROM_FILE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_in_the_place_of_the_file_is_said(decisions: Decisions, path: Path) -> None:
    os.mkfifo(path)
    assert decisions.of([A], FROM_FILE) == {}
    with pytest.raises(StorageError, match="is no file"):
        decisions.decide([A], decision("wren"), FROM_FILE)


def test_full_disk_leaves_the_decisions_as_they_were(decisions: Decisions, path: Path) -> None:
    few = _fill(decisions, 200)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 8192, hard))
    try:
        with pytest.raises(StorageError, match="cannot be read or kept"):
            decisions.decide([digest(("new", number)) for number in range(4000)], decision("robin"), FROM_FILE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        signal.signal(signal.SIGXFSZ, previous)
    assert set(names(decisions, few).values()) == {"wren"}
    decisions.decide([A], decision("robin"), FROM_FILE)


_WRITER = """
import sys
from pathlib import Path
from tlgui.photos.storage.decision_file import DecisionFile
from tlgui.photos.storage.decisions import Decision, Decisions, scope_of
decisions, scope = Decisions(DecisionFile(Path(sys.argv[1]))), scope_of(None, ["robin", "wren"])
many = [number.to_bytes(32, "big") for number in range(3000)]
for name in ["robin", "wren"] * 100_000:
    decisions.decide(many, Decision(name, ""), scope)
    print(name, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_at_any_time_leaves_all_of_a_decision_or_nothing(
    decisions: Decisions, path: Path, told: list[StorageError]
) -> None:
    many = [number.to_bytes(32, "big") for number in range(3000)]
    for lines in range(1, 5):
        process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = names(decisions, many)
        assert len(found) == 3000
        assert len(set(found.values())) == 1
    assert not told
