import pickle
from dataclasses import replace
from pathlib import Path

from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split

FOLDER = Path("/photos").absolute()


def photos(name: str, *parts: Part | None) -> tuple[Photo, ...]:
    return tuple(Photo(FOLDER / name / f"{number}.jpg", name, part) for number, part in enumerate(parts))


def test_class_counts_its_photos_by_part() -> None:
    wren = PhotoClass("wren", photos("wren", Part.TRAINING, Part.TEST, Part.TRAINING, None))

    assert dict(wren.part_counts) == {Part.TRAINING: 2, Part.TEST: 1, None: 1}
    assert dict(replace(wren, photos=wren.photos[:1]).part_counts) == {Part.TRAINING: 1}
    assert pickle.loads(pickle.dumps(wren)).part_counts == wren.part_counts


def test_collection_is_divided_if_any_photo_lies_in_a_part() -> None:
    plain = PhotoClass("owl", photos("owl", None, None))
    divided = PhotoClass("wren", photos("wren", None, Part.TEST))

    assert not Collection(FOLDER, (plain,)).has_own_split
    collection = Collection(FOLDER, (plain, divided))
    assert collection.has_own_split
    assert collection.has_photos_in(Part.TEST)
    assert not collection.has_photos_in(Part.VALIDATION)


def test_split_counts_the_photos_of_each_class() -> None:
    wren, owl = photos("wren", None, None, None), photos("owl", None)

    split = Split(training=(wren[0], *owl, wren[1]), validation=(wren[2],))

    assert {part: dict(counts) for part, counts in split.class_counts.items()} == {
        Part.TRAINING: {"wren": 2, "owl": 1},
        Part.VALIDATION: {"wren": 1},
        Part.TEST: {},
    }


def test_spread_photos_are_of_all_classes_and_not_too_many() -> None:
    classes = tuple(PhotoClass(name, photos(name, *[None] * 10)) for name in ("owl", "robin", "wren"))
    spread = Collection(FOLDER, classes).spread(7)
    assert len(spread) == 7
    assert {photo.class_name for photo in spread} == {"owl", "robin", "wren"}
    assert Collection(FOLDER, classes[:1]).spread(32) == classes[0].photos
