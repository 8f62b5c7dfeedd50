"""Every mending is written down first and can be undone, after a restart, damage, or whatever happened meanwhile."""

import errno
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.photos.mending.small_collection import PLACES, QUIET, before, into, places, robins, undone
from tlgui import files
from tlgui.errors import NewerFileError, StorageError
from tlgui.photos.health.findings import LeaveOut
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.mender import Mender
from tlgui.photos.mending.records import RecordKind, Step
from tlgui.photos.storage.choices import Choices


class TestUndoingMoves:
    def test_name_that_was_taken_meanwhile_gets_a_number(self, mender: Mender, folder: Path) -> None:
        first, _ = robins(folder)
        mender.apply(into(folder / "wren", first), QUIET)
        first.write_text("a newer one")

        undone(mender)

        assert places(folder)["robin/a.jpg"] == "a newer one"
        assert places(folder)["robin/a (2).jpg"] == PLACES[0]

    def test_class_folder_that_was_deleted_meanwhile_is_made_again(self, mender: Mender, folder: Path) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        (folder / "robin").rmdir()
        undone(mender)
        assert places(folder) == before()

    def test_photo_that_was_deleted_meanwhile_is_said_and_does_not_block_what_came_before(
        self, mender: Mender, folder: Path
    ) -> None:
        first, second = robins(folder)
        mender.apply(into(folder / "owl", second), QUIET)
        mender.apply(into(folder / "wren", first), QUIET)
        (folder / "wren/a.jpg").unlink()

        mended = undone(mender)

        assert (mended.done, len(mended.problems)) == (0, 1)
        assert mender.next_undo() == "move 1 photo to “owl”"

    def test_what_a_full_disk_keeps_from_coming_back_can_be_tried_again(
        self, mender: Mender, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)

        def full(_source: Path, _target: Path) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(os, "link", full)
            assert undone(mender).done == 0
        assert mender.next_undo() == "move 2 photos to “wren”"
        assert undone(mender).done == 2
        assert places(folder) == before()

    def test_folder_whose_disk_was_unplugged_loses_no_way_back(self, mender: Mender, folder: Path) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        folder.rename(folder.with_name("unplugged"))
        with pytest.raises(StorageError, match="not there"):
            mender.undo(QUIET)
        mender.recover()
        folder.with_name("unplugged").rename(folder)
        undone(mender)
        assert places(folder) == before()

    def test_all_mendings_are_undone_one_by_one_last_first(
        self, mender: Mender, folder: Path, choices: Choices
    ) -> None:
        first, second = robins(folder)
        mender.apply(into(folder / "wren", first), QUIET)
        mender.apply(LeaveOut((second,)), QUIET)
        mender.apply(into(folder / "owl", folder / "wren/a.jpg"), QUIET)
        mender.show_class_as(["robin"], "European robin")

        words = []
        while (next_undo := mender.next_undo()) is not None:
            words.append(next_undo)
            undone(mender)

        assert words == [
            "show the class “robin” otherwise",
            "move 1 photo to “owl”",
            "leave 1 photo out",
            "move 1 photo to “wren”",
        ]
        assert places(folder) == before()
        assert not choices.left_out()
        assert not choices.shown_names()


