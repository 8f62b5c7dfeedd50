"""The health report: what it finds in real folders, what it leaves alone, and what its buttons would do."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests import odd_pictures, pictures
from tests.unit.photos import scenes
from tlgui import files
from tlgui.photos.health.findings import (
    Finding,
    FindingKind,
    LeaveOut,
    MoveInto,
    MoveToBin,
    Report,
    Severity,
    UseAgain,
)
from tlgui.photos.health.report import report_on
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

QUIET = JobContext()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a collection with which nothing is wrong."""
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "photos" / name, 100 * place, 24)
    return tmp_path / "photos"


def report(folder: Path) -> Report:
    return report_on(look_closer(survey(folder, QUIET), QUIET))


def finding(folder: Path, kind: FindingKind) -> Finding:
    found = {item.kind: item for item in report(folder).findings}
    assert kind in found, found.keys()
    return found[kind]


def only_finding(folder: Path, kind: FindingKind) -> Finding:
    (found,) = report(folder).findings
    assert found.kind is kind
    return found


def copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    return target


def test_good_collection_has_no_findings(folder: Path) -> None:
    found = report(folder)

    assert found.findings == ()
    assert found.looked_at == found.photo_count == 48


def test_before_the_look_it_says_how_many_were_looked_at(folder: Path) -> None:
    found = report_on(survey(folder, QUIET))

    assert (found.looked_at, found.photo_count) == (0, 48)


def test_same_picture_in_two_classes_is_harm_and_all_of_it_is_left_out(folder: Path) -> None:
    owl = copy(folder / "cat" / "001.jpg", folder / "dog" / "x.jpg")
    near = scenes.write(folder / "dog" / "y.jpg", 2, quality=50)

    found = only_finding(folder, FindingKind.TWO_LABELS)

    cats = [folder / "cat" / "001.jpg", folder / "cat" / "002.jpg"]
    assert found.severity is Severity.HARM
    assert found.title == "2 pictures are filed under two classes"
    assert found.groups == ((cats[0], owl), (cats[1], near))
    assert found.mending == LeaveOut((cats[0], owl, cats[1], near))
    assert found.button == "Leave &out 4 photos"


def test_of_copies_in_a_class_the_first_is_kept(folder: Path) -> None:
    original = folder / "cat" / "001.jpg"
    spare = {copy(original, folder / "cat" / "001 (2).jpg"), copy(original, folder / "cat" / "001 copy.jpg")}

    found = only_finding(folder, FindingKind.COPIES)

    assert found.title == "2 photos are copies of 1 other"
    assert isinstance(found.mending, LeaveOut)
    assert set(found.mending.paths) == spare


def test_of_near_copies_the_largest_is_kept(folder: Path) -> None:
    large = scenes.write(folder / "cat" / "large.jpg", 3, 640, 480)
    small = scenes.write(folder / "cat" / "small.jpg", 3, 200, 150)

    found = only_finding(folder, FindingKind.NEAR_COPIES)

    assert found.title == "3 photos in 1 group look nearly the same"
    assert isinstance(found.mending, LeaveOut)
    assert set(found.mending.paths) == {folder / "cat" / "003.jpg", small}
    assert large in found.paths


def test_copies_with_a_near_copy_are_told_of_apart(folder: Path) -> None:
    original = folder / "cat" / "001.jpg"
    spare = copy(original, folder / "cat" / "001 copy.jpg")
    near = scenes.write(folder / "cat" / "near.jpg", 1, quality=40)

    assert finding(folder, FindingKind.COPIES).mending == LeaveOut((spare,))
    assert finding(folder, FindingKind.NEAR_COPIES).paths == (original, near)


def test_picture_in_two_parts_is_a_leak_and_what_would_be_learned_from_is_left_out(tmp_path: Path) -> None:
    for part, first in (("train", 0), ("val", 300), ("test", 600)):
        for place, name in enumerate(("cat", "dog")):
            scenes.write_class(tmp_path / part / name, first + 100 * place, 24)
    learned = copy(tmp_path / "test" / "cat" / "600.jpg", tmp_path / "train" / "cat" / "x.jpg")
    checked = scenes.write(tmp_path / "val" / "dog" / "y.jpg", 100, quality=50)

    found = only_finding(tmp_path, FindingKind.LEAKS)

    assert found.severity is Severity.HARM
    assert found.title == "2 pictures are in more than one part of the folder's split"
    assert found.mending == LeaveOut((tmp_path / "train" / "dog" / "100.jpg", learned)) or found.mending == LeaveOut(
        (learned, tmp_path / "train" / "dog" / "100.jpg")
    )
    assert checked in found.paths


def test_dark_and_blurred_photos_are_found_and_only_they(folder: Path) -> None:
    dark = scenes.write_dark(folder / "cat" / "dark.jpg", 200)
    blurred = scenes.write_blurred(folder / "dog" / "blurred.jpg", 201)

    found = report(folder)

    assert [(item.kind, item.mending) for item in found.findings] == [
        (FindingKind.DARK, LeaveOut((dark,))),
        (FindingKind.BLURRED, LeaveOut((blurred,))),
    ]


def test_collection_of_smooth_pictures_is_not_blurred(tmp_path: Path) -> None:
    for place, name in enumerate(("fog", "mist")):
        for number in range(21):
            scenes.write_blurred(tmp_path / name / f"{number}.jpg", 100 * place + number)

    assert report(tmp_path).findings == ()


def test_collection_of_night_photos_is_not_dark(tmp_path: Path) -> None:
    for place, name in enumerate(("moon", "stars")):
        for number in range(21):
            scenes.write_dark(tmp_path / name / f"{number}.jpg", 100 * place + number)

    assert FindingKind.DARK not in {item.kind for item in report(tmp_path).findings}


def test_small_photos_among_large_ones_are_found(folder: Path) -> None:
    small = scenes.write(folder / "cat" / "small.jpg", 300, 60, 45)

    assert only_finding(folder, FindingKind.SMALL).mending == LeaveOut((small,))


def test_wrong_suffix_is_a_note(folder: Path) -> None:
    scenes.scene(300).save(folder / "cat" / "png.jpg", "PNG")

    found = only_finding(folder, FindingKind.WRONG_SUFFIX)

    assert found.severity is Severity.NOTE
    assert found.paths == (folder / "cat" / "png.jpg",)


def test_damaged_files_can_go_to_the_bin(folder: Path) -> None:
    cut = folder / "cat" / "cut.jpg"
    cut.write_bytes((folder / "cat" / "001.jpg").read_bytes()[:3000])
    empty = pictures.write_empty(folder / "dog" / "empty.jpg")

    found = only_finding(folder, FindingKind.DAMAGED)

    assert found.title == "2 files are damaged"
    assert found.mending == MoveToBin((cut, empty))


def test_files_that_other_programs_open_are_not_called_damaged_and_have_no_bin(folder: Path) -> None:
    page = folder / "dog" / "page.jpg"
    page.write_text("<html>404</html>", encoding="utf-8")
    odd_pictures.write_bands(folder / "dog" / "seven.tif", 7)
    odd_pictures.write_bands(folder / "dog" / "thirteen.tif", 13)
    pictures.write_bomb_png(folder / "cat" / "large.png")

    found = only_finding(folder, FindingKind.UNREADABLE)

    assert found.title == "4 files cannot be read"
    assert "2 are of variants of their formats that cannot be read here; 1 is too large; " in found.explanation
    assert "1 has the name of a photo but is none" in found.explanation
    assert "damaged" not in found.explanation
    assert found.mending is None
    assert found.button == ""


def test_pictures_of_one_colour_are_told_and_left_out_on_request(folder: Path) -> None:
    for name, colour in {"white.png": "white", "black.png": "black"}.items():
        Image.new("RGB", (300, 200), colour).save(folder / "cat" / name)
    odd_pictures.write_white_shape(folder / "cat" / "shape.png")

    found = finding(folder, FindingKind.ONE_COLOUR)

    assert found.title == "2 pictures have one colour only"
    assert found.paths == (folder / "cat" / "black.png", folder / "cat" / "white.png")
    assert found.mending == LeaveOut(found.paths)
    assert {FindingKind.DARK, FindingKind.BLURRED}.isdisjoint(item.kind for item in report(folder).findings)


