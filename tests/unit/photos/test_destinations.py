"""Where photos can be moved to: which class a name means, which names a new one can have, and where its folder lies."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.pictures import write_collection, write_jpeg, write_split_collection, write_text
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.photos.destinations import Destinations
from tlgui.photos.health.findings import MoveInto
from tlgui.photos.mending.mender import Mender
from tlgui.photos.names import plain_key
from tlgui.photos.scanning.scan import scan
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

FOLDER = Path("/birds")
QUIET = JobContext()


def collection(*names: str, parts: tuple[str, ...] = (".",), left_out: tuple[Photo, ...] = ()) -> Collection:
    classes = tuple(PhotoClass(name, (), tuple(FOLDER / part / name for part in parts)) for name in names)
    return Collection(FOLDER, classes, left_out=left_out)


def test_name_means_the_class_that_a_person_would_take_it_for() -> None:
    to = Destinations(collection("Étourneau", "barn owl", "C", "!!!"))
    for text, name in (
        ("etourneau", "Étourneau"),
        (unicodedata.normalize("NFD", " ÉTOURNEAU "), "Étourneau"),
        ("Barn_Owl", "barn owl"),
        ("barn-owl", "barn owl"),
        ("barnowl", "barn owl"),
        ("!!!", "!!!"),
    ):
        found = to.class_called(text)
        assert found is not None
        assert found.name == name
    for text in ("owl", "barn", "", "  ", "???"):
        assert to.class_called(text) is None


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="every name is text there")
def test_classes_in_another_encoding_are_never_taken_for_each_other(tmp_path: Path) -> None:
    names = [os.fsdecode(name) for name in (b"cl\xe8ss", b"cl\xe9ss", b"Cl\xe9ss")]
    found = scan(write_collection(tmp_path, names, 2), QUIET)
    to = Destinations(found)

    for name, shown in zip(names, (r"cl\xe8ss", r"cl\xe9ss", r"Cl\xe9ss"), strict=True):
        for text in (shown, name):
            meant = to.class_called(text)
            assert meant is not None
            assert meant.name == shown if text == shown else meant.name.casefold() == shown.casefold()
        photo_class = to.classes[shown]
        other = next(photo.path for photo in found.photos() if photo.class_name != shown)
        assert to.folder_in(other, photo_class) == tmp_path / name

    mender = Mender(tmp_path, tmp_path.parent / "workspace")
    mender.show_class_as([r"cl\xe9ss"], "Klasse")
    assert Choices(tmp_path.parent / "workspace", tmp_path).shown_names() == {r"cl\xe9ss": "Klasse"}


def test_class_that_is_shown_otherwise_is_known_by_its_folder_too() -> None:
    owl = PhotoClass("Tawny owl", (), (FOLDER / "owl",))
    to = Destinations(Collection(FOLDER, (owl,)))
    assert to.class_called("OWL") is to.class_called("tawny owl") is owl


def test_of_two_classes_that_look_alike_the_one_typed_exactly_is_meant() -> None:
    to = Destinations(collection("Owl", "owl"))
    assert [item.name for item in (to.class_called("Owl"), to.class_called("owl")) if item is not None] == [
        "Owl",
        "owl",
    ]


def test_vowels_that_are_written_as_marks_and_signs_make_different_names() -> None:
    for one, other in (("กิ", "กี"), ("कि", "की"), ("か", "が"), ("❤️", "☀️"), ("duck ♂", "duck ♀"), ("C", "C++")):
        assert Destinations(collection(one)).class_called(other) is None
    assert plain_key("Ångström é") == plain_key("angstrom e")


def test_new_name_is_tidied() -> None:
    to = Destinations(collection("owl"))
    assert to.new_name("  winter \t wren ") == "winter wren"
    assert to.new_name(unicodedata.normalize("NFD", "Étourneau")) == "Étourneau"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (".", "dots alone"),
        ("..", "dots alone"),
        ("a/b", "“/”"),
        ("a\\b", "“\\”"),
        *((f"a{letter}b", f"“{letter}”") for letter in ':*?"<>|'),
        (".hidden", "hidden"),
        ("wren.", "dot or a space"),
        ("wren ", "dot or a space"),
        *(
            (name, "Windows keeps")
            for name in ("CON", "con", "Aux", "nul.txt", "COM1", "lpt9", "COM²", "CONIN$", "con .a")
        ),
        ("__MACOSX", "systems keep"),
        ("@eaDir", "systems keep"),
        ("a\x07b", "cannot be shown"),
        ("a\u2028b", "cannot be shown"),
        ("\u200b", "can be seen"),
        ("鳥" * 90, "too long"),
    ],
)
def test_names_that_no_folder_can_have_are_refused_with_a_reason(name: str, words: str) -> None:
    why = Destinations(collection("owl")).why_not(name)
    assert words in why
    assert why.startswith(f"“{name}” cannot be a new class: ")
    assert why.endswith(".")


@pytest.mark.parametrize(
    "name", ["wren", "console", "com", "com0x", "c++", "été", "鳥", "🐦", "a.b", "-rf", "100% & more;"]
)
def test_other_names_are_taken(name: str) -> None:
    assert Destinations(collection("owl")).why_not(name) == ""


def test_name_of_a_part_is_refused_only_where_it_would_be_read_as_one() -> None:
    assert "parts" in Destinations(collection()).why_not("train")
    assert "parts" in Destinations(collection("Test", "val")).why_not("Training")
    assert Destinations(collection("car", "test")).why_not("train") == ""
    assert Destinations(collection("car", parts=("train", "test"))).why_not("train") == ""


def test_class_named_like_a_part_is_read_as_a_class_again(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "vehicles", ["bus", "car"], photos=3)
    to = Destinations(scan(folder, QUIET))
    photo = folder / "bus" / "photo 000.jpg"
    Mender(folder, tmp_path / "workspace").apply(MoveInto(((photo, to.new_folder(photo, "train")),)), QUIET)
    found = scan(folder, QUIET)
    assert found.class_names == ("bus", "car", "train")
    assert not found.has_own_split


def test_photo_stays_in_its_own_part(tmp_path: Path) -> None:
    folder = write_split_collection(tmp_path / "own", ["owl", "wren"], photos=3)
    only_in_training = write_jpeg(make(folder / "train" / "jay") / "a.jpg").parent
    to = Destinations(scan(folder, QUIET))
    jay, owl = to.classes["jay"], to.classes["owl"]
    for part in sorted(path.name for path in folder.iterdir()):
        photo = folder / part / "wren" / "photo 000.jpg"
        assert to.new_folder(photo, "tit") == folder / part / "tit"
        assert to.folder_in(photo, owl) == folder / part / "owl"
        assert to.folder_in(photo.parent / "nested" / "deep" / "a.jpg", owl) == folder / part / "owl"
        assert to.folder_in(folder / part / "stray.jpg", owl) == folder / part / "owl"
        # It has no folder there yet.
        assert to.folder_in(photo, jay) == folder / part / "jay"
    assert to.folder_in(folder / "train" / "owl" / "a.jpg", jay) == only_in_training
    # What lies in no part is for training.
    assert to.folder_in(folder / "stray.jpg", owl) == folder / "train" / "owl"
    assert to.new_folder(folder / "stray.jpg", "tit") == folder / "train" / "tit"


def test_folder_that_is_there_without_photos_in_use_is_taken(tmp_path: Path) -> None:
    folder = write_collection(tmp_path / "Birds", ["owl", "wren"], photos=2)
    write_text(make(folder / "Étourneau") / "notes.txt")
    assert Destinations(scan(folder, QUIET)).new_name("etourneau") == "Étourneau"
    kept_out = Photo(FOLDER / "jay" / "a.jpg", "Blue jay")
    to = Destinations(collection("owl", left_out=(kept_out,)))
    assert to.new_name("Jay") == to.new_name("blue jay") == "jay"


def test_without_any_class_a_new_one_lies_in_the_folder_itself() -> None:
    to = Destinations(Collection(FOLDER, ()))
    assert to.new_folder(FOLDER / "stray.jpg", "owl") == FOLDER / "owl"
    assert to.new_folder(FOLDER / "a" / "b" / "c.jpg", "owl") == FOLDER / "owl"


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder
