"""Photos that look more like another class to a model that never saw them: found, listed, answered once for all."""

import hashlib
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.session.reviewing import idle, some
from tests.ui.waiting import WAIT_MS, finish
from tlgui.learning.runs.judgements import write_judgements
from tlgui.learning.runs.run import Run
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.photos.health.findings import ConfirmClass, Finding, FindingKind, LeaveOut, MoveInto
from tlgui.ui.session.photo_selection import PhotoNote
from tlgui.ui.session.session import Session


def write(run: Run, birds: Path, judged_by: JudgedBy = JudgedBy.OUT_OF_FOLD) -> None:
    """Let the model of a run be sure that two robins are wrens, the second one more than the first."""
    told = []
    for path in sorted(birds.glob("*/*.jpg")):
        name = path.parent.name
        place = f"{name}/{path.name}"
        own = {"robin/photo 000.jpg": 0.02, "robin/photo 001.jpg": 0.001}.get(place, 0.97)
        named, probability = (name, own) if own > 0.5 else ("wren", 0.97)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        told.append(PhotoJudgement(place, digest, name, named, probability, own, judged_by))
    write_judgements(run.judgements_path, told)


@pytest.fixture
def run(qtbot: QtBot, reviewed: Session, birds: Path) -> Run:
    """Return the run in use, which doubts two robins."""
    finish(qtbot, reviewed.train())
    idle(qtbot, reviewed)
    (run,) = reviewed.run_list.runs
    assert reviewed.in_use.run == run
    write(run, birds)
    reviewed.run_list.changed.emit()
    idle(qtbot, reviewed)
    return run


def finding(session: Session) -> Finding | None:
    return next((each for each in session.review.report.findings if each.kind is FindingKind.OTHER_CLASS), None)


def doubted(session: Session) -> list[str]:
    found = finding(session)
    return [path.name for path in found.paths] if found is not None else []


@pytest.mark.usefixtures("run")
def test_doubtful_photos_are_among_the_problems_with_what_they_look_like(reviewed: Session, birds: Path) -> None:
    assert doubted(reviewed) == ["photo 001.jpg", "photo 000.jpg"]
    assert reviewed.review.doubts is not None
    assert reviewed.review.doubts.notes[birds / "robin" / "photo 001.jpg"] == PhotoNote("robin", "wren", 0.97)


@pytest.mark.usefixtures("run")
def test_each_answer_takes_a_photo_off_the_list(qtbot: QtBot, reviewed: Session, birds: Path) -> None:
    first, second = some(birds, "robin")
    finish(qtbot, reviewed.review.mend(ConfirmClass((second,))))
    idle(qtbot, reviewed)
    assert doubted(reviewed) == ["photo 000.jpg"]
    finish(qtbot, reviewed.review.mend(MoveInto(((first, birds / "wren"),))))
    idle(qtbot, reviewed)
    assert finding(reviewed) is None
    finish(qtbot, reviewed.review.undo())
    idle(qtbot, reviewed)
    assert doubted(reviewed) == ["photo 000.jpg"]
    finish(qtbot, reviewed.review.mend(LeaveOut((first,))))
    idle(qtbot, reviewed)
    assert finding(reviewed) is None


@pytest.mark.usefixtures("run")
def test_answered_photo_does_not_come_back_with_another_training(qtbot: QtBot, reviewed: Session, birds: Path) -> None:
    finish(qtbot, reviewed.review.mend(ConfirmClass(some(birds, "robin"))))
    finish(qtbot, reviewed.train())
    idle(qtbot, reviewed)
    later = reviewed.run_list.runs[0]
    reviewed.use_run(later)
    write(later, birds)
    reviewed.run_list.changed.emit()
    idle(qtbot, reviewed)
    judged = reviewed.judged_photos.of(later)
    assert judged is not None
    assert len(judged.parts[JudgedBy.OUT_OF_FOLD].judgements) == 30
    assert finding(reviewed) is None


@pytest.mark.usefixtures("run")
def test_answered_photo_does_not_come_back_after_a_restart(qtbot: QtBot, reviewed: Session, birds: Path) -> None:
    finish(qtbot, reviewed.review.mend(ConfirmClass(some(birds, "robin", 1))))
    idle(qtbot, reviewed)
    later = Session(reviewed._engine)
    finish(qtbot, later.scan_folder(birds))
    idle(qtbot, later)
    assert doubted(later) == ["photo 001.jpg"]
    later.close(WAIT_MS)


def test_photos_that_were_kept_apart_are_doubted_where_no_others_were_judged(
    qtbot: QtBot, reviewed: Session, run: Run, birds: Path
) -> None:
    write(run, birds, JudgedBy.VALIDATION)
    reviewed.run_list.changed.emit()
    idle(qtbot, reviewed)
    assert doubted(reviewed) == ["photo 001.jpg", "photo 000.jpg"]


def test_without_a_model_in_use_nothing_is_doubted(qtbot: QtBot, reviewed: Session, run: Run) -> None:
    reviewed.delete_run(run)
    idle(qtbot, reviewed)
    assert finding(reviewed) is None
