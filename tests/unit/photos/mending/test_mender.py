"""A collection is mended file by file: moved without overwriting, left out, or binned; what fails is said."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bins import HAS_FREEDESKTOP_BIN, use_bin
from tests.contexts import stopping_at
from tests.unit.photos.mending.small_collection import PLACES, QUIET, before, into, names_in, places, robins, undone
from tlgui.errors import Cancelled
from tlgui.photos.health.findings import LeaveOut, MoveInto, MoveToBin, UseAgain
from tlgui.photos.mending.mender import Mended, Mender
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext, Progress, Stage

needs_bin = pytest.mark.skipif(not HAS_FREEDESKTOP_BIN, reason="needs a bin that can be put elsewhere")


@contextlib.contextmanager
def racing_for(name: str) -> Iterator[None]:
    """Let another program take a name just before a file gets it, for the block."""
    link = os.link

    def raced(source: Path, target: Path) -> None:
        if Path(target).name == name:
            Path(target).write_text("another program's")
        link(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", raced)
        yield


class TestMoving:
    def test_photos_lie_in_the_other_class_and_a_taken_name_gets_a_number(self, mender: Mender, folder: Path) -> None:
        mended = mender.apply(into(folder / "wren", *robins(folder)), QUIET)

        assert places(folder) == {"wren/a.jpg": PLACES[0], "wren/b (2).jpg": PLACES[1], "wren/b.jpg": PLACES[2]}
        assert mended == Mended(2, (), "Moved 2 photos to “wren”.")

    def test_undo_after_a_restart_brings_them_back(
        self, mender: Mender, folder: Path, restarted: Callable[[], Mender]
    ) -> None:
        mender.apply(into(folder / "wren", *robins(folder)), QUIET)

        again = restarted()
        assert again.next_undo() == "move 2 photos to “wren”"
        assert undone(again) == Mended(2, (), "Undone: move 2 photos to “wren”.")

        assert places(folder) == before()
        assert again.next_undo() is None
        assert again.undo(QUIET) is None

    def test_moved_photos_keep_their_arrival_and_stay_left_out(
        self, mender: Mender, folder: Path, choices: Choices
    ) -> None:
        first, second = robins(folder)
        choices.record_arrivals({"robin/a.jpg": 3, "robin/b.jpg": 4})
        choices.leave_out([second])

        mender.apply(into(folder / "wren", first, second), QUIET)
        assert choices.arrivals() == {"wren/a.jpg": 3, "wren/b (2).jpg": 4}
        assert choices.left_out() == {folder / "wren/b (2).jpg"}

        undone(mender)
        assert choices.arrivals() == {"robin/a.jpg": 3, "robin/b.jpg": 4}
        assert choices.left_out() == {second}

    def test_new_class_gets_its_folder_and_undo_takes_it_away(self, mender: Mender, folder: Path) -> None:
        mender.apply(into(folder / "owl", *robins(folder)), QUIET)
        assert names_in(folder / "owl") == ["a.jpg", "b.jpg"]

        undone(mender)
        assert not (folder / "owl").exists()

    def test_new_class_of_many_photos_is_taken_away_whoever_comes_back_last(self, mender: Mender, folder: Path) -> None:
        many = [folder / "robin" / f"{number:03}.jpg" for number in range(150)]
        for path in many:
            path.write_text(path.name)
        mender.apply(into(folder / "owl", *many), QUIET)
        # The first one, for which the folder was made, is brought back by hand.
        (folder / "owl/000.jpg").rename(many[0])

        assert undone(mender).done == 149
        assert not (folder / "owl").exists()

    def test_undo_that_was_stopped_takes_the_folder_away_when_it_ends(self, mender: Mender, folder: Path) -> None:
        mender.apply(into(folder / "owl", *robins(folder)), QUIET)
        with pytest.raises(Cancelled):
            mender.undo(stopping_at(2))
        assert len(names_in(folder / "owl")) == 1

        undone(mender)
        assert not (folder / "owl").exists()
        assert places(folder) == before()

    def test_folder_of_a_new_class_that_holds_something_else_by_now_stays(self, mender: Mender, folder: Path) -> None:
        mender.apply(into(folder / "owl", *robins(folder)), QUIET)
        (folder / "owl/mine.jpg").write_text("mine")

        undone(mender)
        assert places(folder) == {**before(), "owl/mine.jpg": "mine"}

    def test_empty_folder_that_was_there_before_stays(self, mender: Mender, folder: Path) -> None:
        (folder / "owl").mkdir()
        mender.apply(into(folder / "owl", *robins(folder)), QUIET)
        undone(mender)
        assert names_in(folder / "owl") == []

    def test_new_class_that_gets_no_photo_leaves_no_folder(
        self, mender: Mender, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_source: Path, _target: Path) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "link", full)
        assert mender.apply(into(folder / "owl", *robins(folder)), QUIET).done == 0
        assert names_in(folder) == ["robin", "wren"]

    def test_name_that_is_taken_in_a_new_folder_does_not_keep_undo_from_taking_it_away(
        self, mender: Mender, folder: Path
    ) -> None:
        with racing_for("a.jpg"):
            mender.apply(into(folder / "owl", folder / "robin/a.jpg"), QUIET)
        assert names_in(folder / "owl") == ["a (2).jpg", "a.jpg"]
        (folder / "owl/a.jpg").unlink()

        undone(mender)
        assert not (folder / "owl").exists()

    def test_file_that_has_the_name_of_the_new_class_is_not_touched(self, mender: Mender, folder: Path) -> None:
        (folder / "owl").write_text("a file")
        mended = mender.apply(into(folder / "owl", *robins(folder)), QUIET)
        assert mended.done == 0
        assert len(mended.problems) == 2
        assert places(folder) == {**before(), "owl": "a file"}

    def test_class_in_two_parts_is_one_in_words(self, mender: Mender, folder: Path) -> None:
        first, second = robins(folder)
        moves = ((first, folder / "train/owl"), (second, folder / "test/owl"))
        for part in ("train", "test"):
            (folder / part).mkdir()
        assert mender.apply(MoveInto(moves), QUIET).words == "Moved 2 photos to “owl”."
        undone(mender)
        assert names_in(folder / "train") == names_in(folder / "test") == []

    def test_photo_that_is_gone_is_said_and_the_others_are_moved(self, mender: Mender, folder: Path) -> None:
        first, second = robins(folder)
        first.unlink()

        mended = mender.apply(into(folder / "wren", first, second), QUIET)

        assert mended.done == 1
        assert [(problem.path, problem.reason) for problem in mended.problems] == [(first, "It is no longer there.")]
        assert mended.words == "Moved 1 photo to “wren”. 1 could not be moved and stayed there."
        assert mender.next_undo() == "move 1 photo to “wren”"

    def test_disk_that_fills_in_the_middle_leaves_the_rest_where_it_was(
        self, mender: Mender, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = os.link

        def filling(source: Path, target: Path) -> None:
            if Path(source).name == "b.jpg":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            link(source, target)

        monkeypatch.setattr(os, "link", filling)
        mended = mender.apply(into(folder / "owl", *robins(folder)), QUIET)

        assert mended.done == 1
        assert "the disk is full" in mended.problems[0].reason
        assert places(folder) == {"owl/a.jpg": PLACES[0], "robin/b.jpg": PLACES[1], "wren/b.jpg": PLACES[2]}
        undone(mender)
        assert places(folder) == before()

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
    def test_folder_that_may_not_be_written_keeps_its_photos(self, mender: Mender, folder: Path) -> None:
        (folder / "robin").chmod(0o500)
        try:
            mended = mender.apply(into(folder / "wren", *robins(folder)), QUIET)
        finally:
            (folder / "robin").chmod(0o700)

        assert mended.done == 0
        assert places(folder) == before()

    def test_name_that_is_taken_at_the_last_moment_is_not_overwritten(self, mender: Mender, folder: Path) -> None:
        with racing_for("a.jpg"):
            mender.apply(into(folder / "wren", folder / "robin/a.jpg"), QUIET)

        assert places(folder)["wren/a.jpg"] == "another program's"
        assert places(folder)["wren/a (2).jpg"] == PLACES[0]
        undone(mender)
        assert places(folder) == {**before(), "wren/a.jpg": "another program's"}

    def test_stop_leaves_what_was_moved_and_it_can_be_undone(self, mender: Mender, folder: Path) -> None:
        with pytest.raises(Cancelled):
            mender.apply(into(folder / "owl", *robins(folder)), stopping_at(2))

        assert sorted(places(folder)) == ["owl/a.jpg", "robin/b.jpg", "wren/b.jpg"]
        assert mender.next_undo() == "move 1 photo to “owl”"
        undone(mender)
        assert places(folder) == before()

    def test_photo_that_lies_in_that_class_already_stays_as_it_is(self, mender: Mender, folder: Path) -> None:
        alias = folder / "same"
        alias.symlink_to(folder / "robin", target_is_directory=True)
        moves = into(folder / "robin", *robins(folder)).moves + into(alias, *robins(folder)).moves
        assert mender.apply(MoveInto(moves), QUIET).words == "Nothing was changed."
        alias.unlink()
        assert places(folder) == before()
        assert mender.next_undo() is None

    def test_photo_named_twice_is_moved_once(self, mender: Mender, folder: Path) -> None:
        first, _ = robins(folder)
        assert mender.apply(into(folder / "wren", first, first), QUIET) == Mended(1, (), "Moved 1 photo to “wren”.")

    def test_every_file_is_told_of(self, mender: Mender, folder: Path) -> None:
        events: list[object] = []
        mender.apply(into(folder / "owl", *robins(folder)), JobContext(report=events.append))
        told = [(event.stage, event.done, event.total) for event in events if isinstance(event, Progress)]
        assert told == [(Stage.MENDING, done, 2) for done in range(3)]
        events.clear()
        mender.undo(JobContext(report=events.append))
        assert {event.stage for event in events if isinstance(event, Progress)} == {Stage.UNDOING}


class TestChoosing:
    def test_photos_are_left_out_and_used_again(self, mender: Mender, folder: Path, choices: Choices) -> None:
        assert mender.apply(LeaveOut(robins(folder)), QUIET).words == "Left 2 photos out."
        assert choices.left_out() == set(robins(folder))

        assert mender.apply(UseAgain(robins(folder)[:1]), QUIET).words == "Using 1 photo again."
        assert choices.left_out() == {robins(folder)[1]}
        assert places(folder) == before()

    def test_undo_leaves_alone_what_was_left_out_before(self, mender: Mender, folder: Path, choices: Choices) -> None:
        first, second = robins(folder)
        mender.apply(LeaveOut((first,)), QUIET)
        mender.apply(LeaveOut((first, second)), QUIET)

        undone(mender)

        assert choices.left_out() == {first}

    def test_class_is_shown_under_another_name_and_undo_brings_the_one_before(
        self, mender: Mender, choices: Choices
    ) -> None:
        mender.show_class_as(["robin"], "Redbreast")
        mended = mender.show_class_as(["robin"], "European robin")
        assert mended.words == "The class is shown as “European robin”."
        assert choices.shown_names() == {"robin": "European robin"}

        undone(mender)
        assert choices.shown_names() == {"robin": "Redbreast"}

    def test_words_use_the_name_that_the_class_is_shown_as(self, mender: Mender, folder: Path) -> None:
        mender.show_class_as(["wren"], "Winter wren")
        mender.apply(into(folder / "wren", folder / "robin/a.jpg"), QUIET)
        assert mender.next_undo() == "move 1 photo to “Winter wren”"


@needs_bin
class TestBinning:
    @pytest.fixture
    def binned(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        return use_bin(tmp_path / "data", monkeypatch)

    def test_photos_lie_in_the_bin_and_undo_brings_them_back(
        self, mender: Mender, folder: Path, binned: Path, restarted: Callable[[], Mender]
    ) -> None:
        mended = mender.apply(MoveToBin(robins(folder)), QUIET)
        assert mended.words == "Moved 2 photos to the bin."
        assert names_in(binned) == ["a.jpg", "b.jpg"]
        assert sorted(places(folder)) == ["wren/b.jpg"]

        undone(restarted())
        assert places(folder) == before()
        assert not names_in(binned)
        assert not names_in(binned.parent / "info")

    def test_photos_of_one_name_come_back_to_their_own_classes(
        self, mender: Mender, folder: Path, binned: Path
    ) -> None:
        mender.apply(MoveToBin((folder / "robin/b.jpg", folder / "wren/b.jpg")), QUIET)
        assert len(names_in(binned)) == 2
        undone(mender)
        assert places(folder) == before()

    def test_bin_that_was_emptied_is_said(self, mender: Mender, folder: Path, binned: Path) -> None:
        mender.apply(MoveToBin(robins(folder)), QUIET)
        (binned / "a.jpg").unlink()

        mended = undone(mender)

        assert mended.done == 1
        assert "bin" in mended.problems[0].reason
        assert mended.words == "Brought 1 photo back, not 1."
        assert mender.next_undo() is None

    def test_photo_that_is_gone_is_said(self, mender: Mender, folder: Path, binned: Path) -> None:
        (folder / "robin/a.jpg").unlink()
        mended = mender.apply(MoveToBin(robins(folder)), QUIET)
        assert (mended.done, mended.problems[0].reason) == (1, "It is no longer there.")
        assert names_in(binned) == ["b.jpg"]

    def test_other_files_are_not_called_photos(self, mender: Mender, folder: Path, binned: Path) -> None:
        (folder / "robin/notes.txt").write_text("notes")
        assert mender.apply(MoveToBin((folder / "robin/notes.txt",)), QUIET).words == "Moved 1 file to the bin."
        assert names_in(binned) == ["notes.txt"]