class TestJournal:
    def test_nothing_is_done_that_cannot_be_written_down(
        self, mender: Mender, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_stream: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StorageError):
                mender.apply(into(folder / "wren", *robins(folder)), QUIET)

        assert places(folder) == before()

    def test_data_folder_that_fills_after_a_move_is_caught_up_with_later(
        self, mender: Mender, folder: Path, choices: Choices, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        choices.record_arrivals({"robin/a.jpg": 3})

        def full(_target: Path, _text: str) -> None:
            raise StorageError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(files, "write_text", full)
            with pytest.raises(StorageError):
                mender.apply(into(folder / "wren", folder / "robin/a.jpg"), QUIET)
        mender.recover()

        assert choices.arrivals() == {"wren/a.jpg": 3}
        undone(mender)
        assert places(folder) == before()

    def test_nothing_is_written_by_a_look(self, mender: Mender, workspace: Path) -> None:
        mender.recover()
        assert mender.next_undo() is None
        assert not workspace.exists()

    def test_line_that_was_torn_is_passed_over(
        self, mender: Mender, folder: Path, workspace: Path, restarted: Callable[[], Mender]
    ) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        (path,) = (workspace / "mendings").glob("*.jsonl")
        lines = path.read_text().splitlines()
        path.write_text("\n".join(lines[:-1]) + '\n{"missed": [0')

        again = restarted()
        again.recover()
        assert again.next_undo() == "move 2 photos to “wren”"
        undone(again)
        assert places(folder) == before()

    @pytest.mark.parametrize(
        "line", ['{"step": 7, "from": "", "to": "", "size": Infinity}', '{"step": 1e999, "from": "", "to": ""}']
    )
    def test_number_beyond_all_numbers_makes_a_line_a_torn_one(
        self, mender: Mender, folder: Path, workspace: Path, restarted: Callable[[], Mender], line: str
    ) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        (path,) = (workspace / "mendings").glob("*.jsonl")
        with path.open("a") as stream:
            stream.write(f"{line}\n")

        again = restarted()
        assert again.next_undo() == "move 2 photos to “wren”"
        undone(again)
        assert places(folder) == before()

    @pytest.mark.parametrize("damage", [b"", b"\x00\xff", b"[]\n", b'{"mending": 1, "kind": "explode", "words": ""}\n'])
    def test_damaged_mending_does_not_hide_the_one_before(
        self, mender: Mender, folder: Path, workspace: Path, damage: bytes
    ) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        (workspace / "mendings" / "000002.jsonl").write_bytes(damage)

        assert mender.next_undo() == "move 2 photos to “wren”"
        undone(mender)
        assert places(folder) == before()

    @pytest.mark.parametrize("last_line", ["", '{"missed": [], "words": "undo me"}\n'])
    def test_mending_of_a_later_version_is_left_and_told(
        self, mender: Mender, folder: Path, workspace: Path, last_line: str
    ) -> None:
        first, second = robins(folder)
        mender.apply(into(folder / "wren", first), QUIET)
        text = '{"mending": 2, "kind": "move", "words": ""}\n{"step": 0, "swaps": ["a", "b"]}\n' + last_line
        newer = workspace / "mendings" / "000002.jsonl"
        newer.write_text(text)

        assert mender.next_undo() is None
        mender.recover()
        with pytest.raises(NewerFileError, match=r"later version of tlgui .*000002\.jsonl"):
            mender.undo(QUIET)

        # What is done since can be undone, and no more.
        mender.apply(into(folder / "wren", second), QUIET)
        assert mender.next_undo() == "move 1 photo to “wren”"
        undone(mender)
        assert mender.next_undo() is None
        assert second.exists()
        assert not first.exists()
        assert newer.read_text() == text

    def test_another_window_that_mends_just_now_is_said(self, mender: Mender, folder: Path, workspace: Path) -> None:
        (workspace / "mendings").mkdir(parents=True)
        lock = files.OwnerLock(workspace / "mendings" / "lock")
        assert lock.acquire()
        try:
            with pytest.raises(StorageError, match="Another window"):
                mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        finally:
            lock.release()
        assert places(folder) == before()

    def test_oldest_mendings_are_forgotten(self, mender: Mender, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tlgui.photos.mending.journal.MOST_KEPT", 2)
        for target in ("x", "y", "z"):
            (source,) = folder.rglob("a.jpg")
            mender.apply(into(folder / target, source), QUIET)

        assert undone(mender).done == undone(mender).done == 1
        assert mender.next_undo() is None
        assert sorted(places(folder)) == ["robin/b.jpg", "wren/b.jpg", "x/a.jpg"]

    def test_names_that_are_no_text_come_back(self, mender: Mender, folder: Path) -> None:
        strange = folder / "robin" / os.fsdecode(b"caf\xe9.jpg")
        try:
            strange.write_text("strange")
        except (OSError, UnicodeError):
            pytest.skip("this disk takes only text")
        mender.apply(into(folder / "wren", strange), QUIET)
        undone(mender)
        assert strange.read_text() == "strange"


def written(folder: Path, steps: int, padding: int = 0) -> Path:
    """Write a mending of `steps` moves that has ended, of which the second half was not done."""
    journal = Journal(folder)
    record = journal.begin(RecordKind.MOVE, "move photos")
    source = "robin/" + padding * "x"
    journal.plan(record, {number: Step(f"{source}{number}.jpg", f"wren/{number}.jpg") for number in range(steps)})
    journal.end(record, range(steps // 2, steps), "move half of them")
    return record.path


def peak_of(work: Callable[[], object]) -> int:
    """Return the most bytes of memory that Python's objects took during some work."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_end_of_a_long_mending_is_read_without_the_rest(tmp_path: Path) -> None:
    path = written(tmp_path / "mendings", 2_000, padding=1_000)
    journal = Journal(tmp_path / "mendings")
    assert path.stat().st_size > 2_000_000

    assert peak_of(journal.last_words) < 500_000
    assert journal.last_words() == "move half of them"
    assert not journal.is_cut_short()


def test_end_that_is_a_long_line_itself_is_read(tmp_path: Path) -> None:
    written(tmp_path / "mendings", 40_000)
    journal = Journal(tmp_path / "mendings")

    assert journal.last_words() == "move half of them"
    last = journal.last()
    assert last is not None
    assert sorted(last.done) == list(range(20_000))
    assert not last.is_open


def test_mending_without_any_line_break_takes_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgui.photos.mending.journal._MOST_LINE_BYTES", 1_000_000)
    folder = tmp_path / "mendings"
    written(folder, 2)
    with (folder / "000002.jsonl").open("wb") as stream:
        stream.truncate(200_000_000)
    journal = Journal(folder)

    assert peak_of(journal.last) < 10_000_000
    assert journal.last_words() == "move half of them"


def test_mending_of_more_steps_than_there_can_be_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "mendings", 4)
    path = written(tmp_path / "mendings", 40)
    path.write_bytes(b"\n".join(path.read_bytes().splitlines()[:-1]))
    monkeypatch.setattr("tlgui.photos.mending.records._MOST_STEPS", 10)
    last = Journal(tmp_path / "mendings").last()

    assert last is not None
    assert len(last.steps) == 4


def test_number_of_a_new_mending_is_higher_than_any_that_is_kept(workspace: Path, mender: Mender, folder: Path) -> None:
    (workspace / "mendings").mkdir(parents=True)
    (workspace / "mendings" / "000041.jsonl").write_bytes(b"")
    mender.apply(into(folder / "wren", folder / "robin/a.jpg"), QUIET)
    last = Journal(workspace / "mendings").last()
    assert last is not None
    assert last.path.name == "000042.jsonl"
