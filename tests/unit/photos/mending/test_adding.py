"""Photos from outside are added to a class as copies that are checked and journaled; what is not added is named."""

import os
import shutil
from pathlib import Path

import pytest

from tests.bins import HAS_FREEDESKTOP_BIN, use_bin
from tests.pictures import write_collection, write_jpeg, write_split_collection, write_text
from tests.unit.photos.mending.small_collection import QUIET, names_in, undone
from tlgui.errors import CollectionError
from tlgui.photos.mending.adding import photos_to_add
from tlgui.photos.mending.mender import Mended, mender_of
from tlgui.photos.scanning.scan import survey


def add(folder: Path, name: str, *paths: Path) -> Mended:
    found = survey(folder, QUIET)
    return mender_of(folder).apply(photos_to_add(found.collection, found.facts, name, paths, QUIET), QUIET)


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "birds", ["owl", "wren"], photos=3)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    return folder


def test_photos_are_copied_and_a_taken_name_gets_a_number(birds: Path, card: Path) -> None:
    before = (birds / "owl" / "photo 000.jpg").read_bytes()
    new = write_jpeg(card / "photo 000.jpg", seed=77)
    os.utime(new, (1_000_000_000, 1_000_000_000))
    mended = add(birds, "owl", new)
    assert (mended.done, mended.problems, mended.words) == (1, (), "Added 1 photo to “owl”.")
    assert (birds / "owl" / "photo 000.jpg").read_bytes() == before
    copied = birds / "owl" / "photo 000 (2).jpg"
    assert copied.read_bytes() == new.read_bytes()
    assert copied.stat().st_mtime == 1_000_000_000
    assert new.exists()
    assert mender_of(birds).next_undo() == "add 1 photo to “owl”"
    undone(mender_of(birds))
    assert len(names_in(birds / "owl")) == 3


def test_folder_brings_its_photos_at_any_depth(birds: Path, card: Path) -> None:
    for place in ("a.jpg", "DCIM/b.jpg"):
        (card / place).parent.mkdir(exist_ok=True)
        write_jpeg(card / place, seed=len(place))
    write_text(card / "notes.txt")
    assert add(birds, "wren", card).words == "Added 2 photos to “wren”."
    assert {"a.jpg", "b.jpg"} < set(names_in(birds / "wren"))


def test_what_is_not_added_is_named_with_its_reason(birds: Path, card: Path) -> None:
    (card / "empty").mkdir()
    text, twin = write_text(card / "list.jpg"), card / "twin.jpg"
    shutil.copy(birds / "owl" / "photo 001.jpg", twin)
    good = write_jpeg(card / "good.jpg", seed=5)
    paths = (text, card / "gone.jpg", twin, card / "empty", birds / "wren" / "photo 000.jpg", good)
    mended = add(birds, "owl", *paths)
    assert mended.words == "Added 1 photo to “owl”. 5 could not be added."
    reasons = {problem.path.name: problem.reason for problem in mended.problems}
    assert set(reasons) == {"list.jpg", "gone.jpg", "twin.jpg", "empty", "photo 000.jpg"}
    assert "has the same photo already, as “photo 001.jpg”" in reasons["twin.jpg"]
    assert reasons["empty"] == "There are no photos in this folder."
    assert len(names_in(birds / "owl")) == 4


def test_nothing_to_add_changes_nothing(birds: Path, card: Path) -> None:
    mended = add(birds, "owl", write_text(card / "list.txt"))
    assert (mended.done, mended.words, len(mended.problems)) == (0, "Nothing was added.", 1)
    assert mender_of(birds).next_undo() is None


def test_in_a_divided_folder_they_are_for_training(tmp_path: Path, card: Path) -> None:
    folder = write_split_collection(tmp_path / "own", ["owl", "wren"], photos=3)
    add(folder, "owl", write_jpeg(card / "new.jpg", seed=5))
    assert (folder / "train" / "owl" / "new.jpg").exists()


def test_class_that_is_gone_is_an_error(birds: Path, card: Path) -> None:
    with pytest.raises(CollectionError, match="heron"):
        add(birds, "heron", write_jpeg(card / "new.jpg"))


@pytest.mark.skipif(not HAS_FREEDESKTOP_BIN, reason="needs a bin that can be put elsewhere")
def test_undo_bins_the_copy_where_the_photo_is_away_and_leaves_a_changed_one(
    birds: Path, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_bin(tmp_path / "data", monkeypatch)
    add(birds, "owl", write_jpeg(card / "a.jpg", seed=5), write_jpeg(card / "b.jpg", seed=6))
    shutil.rmtree(card)
    write_text(birds / "owl" / "b.jpg")
    mended = undone(mender_of(birds))
    assert [problem.path.name for problem in mended.problems] == ["b.jpg"]
    assert not (birds / "owl" / "a.jpg").exists()
    assert (birds / "owl" / "b.jpg").exists()
    assert list((tmp_path / "data").rglob("a.jpg"))
