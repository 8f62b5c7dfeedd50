import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import pictures
from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Part, Problem, ProblemKind
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext

QUIET = JobContext()


def counts(collection: Collection) -> dict[str, int]:
    return {photo_class.name: len(photo_class.photos) for photo_class in collection.classes}


def problem_kinds(collection: Collection) -> dict[str, ProblemKind]:
    return {problem.path.relative_to(collection.folder).as_posix(): problem.kind for problem in collection.problems}


def problem(collection: Collection, path: Path) -> Problem:
    (found,) = [problem for problem in collection.problems if problem.path == path]
    return found


def everything_below(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in [folder, *sorted(folder.rglob("*"))]
    }


def test_subfolders_are_classes_and_photos_are_sorted(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path / "pets", ("dog", "cat", "Bird"), 4)

    collection = scan(folder, QUIET)

    assert collection.folder == folder
    assert collection.class_names == ("Bird", "cat", "dog")
    assert counts(collection) == {"Bird": 4, "cat": 4, "dog": 4}
    assert [photo.path for photo in collection.classes[1].photos] == sorted((folder / "cat").iterdir())
    assert {(photo.class_name, photo.part) for photo in collection.classes[1].photos} == {("cat", None)}
    assert not collection.has_own_split
    assert collection.problems == ()


def test_median_of_the_shorter_sides_is_known(tmp_path: Path) -> None:
    for number, (width, height) in enumerate([(300, 200), (210, 400), (100, 90), (1000, 900), (640, 480)]):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        pictures.write_jpeg(tmp_path / "ab"[number % 2] / f"{number}.jpg", width, height)

    assert scan(tmp_path, QUIET).short_side == 210


def test_relative_folder_gives_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.write_collection(tmp_path, 2, 1)
    monkeypatch.chdir(tmp_path)

    collection = scan(Path(), QUIET)

    assert collection.folder == tmp_path
    assert all(photo.path.is_absolute() for photo in collection.photos())


@pytest.mark.parametrize(
    "parts",
    [("train", "validation", "test"), ("Train", "VAL", "Test"), ("training", "valid", "testing"), ("TRAIN", "val")],
)
def test_folders_of_a_split_are_parts_and_their_classes_are_merged(tmp_path: Path, parts: tuple[str, ...]) -> None:
    folder = pictures.write_split_collection(tmp_path, ("cat", "dog"), 3, parts)
    shutil.rmtree(folder / parts[1] / "cat")

    collection = scan(folder, QUIET)

    assert counts(collection) == {"cat": 3 * len(parts) - 3, "dog": 3 * len(parts)}
    assert collection.has_own_split
    for photo in collection.photos():
        part = dict(zip(parts, Part, strict=False))[photo.path.relative_to(folder).parts[0]]
        assert photo.part is part
    assert collection.problems == ()


def test_only_a_test_folder_is_enough_for_parts(tmp_path: Path) -> None:
    collection = scan(pictures.write_split_collection(tmp_path, 2, 2, ["test"]), QUIET)

    assert counts(collection) == {"class 01": 2, "class 02": 2}
    assert {photo.part for photo in collection.photos()} == {Part.TEST}


def test_folder_called_train_that_holds_photos_is_a_class(tmp_path: Path) -> None:
    pictures.write_collection(tmp_path, ("car", "train", "test"), 2)
    (tmp_path / "train" / "steam").mkdir()

    collection = scan(tmp_path, QUIET)

    assert counts(collection) == {"car": 2, "test": 2, "train": 2}
    assert collection.problems == ()


def test_folder_beside_the_parts_is_left_out_with_a_reason(tmp_path: Path) -> None:
    pictures.write_split_collection(tmp_path, 2, 2)
    pictures.write_collection(tmp_path, ["notes"], 2)
    pictures.write_jpeg(tmp_path / "train" / "stray.jpg")

    collection = scan(tmp_path, QUIET)

    assert counts(collection) == {"class 01": 6, "class 02": 6}
    assert problem_kinds(collection) == {
        "notes": ProblemKind.OUTSIDE_CLASS,
        "train/stray.jpg": ProblemKind.OUTSIDE_CLASS,
    }