def test_photos_that_use_a_part_of_16_bits_are_a_note(folder: Path) -> None:
    odd_pictures.write_16_bit(folder / "cat" / "12 bits.png", 16)
    odd_pictures.write_16_bit(folder / "cat" / "offset.tif", 4, 28_000)
    odd_pictures.write_16_bit(folder / "cat" / "16 bits.tif", 257)

    found = finding(folder, FindingKind.PARTIAL_RANGE)

    assert found.severity is Severity.NOTE
    assert found.title == "2 photos use a part of 16 bits only"
    assert found.paths == (folder / "cat" / "12 bits.png", folder / "cat" / "offset.tif")
    assert found.mending is None


def test_small_photos_are_used_and_told_of_once(tmp_path: Path) -> None:
    for number in range(34):
        scenes.write(tmp_path / "birds" / ("cat" if number % 2 else "dog") / f"{number}.jpg", number, 30, 30)
    for number in range(34, 40):
        scenes.write(tmp_path / "birds" / "cat" / f"{number}.jpg", number, 96, 96)

    looked = look_closer(survey(tmp_path / "birds", QUIET), QUIET)
    (small,) = [item for item in report_on(looked).findings if item.kind is FindingKind.SMALL]

    assert looked.collection.photo_count == 40
    assert looked.collection.problems == ()
    assert len(small.paths) == 34
    assert isinstance(small.mending, LeaveOut)


def test_collection_of_small_pictures_has_no_small_ones(tmp_path: Path) -> None:
    for number in range(42):
        scenes.write(tmp_path / ("0" if number % 2 else "1") / f"{number}.jpg", number, 28, 28)

    assert FindingKind.SMALL not in {item.kind for item in report(tmp_path).findings}


def test_tiny_pictures_and_other_files_are_told_of_apart(folder: Path) -> None:
    Image.new("RGB", (1, 1)).save(folder / "cat" / "pixel.gif")
    (folder / "cat" / "notes.txt").write_text("…", encoding="utf-8")

    pixel = finding(folder, FindingKind.TINY)
    assert (pixel.paths, pixel.mending) == ((folder / "cat" / "pixel.gif",), None)
    other = finding(folder, FindingKind.OTHER_FILES)
    assert other.paths == (folder / "cat" / "notes.txt",)
    assert other.mending is None


def test_photos_in_the_root_move_where_their_names_say(folder: Path) -> None:
    named = scenes.write(folder / "Dog_12.jpg", 300)
    other = scenes.write(folder / "holiday.jpg", 301)

    found = only_finding(folder, FindingKind.ROOT_PHOTOS)

    assert found.title == "2 photos lie outside the classes"
    assert set(found.paths) == {named, other}
    assert found.mending == MoveInto(((named, folder / "dog"),))


def test_photos_in_the_root_without_a_hint_have_no_button(folder: Path) -> None:
    scenes.write(folder / "holiday.jpg", 301)

    found = only_finding(folder, FindingKind.ROOT_PHOTOS)

    assert (found.mending, found.button) == (None, "")


def test_photos_in_folders_inside_a_class_are_noted(folder: Path) -> None:
    inner = scenes.write(folder / "cat" / "2023" / "a.jpg", 300)

    found = only_finding(folder, FindingKind.NESTED_FOLDERS)

    assert found.title == "1 photo lies in folders inside a class folder"
    assert found.groups == ((inner,),)
    assert (found.mending, found.severity) == (None, Severity.NOTE)


def test_photos_of_a_part_without_classes_are_kept_for_prediction(folder: Path) -> None:
    for name in ("cat", "dog"):
        (folder / "train").mkdir(exist_ok=True)
        (folder / name).rename(folder / "train" / name)
    photo = scenes.write(folder / "test" / "70.jpg", 300)

    found = only_finding(folder, FindingKind.FOR_PREDICTION)

    assert found.title == "1 photo is kept for prediction"
    assert "“test”" in found.explanation
    assert found.groups == ((photo,),)


