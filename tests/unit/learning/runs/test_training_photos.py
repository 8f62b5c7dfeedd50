"""The list of a run's photos shows which were added, removed, moved or relabelled since its training."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tlgui.errors import StorageError
from tlgui.learning.runs.training_photos import (
    PhotoChanges,
    changes_since,
    places_now,
    write_training_photos,
)
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.photos.facts import FileState, Look, PhotoFacts
from tlgui.photos.scanning.scan import Survey

FOLDER = Path("Birds").absolute()
Contents = dict[str, str]
BEFORE: Contents = {"robin/a.jpg": "one", "robin/b.jpg": "two", "wren/c.jpg": "three", "wren/d.jpg": "four"}


def survey_of(contents: Contents, *, looked: bool = True, shown: dict[str, str] | None = None) -> Survey:
    """Return the survey of a folder with files of these contents."""
    classes: dict[str, list[Photo]] = {}
    facts = {}
    for place, content in sorted(contents.items()):
        folder_name = place.split("/")[0]
        name = (shown or {}).get(folder_name, folder_name)
        path = FOLDER / place
        classes.setdefault(name, []).append(Photo(path, name))
        look = Look(0, 0.5, 0.9, 100.0, content.encode().ljust(16, b".")) if looked else None
        facts[path] = PhotoFacts(FileState(len(content), sum(content.encode())), 64, 64, "JPEG", look=look)
    found = tuple(PhotoClass(name, tuple(photos)) for name, photos in sorted(classes.items()))
    return Survey(Collection(FOLDER, found), facts)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "photos.json.gz"
    before = survey_of(BEFORE)
    write_training_photos(path, before.collection, before.facts)
    return path


def without(*places: str) -> Contents:
    return {place: content for place, content in BEFORE.items() if place not in places}


@pytest.mark.parametrize("looked", [True, False])
@pytest.mark.parametrize(
    ("now", "changes"),
    [
        (BEFORE, PhotoChanges()),
        ({**BEFORE, "wren/e.jpg": "five", "wren/f.jpg": "six"}, PhotoChanges(added=2)),
        (without("robin/a.jpg"), PhotoChanges(gone=1)),
        ({**without("robin/a.jpg"), "wren/a.jpg": "one"}, PhotoChanges(moved=1)),
        ({**without("robin/a.jpg"), "wren/c (2).jpg": "one"}, PhotoChanges(moved=1)),
        ({**without("robin/a.jpg"), "robin/renamed.jpg": "one"}, PhotoChanges()),
        ({**without("robin/a.jpg"), "wren/e.jpg": "seven"}, PhotoChanges(added=1, gone=1)),
    ],
)
def test_changes_are_counted(listed: Path, now: Contents, changes: PhotoChanges, *, looked: bool) -> None:
    found = changes_since(listed, survey_of(now, looked=looked))
    assert found == changes
    assert bool(found) is (changes != PhotoChanges())


@pytest.mark.parametrize("looked", [True, False])
def test_each_photo_is_found_where_it_is_now(listed: Path, *, looked: bool) -> None:
    now = survey_of(
        {**without("robin/a.jpg", "robin/b.jpg"), "wren/b (2).jpg": "two", "owl/new.jpg": "six"}, looked=looked
    )
    assert places_now(listed, now) == {
        "robin/b.jpg": "wren/b (2).jpg",
        "wren/c.jpg": "wren/c.jpg",
        "wren/d.jpg": "wren/d.jpg",
    }


def test_photos_left_out_are_found_and_others_under_their_name_are_not(listed: Path) -> None:
    now = survey_of({**BEFORE, "robin/a.jpg": "another"})
    robins, wrens = now.collection.classes
    collection = replace(now.collection, classes=(robins,), left_out=wrens.photos)
    assert places_now(listed, replace(now, collection=collection)) == {
        place: place for place in BEFORE if place != "robin/a.jpg"
    }


def test_class_that_is_shown_otherwise_counts_for_each_of_its_photos(listed: Path) -> None:
    now = survey_of(BEFORE, shown={"robin": "European robin"})
    assert changes_since(listed, now) == PhotoChanges(relabelled=2)


def test_photo_replaced_under_its_name_is_another_one(listed: Path) -> None:
    now = survey_of({**BEFORE, "robin/a.jpg": "another"})
    assert changes_since(listed, now) == PhotoChanges(added=1, gone=1)


def test_date_that_alone_was_changed_changes_nothing(listed: Path) -> None:
    now = survey_of(BEFORE)
    facts = {path: fact._replace(state=FileState(fact.state.size, 1)) for path, fact in now.facts.items()}
    assert changes_since(listed, replace(now, facts=facts)) == PhotoChanges()


def test_copy_that_stays_in_its_class_is_not_taken_for_one_that_moved(tmp_path: Path) -> None:
    path = tmp_path / "photos.json.gz"
    before = survey_of({"robin/a.jpg": "one", "wren/b.jpg": "one", "wren/c.jpg": "two"})
    write_training_photos(path, before.collection, before.facts)
    now = survey_of({"robin/x.jpg": "one", "wren/y.jpg": "one", "wren/c.jpg": "two"})
    assert changes_since(path, now) == PhotoChanges()


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _of_json(value: object) -> Callable[[bytes], bytes]:
    return lambda _data: gzip.compress(json.dumps(value).encode())


def _with_endless_blanks(data: bytes) -> bytes:
    """Return a small file that needs all memory when it is unpacked."""
    return gzip.compress(gzip.decompress(data) + b" " * 80 * 1024**2, 1)


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        lambda _data: b"",
        lambda _data: b"no gzip",
        _of_json([]),
        _of_json({"format_version": 99, "classes": [], "photos": []}),
        _of_json({"format_version": 1, "classes": [], "photos": [["a", 7, 1, 1, ""]]}),
        _of_json({"format_version": 1, "classes": [], "photos": [["a"]]}),
        _of_json({"format_version": 1, "classes": ["b"], "photos": [["a", 0, float("inf"), 1, ""]]}),
        _with_endless_blanks,
    ],
)
def test_damaged_list_gives_no_changes(listed: Path, damage: Callable[[bytes], bytes]) -> None:
    listed.write_bytes(damage(listed.read_bytes()))
    assert places_now(listed, survey_of(BEFORE)) is None
    assert changes_since(listed, survey_of(BEFORE)) is None


def test_run_without_a_list_gives_no_changes(tmp_path: Path) -> None:
    assert changes_since(tmp_path / "none", survey_of(BEFORE)) is None


def test_disk_that_refuses_is_said(tmp_path: Path) -> None:
    before = survey_of(BEFORE)
    with pytest.raises(StorageError):
        write_training_photos(tmp_path / "none" / "photos.json.gz", before.collection, before.facts)
