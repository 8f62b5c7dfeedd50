"""The files that travel with a photo are those of its own name in its own folder."""

from pathlib import Path

import pytest

from tlgui.photos.sorting.companions import Companions

ALL = ("a.xmp", "a.jpg.xmp", "a.aae", "a.mov", "a.cr2")
UPPER = ("a.XMP", "a.jpg.xmp", "a.AAE", "a.NEF", "a.NEF.xmp")


@pytest.mark.parametrize(
    ("photo", "photos", "others", "found"),
    [
        ("a.jpg", (), ALL, set(ALL)),
        ("a.JPG", (), UPPER, set(UPPER)),
        ("a.jpg", (), ("ab.xmp", "a.txt", "a.mp4", "a b.jpg.xmp", "A.xmp", "a.jpg.txt", "a.png"), set()),
        ("a.b.jpg", (), ("a.b.xmp", "a.b.jpg.xmp", "a.xmp"), {"a.b.xmp", "a.b.jpg.xmp"}),
        ("a.jpg", ("a.png",), ("a.xmp", "a.png.xmp", "a.jpg.xmp"), {"a.xmp", "a.jpg.xmp"}),
        ("a.png", ("a.jpg",), ("a.xmp", "a.png.xmp", "a.jpg.xmp"), {"a.png.xmp"}),
        ("a.jpg", ("a.cr2",), ("a.xmp",), {"a.cr2", "a.xmp"}),
        ("a.cr2", (), ("a.xmp", "a.cr2.xmp", "a.jpg"), {"a.xmp", "a.cr2.xmp"}),
        ("a.cr2", ("a.dng",), ("a.xmp",), {"a.xmp"}),
        ("a.dng", ("a.cr2",), ("a.xmp",), set()),
        ("a.jpg", ("a.JPG",), ("a.jpg.xmp", "a.JPG.xmp"), {"a.jpg.xmp"}),
        ("a", (), ("a.xmp",), {"a.xmp"}),
    ],
)  # fmt: skip
def test_companions_of_a_photo(
    photo: str, photos: tuple[str, ...], others: tuple[str, ...], found: set[str], tmp_path: Path
) -> None:
    for name in (photo, *photos, *others):
        (tmp_path / name).touch()
    companions = Companions(tmp_path / name for name in (photo, *photos))

    assert {Path(photo).stem + rest for rest in companions.of(tmp_path / photo)} == found


def test_raw_file_follows_the_photo_beside_it(tmp_path: Path) -> None:
    companions = Companions([tmp_path / "a.jpg", tmp_path / "a.CR2", tmp_path / "b.CR2"])
    assert companions.is_companion(tmp_path / "a.CR2")
    assert not companions.is_companion(tmp_path / "b.CR2")
    assert not companions.is_companion(tmp_path / "a.jpg")