@pytest.mark.parametrize(
    ("name", "write", "kind", "words"),
    [
        ("a.jpg", pictures.write_text, ProblemKind.NOT_AN_IMAGE, "not an image"),
        ("a.txt", pictures.write_text, ProblemKind.NOT_AN_IMAGE, "Neither its name nor its content"),
        ("a", pictures.write_text, ProblemKind.NOT_AN_IMAGE, "Neither its name nor its content"),
        ("a.HEIC", pictures.write_text, ProblemKind.NOT_AN_IMAGE, "not an image"),
        ("a.CR2", pictures.write_text, ProblemKind.NOT_AN_IMAGE, "not an image"),
        ("a.PSD", pictures.write_text, ProblemKind.NOT_AN_IMAGE, "(.psd) cannot be read here"),
        ("a.jpg", pictures.write_truncated_jpeg, ProblemKind.UNREADABLE, "damaged"),
        ("a.png", pictures.write_truncated_png, ProblemKind.UNREADABLE, "damaged"),
        ("a.jpg", pictures.write_empty, ProblemKind.UNREADABLE, "0 bytes"),
        ("a.png", pictures.write_bomb_png, ProblemKind.TOO_LARGE, "the most is 200 million"),
        (".a.jpg", pictures.write_jpeg, ProblemKind.HIDDEN, "hidden"),
        (".DS_Store", pictures.write_text, ProblemKind.HIDDEN, "hidden"),
        ("Thumbs.db", pictures.write_text, ProblemKind.HIDDEN, "system file"),
        ("desktop.ini", pictures.write_text, ProblemKind.HIDDEN, "system file"),
    ],
)
def test_file_that_cannot_be_used_is_listed_and_the_others_are_used(
    tmp_path: Path, name: str, write: Callable[[Path], Path], kind: ProblemKind, words: str
) -> None:
    folder = pictures.write_collection(tmp_path, 2, 3)
    bad = write(folder / "class 01" / name)
    before = everything_below(folder)

    collection = scan(folder, QUIET)

    found = problem(collection, bad)
    assert found.kind is kind
    assert words in found.reason
    assert found.reason.endswith(".")
    assert len(collection.problems) == 1
    assert counts(collection) == {"class 01": 3, "class 02": 3}
    assert everything_below(folder) == before


@pytest.mark.parametrize(
    "write",
    [
        pictures.write_cmyk_jpeg,
        pictures.write_16_bit_png,
        pictures.write_palette_png,
        pictures.write_animated_gif,
        pictures.write_transparent_png,
        pictures.write_rotated_jpeg,
        pictures.write_broken_exif_jpeg,
        pictures.write_png,
    ],
)
def test_unusual_photo_is_used_even_under_a_wrong_suffix(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    folder = pictures.write_collection(tmp_path, 2, 1)
    write(folder / "class 01" / "odd.JPG")

    collection = scan(folder, QUIET)

    assert counts(collection) == {"class 01": 2, "class 02": 1}
    assert collection.problems == ()


def test_odd_names_are_used(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 1, 1)
    for name in ('it\'s "quoted"', "صور", "🎉 party"):
        (folder / name).mkdir()
        pictures.write_odd_names(folder / name)

    collection = scan(folder, QUIET)

    number = len(pictures.ODD_NAMES)
    assert counts(collection) == {"class 01": 1, 'it\'s "quoted"': number, "صور": number, "🎉 party": number}
    assert collection.problems == ()


def test_class_name_is_always_one_line_of_text(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, ("two\nlines", os.fsdecode(b"caf\xe9")), 1)

    names = scan(folder, QUIET).class_names

    assert names == (r"caf\xe9", r"two\x0alines")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="every name is text there")
def test_names_in_another_encoding_stay_classes_of_their_own(tmp_path: Path) -> None:
    names = [os.fsdecode(name) for name in (b"cl\xe8ss", b"cl\xe9ss", b"cl\\xe9ss")]
    folder = pictures.write_collection(tmp_path, names, 2)

    collection = scan(folder, QUIET)

    assert counts(collection) == {r"cl\xe8ss": 2, r"cl\xe9ss": 2, r"cl\\xe9ss": 2}
    folders = {item.name: {photo.path.parent.name for photo in item.photos} for item in collection.classes}
    assert [folders[shown] for shown in (r"cl\xe8ss", r"cl\xe9ss", r"cl\\xe9ss")] == [{name} for name in names]


def test_hidden_folder_is_one_problem_and_is_not_looked_into(tmp_path: Path) -> None:
    pictures.write_collection(tmp_path, ("cat", "dog", ".git", "__MACOSX"), 2)

    collection = scan(tmp_path, QUIET)

    assert collection.class_names == ("cat", "dog")
    assert problem_kinds(collection) == {".git": ProblemKind.HIDDEN, "__MACOSX": ProblemKind.HIDDEN}


def test_class_without_a_usable_photo_is_a_problem_and_no_class(tmp_path: Path) -> None:
    pictures.write_collection(tmp_path, ("cat", "dog"), 2)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    pictures.write_truncated_jpeg(tmp_path / "broken" / "a.jpg")

    collection = scan(tmp_path, QUIET)

    assert collection.class_names == ("cat", "dog")
    assert problem_kinds(collection) == {
        "broken": ProblemKind.EMPTY_CLASS,
        "broken/a.jpg": ProblemKind.UNREADABLE,
        "empty": ProblemKind.EMPTY_CLASS,
    }


