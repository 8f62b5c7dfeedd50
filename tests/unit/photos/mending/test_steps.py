"""Folders that a mending has left empty: told, removed where they are empty, and made again by undo."""

from collections.abc import Callable
from pathlib import Path

from tests.unit.photos.mending.small_collection import QUIET, into, names_in, places, robins, undone
from tlgui.photos.health.findings import RemoveFolders
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.mender import Mender
from tlgui.photos.mending.records import RecordKind, Step


def test_folder_that_was_emptied_is_told_removed_and_made_again(
    mender: Mender, folder: Path, restarted: Callable[[], Mender]
) -> None:
    assert mender.apply(into(folder / "wren", robins(folder)[0]), QUIET).emptied == ()
    assert mender.apply(into(folder / "wren", robins(folder)[1]), QUIET).emptied == (folder / "robin",)

    assert mender.apply(RemoveFolders((folder / "robin",)), QUIET).words == "Removed the folder “robin”."
    assert names_in(folder) == ["wren"]
    again = restarted()
    assert again.next_undo() == "remove the folder “robin”"
    undone(again)
    assert names_in(folder) == ["robin", "wren"]
    assert again.next_undo() == "move 1 photo to “wren”"


def test_folder_with_something_in_it_stays(mender: Mender, folder: Path) -> None:
    before = places(folder)
    mended = mender.apply(RemoveFolders((folder / "robin", folder / "gone")), QUIET)
    assert mended.done == 0
    assert [problem.reason for problem in mended.problems] == [
        "There is something in it, so it stays.",
        "It is no longer there.",
    ]
    assert places(folder) == before
    assert mender.next_undo() is None


def test_removal_that_a_kill_cut_short_can_be_undone_as_far_as_it_came(
    folder: Path, workspace: Path, restarted: Callable[[], Mender]
) -> None:
    for name in ("jay", "owl"):
        (folder / name).mkdir()
    journal = Journal(workspace / "mendings")
    record = journal.begin(RecordKind.REMOVE, "remove 2 empty folders")
    journal.plan(record, {0: Step(str(folder / "jay")), 1: Step(str(folder / "owl"))})
    (folder / "jay").rmdir()

    restarted().recover()
    assert restarted().next_undo() == "remove the folder “jay”"
    undone(restarted())
    assert names_in(folder) == ["jay", "owl", "robin", "wren"]
