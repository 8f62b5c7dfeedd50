"""Photos with labels are copied into class folders; the photos stay as they are, and the copies can be taken back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contexts import stopping_at
from tests.unit.photos.mending.killing import PHOTOS
from tests.unit.photos.scanning.test_layout import ARCHIVE, write
from tlgui.errors import Cancelled, CollectionError
from tlgui.photos.collection import Collection, Part
from tlgui.photos.layouts import ClassSource, LabelTable, LayoutChoice
from tlgui.photos.mending.copying import copies_into_classes
from tlgui.photos.mending.mender import Mender, mender_of
from tlgui.photos.scanning.scan import scan, survey
from tlgui.progress import JobContext

QUIET = JobContext()
CHECKOUT = Path(__file__).parents[4]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write(tmp_path / "dogs-vs-cats", *ARCHIVE)


@pytest.fixture
def collection(archive: Path) -> Collection:
    return survey(archive, QUIET, LayoutChoice(ClassSource.NAMES)).collection


def test_copies_lie_in_class_folders_and_are_a_collection_of_their_own(
    archive: Path, collection: Collection, tmp_path: Path
) -> None:
    before, target = contents(archive), tmp_path / "by class"

    mended = mender_of(archive).apply(copies_into_classes(collection, target), QUIET)

    assert mended.words == "Copied 4 photos into 2 class folders."
    assert (mended.done, mended.problems, mended.moved) == (4, (), ())
    assert contents(archive) == before
    assert set(contents(target)) == {
        f"train/{name}/{name}.{number}.jpg" for name in ("cat", "dog") for number in (0, 1)
    }
    copied = scan(target, QUIET)
    assert {(photo.class_name, photo.part) for photo in copied.photos()} == {
        ("cat", Part.TRAINING),
        ("dog", Part.TRAINING),
    }
    photo = archive / "train" / "cat.0.jpg"
    assert (target / "train" / "cat" / "cat.0.jpg").stat().st_mtime_ns == photo.stat().st_mtime_ns
    assert scan(archive, QUIET).class_names == ("cat", "dog"), "the labels stay"


def test_copies_are_taken_back_after_a_restart(archive: Path, collection: Collection, tmp_path: Path) -> None:
    before, target = contents(archive), tmp_path / "by class"
    target.mkdir()
    mender_of(archive).apply(copies_into_classes(collection, target), QUIET)
    again = mender_of(archive)
    assert again.next_undo() == "copy 4 photos into 2 class folders"

    mended = again.undo(QUIET)

    assert mended is not None
    assert (mended.done, mended.problems) == (4, ())
    assert list(target.iterdir()) == []
    assert contents(archive) == before
    assert again.next_undo() is None


def test_copy_that_was_changed_stays(archive: Path, collection: Collection, tmp_path: Path) -> None:
    target = tmp_path / "by class"
    mender = mender_of(archive)
    mender.apply(copies_into_classes(collection, target), QUIET)
    changed = target / "train" / "cat" / "cat.0.jpg"
    changed.write_bytes(b"drawn on")
    (archive / "train" / "dog.0.jpg").unlink()

    mended = mender.undo(QUIET)

    assert mended is not None
    assert {problem.path for problem in mended.problems} == {changed, target / "train" / "dog" / "dog.0.jpg"}
    assert set(contents(target)) == {"train/cat/cat.0.jpg", "train/dog/dog.0.jpg"}


def test_copying_that_is_stopped_can_be_taken_back(archive: Path, collection: Collection, tmp_path: Path) -> None:
    target = tmp_path / "by class"
    mender = mender_of(archive)

    with pytest.raises(Cancelled):
        mender.apply(copies_into_classes(collection, target), stopping_at(3))

    assert len(contents(target)) == 2
    assert mender.next_undo() == "copy 2 photos into 1 class folder"
    mender.undo(QUIET)
    assert contents(target) == {}


def test_names_of_classes_become_names_that_every_disk_takes(tmp_path: Path) -> None:
    folder = write(tmp_path / "photos", *(f"{number}.jpg" for number in range(6)))
    labels = ("A/C: on?", "A_C_ on_", "a_c_ ON_")
    table = folder / "labels.csv"
    table.write_text("\n".join(f'{number}.jpg,"{labels[number % 3]}"' for number in range(6)))
    collection = survey(folder, QUIET, LayoutChoice(ClassSource.TABLE, table=LabelTable(table))).collection

    copies = copies_into_classes(collection, tmp_path / "copies").copies

    assert {goal.name for _, goal in copies} == {"A_C_ on_", "A_C_ on_ 2", "a_c_ ON_ 3"}


def test_folder_that_copies_cannot_go_to_is_refused(archive: Path, collection: Collection, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    write(taken, "a.jpg")
    for target, words in (
        (taken, "not an empty folder"),
        (taken / "a.jpg", "not an empty folder"),
        (archive / "new", "lie in each other"),
        (tmp_path, "lie in each other"),
    ):
        with pytest.raises(CollectionError) as caught:
            copies_into_classes(collection, target)
        assert words in caught.value.message
        assert caught.value.hint


def test_disk_that_fails_is_told_and_leaves_no_part(
    archive: Path, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, link = tmp_path / "by class", os.link

    def failing(source: Path, goal: Path) -> None:
        if Path(goal).name == "dog.1.jpg":
            raise OSError(28, os.strerror(28))
        link(source, goal)

    monkeypatch.setattr(os, "link", failing)

    mended = mender_of(archive).apply(copies_into_classes(collection, target), QUIET)

    assert mended.words == "Copied 3 photos into 2 class folders. 1 could not be copied."
    assert [problem.path.name for problem in mended.problems] == ["dog.1.jpg"]
    assert not list(target.rglob(".*"))


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked or killed there")
@pytest.mark.parametrize("scenario", ["copy", "undo copy"])
def test_kill_before_any_step_leaves_whole_copies_that_can_be_taken_back(scenario: str, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "tests.unit.photos.mending.killing", str(killed), scenario]
    subprocess.run(command, cwd=CHECKOUT, check=True)

    roots = sorted((killed / scenario).iterdir(), key=lambda root: int(root.name))
    assert len(roots) > 5
    for root in roots:
        check_copies(root)


def check_copies(root: Path) -> None:
    folder, copies = root / "photos", root / "copies"
    mender = Mender(folder, root / "workspace")
    mender.recover()
    originals = {place: f"{root.name} {place}".encode() for place in PHOTOS}
    assert contents(folder) == originals, root
    found = contents(copies) if copies.exists() else {}
    assert found.items() <= {f"train/{n}/{n}.jpg": originals[f"robin/{n}.jpg"] for n in ("b", "c")}.items(), root
    if mender.next_undo() is not None:
        mender.undo(QUIET)
    assert contents(folder) == originals, root
    assert not copies.exists() or contents(copies) == {}, root
