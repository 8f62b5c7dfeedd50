"""A picture with two labels gets one: the copy that would be left behind is left out, and one undo takes all back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bins import HAS_FREEDESKTOP_BIN, use_bin
from tests.unit.photos import scenes
from tests.unit.photos.mending.small_collection import QUIET, undone
from tlgui.photos.health.findings import ConfirmClass, FindingKind, LeaveOut, Mending, MoveInto, MoveToBin, Together
from tlgui.photos.health.report import report_on
from tlgui.photos.mending.deciding import without_spare_copies
from tlgui.photos.mending.mender import Mended, Mender, mender_of
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import Survey, survey

Restart = Callable[[], Mender]


def looked_at(folder: Path) -> Survey:
    return look_closer(survey(folder, QUIET), QUIET)


def kinds(folder: Path) -> set[FindingKind]:
    wanted = {FindingKind.TWO_LABELS, FindingKind.COPIES, FindingKind.NEAR_COPIES}
    return {finding.kind for finding in report_on(looked_at(folder)).findings} & wanted


def decide(folder: Path, mending: Mending) -> Mended:
    found = looked_at(folder)
    whole = without_spare_copies(mending, report_on(found), found.collection, found.facts)
    return mender_of(folder).apply(whole, QUIET)


def left_out(folder: Path) -> set[str]:
    return {photo.path.relative_to(folder).as_posix() for photo in survey(folder, QUIET).collection.left_out}


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    folder = tmp_path / "birds"
    for first, name in ((0, "owl"), (20, "wren")):
        scenes.write_class(folder / name, first, 3)
    shutil.copy(folder / "owl" / "000.jpg", folder / "wren" / "000.jpg")
    assert kinds(folder) == {FindingKind.TWO_LABELS}
    return folder


def test_moved_copy_is_left_out_and_undo_takes_back_both(birds: Path) -> None:
    wrong = birds / "wren" / "000.jpg"
    mended = decide(birds, MoveInto(((wrong, birds / "owl"),)))
    assert mended.words == (
        "Moved 1 photo to “owl”. 1 copy was left out, because the class has the same picture already."
    )
    assert kinds(birds) == set()
    assert left_out(birds) == {"owl/000 (2).jpg"}

    again = mender_of(birds)
    assert again.next_undo() == "move 1 photo to “owl”"
    undone(again)
    assert left_out(birds) == set()
    assert wrong.exists()
    assert kinds(birds) == {FindingKind.TWO_LABELS}
    assert again.next_undo() is None


def test_both_moved_to_a_third_class_leave_one_in_use(birds: Path) -> None:
    both = tuple(birds / name / "000.jpg" for name in ("owl", "wren"))
    decide(birds, MoveInto(tuple((path, birds / "heron") for path in both)))
    assert kinds(birds) == set()
    assert len(left_out(birds)) == 1
    assert sorted(path.name for path in (birds / "heron").iterdir()) == ["000 (2).jpg", "000.jpg"]


@pytest.mark.skipif(not HAS_FREEDESKTOP_BIN, reason="needs a bin that can be put elsewhere")
@pytest.mark.parametrize("mending", [LeaveOut, MoveToBin])
def test_copies_in_the_class_that_stays_go_with_the_wrong_one(
    birds: Path, mending: type[LeaveOut | MoveToBin], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_bin(tmp_path / "data", monkeypatch)
    shutil.copy(birds / "owl" / "000.jpg", birds / "owl" / "000 again.jpg")
    decide(birds, mending((birds / "wren" / "000.jpg",)))
    assert kinds(birds) == set()
    undone(mender_of(birds))
    assert left_out(birds) == set()
    assert kinds(birds) == {FindingKind.TWO_LABELS}


def test_picture_saved_again_in_another_class_is_left_out_once_it_is_moved(birds: Path) -> None:
    scenes.write(birds / "wren" / "small.jpg", 1, 200, 150)
    assert kinds(birds) == {FindingKind.TWO_LABELS}
    decide(birds, MoveInto(((birds / "wren" / "small.jpg", birds / "owl"),)))
    assert left_out(birds) == {"owl/small.jpg"}


def test_photos_of_a_burst_stay_in_use(birds: Path) -> None:
    wrong = [scenes.write(birds / "wren" / f"burst {width}.jpg", 1, width, width * 3 // 4) for width in (200, 240)]
    decide(birds, MoveInto(tuple((path, birds / "owl") for path in wrong)))
    assert left_out(birds) == set()


def test_mending_of_other_photos_is_left_as_it_is(birds: Path) -> None:
    found = looked_at(birds)
    report = report_on(found)
    for mending in (LeaveOut((birds / "owl" / "001.jpg",)), MoveInto(((birds / "owl" / "001.jpg", birds / "wren"),))):
        assert without_spare_copies(mending, report, found.collection, found.facts) is mending
    both = LeaveOut(tuple(birds / name / "000.jpg" for name in ("owl", "wren")))
    assert without_spare_copies(both, report, found.collection, found.facts) is both


def test_parts_are_undone_one_by_one_only_where_one_is_missing(
    mender: Mender, folder: Path, restarted: Restart
) -> None:
    first, second = folder / "robin/a.jpg", folder / "robin/b.jpg"
    mender.apply(LeaveOut((second,)), QUIET)
    mender.apply(Together((LeaveOut((second,)), MoveInto(((first, folder / "wren"),))), "Nothing more."), QUIET)
    # The first part had nothing to do, so that undo does not reach the mending before.
    assert restarted().undo(QUIET) is not None
    assert restarted().next_undo() == "leave 1 photo out"


def test_move_that_answers_a_doubt_leaves_no_copy_behind_either(birds: Path) -> None:
    wrong = birds / "wren" / "000.jpg"
    decide(birds, Together((ConfirmClass((wrong,)), MoveInto(((wrong, birds / "owl"),))), ""))
    assert left_out(birds) == {"owl/000 (2).jpg"}
    undone(mender_of(birds))
    assert wrong.exists()
    assert left_out(birds) == set()
    assert mender_of(birds).next_undo() is None
