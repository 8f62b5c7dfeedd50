"""The preview says what goes where, what stays and why, and changes nothing."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from tests.unit.photos.sorting.small_sort import FILES, QUIET, contents, decided, options, sorted_into, write
from tlgui.errors import SettingError, StorageError, TargetError
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import Answer, DecidedPhoto
from tlgui.photos.sorting.plan import FolderCount, SortPlan
from tlgui.photos.sorting.sorter import Sorter
from tlgui.photos.sorting.words import renamed_class_words


def targets(plan: SortPlan) -> dict[str, str]:
    """Return where each photo is to go."""
    return {Path(step.source).name: Path(step.target).relative_to(plan.options.into).as_posix() for step in plan.steps}


def test_preview_counts_and_changes_nothing(sorter: Sorter, source: Path, into: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    plan = sorter.preview(decided(source), options(into), QUIET, class_names=["wren", "robin"])

    assert plan.folders == (
        FolderCount("not sure", 1, 0, 7),
        FolderCount("robin", 1, 2, 26),
        FolderCount("unlike anything", 1, 0, 7),
        FolderCount("wren", 1, 2, 28),
    )
    assert (plan.photo_count, plan.companion_count, plan.needed_bytes) == (4, 4, 68)
    assert plan.free_bytes is not None
    assert plan.free_bytes > 68
    assert plan.made_folders == (into, *(into / count.place for count in plan.folders))
    assert sorted(tmp_path.rglob("*")) == before


def test_move_and_links_on_one_disk_need_no_room(sorter: Sorter, source: Path, into: Path) -> None:
    for act in (Act.MOVE, Act.LINK, Act.HARD_LINK):
        assert sorter.preview(decided(source), options(into, act), QUIET).needed_bytes == 0


def test_photos_can_be_left_where_they_are_or_share_a_folder(sorter: Sorter, source: Path, into: Path) -> None:
    plan = sorter.preview(decided(source), options(into, not_sure=None, unlike=None), QUIET)
    assert plan.left_count == 2
    assert {"c.jpg", "d.jpg"}.isdisjoint(targets(plan))

    plan = sorter.preview(decided(source), options(into, not_sure="look", unlike="look"), QUIET)
    assert (targets(plan)["c.jpg"], targets(plan)["d.jpg"]) == ("look/c.jpg", "look/d.jpg")


def test_class_of_the_name_of_the_folder_for_not_sure_stays_apart(sorter: Sorter, source: Path, into: Path) -> None:
    photos = decided(source, {"a.jpg": "Not sure", "c.jpg": ""})
    plan = sorter.preview(photos, options(into), QUIET)
    assert (targets(plan)["a.jpg"], targets(plan)["c.jpg"]) == ("Not sure/a.jpg", "not sure 2/c.jpg")


def test_folders_do_not_depend_on_which_photos_there_are(sorter: Sorter, source: Path, into: Path) -> None:
    plan = sorter.preview(decided(source, {"a.jpg": "wren"}), options(into), QUIET, class_names=["Wren", "wren"])
    assert targets(plan)["a.jpg"] == "wren 2/a.jpg"


def test_same_names_from_several_folders(sorter: Sorter, source: Path, into: Path) -> None:
    other, twin = write(source / "other", {"a.jpg": "photo 2"}), write(source / "twin", {"a.jpg": "photo a"})
    photos = [photo for folder in (source, other, twin) for photo in decided(folder, {"a.jpg": "wren"})]

    plan = sorter.preview(photos, options(into), QUIET)

    assert plan.numbered == ((other / "a.jpg", into / "wren/a (2).jpg"),)
    assert plan.already_there == ((twin / "a.jpg", source / "a.jpg"),)
    sorter.apply(plan, QUIET)
    assert {name: text for name, text in contents(into).items() if name.endswith("jpg")} == {
        "wren/a.jpg": "photo a",
        "wren/a (2).jpg": "photo 2",
    }


def test_dates_are_those_of_the_photo_and_else_of_the_file(sorter: Sorter, source: Path, into: Path) -> None:
    taken, exif = source / "taken.jpg", Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2019:03:04 23:59:59"
    Image.new("RGB", (32, 32)).save(taken, exif=exif)
    os.utime(source / "a.jpg", (0, datetime(2021, 6, 15, 12, tzinfo=UTC).timestamp()))
    photos = [
        DecidedPhoto(taken, Answer.NAMED, "wren"),
        DecidedPhoto(source / "a.jpg", Answer.NAMED, "wren"),
        DecidedPhoto(source / "c.jpg", Answer.NAMED, "wren", taken=datetime(1999, 12, 31, tzinfo=UTC).timestamp()),
    ]
    plan = sorter.preview(photos, options(into, pattern="{year}-{month}/{name}"), QUIET)
    found = targets(plan)
    assert (found["taken.jpg"], found["a.jpg"], found["c.jpg"]) == (
        "2019-03/taken.jpg",
        "2021-06/a.jpg",
        "1999-12/c.jpg",
    )


class TestFoldersInEachOther:
    def test_target_inside_the_source_is_not_sorted_again(self, sorter: Sorter, source: Path) -> None:
        into = source / "sorted"
        sorted_into(sorter, decided(source), options(into))
        found = [*decided(source), DecidedPhoto(into / "wren/a.jpg", Answer.NAMED, "robin")]
        plan = sorter.preview(found, options(into), QUIET, roots=[source])
        assert (plan.inside_count, plan.steps) == (1, ())
        sorter.undo(QUIET)
        assert contents(source) == FILES

    def test_source_inside_the_target_is_sorted(self, sorter: Sorter, source: Path) -> None:
        plan = sorter.preview(decided(source), options(source.parent, Act.MOVE), QUIET, roots=[source])
        assert plan.photo_count == 4
        sorter.apply(plan, QUIET)
        assert (source.parent / "wren/a.jpg").read_text() == "photo a"
        sorter.undo(QUIET)
        assert contents(source) == FILES

    def test_folder_sorted_in_place_keeps_what_is_sorted(self, sorter: Sorter, source: Path) -> None:
        plan = sorter.preview(decided(source), options(source, Act.MOVE), QUIET, roots=[source])
        sorter.apply(plan, QUIET)
        moved = [DecidedPhoto(source / "wren/a.jpg", Answer.NAMED, "robin")]
        plan = sorter.preview(moved, options(source, Act.MOVE), QUIET, roots=[source], class_names=["wren", "robin"])
        assert (plan.inside_count, plan.steps) == (1, ())
        given = sorter.preview(moved, options(source, Act.MOVE), QUIET, roots=[source / "wren"])
        assert given.photo_count == 1

    def test_training_collection_is_told(self, sorter: Sorter, source: Path, into: Path) -> None:
        plan = sorter.preview(decided(source), options(into), QUIET, training=source)
        assert (plan.training_count, plan.is_into_training) == (4, False)
        into.mkdir()
        plan = sorter.preview(decided(source), options(into / "new"), QUIET, training=into)
        assert (plan.training_count, plan.is_into_training) == (0, True)


class TestRefusals:
    def test_wrong_settings(self, sorter: Sorter, source: Path, into: Path) -> None:
        for wrong in (options(into, pattern="{klass}"), options(into, not_sure="a/b"), options(into, unlike="..")):
            with pytest.raises(SettingError):
                sorter.preview(decided(source), wrong, QUIET)

    def test_target_that_is_a_file_or_in_no_folder(self, sorter: Sorter, source: Path, into: Path) -> None:
        with pytest.raises(TargetError, match="is a file"):
            sorter.preview(decided(source), options(source / "a.jpg"), QUIET)
        with pytest.raises(StorageError, match="the folder is not there"):
            sorter.preview(decided(source), options(into / "a" / "b"), QUIET)

    def test_photos_that_are_gone_or_cannot_be_moved_away(
        self, sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (source / "d.jpg").unlink()
        monkeypatch.setattr(os, "access", lambda path, _mode: path != source)
        plan = sorter.preview(decided(source), options(into, Act.MOVE), QUIET)
        assert not plan.steps
        assert {problem.path.name: problem.reason[:24] for problem in plan.problems} == {
            "a.jpg": "Its folder cannot be cha",
            "b.JPG": "Its folder cannot be cha",
            "c.jpg": "Its folder cannot be cha",
            "d.jpg": "It is no longer there.",
        }
        assert sorter.preview(decided(source), options(into), QUIET).photo_count == 3

    def test_disk_that_refuses_names_gets_others(
        self, sorter: Sorter, source: Path, into: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tlgui.photos.sorting.target._refuses_odd_names", lambda _: True)
        write(source, {"a: b?.jpg": "odd", "a: b?.jpg.xmp": "odd too"})
        plan = sorter.preview(decided(source, {"a: b?.jpg": "wren", "c.jpg": "wren"}), options(into), QUIET)
        assert plan.renamed_count == 1
        assert targets(plan)["a: b?.jpg"] == "wren/a_ b_.jpg"
        assert targets(plan)["a: b?.jpg.xmp"] == "wren/a_ b_.jpg.xmp"

    def test_class_that_cannot_be_the_name_of_a_folder_is_told(self, sorter: Sorter, source: Path, into: Path) -> None:
        photos = decided(source, {"a.jpg": "a<b", "b.JPG": "CON", "c.jpg": "wren", "d.jpg": "Wren"})
        plan = sorter.preview(photos, options(into), QUIET)
        words = [renamed_class_words(*each) for each in plan.renamed_classes]
        assert words[:2] == [
            "Photos of “a<b” go into the folder “a_b”: the name of a folder cannot have “<” in it.",
            "Photos of “CON” go into the folder “CON_”: Windows keeps this name for itself.",
        ]
        assert words[2].endswith("2”: another class is called the same, but for capital letters or accents.")
        assert len(words) == 3
        by_year = sorter.preview(photos, replace(options(into), pattern="{year}/{name}"), QUIET)
        assert by_year.renamed_classes == ()
