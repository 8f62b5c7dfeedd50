"""Sorts and decisions of earlier versions: a sort that was killed is gone on with, all are undone, decisions count."""

import hashlib
from pathlib import Path

import pytest

from tests.earlier.installing import COLOURS, VERSIONS, card_photos, inbox_photos, install
from tlgui.learning.answers.sorting import WRITERS
from tlgui.photos.sorting.sorter import Sorter
from tlgui.photos.storage.decisions import Decisions, scope_of
from tlgui.progress import JobContext

QUIET = JobContext()
WITH_SORTS = [version for version in VERSIONS if (version / "sorts").exists()]
WITH_DECISIONS = [version for version in VERSIONS if (version / "decisions.sqlite").exists()]
# As many photos of the inbox were moved when the sort was killed.
MOVED = 2

of_sorts = pytest.mark.parametrize("version", WITH_SORTS, ids=lambda path: path.name)
of_decisions = pytest.mark.parametrize("version", WITH_DECISIONS, ids=lambda path: path.name)


@pytest.fixture
def folder(version: Path, tmp_path: Path) -> Path:
    return install(version, tmp_path / "my photos")


def photos_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def test_versions_that_sort_are_among_them() -> None:
    assert [version.name for version in WITH_SORTS][:2] == ["v0.3.0", "v0.4.0"]
    assert [version.name for version in WITH_DECISIONS][:1] == ["v0.4.0"]


@of_sorts
def test_sort_that_was_killed_is_gone_on_with_and_undone(folder: Path) -> None:
    place = folder.parent
    inbox = inbox_photos(place)
    before = sorted(map(digest, (*place.glob("moved/*/*.jpg"), *place.glob("inbox/*.jpg"))))
    sorter = Sorter(writers=WRITERS)

    unfinished = sorter.unfinished()
    assert unfinished is not None
    assert (unfinished.into, unfinished.left_count) == (place / "moved", len(inbox) - MOVED)
    gone_on = sorter.go_on(QUIET)
    assert gone_on is not None
    assert (gone_on.photo_count, gone_on.left_count, gone_on.problems) == (len(inbox), 0, ())
    assert photos_in(place / "inbox") == []
    assert photos_in(place / "moved") == sorted(f"{path.stem.split()[0]}/{path.name}" for path in inbox)

    undone = sorter.undo(QUIET)
    assert undone is not None
    assert (undone.file_count, undone.problems) == (len(inbox), ())
    assert not (place / "moved").exists()
    assert sorted(place.glob("inbox/*")) == sorted(inbox)
    assert sorted(map(digest, inbox)) == before


@of_sorts
def test_all_sorts_are_undone_down_to_the_first(folder: Path) -> None:
    place = folder.parent
    sorter = Sorter(writers=WRITERS)
    assert [past.words for past in sorter.past()] == [
        "move 2 photos into folders in “moved”",
        "copy 3 photos and 3 files that go with them into folders in “copied”",
    ]

    while (undone := sorter.undo(QUIET)) is not None:
        assert undone.problems == ()

    assert sorted(place.glob("inbox/*")) == sorted(inbox_photos(place))
    assert sorted(place.glob("card/*")) == sorted(card_photos(place))
    assert not (place / "copied").exists()
    assert not (place / "moved").exists()


@of_decisions
def test_decisions_are_found_where_they_were_made(folder: Path, tmp_path: Path) -> None:
    blue, green, red = map(digest, card_photos(folder.parent))
    other = tmp_path / "another collection"
    other.mkdir()

    def names(place: Path | None) -> dict[bytes, str]:
        found = Decisions().of([blue, green, red], scope_of(place, COLOURS))
        return {each: decision.class_name for each, decision in found.items()}

    assert names(folder) == {blue: "red", green: "blue"}
    # Of another collection that is there, only what was decided without one.
    assert names(other) == {green: "blue"}
    (decision,) = Decisions().of([blue], scope_of(folder, [])).values()
    assert decision.decided_at == "2026-11-29T12:00:00+00:00"
    folder.rename(tmp_path / "moved collection")
    assert names(tmp_path / "moved collection") == {blue: "red", green: "blue"}


@of_decisions
def test_decisions_are_added_to_and_taken_back(folder: Path) -> None:
    blue, green, _red = map(digest, card_photos(folder.parent))
    decisions, scope = Decisions(), scope_of(folder, COLOURS)
    before = decisions.of([blue, green], scope)
    change = decisions.decide([blue, green], None, scope)
    assert decisions.of([blue, green], scope) == {}
    assert decisions.take_back(change) == 0
    assert decisions.of([blue, green], scope) == before
