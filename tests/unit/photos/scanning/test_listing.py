import gc
import os
import shutil
import unicodedata
from pathlib import Path

import pytest

from tests import pictures
from tests.unit.photos.scanning.survey_views import arrivals, counts, problem_kinds
from tlgui import files
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.pictures.header import state_of
from tlgui.photos.pictures.opening import is_photo
from tlgui.photos.samples import draw_picture
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.listing import list_tree
from tlgui.photos.scanning.scan import CollectionListed, survey
from tlgui.photos.storage.choices import Choices
from tlgui.photos.storage.facts_store import FactsStore
from tlgui.progress import Event, JobContext

QUIET = JobContext()


def choices_of(folder: Path) -> Choices:
    return Choices(files.workspace_path(folder), folder)


def test_facts_are_those_of_the_photos(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    wide = pictures.write_png(folder / "class 01" / "wide.jpg", 90, 60)
    bad = pictures.write_truncated_jpeg(folder / "class 02" / "bad.jpg")

    found = survey(folder, QUIET)

    assert found.facts.keys() == {photo.path for photo in found.collection.photos()}
    assert found.facts[wide] == PhotoFacts(state_of(wide.stat()), 90, 60, "PNG")
    assert found.refused == {bad: state_of(bad.stat())}


def test_unchanged_folder_is_not_read_again(tmp_path: Path, read: list[str]) -> None:
    folder = pictures.write_collection(tmp_path, 2, 3)
    pictures.write_truncated_jpeg(folder / "class 01" / "bad.jpg")
    pictures.write_text(folder / "class 01" / "text.jpg")
    pictures.write_jpeg(folder / "class 01" / "tiny.jpg", 1, 1)
    first = survey(folder, QUIET)
    assert len(read) == 9
    read.clear()

    second = survey(folder, QUIET)

    assert read == []
    assert second == first
    assert len(second.collection.problems) == 3


def test_only_photos_that_are_new_or_changed_are_read(tmp_path: Path, read: list[str]) -> None:
    folder = pictures.write_collection(tmp_path, 2, 3)
    bad = pictures.write_truncated_jpeg(folder / "class 01" / "bad.jpg")
    survey(folder, QUIET)
    read.clear()
    pictures.write_jpeg(folder / "class 02" / "photo 001.jpg", 300, 200)
    pictures.write_jpeg(folder / "class 02" / "new.jpg")
    pictures.write_jpeg(bad)
    (folder / "class 01" / "photo 000.jpg").unlink()

    found = survey(folder, QUIET)

    assert sorted(read) == ["bad.jpg", "new.jpg", "photo 001.jpg"]
    assert found.facts[folder / "class 02" / "photo 001.jpg"].width == 300
    assert counts(found.collection) == {"class 01": 3, "class 02": 4}
    assert found.collection.problems == ()


def test_what_may_be_otherwise_next_time_is_read_again(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    with monkeypatch.context() as patch:
        forbidden = pictures.forbid(folder / "class 01" / "photo 000.jpg", patch)
        assert problem_kinds(survey(folder, QUIET).collection) == {"class 01/photo 000.jpg": ProblemKind.NO_PERMISSION}
    forbidden.chmod(0o644)
    read.clear()

    assert survey(folder, QUIET).collection.problems == ()
    assert read == ["photo 000.jpg"]


def test_looks_are_kept_and_group_what_belongs_together(tmp_path: Path, read: list[str]) -> None:
    folder = pictures.write_collection(tmp_path, 1, 0)
    for number in range(3):
        (folder / "class 01").mkdir(exist_ok=True)
        draw_picture(number, 5, 128).save(folder / "class 01" / f"{number}.jpg")
    copy = shutil.copyfile(folder / "class 01" / "0.jpg", folder / "class 01" / "copy.jpg")
    first = survey(folder, QUIET)
    assert first.collection.groups == ()
    looked = look_closer(first, QUIET)
    read.clear()

    second = survey(folder, QUIET)

    assert second == looked
    assert all(fact.look is not None for fact in second.facts.values())
    assert second.collection.groups == ((folder / "class 01" / "0.jpg", copy),)
    assert read == []


def test_look_at_a_photo_that_changed_is_forgotten(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 1, 2)
    look_closer(survey(folder, QUIET), QUIET)
    changed = pictures.write_jpeg(folder / "class 01" / "photo 000.jpg", 99, 99)

    facts = survey(folder, QUIET).facts

    assert [path for path, fact in facts.items() if fact.look is None] == [changed]


def test_pictures_of_any_size_are_used_but_for_a_single_pixel(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 1, 4)
    for name, size in (("pixel.png", (1, 1)), ("line.png", (400, 3)), ("icon.png", (31, 31)), ("least.png", (32, 32))):
        pictures.write_png(folder / "class 01" / name, *size)

    collection = survey(folder, QUIET).collection

    assert problem_kinds(collection) == {"class 01/pixel.png": ProblemKind.TINY}
    assert "1 x 1 pixel." in collection.problems[-1].reason
    assert counts(collection) == {"class 01": 7}


def test_collection_of_small_pictures_is_used_but_for_dots(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, ["0", "1"], 8, size=28)
    pictures.write_png(folder / "0" / "dot.png", 1, 1)

    collection = survey(folder, QUIET).collection

    assert counts(collection) == {"0": 8, "1": 8}
    assert problem_kinds(collection) == {"0/dot.png": ProblemKind.TINY}


def test_content_tells_photos_where_the_name_does_not(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 1, 2)
    place = folder / "class 01"
    for name in ("without a suffix", "a.dat", "photo.txt", "3f2a9c"):
        pictures.write_jpeg(place / name, seed=len(name))
    pictures.write_heic(place / "heic")
    pictures.write_text(place / "notes.txt")
    pictures.write_text(place / "README")
    pictures.write_jpeg(place / "photo.xmp")
    pictures.write_jpeg(place / ".hidden")

    collection = survey(folder, QUIET).collection

    assert {photo.path.name for photo in collection.photos()} == {
        *("photo 000.jpg", "photo 001.jpg", "without a suffix", "a.dat", "photo.txt", "3f2a9c", "heic")
    }
    assert problem_kinds(collection) == {
        "class 01/notes.txt": ProblemKind.NOT_AN_IMAGE,
        "class 01/README": ProblemKind.NOT_AN_IMAGE,
        "class 01/photo.xmp": ProblemKind.NOT_AN_IMAGE,
        "class 01/.hidden": ProblemKind.HIDDEN,
    }


def test_files_with_names_of_photos_are_not_opened_while_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pictures.write_collection(tmp_path, 1, 3)
    pictures.write_jpeg(folder / "class 01" / "other")
    opened: list[str] = []

    def seen(path: Path) -> bool:
        opened.append(path.name)
        return is_photo(path)

    monkeypatch.setattr("tlgui.photos.scanning.listing.is_photo", seen)

    assert list_tree(folder, QUIET).total == 4
    assert opened == ["other"]


def test_photos_left_out_are_apart_and_known(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 2, 3)
    left_out = [folder / "class 01" / "photo 001.jpg", *sorted((folder / "class 02").iterdir())]
    choices_of(folder).leave_out(left_out)
    listed: list[Event] = []

    found = survey(folder, JobContext(report=listed.append))

    assert counts(found.collection) == {"class 01": 2}
    assert [photo.path for photo in found.collection.left_out] == left_out
    assert [photo.class_name for photo in found.collection.left_out] == ["class 01"] + ["class 02"] * 3
    assert set(left_out) <= found.facts.keys()
    assert found.collection.problems == ()
    (event,) = [event for event in listed if isinstance(event, CollectionListed)]
    assert counts(event.collection) == {"class 01": 2}

    choices_of(folder).use_again(left_out)
    assert counts(survey(folder, QUIET).collection) == {"class 01": 3, "class 02": 3}


def test_classes_are_shown_as_the_user_says(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, ("cat", "dog", "kitten"), 2)
    choices_of(folder).show_as("cat", "Zoo cat")
    choices_of(folder).show_as("kitten", "Zoo cat")

    found = survey(folder, QUIET)

    assert counts(found.collection) == {"Zoo cat": 4, "dog": 2}
    shown = found.collection.classes[0]
    assert shown.folders == (folder / "cat", folder / "kitten")
    assert {photo.class_name for photo in shown.photos} == {"Zoo cat"}
    assert [photo.path for photo in shown.photos] == sorted(photo.path for photo in shown.photos)
    assert {path.name for path in folder.iterdir()} == {"cat", "dog", "kitten"}


def test_each_photo_keeps_the_reading_it_arrived_in(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 1, 2)
    assert set(arrivals(survey(folder, QUIET)).values()) == {0}
    survey(folder, QUIET)
    pictures.write_jpeg(folder / "class 01" / "a.jpg", seed=5)
    second = arrivals(survey(folder, QUIET))
    pictures.write_jpeg(folder / "class 01" / "b.jpg", seed=6)
    (folder / "class 01" / "photo 000.jpg").rename(tmp_path / "away.jpg")
    third = arrivals(survey(folder, QUIET))
    (tmp_path / "away.jpg").rename(folder / "class 01" / "photo 000.jpg")

    assert second == {"photo 000.jpg": 0, "photo 001.jpg": 0, "a.jpg": 1}
    assert third == {"photo 001.jpg": 0, "a.jpg": 1, "b.jpg": 2}
    assert arrivals(survey(folder, QUIET)) == {"photo 000.jpg": 0, "photo 001.jpg": 0, "a.jpg": 1, "b.jpg": 2}


@pytest.mark.usefixtures("cache_warnings")
def test_disk_that_keeps_nothing_stops_no_scan(tmp_path: Path, read: list[str]) -> None:
    folder = pictures.write_collection(tmp_path / "pets", 2, 2)
    (files.cache_folder() / "photos").write_text("in the way")
    (files.data_folder() / "workspaces").write_text("in the way")

    assert survey(folder, QUIET) == survey(folder, QUIET)
    assert len(read) == 8


def test_folders_whose_names_look_the_same_are_one_class(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "Café") for form in ("NFC", "NFD")]
    folder = pictures.write_collection(tmp_path, names, 2)
    if len(list(folder.iterdir())) < 2:
        pytest.skip("this disk takes both names for one")

    (cafe,) = survey(folder, QUIET).collection.classes

    assert cafe.name == "Café"
    assert len(cafe.photos) == 4
    assert {path.name for path in cafe.folders} == set(names)


def test_linked_class_is_used_and_noted(tmp_path: Path) -> None:
    elsewhere = pictures.write_collection(tmp_path / "elsewhere", ["birds"], 3)
    folder = pictures.write_collection(tmp_path / "pets", ["cat"], 2)
    (folder / "bird").symlink_to(elsewhere / "birds")

    found = survey(folder, QUIET)

    assert counts(found.collection) == {"bird": 3, "cat": 2}
    assert found.linked == (folder / "bird",)


def test_every_photo_outside_a_class_is_named(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, ("cat", "dog"), 2)
    root = [pictures.write_jpeg(folder / name) for name in ("a.jpg", "b.jpg")]
    pictures.write_text(folder / "notes.txt")
    deep = [folder / "cat" / "kittens" / name for name in ("a.jpg", "more/b.heic", "more/c.txt", "more/.d.jpg")]
    for path in deep:
        path.parent.mkdir(parents=True, exist_ok=True)
        pictures.write_jpeg(path)

    found = survey(folder, QUIET)

    problems = found.collection.problems
    assert [problem.photos for problem in problems if problem.kind is ProblemKind.OUTSIDE_CLASS] == [
        (root[0],),
        (root[1],),
    ]
    assert found.nested == (folder / "cat" / "kittens", folder / "cat" / "kittens" / "more")
    assert {deep[0], deep[1]} <= found.facts.keys()


def test_times_in_the_future_are_noted_and_nothing_else(tmp_path: Path, read: list[str]) -> None:
    folder = pictures.write_collection(tmp_path, 1, 2)
    future = 4_000_000_000 * 10**9
    for path in (folder / "class 01").iterdir():
        os.utime(path, ns=(future, future))

    found = survey(folder, QUIET)
    assert found.collection.problems == ()
    assert {fact.state.changed_ns for fact in found.facts.values()} == {future}
    assert survey(folder, QUIET) == found
    assert len(read) == 2


def test_folder_that_moved_on_is_forgotten(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path / "pets", 2, 2)
    survey(folder, QUIET)
    shutil.rmtree(folder / "class 02")
    survey(folder, QUIET)

    with FactsStore(folder) as store:
        assert set(store.read().left()) == {"class 01/photo 000.jpg", "class 01/photo 001.jpg"}


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_collected_afterwards_as_before(tmp_path: Path, *, enabled: bool) -> None:
    folder = pictures.write_collection(tmp_path, 1, 1)
    was_enabled = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        survey(folder, QUIET)
        assert gc.isenabled() is enabled
    finally:
        gc.enable() if was_enabled else gc.disable()
