"""Photos that a person decided about are added to several classes as one step, and what is not added is named."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from tests.pictures import write_collection, write_jpeg, write_split_collection, write_text
from tests.unit.photos.mending.small_collection import QUIET, names_in, undone
from tlgui import files
from tlgui.errors import Cancelled, CollectionError
from tlgui.photos.layouts import ClassSource, LayoutChoice
from tlgui.photos.mending.adding_decided import PhotoToAdd, decided_photos_to_add
from tlgui.photos.mending.mender import Mended, mender_of
from tlgui.photos.scanning.scan import survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext


def add(folder: Path, *photos: PhotoToAdd) -> Mended:
    found = survey(folder, QUIET)
    return mender_of(folder).apply(decided_photos_to_add(found.collection, found.facts, photos, QUIET), QUIET)


def confirmed(folder: Path) -> frozenset[str]:
    return Choices(files.workspace_path(folder), folder).confirmed()


def whole(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "birds", ["owl", "wren"], photos=3)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    return folder


def photo(card: Path, name: str, class_name: str, seed: int) -> PhotoToAdd:
    path = write_jpeg(card / name, seed=seed)
    return PhotoToAdd(path, class_name, sha256(path.read_bytes()).digest())


def test_photos_of_several_classes_are_one_step_and_count_as_right(birds: Path, card: Path) -> None:
    before = whole(birds)
    photos = [photo(card, "a.jpg", "owl", 70), photo(card, "b.jpg", "wren", 71), photo(card, "c.jpg", "heron", 72)]
    mended = add(birds, *photos)
    assert (mended.done, mended.problems, mended.words) == (3, (), "Added 3 photos to 3 classes.")
    assert names_in(birds / "heron") == ["c.jpg"]
    assert (birds / "owl" / "a.jpg").read_bytes() == (card / "a.jpg").read_bytes()
    assert confirmed(birds) == {item.digest.hex() for item in photos}
    mender = mender_of(birds)
    assert mender.next_undo() == "add 3 photos to 3 classes"
    assert undone(mender).words == "Undone: add 3 photos to 3 classes."
    assert whole(birds) == before
    assert not (birds / "heron").exists()
    assert confirmed(birds) == frozenset()
    assert mender.next_undo() is None


@pytest.mark.parametrize(
    ("class_name", "folder"), [("gull / tern", "gull _ tern"), ("CON", "CON_"), ("...", "_"), ("Lark?", "Lark_")]
)
def test_name_that_no_folder_can_have_is_shown_all_the_same(
    birds: Path, card: Path, class_name: str, folder: str
) -> None:
    add(birds, photo(card, "a.jpg", class_name, 70))
    assert names_in(birds / folder) == ["a.jpg"]
    assert class_name in survey(birds, QUIET).collection.class_names
    undone(mender_of(birds))
    assert sorted(path.name for path in birds.iterdir()) == ["owl", "wren"]
    assert Choices(files.workspace_path(birds), birds).shown_names() == {}


def test_names_that_become_one_folder_name_are_told_apart(birds: Path, card: Path) -> None:
    add(birds, photo(card, "a.jpg", "a/b", 70), photo(card, "b.jpg", "a:b", 71))
    assert {"a/b", "a:b"} < set(survey(birds, QUIET).collection.class_names)
    assert names_in(birds / "a_b") + names_in(birds / "a_b 2") == ["a.jpg", "b.jpg"]


def test_class_that_is_spelled_otherwise_or_shown_otherwise_is_found(birds: Path, card: Path) -> None:
    mender_of(birds).show_class_as(["wren"], "Zaunkönig")
    add(birds, *(photo(card, f"{n}.jpg", name, 70 + n) for n, name in enumerate(["Zaunkönig", "zaunkonig", "OWL"])))
    assert {"0.jpg", "1.jpg"} < set(names_in(birds / "wren"))
    assert "2.jpg" in names_in(birds / "owl")
    assert len(list(birds.iterdir())) == 2


def test_empty_folder_of_the_class_is_used(birds: Path, card: Path) -> None:
    (birds / "Heron").mkdir()
    add(birds, photo(card, "a.jpg", "heron", 70))
    assert names_in(birds / "Heron") == ["a.jpg"]
    undone(mender_of(birds))
    assert (birds / "Heron").is_dir()


def test_what_is_not_added_is_named_with_its_reason(birds: Path, card: Path) -> None:
    good = photo(card, "good.jpg", "owl", 70)
    twin = photo(card, "twin.jpg", "owl", 70)
    changed = photo(card, "changed.jpg", "owl", 71)
    write_jpeg(changed.path, seed=99)
    in_other = Path(shutil.copy(birds / "wren" / "photo 001.jpg", card / "known.jpg"))
    link = card / "link.jpg"
    link.symlink_to(birds / "wren" / "photo 000.jpg")
    photos = [
        good,
        twin,
        changed,
        PhotoToAdd(card / "gone.jpg", "owl", b"x" * 32),
        PhotoToAdd(write_text(card / "text.jpg"), "owl"),
        PhotoToAdd(in_other, "owl"),
        PhotoToAdd(birds / "wren" / "photo 002.jpg", "owl"),
        PhotoToAdd(link, "owl"),
        good,
    ]
    mended = add(birds, *photos)
    assert mended.words == "Added 1 photo to “owl”. 7 could not be added."
    reasons = {problem.path.name: problem.reason for problem in mended.problems}
    assert reasons["twin.jpg"] == "It is the same photo as “good.jpg”, which is added."
    assert reasons["changed.jpg"].startswith("It was changed after you decided.")
    assert reasons["gone.jpg"] == "It cannot be found."
    assert reasons["known.jpg"] == "“wren” has the same photo already, as “photo 001.jpg”."
    assert reasons["photo 002.jpg"].startswith("It lies in the folder of this collection already.")
    assert reasons["link.jpg"].startswith("It lies in the folder of this collection already.")
    assert reasons["text.jpg"]
    assert confirmed(birds) == {good.digest.hex()}


def test_photo_that_was_left_out_is_known(birds: Path, card: Path) -> None:
    out = birds / "owl" / "photo 000.jpg"
    Choices(files.workspace_path(birds), birds).leave_out([out])
    mended = add(birds, PhotoToAdd(Path(shutil.copy(out, card / "a.jpg")), "owl"))
    assert [problem.reason for problem in mended.problems] == ["“owl” has the same photo already, as “photo 000.jpg”."]


def test_nothing_to_add_leaves_nothing_to_undo(birds: Path, card: Path) -> None:
    before = whole(birds)
    mended = add(birds, PhotoToAdd(card / "gone.jpg", "heron"))
    assert (mended.done, mended.words, len(mended.problems)) == (0, "Nothing was added.", 1)
    assert mender_of(birds).next_undo() is None
    assert whole(birds) == before


def test_copies_that_all_fail_leave_no_answers_and_no_names(
    birds: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tlgui.photos.mending.file_mover.copy_file", fail)
    mended = add(birds, photo(card, "a.jpg", "gull / tern", 70))
    assert (mended.done, mended.words) == (0, "Nothing was added.")
    assert "full" in mended.problems[0].reason
    assert confirmed(birds) == frozenset()
    assert Choices(files.workspace_path(birds), birds).shown_names() == {}
    assert mender_of(birds).next_undo() is None
    assert sorted(path.name for path in birds.iterdir()) == ["owl", "wren"]


def test_stop_in_between_can_be_undone_as_one(birds: Path, card: Path) -> None:
    before = whole(birds)
    photos = [photo(card, f"{number}.jpg", "heron", 70 + number) for number in range(3)]
    found = survey(birds, QUIET)
    mending = decided_photos_to_add(found.collection, found.facts, photos, QUIET)

    def checkpoint() -> None:
        if (birds / "heron").is_dir() and len(names_in(birds / "heron")) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        mender_of(birds).apply(mending, JobContext(checkpoint=checkpoint))
    assert names_in(birds / "heron") == ["0.jpg", "1.jpg"]
    undone(mender_of(birds))
    assert whole(birds) == before
    assert confirmed(birds) == frozenset()


def test_folder_that_would_be_a_part_is_refused(tmp_path: Path, card: Path) -> None:
    folder = write_collection(tmp_path / "odd", ["train", "test"], photos=3)
    Choices(files.workspace_path(folder), folder).choose_layout(LayoutChoice(ClassSource.FOLDERS, uses_split=False))
    mended = add(folder, photo(card, "a.jpg", "validation", 70), photo(card, "b.jpg", "test", 71))
    assert mended.words == "Added 1 photo to “test”. 1 could not be added."
    assert mended.problems[0].reason.startswith("“validation” cannot be a new class: it would be read as one of")
    assert not (folder / "validation").exists()


def test_in_a_divided_folder_new_classes_are_for_training(tmp_path: Path, card: Path) -> None:
    folder = write_split_collection(tmp_path / "own", ["owl", "wren"], photos=3)
    add(folder, photo(card, "a.jpg", "owl", 70), photo(card, "b.jpg", "heron", 71))
    assert (folder / "train" / "owl" / "a.jpg").exists()
    assert (folder / "train" / "heron" / "b.jpg").exists()


def test_labels_of_a_table_are_no_folders(tmp_path: Path, card: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    for number in range(6):
        write_jpeg(folder / f"{('owl', 'wren')[number % 2]}_{number}.jpg", seed=number)
    Choices(files.workspace_path(folder), folder).choose_layout(LayoutChoice(ClassSource.NAMES))
    with pytest.raises(CollectionError, match="labels"):
        add(folder, photo(card, "a.jpg", "owl", 70))


def test_dates_of_photos_are_kept(birds: Path, card: Path) -> None:
    item = photo(card, "a.jpg", "owl", 70)
    os.utime(item.path, (1_000_000_000, 1_000_000_000))
    add(birds, item)
    assert (birds / "owl" / "a.jpg").stat().st_mtime == 1_000_000_000
