"""A folder cannot be watched so that its own copies come into it; whatever links lead there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tlgui.errors import TargetError
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.watching.choice import WatchChoice, check_choice, lies_in


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "DCIM"
    (folder / "100CANON").mkdir(parents=True)
    return folder


Check = Callable[[Path], None]


@pytest.fixture
def check(tmp_path: Path, card: Path) -> Check:
    """Return a function that checks a folder for the copies."""
    training = tmp_path / "Birds"
    training.mkdir()
    return lambda into: check_choice(WatchChoice(card, sorting=SortOptions(into)), training, ["wren", "robin"])


def test_folder_beside_and_around_are_good(tmp_path: Path, card: Path, check: Check) -> None:
    check_choice(WatchChoice(card), None, ["wren"])
    check(tmp_path / "new")
    check(tmp_path)
    (tmp_path / "DCIM sorted").mkdir()
    check(tmp_path / "DCIM sorted")


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="“nowhere” is no folder"):
        check_choice(WatchChoice(tmp_path / "nowhere"), None, [])


@pytest.mark.parametrize("place", ["", "100CANON", "new", "100CANON/new", "../DCIM/new"])
def test_copies_in_the_watched_folder_are_refused(card: Path, check: Check, place: str) -> None:
    with pytest.raises(TargetError, match="lies in the watched folder"):
        check(card / place)


def test_copies_in_the_watched_folder_through_a_link_are_refused(tmp_path: Path, card: Path, check: Check) -> None:
    (tmp_path / "link").symlink_to(card / "100CANON")
    with pytest.raises(TargetError, match="lies in the watched folder"):
        check(tmp_path / "link")
    with pytest.raises(TargetError, match="lies in the watched folder"):
        check(tmp_path / "link" / "new")


def test_watched_folder_that_is_a_class_folder_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "wren" / "inbox"
    inner.mkdir(parents=True)
    for folder in (tmp_path / "wren", inner):
        with pytest.raises(TargetError, match="class folder of"):
            check_choice(WatchChoice(folder, sorting=SortOptions(tmp_path)), None, ["wren"])


@pytest.mark.parametrize("place", ["", "wren", "new/deep"])
def test_copies_in_the_training_collection_are_refused(tmp_path: Path, check: Check, place: str) -> None:
    (tmp_path / "Birds" / "new").mkdir(parents=True)
    with pytest.raises(TargetError, match="the model learned from"):
        check(tmp_path / "Birds" / place)


def test_target_that_cannot_be_made_is_refused(tmp_path: Path, check: Check) -> None:
    (tmp_path / "file").write_text("a file")
    for place in (tmp_path / "file", tmp_path / "nowhere" / "new"):
        with pytest.raises(TargetError, match="cannot be a folder"):
            check(place)


def test_photos_are_never_moved(tmp_path: Path, card: Path) -> None:
    with pytest.raises(TargetError, match="never moved"):
        check_choice(WatchChoice(card, sorting=SortOptions(tmp_path / "new", Act.MOVE)), None, [])


def test_lying_in_a_folder_is_not_a_matter_of_names(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert lies_in(tmp_path / "a", tmp_path / "a")
    assert lies_in(tmp_path / "a" / "new" / "newer", tmp_path / "a")
    assert not lies_in(tmp_path / "ab", tmp_path / "a")
    assert not lies_in(tmp_path, tmp_path / "a")
    assert lies_in(tmp_path / "gone" / "in", tmp_path / "gone")
