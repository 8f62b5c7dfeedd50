"""What photos have to do with one another is found out once, and again when a photo comes, goes or changes."""

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.unit.photos import scenes
from tlgui.files import cache_folder, workspace_path
from tlgui.photos.scanning import photo_groups
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.duplicates import NearCopies, PhotoPairs, near_copies
from tlgui.photos.scanning.scan import survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

QUIET = JobContext()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "photos" / name, 100 * place, 4)
    shutil.copy(tmp_path / "photos" / "cat" / "000.jpg", tmp_path / "photos" / "cat" / "copy.jpg")
    return tmp_path / "photos"


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[NearCopies]:
    """Grows by each time that groups were searched for."""
    found: list[NearCopies] = []

    def searching(*arguments: object) -> NearCopies:
        found.append(near_copies(*arguments))  # type: ignore[arg-type]  # passed on as they came
        return found[-1]

    monkeypatch.setattr(photo_groups, "near_copies", searching)
    return found


def test_unchanged_folder_is_not_searched_again(folder: Path, searches: list[NearCopies]) -> None:
    looked = look_closer(survey(folder, QUIET), QUIET)
    assert looked.near == looked.collection.groups == ((folder / "cat" / "000.jpg", folder / "cat" / "copy.jpg"),)
    assert len(searches) == 1

    again = survey(folder, QUIET)
    assert (again.near, again.collection.groups) == (looked.near, looked.collection.groups)
    assert len(searches) == 1


def test_groups_follow_the_photos(folder: Path, searches: list[NearCopies]) -> None:
    look_closer(survey(folder, QUIET), QUIET)
    shutil.copy(folder / "dog" / "100.jpg", folder / "dog" / "copy.jpg")

    assert len(look_closer(survey(folder, QUIET), QUIET).collection.groups) == 2
    for name in ("cat", "dog"):
        (folder / name / "copy.jpg").unlink()
    assert survey(folder, QUIET).collection.groups == ()
    assert len(searches) > 1


def test_photo_left_out_is_kept_together_with_nothing(folder: Path) -> None:
    look_closer(survey(folder, QUIET), QUIET)
    Choices(workspace_path(folder), folder).leave_out([folder / "cat" / "copy.jpg"])

    found = survey(folder, QUIET)

    assert (found.near, found.collection.groups) == ((), ())


@pytest.mark.usefixtures("cache_warnings")
def test_disk_that_keeps_nothing_costs_no_group(folder: Path) -> None:
    # A file where the folder should be: nobody, not even root, can keep anything there.
    (cache_folder() / "photos").write_text("in the way")

    looked = look_closer(survey(folder, QUIET), QUIET)

    assert looked.near == ((folder / "cat" / "000.jpg", folder / "cat" / "copy.jpg"),)


@pytest.mark.parametrize(
    "nonsense",
    ["[[99]]", "[[-1, 0]]", '[["cat"]]', "[1]", "{", pytest.param("[" * 100_000, id="deep"), None],
)
def test_damaged_groups_are_found_out_again(nonsense: str | None, folder: Path, searches: list[NearCopies]) -> None:
    groups = look_closer(survey(folder, QUIET), QUIET).collection.groups
    (store,) = (cache_folder() / "photos").glob("*.sqlite")
    connection = sqlite3.connect(store)
    with connection:
        connection.execute("UPDATE relation SET groups = ?", (nonsense,))
    connection.close()

    assert survey(folder, QUIET).collection.groups == groups
    assert len(searches) == 2


@pytest.fixture
def doubtful(folder: Path) -> PhotoPairs:
    """Write a photo like another one, in another colour; return both."""
    levels = np.asarray(scenes.scene(101), np.int16) + np.array((45, 0, -45), np.int16)
    other = folder / "dog" / "evening.jpg"
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(other, quality=92)
    return ((folder / "dog" / "101.jpg", other),)


def test_candidates_are_kept_with_the_groups(folder: Path, doubtful: PhotoPairs, searches: list[NearCopies]) -> None:
    looked = look_closer(survey(folder, QUIET), QUIET)

    assert looked.candidates == survey(folder, QUIET).candidates == doubtful
    assert len(searches) == 1
    assert not set(looked.collection.groups).intersection(doubtful)


@pytest.mark.parametrize("change", ["SET groups = '[[0, 1, 2]]'", "SET groups = '[[0]]'", "SET name = 'other'"])
def test_damaged_or_missing_candidates_are_found_out_again(
    change: str, folder: Path, doubtful: PhotoPairs, searches: list[NearCopies]
) -> None:
    look_closer(survey(folder, QUIET), QUIET)
    (store,) = (cache_folder() / "photos").glob("*.sqlite")
    connection = sqlite3.connect(store)
    with connection:
        connection.execute(f"UPDATE relation {change} WHERE name = 'candidates'")
    connection.close()

    assert survey(folder, QUIET).candidates == doubtful
    assert len(searches) == 2
