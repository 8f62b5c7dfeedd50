"""The review keeps what the window knows of a collection in step with the disk, whatever is mended and undone."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_jpeg
from tests.ui.waiting import WAIT_MS, finish
from tests.unit.photos import scenes
from tlgui import files
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import StorageError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import PhotosUnreadable, UnreadablePhoto
from tlgui.learning.runs.training_photos import PhotoChanges
from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import FindingKind, LeaveOut, MoveInto, MoveToBin
from tlgui.photos.mending.journal import Journal, RecordKind, Step
from tlgui.photos.mending.sorting import Mended
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext, Progress, Stage
from tlgui.ui.session.review import Review
from tlgui.ui.session.session import Session

POLL_SECONDS = 0.005


class LookGate:
    """Holds closer looks up until a test lets them go on; Stop works meanwhile, unless the test says it does not."""

    def __init__(self) -> None:
        self.is_reached = False
        self.hears_stop = True
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def look(self, survey: Survey, context: JobContext, *threads: int) -> Survey:
        context.report(Progress(Stage.LOOKING, 0, 4711))
        self.is_reached = True
        while not self._open.wait(POLL_SECONDS):
            if self.hears_stop:
                context.checkpoint()
        return look_closer(survey, context if self.hears_stop else JobContext(), *threads)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[LookGate]:
    gate = LookGate()
    monkeypatch.setattr("tlgui.ui.session.folder_reading.look_closer", gate.look)
    yield gate
    gate.open()


@pytest.fixture
def review(session: Session) -> Review:
    return session.review


@pytest.fixture
def opened(qtbot: QtBot, session: Session, birds: Path) -> Session:
    finish(qtbot, session.scan_folder(birds))
    qtbot.waitUntil(lambda: not session.review.is_looking, timeout=WAIT_MS)
    session.set_recipe(replace(QUICK, epochs=1))
    return session


def idle(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.is_busy and not session._jobs.quiet, timeout=WAIT_MS)


def paths(session: Session) -> set[Path]:
    assert session.collection is not None
    return {photo.path for photo in session.collection.photos()}


def on_disk(folder: Path) -> set[Path]:
    return set(folder.glob("*/*.jpg"))


def some(folder: Path, name: str, number: int = 2) -> tuple[Path, ...]:
    return tuple(sorted((folder / name).iterdir())[:number])


def move(folder: Path, name: str, target: str, number: int = 2) -> MoveInto:
    return MoveInto(tuple((path, folder / target) for path in some(folder, name, number)))


def unreadable(review: Review) -> tuple[Path, ...]:
    (finding,) = [finding for finding in review.report.findings if finding.kind is FindingKind.UNREADABLE]
    return finding.paths


class TestLooking:
    def test_report_grows_once_every_photo_was_looked_at(
        self, qtbot: QtBot, session: Session, review: Review, birds: Path, gate: LookGate
    ) -> None:
        shutil.copy(some(birds, "robin")[0], birds / "wren" / "copy.jpg")
        finish(qtbot, session.scan_folder(birds))
        assert review.is_looking
        assert review.report.looked_at == 0
        before = review.report

        with qtbot.waitSignal(review.changed, timeout=WAIT_MS):
            gate.open()

        assert not review.is_looking
        assert review.report.looked_at == review.report.photo_count == len(on_disk(birds))
        assert len(review.report.findings) > len(before.findings)
        assert all(fact.look is not None for fact in review.facts.values())
        assert session.collection is not None
        assert session.collection.groups

    def test_unchanged_folder_is_not_looked_at_again(
        self, qtbot: QtBot, opened: Session, birds: Path, gate: LookGate
    ) -> None:
        finish(qtbot, opened.scan_folder(birds))
        assert not opened.review.is_looking
        assert not gate.is_reached
        assert opened.review.report.looked_at == len(on_disk(birds))

    def test_window_hears_of_the_classes_before_the_photos_are_read(
        self, qtbot: QtBot, session: Session, review: Review, birds: Path
    ) -> None:
        listed: list[Collection] = []
        review.collection_listed.connect(listed.append)
        finish(qtbot, session.scan_folder(birds))
        assert listed[-1].class_names == ("owl", "robin", "wren")
        assert listed[-1].photo_count == len(on_disk(birds))

    def test_training_waits_for_the_look_and_divides_by_its_groups(
        self, qtbot: QtBot, session: Session, birds: Path, gate: LookGate, fake_engine: FakeEngine
    ) -> None:
        shutil.copy(some(birds, "robin")[0], birds / "robin" / "copy.jpg")
        finish(qtbot, session.scan_folder(birds))
        session.set_recipe(replace(QUICK, epochs=1))
        job = session.train()
        events: list[object] = []
        job.reported.connect(events.append)
        qtbot.waitUntil(lambda: Progress(Stage.LOOKING, 0, 4711) in events, timeout=WAIT_MS)
        assert not any(isinstance(request, TrainRequest) for request in fake_engine.requests)

        gate.open()
        finish(qtbot, job)

        (request,) = [request for request in fake_engine.requests if isinstance(request, TrainRequest)]
        assert request.collection.groups
        idle(qtbot, session)
        assert session.collection is not None
        assert request.collection.groups == session.collection.groups

    def test_photo_that_the_look_cannot_read_leaves_the_collection(
        self, qtbot: QtBot, session: Session, review: Review, birds: Path, gate: LookGate
    ) -> None:
        damaged = scenes.write_damaged_png(birds / "robin" / "damaged.png")
        finish(qtbot, session.scan_folder(birds))
        assert damaged in paths(session)

        with qtbot.waitSignal(session.collection_changed, timeout=WAIT_MS):
            gate.open()
        idle(qtbot, session)

        assert paths(session) == on_disk(birds)
        assert review.report.looked_at == review.report.photo_count == len(on_disk(birds))
        assert unreadable(review) == (damaged,)

    def test_folder_is_read_again_after_a_training_that_could_not_read_a_photo(
        self, qtbot: QtBot, opened: Session, birds: Path, fake_engine: FakeEngine
    ) -> None:
        told: list[object] = []
        opened.review.photos_unreadable.connect(told.append)
        (path,) = some(birds, "robin", 1)
        path.write_bytes(path.read_bytes()[:300])
        fake_engine.unreadable = [path]

        finish(qtbot, opened.train())
        idle(qtbot, opened)

        assert told == [PhotosUnreadable((UnreadablePhoto(path, "Damaged."),))]
        assert paths(opened) == on_disk(birds) - {path}
        assert unreadable(opened.review) == (path,)

    def test_stop_ends_a_training_that_waits_for_the_look_and_not_the_look(
        self, qtbot: QtBot, session: Session, birds: Path, gate: LookGate
    ) -> None:
        finish(qtbot, session.scan_folder(birds))
        job = session.train()
        session.stop()
        assert finish(qtbot, job) is None
        assert session.review.is_looking
        assert not session.run_list.runs
        gate.open()
        qtbot.waitUntil(lambda: not session.review.is_looking, timeout=WAIT_MS)
        assert session.review.report.looked_at == len(on_disk(birds))

    def test_look_that_ends_too_late_does_not_bring_back_what_was_moved(
        self, qtbot: QtBot, session: Session, birds: Path, gate: LookGate
    ) -> None:
        gate.hears_stop = False
        finish(qtbot, session.scan_folder(birds))
        qtbot.waitUntil(lambda: gate.is_reached, timeout=WAIT_MS)
        finish(qtbot, session.review.mend(move(birds, "robin", "wren")))
        gate.open()
        idle(qtbot, session)
        assert paths(session) == on_disk(birds)
        assert not session.review.is_looking


class TestMending:
    def test_moved_photos_are_in_their_new_class_and_undo_brings_them_back(
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path
    ) -> None:
        before = on_disk(birds)
        with qtbot.waitSignals([opened.collection_changed, review.changed], timeout=WAIT_MS):
            job = review.mend(move(birds, "robin", "wren"))
        idle(qtbot, opened)
        assert job.request is not None
        assert paths(opened) == on_disk(birds) != before
        assert review.next_undo == "move 2 photos to “wren”"

        result = finish(qtbot, review.undo())
        assert result == Mended(2, (), "Undone: move 2 photos to “wren”.")
        assert paths(opened) == on_disk(birds) == before
        assert review.next_undo is None

    @pytest.mark.usefixtures("opened")
    def test_moved_photos_are_not_looked_at_again(
        self, qtbot: QtBot, review: Review, birds: Path, gate: LookGate
    ) -> None:
        finish(qtbot, review.mend(move(birds, "robin", "wren")))
        assert not review.is_looking
        assert not gate.is_reached
        assert review.report.looked_at == len(on_disk(birds))

    def test_undo_works_after_a_restart(
        self, qtbot: QtBot, opened: Session, birds: Path, fake_engine: FakeEngine
    ) -> None:
        before = on_disk(birds)
        finish(qtbot, opened.review.mend(move(birds, "robin", "wren")))
        idle(qtbot, opened)

        later = Session(fake_engine)
        finish(qtbot, later.scan_folder(birds))
        assert later.review.next_undo == "move 2 photos to “wren”"
        finish(qtbot, later.review.undo())
        idle(qtbot, later)
        later.close(WAIT_MS)
        assert on_disk(birds) == before

    def test_left_out_photos_are_not_trained_on_and_lie_where_they_were(
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path, fake_engine: FakeEngine
    ) -> None:
        before, out = on_disk(birds), some(birds, "robin")
        finish(qtbot, review.mend(LeaveOut(out)))
        finish(qtbot, opened.train())

        (request,) = [request for request in fake_engine.requests if isinstance(request, TrainRequest)]
        assert {photo.path for photo in request.collection.photos()} == before - set(out)
        assert {photo.path for photo in request.collection.left_out} == set(out)
        assert on_disk(birds) == before

    def test_class_is_shown_under_another_name_without_touching_its_folder(
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path
    ) -> None:
        finish(qtbot, review.show_class_as("robin", "European robin"))
        assert opened.collection is not None
        assert opened.collection.class_names == ("European robin", "owl", "wren")
        assert (birds / "robin").is_dir()

        finish(qtbot, review.show_class_as("European robin", ""))
        assert opened.collection.class_names == ("owl", "robin", "wren")
        finish(qtbot, review.undo())
        assert opened.collection.class_names == ("European robin", "owl", "wren")

    def test_mending_that_fails_says_so_and_shows_how_far_it_came(
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path
    ) -> None:
        mendings = files.workspace_path(birds) / "mendings"
        mendings.parent.mkdir(parents=True, exist_ok=True)
        mendings.write_text("in the way")
        before = on_disk(birds)

        error = finish(qtbot, review.mend(MoveToBin(some(birds, "robin"))))

        assert isinstance(error, StorageError)
        idle(qtbot, opened)
        assert paths(opened) == on_disk(birds) == before

    def test_mending_that_is_stopped_shows_how_far_it_came(
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = os.link

        def stopping(source: Path, target: Path) -> None:
            link(source, target)
            opened.stop()

        monkeypatch.setattr(os, "link", stopping)
        assert finish(qtbot, review.mend(move(birds, "robin", "wren", 5))) is None
        monkeypatch.setattr(os, "link", link)
        idle(qtbot, opened)

        assert paths(opened) == on_disk(birds)
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
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path
    ) -> None:
        assert review.disk_changes is None
        new = write_jpeg(birds / "owl" / "new.jpg")
        (gone,) = some(birds, "robin", 1)
        gone.unlink()

        with qtbot.waitSignal(review.changed, timeout=WAIT_MS):
            review.look_at_disk()
        assert review.disk_changes is not None
        assert (review.disk_changes.new, review.disk_changes.gone) == ((new,), (gone,))
        assert not opened.is_busy

        finish(qtbot, opened.scan_folder(birds))
        assert review.disk_changes is None

    def test_unchanged_folder_says_nothing(self, qtbot: QtBot, opened: Session, review: Review) -> None:
        job = review.look_at_disk()
        assert job is not None
        with qtbot.assertNotEmitted(review.changed):
            idle(qtbot, opened)

    def test_disk_is_not_looked_at_twice_at_once_nor_while_something_is_under_way(
        self, qtbot: QtBot, opened: Session, review: Review, birds: Path
    ) -> None:
        assert review.look_at_disk() is not None
        assert review.look_at_disk() is None
        idle(qtbot, opened)
        job = opened.scan_folder(birds)
        assert review.look_at_disk() is None
        finish(qtbot, job)

    def test_own_mending_is_no_change_on_disk(self, qtbot: QtBot, opened: Session, review: Review, birds: Path) -> None:
        finish(qtbot, review.mend(move(birds, "robin", "wren")))
        idle(qtbot, opened)
        review.look_at_disk()
        idle(qtbot, opened)
        assert review.disk_changes is None


class TestChangesSinceRuns:
    @pytest.fixture
    def trained(self, qtbot: QtBot, opened: Session) -> Session:
        finish(qtbot, opened.train())
        idle(qtbot, opened)
        return opened

    def changes(self, session: Session) -> list[PhotoChanges | None]:
        return [session.run_changes.of(run) for run in session.run_list.runs]

    def test_run_says_what_was_moved_since_and_no_more_once_that_is_undone(
        self, qtbot: QtBot, trained: Session, birds: Path
    ) -> None:
        assert self.changes(trained) == [None]
        with qtbot.waitSignal(trained.run_changes.changed, timeout=WAIT_MS):
            trained.review.mend(move(birds, "robin", "wren"))
        assert self.changes(trained) == [PhotoChanges(moved=2)]

        idle(qtbot, trained)
        with qtbot.waitSignal(trained.run_changes.changed, timeout=WAIT_MS):
            trained.review.undo()
        assert self.changes(trained) == [None]

    def test_run_trained_again_is_up_to_date(self, qtbot: QtBot, trained: Session, birds: Path) -> None:
        with qtbot.waitSignal(trained.run_changes.changed, timeout=WAIT_MS):
            trained.review.mend(LeaveOut(some(birds, "robin", 3)))
        finish(qtbot, trained.train_again(trained.run_list.runs[0]))
        idle(qtbot, trained)
        assert self.changes(trained) == [None, PhotoChanges(gone=3)]

    @pytest.mark.usefixtures("trained")
    def test_class_shown_otherwise_counts_after_a_restart_too(
        self, qtbot: QtBot, birds: Path, fake_engine: FakeEngine
    ) -> None:
        Choices(files.workspace_path(birds), birds).show_as("robin", "Redbreast")
        later = Session(fake_engine)
        with qtbot.waitSignal(later.run_changes.changed, timeout=WAIT_MS):
            later.scan_folder(birds)
        assert self.changes(later) == [PhotoChanges(relabelled=10)]
        idle(qtbot, later)
        later.close(WAIT_MS)

    def test_run_from_before_there_were_rosters_says_nothing(self, qtbot: QtBot, trained: Session, birds: Path) -> None:
        trained.run_list.runs[0].training_photos_path.unlink()
        finish(qtbot, trained.review.mend(move(birds, "robin", "wren")))
        idle(qtbot, trained)
        assert self.changes(trained) == [None]
