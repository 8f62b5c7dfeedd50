"""What changed in the photos since each run was trained."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.ui.session.reviewing import idle, move, some
from tests.ui.waiting import WAIT_MS, finish
from tlgui import files
from tlgui.learning.runs.training_photos import PhotoChanges
from tlgui.photos.health.findings import LeaveOut
from tlgui.photos.storage.choices import Choices
from tlgui.ui.session.session import Session


@pytest.fixture
def trained(qtbot: QtBot, reviewed: Session) -> Session:
    finish(qtbot, reviewed.train())
    idle(qtbot, reviewed)
    return reviewed


def changes(session: Session) -> list[PhotoChanges | None]:
    return [session.run_changes.of(run) for run in session.run_list.runs]


def test_run_says_what_was_moved_since_and_no_more_once_that_is_undone(
    qtbot: QtBot, trained: Session, birds: Path
) -> None:
    assert changes(trained) == [None]
    with qtbot.waitSignal(trained.run_changes.changed, timeout=WAIT_MS):
        trained.review.mend(move(birds, "robin", "wren"))
    assert changes(trained) == [PhotoChanges(moved=2)]

    idle(qtbot, trained)
    with qtbot.waitSignal(trained.run_changes.changed, timeout=WAIT_MS):
        trained.review.undo()
    assert changes(trained) == [None]


def test_run_trained_again_is_up_to_date(qtbot: QtBot, trained: Session, birds: Path) -> None:
    with qtbot.waitSignal(trained.run_changes.changed, timeout=WAIT_MS):
        trained.review.mend(LeaveOut(some(birds, "robin", 3)))
    finish(qtbot, trained.train_again(trained.run_list.runs[0]))
    idle(qtbot, trained)
    assert changes(trained) == [None, PhotoChanges(gone=3)]


@pytest.mark.usefixtures("trained")
def test_class_shown_otherwise_counts_after_a_restart_too(qtbot: QtBot, birds: Path, fake_engine: FakeEngine) -> None:
    Choices(files.workspace_path(birds), birds).show_as("robin", "Redbreast")
    later = Session(fake_engine)
    with qtbot.waitSignal(later.run_changes.changed, timeout=WAIT_MS):
        later.scan_folder(birds)
    assert changes(later) == [PhotoChanges(relabelled=10)]
    idle(qtbot, later)
    later.close(WAIT_MS)


def test_run_without_a_list_of_training_photos_has_no_changes(qtbot: QtBot, trained: Session, birds: Path) -> None:
    trained.run_list.runs[0].training_photos_path.unlink()
    finish(qtbot, trained.review.mend(move(birds, "robin", "wren")))
    idle(qtbot, trained)
    assert changes(trained) == [None]
