"""The review of a collection: mendings, their undo, and changes on disk."""

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.session.reviewing import LookGate, idle, move, on_disk, paths, some
from tests.ui.waiting import WAIT_MS, finish
from tlgui import files
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import StorageError
from tlgui.photos.health.findings import LeaveOut, MoveToBin
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.mender import Mended
from tlgui.photos.mending.records import RecordKind, Step
from tlgui.ui.session.review import Review
from tlgui.ui.session.session import Session


class TestMending:
    def test_moved_photos_are_in_their_new_class_and_undo_brings_them_back(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path
    ) -> None:
        before = on_disk(birds)
        with qtbot.waitSignals([reviewed.collection_changed, review.changed], timeout=WAIT_MS):
            job = review.mend(move(birds, "robin", "wren"))
        idle(qtbot, reviewed)
        assert job.request is not None
        assert paths(reviewed) == on_disk(birds) != before
        assert review.next_undo == "move 2 photos to “wren”"

        result = finish(qtbot, review.undo())
        assert result == Mended(2, (), "Undone: move 2 photos to “wren”.")
        assert paths(reviewed) == on_disk(birds) == before
        assert review.next_undo is None

    @pytest.mark.usefixtures("reviewed")
    def test_moved_photos_are_not_looked_at_again(
        self, qtbot: QtBot, review: Review, birds: Path, gate: LookGate
    ) -> None:
        finish(qtbot, review.mend(move(birds, "robin", "wren")))
        assert not review.is_looking
        assert not gate.is_reached
        assert review.report.looked_at == len(on_disk(birds))

    def test_undo_works_after_a_restart(
        self, qtbot: QtBot, reviewed: Session, birds: Path, fake_engine: FakeEngine
    ) -> None:
        before = on_disk(birds)
        finish(qtbot, reviewed.review.mend(move(birds, "robin", "wren")))
        idle(qtbot, reviewed)

        later = Session(fake_engine)
        finish(qtbot, later.scan_folder(birds))
        assert later.review.next_undo == "move 2 photos to “wren”"
        finish(qtbot, later.review.undo())
        idle(qtbot, later)
        later.close(WAIT_MS)
        assert on_disk(birds) == before

    def test_left_out_photos_are_not_trained_on_and_lie_where_they_were(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path, fake_engine: FakeEngine
    ) -> None:
        before, out = on_disk(birds), some(birds, "robin")
        finish(qtbot, review.mend(LeaveOut(out)))
        finish(qtbot, reviewed.train())

        (request,) = [request for request in fake_engine.requests if isinstance(request, TrainRequest)]
        assert {photo.path for photo in request.collection.photos()} == before - set(out)
        assert {photo.path for photo in request.collection.left_out} == set(out)
        assert on_disk(birds) == before

    def test_class_is_shown_under_another_name_without_touching_its_folder(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path
    ) -> None:
        finish(qtbot, review.show_class_as("robin", "European robin"))
        assert reviewed.collection is not None
        assert reviewed.collection.class_names == ("European robin", "owl", "wren")
        assert (birds / "robin").is_dir()

        finish(qtbot, review.show_class_as("European robin", ""))
        assert reviewed.collection.class_names == ("owl", "robin", "wren")
        finish(qtbot, review.undo())
        assert reviewed.collection.class_names == ("European robin", "owl", "wren")

    def test_mending_that_fails_says_so_and_shows_how_far_it_came(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path
    ) -> None:
        mendings = files.workspace_path(birds) / "mendings"
        mendings.parent.mkdir(parents=True, exist_ok=True)
        mendings.write_text("in the way")
        before = on_disk(birds)

        error = finish(qtbot, review.mend(MoveToBin(some(birds, "robin"))))

        assert isinstance(error, StorageError)
        idle(qtbot, reviewed)
        assert paths(reviewed) == on_disk(birds) == before

    def test_mending_that_is_stopped_shows_how_far_it_came(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = os.link

        def stopping(source: Path, target: Path) -> None:
            link(source, target)
            reviewed.stop()

        monkeypatch.setattr(os, "link", stopping)
        assert finish(qtbot, review.mend(move(birds, "robin", "wren", 5))) is None
        monkeypatch.setattr(os, "link", link)
        idle(qtbot, reviewed)

        assert paths(reviewed) == on_disk(birds)
        assert len(list((birds / "robin").iterdir())) == 9
        assert review.next_undo == "move 1 photo to “wren”"

    def test_mending_that_a_kill_cut_short_is_put_in_order_by_the_next_reading(
        self, qtbot: QtBot, session: Session, birds: Path
    ) -> None:
        before = on_disk(birds)
        (source,) = some(birds, "robin", 1)
        target = birds / "wren" / "moved.jpg"
        journal = Journal(files.workspace_path(birds) / "mendings")
        record = journal.begin(RecordKind.MOVE, "move 1 photo to “wren”")
        journal.plan(record, {0: Step(str(source), str(target), 1, 1)})
        os.link(source, target)

        finish(qtbot, session.scan_folder(birds))
        idle(qtbot, session)
        assert paths(session) == on_disk(birds) == before - {source} | {target}
        finish(qtbot, session.review.undo())
        assert on_disk(birds) == before


class TestDisk:
    def test_changes_on_disk_are_noticed_and_go_with_the_next_reading(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path
    ) -> None:
        assert review.disk_changes is None
        new = write_jpeg(birds / "owl" / "new.jpg")
        (gone,) = some(birds, "robin", 1)
        gone.unlink()

        with qtbot.waitSignal(review.changed, timeout=WAIT_MS):
            review.check_disk()
        assert review.disk_changes is not None
        assert (review.disk_changes.new, review.disk_changes.gone) == ((new,), (gone,))
        assert not reviewed.is_busy

        finish(qtbot, reviewed.scan_folder(birds))
        assert review.disk_changes is None

    def test_unchanged_folder_says_nothing(self, qtbot: QtBot, reviewed: Session, review: Review) -> None:
        job = review.check_disk()
        assert job is not None
        with qtbot.assertNotEmitted(review.changed):
            idle(qtbot, reviewed)

    def test_disk_is_not_looked_at_twice_at_once_nor_while_something_is_under_way(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path
    ) -> None:
        assert review.check_disk() is not None
        assert review.check_disk() is None
        idle(qtbot, reviewed)
        job = reviewed.scan_folder(birds)
        assert review.check_disk() is None
        finish(qtbot, job)

    def test_own_mending_is_no_change_on_disk(
        self, qtbot: QtBot, reviewed: Session, review: Review, birds: Path
    ) -> None:
        finish(qtbot, review.mend(move(birds, "robin", "wren")))
        idle(qtbot, reviewed)
        review.check_disk()
        idle(qtbot, reviewed)
        assert review.disk_changes is None