def test_names_that_differ_in_case_spaces_or_accents_are_found_and_the_smaller_moves(folder: Path) -> None:
    scenes.write_class(folder / "Éagle owl", 300, 24)
    smaller = scenes.write_class(folder / "eagle_owl", 400, 21)

    found = only_finding(folder, FindingKind.SIMILAR_NAMES)

    assert found.severity is Severity.HARM
    assert isinstance(found.mending, MoveInto)
    assert {source for source, _ in found.mending.moves} == set(smaller)
    assert {target for _, target in found.mending.moves} == {folder / "Éagle owl"}


def test_similar_names_move_within_their_part(tmp_path: Path) -> None:
    for part, first in (("train", 0), ("val", 300)):
        scenes.write_class(tmp_path / part / "cat", first, 24)
        scenes.write_class(tmp_path / part / "Cat", first + 100, 21)

    found = only_finding(tmp_path, FindingKind.SIMILAR_NAMES)

    assert isinstance(found.mending, MoveInto)
    assert {(source.parent, target) for source, target in found.mending.moves} == {
        (tmp_path / part / "Cat", tmp_path / part / "cat") for part in ("train", "val")
    }


def test_class_with_few_photos_says_how_many_to_add(folder: Path) -> None:
    scenes.write_class(folder / "owl", 300, 7)

    found = only_finding(folder, FindingKind.FEW_PHOTOS)

    assert found.title == "1 class has fewer than 20 photos"
    assert "Add 13 photos to “owl”." in found.explanation
    assert found.mending is None
    assert len(found.paths) == 7


def test_class_with_far_fewer_photos_says_how_many_to_add(tmp_path: Path) -> None:
    for place, (name, count) in enumerate({"cat": 100, "dog": 100, "owl": 21}.items()):
        scenes.write_class(tmp_path / name, 200 * place, count)

    found = only_finding(tmp_path, FindingKind.UNEQUAL_CLASSES)

    assert found.title == "1 class has far fewer photos than the others"
    assert "Add 29 photos to “owl”." in found.explanation


def test_dates_in_the_future_are_a_note(folder: Path) -> None:
    photo = folder / "cat" / "001.jpg"
    os.utime(photo, (4e9, 4e9))

    found = only_finding(folder, FindingKind.FUTURE_DATES)

    assert (found.severity, found.paths) == (Severity.NOTE, (photo,))


def test_linked_class_is_a_note(folder: Path, tmp_path: Path) -> None:
    scenes.write_class(tmp_path / "elsewhere", 300, 24)
    (folder / "owl").symlink_to(tmp_path / "elsewhere")

    assert only_finding(folder, FindingKind.LINKED_CLASSES).paths == (folder / "owl",)


def test_empty_class_is_found(folder: Path) -> None:
    (folder / "owl").mkdir()

    assert only_finding(folder, FindingKind.EMPTY_CLASSES).paths == (folder / "owl",)


def test_photos_left_out_can_be_used_again_and_are_no_copies(folder: Path) -> None:
    spare = copy(folder / "cat" / "001.jpg", folder / "cat" / "copy.jpg")
    Choices(files.workspace_path(folder), folder).leave_out([spare])

    found = only_finding(folder, FindingKind.LEFT_OUT)

    assert found.title == "You left out 1 photo"
    assert found.mending == UseAgain((spare,))


def test_harm_comes_first_and_every_button_has_a_key(folder: Path) -> None:
    copy(folder / "cat" / "001.jpg", folder / "dog" / "x.jpg")
    copy(folder / "cat" / "002.jpg", folder / "cat" / "x.jpg")
    (folder / "cat" / "notes.txt").write_text("…", encoding="utf-8")

    found = report(folder).findings

    assert [item.severity for item in found] == [Severity.HARM, Severity.DOUBT, Severity.NOTE]
    assert all((item.button.count("&") == 1) == (item.mending is not None) for item in found)
