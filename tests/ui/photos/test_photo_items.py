"""Filtering and sorting of photos, as plain values."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tlgui.errors import Cancelled
from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.health.findings import Finding, FindingKind, Report, Severity
from tlgui.ui.photos.photo_items import (
    Album,
    PhotoItem,
    PhotoOrder,
    PhotoQuery,
    PhotoUse,
    arrange,
    lies_in,
    natural_key,
)

FOLDER = Path("/birds")


def photo(name: str, class_name: str = "wren") -> Photo:
    return Photo(FOLDER / class_name / name, class_name)


def facts(size: int, taken: float | None = None, changed: float = 0.0) -> PhotoFacts:
    return PhotoFacts(FileState(size, int(changed * 1e9)), 640, 480, "JPEG", taken)


@pytest.fixture
def album() -> Album:
    wrens = (photo("IMG 10.jpg"), photo("IMG 9.jpg"), photo("Nest.jpg"))
    owls = (photo("img 1.jpg", "owl"),)
    collection = Collection(
        FOLDER,
        (PhotoClass("owl", owls), PhotoClass("wren", wrens)),
        left_out=(photo("dark.jpg"),),
    )
    known = {
        wrens[0].path: facts(300, taken=50),
        wrens[1].path: facts(100, taken=20),
        # Without a date in the photo, the date of the file is used.
        wrens[2].path: facts(200, changed=30),
    }
    findings = (
        Finding(
            FindingKind.COPIES,
            Severity.DOUBT,
            "2 copies",
            "",
            ((wrens[2].path, owls[0].path), (wrens[0].path, FOLDER / "stray.jpg")),
        ),
    )
    split = Split(training=(wrens[0], owls[0]), validation=(wrens[1],), test=(wrens[2],))
    return Album(collection, known, Report(findings, 4, 4), split)


def names(album: Album, query: PhotoQuery) -> list[str]:
    return [item.path.name for item in arrange(album, query)]


def test_numbers_in_names_are_sorted_by_value(album: Album) -> None:
    assert names(album, PhotoQuery()) == ["dark.jpg", "img 1.jpg", "IMG 9.jpg", "IMG 10.jpg", "Nest.jpg"]
    assert names(album, PhotoQuery(is_descending=True))[0] == "Nest.jpg"
    assert natural_key("a2") < natural_key("A10") < natural_key("b")
    assert natural_key("2") < natural_key("a")


def test_dates_and_sizes_sort_too(album: Album) -> None:
    wrens = PhotoQuery(class_names=frozenset({"wren"}), use=PhotoUse.ANY)
    assert names(album, replace(wrens, order=PhotoOrder.TAKEN))[1:] == ["IMG 9.jpg", "Nest.jpg", "IMG 10.jpg"]
    by_size = replace(wrens, order=PhotoOrder.SIZE, is_descending=True)
    assert names(album, by_size) == ["IMG 10.jpg", "Nest.jpg", "IMG 9.jpg", "dark.jpg"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (PhotoQuery(class_names=frozenset({"owl"})), ["img 1.jpg"]),
        (PhotoQuery(text="IMG 1"), ["img 1.jpg", "IMG 10.jpg"]),
        (PhotoQuery(use=PhotoUse.TRAINING), ["img 1.jpg", "IMG 10.jpg"]),
        (PhotoQuery(use=PhotoUse.VALIDATION), ["IMG 9.jpg"]),
        (PhotoQuery(use=PhotoUse.TEST), ["Nest.jpg"]),
        (PhotoQuery(use=PhotoUse.LEFT_OUT), ["dark.jpg"]),
        (PhotoQuery(finding=FindingKind.DARK), []),
        (PhotoQuery(finding=FindingKind.COPIES, class_names=frozenset({"owl"})), ["img 1.jpg"]),
    ],
)
def test_each_filter_keeps_what_it_says(album: Album, query: PhotoQuery, expected: list[str]) -> None:
    assert names(album, query) == expected


def test_finding_keeps_together_what_belongs_together(album: Album) -> None:
    found = arrange(album, PhotoQuery(finding=FindingKind.COPIES, order=PhotoOrder.TOGETHER))
    assert [(item.path.name, item.group) for item in found] == [
        ("Nest.jpg", 0),
        ("img 1.jpg", 0),
        ("IMG 10.jpg", 1),
        ("stray.jpg", 1),
    ]
    assert [item.is_usable for item in found] == [True, True, True, False]
    assert [item.part for item in found] == [Part.TEST, Part.TRAINING, Part.TRAINING, None]
    assert found[3].class_name == "birds"


def test_many_photos_are_sorted_in_pieces_to_the_same_order() -> None:
    numbers = [(number * 7919) % 20_011 for number in range(20_011)]
    photos = tuple(photo(f"{number}.jpg") for number in numbers)
    album = Album(Collection(FOLDER, (PhotoClass("wren", photos),)), {})
    found = arrange(album, PhotoQuery())
    assert [int(item.path.stem) for item in found] == list(range(20_011))
    backwards = arrange(album, PhotoQuery(is_descending=True))
    assert [item.path for item in backwards] == [item.path for item in found][::-1]


def test_arrangement_that_is_not_needed_any_more_is_cancelled() -> None:
    album = Album(Collection(FOLDER, (PhotoClass("wren", tuple(photo(f"{n}.jpg") for n in range(5000))),)), {})

    def stop_after(calls: int) -> Callable[[], None]:
        left = iter(range(calls))

        def checkpoint() -> None:
            if next(left, None) is None:
                raise Cancelled

        return checkpoint

    for calls in (0, 3, 8):
        with pytest.raises(Cancelled):
            arrange(album, PhotoQuery(), stop_after(calls))


def test_file_that_is_no_photo_is_told_by_its_folder() -> None:
    shown_otherwise = PhotoClass("Tawny owl", (), (FOLDER / "owl",))
    assert lies_in(PhotoItem(FOLDER / "owl" / "a.jpg", "Tawny owl"), shown_otherwise)
    assert lies_in(PhotoItem(FOLDER / "owl" / "list.jpg", "owl", is_usable=False), shown_otherwise)
    assert lies_in(PhotoItem(FOLDER / "owl" / "more" / "list.jpg", "more", is_usable=False), shown_otherwise)
    assert not lies_in(PhotoItem(FOLDER / "owls" / "list.jpg", "owls", is_usable=False), shown_otherwise)
    assert not lies_in(PhotoItem(FOLDER / "wren" / "a.jpg", "wren"), shown_otherwise)
