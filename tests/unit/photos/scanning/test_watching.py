import shutil
from pathlib import Path

import pytest

from tests import pictures
from tests.contexts import stopping_at
from tlgui.errors import Cancelled
from tlgui.photos.pictures import header
from tlgui.photos.scanning.scan import survey
from tlgui.photos.scanning.watching import FolderChanges, changes_on_disk
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

QUIET = JobContext()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a collection with something of everything."""
    pictures.write_collection(tmp_path, ("cat", "dog"), 3)
    pictures.write_truncated_jpeg(tmp_path / "cat" / "bad.jpg")
    pictures.write_jpeg(tmp_path / "root.jpg")
    pictures.write_text(tmp_path / "dog" / "notes.txt")
    Choices(tmp_path.parent / "workspace", tmp_path).leave_out([tmp_path / "cat" / "photo 001.jpg"])
    return tmp_path


def test_unchanged_folder_has_no_changes_and_no_photo_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = survey(folder, QUIET)
    monkeypatch.setattr(header, "_read", lambda *_: pytest.fail("a photo was read"))

    changes = changes_on_disk(found, QUIET)

    assert changes == FolderChanges()
    assert not changes


def test_new_gone_and_changed_photos_are_told_apart(folder: Path) -> None:
    found = survey(folder, QUIET)
    new = [pictures.write_jpeg(folder / "dog" / "new.jpg"), folder / "bird" / "a.jpg"]
    pictures.write_collection(folder, ["bird"], 1)
    (folder / "bird" / "photo 000.jpg").rename(new[1])
    (folder / "dog" / "photo 000.jpg").unlink()
    (folder / "dog" / "photo 001.jpg").rename(folder / "dog" / "renamed.jpg")
    pictures.write_jpeg(folder / "cat" / "photo 000.jpg", 99, 99)
    pictures.write_jpeg(folder / "cat" / "bad.jpg")
    (folder / "dog" / "notes.txt").write_text("other notes")

    changes = changes_on_disk(found, QUIET)

    assert changes.new == tuple(sorted([*new, folder / "dog" / "renamed.jpg"]))
    assert changes.gone == (folder / "dog" / "photo 000.jpg", folder / "dog" / "photo 001.jpg")
    assert changes.changed == (folder / "cat" / "bad.jpg", folder / "cat" / "photo 000.jpg")
    assert changes
    assert not changes_on_disk(survey(folder, QUIET), QUIET)


def test_folder_that_is_not_there_any_more_holds_nothing(folder: Path) -> None:
    found = survey(folder, QUIET)
    shutil.rmtree(folder)

    assert changes_on_disk(found, QUIET).gone == tuple(sorted([*found.facts, *found.refused]))


def test_looking_for_changes_can_be_stopped(folder: Path) -> None:
    found = survey(folder, QUIET)

    with pytest.raises(Cancelled):
        changes_on_disk(found, stopping_at(1))
