"""Which names of files are those of classes."""

import pytest

from tlgui.photos.scanning.file_names import NamedClasses, class_in


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("cat.0.jpg", "cat"),
        ("dog_17.png", "dog"),
        ("dog-17.png", "dog"),
        ("cat (3).jpg", "cat"),
        ("cat.0 - Copy (2).jpg", "cat"),
        ("cat001.jpg", "cat"),
        ("american_bulldog_12.jpg", "american_bulldog"),
        ("0042 great tit.jpg", "great tit"),
        ("7.dog.jpg", "dog"),
        ("robin_2023_01_05_001.jpg", "robin"),
        ("n02099601_123.JPEG", "n02099601"),
        ("猫_1.jpg", "猫"),
        ("70.jpg", ""),
        ("2023-05-01 12.30.00.jpg", ""),
        ("portrait.jpg", ""),
    ],
)
def test_class_is_what_a_name_has_beside_its_numbers(file_name: str, expected: str) -> None:
    assert class_in(file_name) == expected


def test_class_needs_two_photos_and_one_spelling_stands_for_all() -> None:
    named = NamedClasses(["cat.0.jpg", "cat.1.jpg", "Cat.2.jpg", "dog.0.jpg", "dog.1.jpg", "owl.0.jpg", "70.jpg"])

    assert named.classes == ("cat", "dog")
    assert [named.class_of(name) for name in ("CAT.9.jpg", "owl.0.jpg", "70.jpg")] == ["cat", None, None]


@pytest.mark.parametrize("word", ["IMG_{}", "DSC0{}", "DSC_{}", "P10100{}", "Screenshot {}", "image{}", "PXL_{}", "{}"])
def test_words_of_cameras_are_no_classes(word: str) -> None:
    assert NamedClasses(f"{word.format(number)}.jpg" for number in range(10, 20)).classes == ()
