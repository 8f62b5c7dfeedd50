"""Reading a folder and the closer look: what is known when, and trainings that wait for it."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.session.reviewing import LookGate, idle, move, on_disk, paths, some, unreadable
from tests.ui.waiting import WAIT_MS, finish
from tests.unit.photos import scenes
from tlgui.engine.protocol import TrainRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import PhotosUnreadable, UnreadablePhoto
from tlgui.photos.collection import Collection
from tlgui.photos.scanning import fact_reading
from tlgui.progress import Event, JobContext, Progress, Stage
from tlgui.ui.session.folder_reading import read_collection
from tlgui.ui.session.review import Review
from tlgui.ui.session.session import Session


def test_report_grows_once_every_photo_was_looked_at(
    qtbot: QtBot, session: Session, review: Review, birds: Path, gate: LookGate
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


def test_unchanged_folder_is_not_looked_at_again(qtbot: QtBot, reviewed: Session, birds: Path, gate: LookGate) -> None:
    finish(qtbot, reviewed.scan_folder(birds))
    assert not reviewed.review.is_looking
    assert not gate.is_reached
    assert reviewed.review.report.looked_at == len(on_disk(birds))


def test_classes_are_listed_before_the_photos_are_read(
    qtbot: QtBot, session: Session, review: Review, birds: Path
) -> None:
    listed: list[Collection] = []
    review.collection_listed.connect(listed.append)
    finish(qtbot, session.scan_folder(birds))
    assert listed[-1].class_names == ("owl", "robin", "wren")
    assert listed[-1].photo_count == len(on_disk(birds))


def test_window_hears_of_the_photos_that_were_read_a_few_times_a_second(
    birds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_reading, "_CHUNK", 1)
    events: list[Event] = []
    start = time.monotonic()

    read_collection(birds, JobContext(events.append))

    total = len(on_disk(birds))
    progress = [event.done for event in events if isinstance(event, Progress) and event.total == total]
    assert progress[0] == 0
    assert progress[-1] == total
    # One report a photo would be many more.
    assert len(progress) <= 2 + 10 * (time.monotonic() - start)


def test_training_waits_for_the_look_and_divides_by_its_groups(
    qtbot: QtBot, session: Session, birds: Path, gate: LookGate, fake_engine: FakeEngine
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
    qtbot: QtBot, session: Session, review: Review, birds: Path, gate: LookGate
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
    qtbot: QtBot, reviewed: Session, birds: Path, fake_engine: FakeEngine
) -> None:
    told: list[object] = []
    reviewed.review.photos_unreadable.connect(told.append)
    (path,) = some(birds, "robin", 1)
    path.write_bytes(path.read_bytes()[:300])
    fake_engine.unreadable = [path]

    finish(qtbot, reviewed.train())
    idle(qtbot, reviewed)

    assert told == [PhotosUnreadable((UnreadablePhoto(path, "Damaged."),))]
    assert paths(reviewed) == on_disk(birds) - {path}
    assert unreadable(reviewed.review) == (path,)


def test_stop_ends_a_training_that_waits_for_the_look_and_not_the_look(
    qtbot: QtBot, session: Session, birds: Path, gate: LookGate
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
    qtbot: QtBot, session: Session, birds: Path, gate: LookGate
) -> None:
    gate.can_be_stopped = False
    finish(qtbot, session.scan_folder(birds))
    qtbot.waitUntil(lambda: gate.is_reached, timeout=WAIT_MS)
    finish(qtbot, session.review.mend(move(birds, "robin", "wren")))
    gate.open()
    idle(qtbot, session)
    assert paths(session) == on_disk(birds)
    assert not session.review.is_looking
