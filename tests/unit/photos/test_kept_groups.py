"""Groups that stay on one side of a split are found out once, and again when a photo comes, goes or changes."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.unit.photos import scenes
from tlgui.files import cache_folder
from tlgui.photos import kept_groups
from tlgui.photos.duplicates import Groups, kept_together
from tlgui.photos.looks import look_closer
from tlgui.photos.scan import survey
from tlgui.progress import JobContext

QUIET = JobContext()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "photos" / name, 100 * place, 4)
    shutil.copy(tmp_path / "photos" / "cat" / "000.jpg", tmp_path / "photos" / "cat" / "copy.jpg")
    return tmp_path / "photos"


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[Groups]:
    """Grows by each time that groups were searched for."""
    found: list[Groups] = []

    def searching(*arguments: object) -> Groups:
        found.append(kept_together(*arguments))  # type: ignore[arg-type]  # passed on as they came
        return found[-1]

    monkeypatch.setattr(kept_groups, "kept_together", searching)
    return found


def test_unchanged_folder_is_not_searched_again(folder: Path, searches: list[Groups]) -> None:
    looked = look_closer(survey(folder, QUIET), QUIET).collection
    assert looked.groups == ((folder / "cat" / "000.jpg", folder / "cat" / "copy.jpg"),)
    assert len(searches) == 1

    assert survey(folder, QUIET).collection.groups == looked.groups
    assert len(searches) == 1


def test_groups_follow_the_photos(folder: Path, searches: list[Groups]) -> None:
    look_closer(survey(folder, QUIET), QUIET)
    shutil.copy(folder / "dog" / "100.jpg", folder / "dog" / "copy.jpg")

    assert len(look_closer(survey(folder, QUIET), QUIET).collection.groups) == 2
    for name in ("cat", "dog"):
        (folder / name / "copy.jpg").unlink()
    assert survey(folder, QUIET).collection.groups == ()
    assert len(searches) > 1


def test_damaged_groups_are_found_out_again(folder: Path, searches: list[Groups]) -> None:
    groups = look_closer(survey(folder, QUIET), QUIET).collection.groups
    (store,) = (cache_folder() / "photos").glob("*.sqlite")
    connection = sqlite3.connect(store)
    with connection:
        connection.execute("UPDATE kept_groups SET groups = '[[1]]'")
    connection.close()

    assert survey(folder, QUIET).collection.groups == groups
    assert len(searches) == 2