def test_class_empty_in_one_part_only_is_no_problem(tmp_path: Path) -> None:
    pictures.write_split_collection(tmp_path, ("cat", "dog"), 2, ("train", "val"))
    (tmp_path / "val" / "bird").mkdir()
    pictures.write_collection(tmp_path / "train", ["bird"], 2)

    collection = scan(tmp_path, QUIET)

    assert counts(collection)["bird"] == 2
    assert collection.problems == ()


def test_stray_photos_are_listed_and_nested_ones_are_of_the_class(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, ("cat", "dog"), 2)
    pictures.write_jpeg(folder / "stray.jpg")
    pictures.write_text(folder / "notes.txt")
    pictures.write_collection(folder / "cat", ["kittens"], 2)

    collection = scan(folder, QUIET)

    assert counts(collection) == {"cat": 4, "dog": 2}
    assert problem_kinds(collection) == {
        "notes.txt": ProblemKind.NOT_AN_IMAGE,
        "stray.jpg": ProblemKind.OUTSIDE_CLASS,
    }


def test_empty_folder_is_a_collection_without_classes(tmp_path: Path) -> None:
    assert scan(tmp_path, QUIET).short_side == 0
    assert scan(tmp_path, QUIET) == Collection(tmp_path, (), ())


def test_folder_with_one_class_is_a_collection_with_one_class(tmp_path: Path) -> None:
    assert counts(scan(pictures.write_collection(tmp_path, 1, 1), QUIET)) == {"class 01": 1}


def test_links_that_lead_nowhere_or_in_circles_are_listed(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path / "pets", ("cat", "dog"), 2)
    (folder / "all").symlink_to(folder)
    (folder / "cat" / "up").symlink_to("..")
    (folder / "cat" / "self.jpg").symlink_to("self.jpg")
    (folder / "cat" / "gone.jpg").symlink_to(tmp_path / "gone.jpg")

    collection = scan(folder, QUIET)

    assert counts(collection) == {"cat": 2, "dog": 2}
    assert problem_kinds(collection) == {
        "all": ProblemKind.LINK_LOOP,
        "cat/gone.jpg": ProblemKind.GONE,
        "cat/self.jpg": ProblemKind.LINK_LOOP,
        "cat/up": ProblemKind.LINK_LOOP,
    }


def test_links_to_photos_and_classes_elsewhere_are_followed(tmp_path: Path) -> None:
    elsewhere = pictures.write_collection(tmp_path / "elsewhere", ["birds"], 3)
    folder = pictures.write_collection(tmp_path / "pets", ["cat"], 2)
    (folder / "bird").symlink_to(elsewhere / "birds")
    (folder / "cat" / "linked.jpg").symlink_to(elsewhere / "birds" / "photo 000.jpg")

    collection = scan(folder, QUIET)

    assert counts(collection) == {"bird": 3, "cat": 3}
    assert all(photo.path.is_relative_to(folder) for photo in collection.photos())
    assert collection.problems == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_named_like_a_photo_does_not_hold_the_scan_up(tmp_path: Path) -> None:
    folder = pictures.write_collection(tmp_path, 2, 1)
    os.mkfifo(folder / "class 01" / "pipe.jpg")

    assert problem_kinds(scan(folder, QUIET)) == {"class 01/pipe.jpg": ProblemKind.NOT_AN_IMAGE}


def test_photo_that_may_not_be_read_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)
    pictures.forbid(folder / "class 01" / "photo 000.jpg", monkeypatch)

    collection = scan(folder, QUIET)

    assert problem_kinds(collection) == {"class 01/photo 000.jpg": ProblemKind.NO_PERMISSION}
    assert counts(collection) == {"class 01": 1, "class 02": 2}


def test_class_that_may_not_be_opened_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 3, 2)
    pictures.forbid(folder / "class 02", monkeypatch)

    collection = scan(folder, QUIET)

    assert counts(collection) == {"class 01": 2, "class 03": 2}
    assert [item.kind for item in collection.problems] == [ProblemKind.NO_PERMISSION]


def test_folder_that_may_not_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.forbid(pictures.write_collection(tmp_path / "pets", 2, 2), monkeypatch)

    with pytest.raises(CollectionError, match="You may not open the folder “pets”"):
        scan(folder, QUIET)


@pytest.mark.parametrize(
    ("make", "words"), [(lambda _: None, "is not there"), (pictures.write_text, "is not a folder")]
)
def test_path_that_is_no_folder_is_refused(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    make(tmp_path / "pets")

    with pytest.raises(CollectionError, match=f"“pets” {words}") as caught:
        scan(tmp_path / "pets", QUIET)

    assert caught.value.hint
