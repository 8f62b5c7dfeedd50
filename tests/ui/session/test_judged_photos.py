"""What the model of a run said of the photos of the collection, found again where they are now."""

import hashlib
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.session.reviewing import idle, move, some
from tests.ui.waiting import WAIT_MS, finish
from tlgui.learning.runs.judgements import write_judgements
from tlgui.learning.runs.run import Run
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.photos.health.findings import ConfirmClass, LeaveOut
from tlgui.ui.session.judged_part import JudgedPart, JudgedRun, PhotoState
from tlgui.ui.session.session import Session


def judgement(path: Path, named: str, probability: float, *, has_digest: bool = True) -> PhotoJudgement:
    name = path.parent.name
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if has_digest else ""
    own = probability if name == named else 1 - probability
    return PhotoJudgement(f"{name}/{path.name}", digest, name, named, probability, own, JudgedBy.OUT_OF_FOLD)


@pytest.fixture
def run(qtbot: QtBot, reviewed: Session, birds: Path) -> Run:
    """Return a run in which five robins were called wrens."""
    finish(qtbot, reviewed.train())
    idle(qtbot, reviewed)
    (run,) = reviewed.run_list.runs
    robins, wrens = some(birds, "robin", 5), some(birds, "wren", 5)
    write_judgements(
        run.judgements_path,
        [
            *(judgement(path, "wren", 0.9 - number / 10) for number, path in enumerate(robins)),
            *(judgement(path, "wren", 0.8) for path in wrens),
        ],
    )
    return run


def read(qtbot: QtBot, session: Session, run: Run) -> JudgedRun:
    idle(qtbot, session)
    session.judged_photos.of(run)
    idle(qtbot, session)
    judged = session.judged_photos.of(run)
    assert judged is not None
    return judged


def part(qtbot: QtBot, session: Session, run: Run) -> JudgedPart:
    return read(qtbot, session, run).parts[JudgedBy.OUT_OF_FOLD]


def mistakes(qtbot: QtBot, session: Session, run: Run) -> list[str]:
    return [each.place for each in part(qtbot, session, run).mistakes]


def test_judgements_are_read_in_the_background(qtbot: QtBot, reviewed: Session, run: Run, birds: Path) -> None:
    with qtbot.waitSignal(reviewed.judged_photos.changed, timeout=WAIT_MS):
        reviewed.judged_photos.of(run)
    found = part(qtbot, reviewed, run)
    assert len(found.judgements) == 10
    assert found.all_mistakes().paths == some(birds, "robin", 5)


def test_moved_photos_are_found_and_are_no_mistakes_any_more(
    qtbot: QtBot, reviewed: Session, run: Run, birds: Path
) -> None:
    first, second = some(birds, "robin")
    finish(qtbot, reviewed.review.mend(move(birds, "robin", "wren")))
    found = part(qtbot, reviewed, run)
    assert found.whereabouts.paths["robin/" + first.name] == birds / "wren" / f"{first.stem} (2).jpg"
    assert found.whereabouts.state("robin/" + second.name) is PhotoState.MOVED
    assert len(found.mistakes) == 3
    assert found.mistake_count == 5


def test_renamed_photo_is_still_a_mistake(qtbot: QtBot, reviewed: Session, run: Run, birds: Path) -> None:
    first = some(birds, "robin", 1)[0]
    first.rename(birds / "robin" / "renamed.jpg")
    finish(qtbot, reviewed.scan_folder(birds))
    found = part(qtbot, reviewed, run)
    assert birds / "robin" / "renamed.jpg" in found.all_mistakes().paths
    assert len(found.mistakes) == 5


def test_deleted_photo_is_gone(qtbot: QtBot, reviewed: Session, run: Run, birds: Path) -> None:
    first = some(birds, "robin", 1)[0]
    first.unlink()
    finish(qtbot, reviewed.scan_folder(birds))
    found = part(qtbot, reviewed, run)
    assert found.whereabouts.state("robin/" + first.name) is PhotoState.GONE
    assert len(found.mistakes) == 4


def test_photo_replaced_under_its_name_is_not_taken_for_the_old_one(
    qtbot: QtBot, reviewed: Session, run: Run, birds: Path
) -> None:
    first = some(birds, "robin", 1)[0]
    first.write_bytes((birds / "owl" / "photo 003.jpg").read_bytes())
    finish(qtbot, reviewed.scan_folder(birds))
    idle(qtbot, reviewed)
    assert "robin/" + first.name not in mistakes(qtbot, reviewed, run)


def test_left_out_photo_waits_for_no_answer(qtbot: QtBot, reviewed: Session, run: Run, birds: Path) -> None:
    first = some(birds, "robin", 1)
    finish(qtbot, reviewed.review.mend(LeaveOut(first)))
    assert part(qtbot, reviewed, run).whereabouts.state("robin/" + first[0].name) is PhotoState.LEFT_OUT
    assert len(mistakes(qtbot, reviewed, run)) == 4


@pytest.mark.parametrize("has_digest", [True, False])
def test_photo_called_right_never_comes_back_and_can_be_taken_back(
    qtbot: QtBot, reviewed: Session, run: Run, birds: Path, monkeypatch: pytest.MonkeyPatch, *, has_digest: bool
) -> None:
    if not has_digest:
        # As if the photos had lain there for a while.
        monkeypatch.setattr("tlgui.photos.pictures.photo_digests._SETTLED_NS", 0)
        listed = [judgement(path, "wren", 0.7, has_digest=False) for path in some(birds, "robin", 5)]
        write_judgements(run.judgements_path, listed)
    first = some(birds, "robin", 1)
    finish(qtbot, reviewed.review.mend(ConfirmClass(first)))
    assert "robin/" + first[0].name not in mistakes(qtbot, reviewed, run)
    assert reviewed.judged_photos.confirmed == set(first)
    assert part(qtbot, reviewed, run).mistake_count == 5
    first[0].rename(birds / "robin" / "renamed.jpg")
    finish(qtbot, reviewed.scan_folder(birds))
    if has_digest:
        assert len(mistakes(qtbot, reviewed, run)) == 4
    (birds / "robin" / "renamed.jpg").rename(first[0])
    finish(qtbot, reviewed.scan_folder(birds))
    finish(qtbot, reviewed.review.undo())
    assert len(mistakes(qtbot, reviewed, run)) == 5
    assert reviewed.judged_photos.confirmed == frozenset()


def test_without_the_list_of_training_photos_they_are_found_by_name(qtbot: QtBot, reviewed: Session, run: Run) -> None:
    run.training_photos_path.unlink()
    assert len(mistakes(qtbot, reviewed, run)) == 5


def test_run_of_an_earlier_version_has_none(qtbot: QtBot, reviewed: Session, run: Run) -> None:
    run.judgements_path.unlink()
    assert read(qtbot, reviewed, run).parts == {}
