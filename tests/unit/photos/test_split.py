from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests import pictures
from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Problem, ProblemKind, Split
from tlgui.photos.scanning.scan import scan
from tlgui.photos.split import split_collection, training_advice
from tlgui.progress import JobContext

FOLDER = Path("/photos").absolute()


def collection_of(
    classes: Mapping[str, int | Sequence[str]], folder: Path = FOLDER, problems: Sequence[Problem] = ()
) -> Collection:
    """Return a collection with so many photos a class, or those at the paths given below the folder."""
    made = []
    for name, photos in classes.items():
        paths = [f"{name}/{number:04d}.jpg" for number in range(photos)] if isinstance(photos, int) else photos
        parts = {"train": Part.TRAINING, "val": Part.VALIDATION, "test": Part.TEST}
        made.append(
            PhotoClass(name, tuple(Photo(folder / path, name, parts.get(path.split("/")[0])) for path in paths))
        )
    return Collection(folder, tuple(made), tuple(problems))


def split(
    collection: Collection, validation: float = 0.2, test: float = 0.0, *, use_own: bool = True, seed: int = 1
) -> Split:
    return split_collection(collection, validation, test, use_own, seed)


def counts(photos: Sequence[Photo]) -> dict[str, int]:
    return dict(Counter(photo.class_name for photo in photos))


def names(photos: Sequence[Photo], folder: Path = FOLDER) -> set[str]:
    return {photo.path.relative_to(folder).as_posix() for photo in photos}


def test_every_class_has_its_share_in_every_part() -> None:
    parts = split(collection_of({"cat": 100, "dog": 50, "bird": 10}), 0.2, 0.1)

    assert counts(parts.validation) == {"cat": 20, "dog": 10, "bird": 2}
    assert counts(parts.test) == {"cat": 10, "dog": 5, "bird": 1}
    assert counts(parts.training) == {"cat": 70, "dog": 35, "bird": 7}


def test_every_photo_is_in_exactly_one_part_in_the_order_of_the_collection() -> None:
    collection = collection_of({"cat": 30, "dog": 20})

    parts = split(collection, 0.3, 0.2)

    order = {photo: place for place, photo in enumerate(collection.photos())}
    together = [*parts.training, *parts.validation, *parts.test]
    assert sorted(together, key=order.__getitem__) == list(collection.photos())
    for part in (parts.training, parts.validation, parts.test):
        assert [order[photo] for photo in part] == sorted(order[photo] for photo in part)


@pytest.mark.parametrize(
    ("count", "training", "validation", "test"), [(2, 1, 1, 0), (3, 1, 1, 1), (4, 2, 1, 1), (5, 3, 1, 1)]
)
def test_small_class_keeps_a_photo_in_training_and_one_in_validation(
    count: int, training: int, validation: int, test: int
) -> None:
    parts = split(collection_of({"cat": count, "dog": 100}), 0.05, 0.05)

    found = [counts(photos).get("cat", 0) for photos in (parts.training, parts.validation, parts.test)]
    assert found == [training, validation, test]


@pytest.mark.parametrize("count", range(2, 30))
def test_largest_shares_leave_training_photos(count: int) -> None:
    parts = split(collection_of({"cat": count, "dog": count}), 0.5, 0.4)

    assert set(counts(parts.training)) == set(counts(parts.validation)) == {"cat", "dog"}


def test_same_seed_divides_alike_and_another_seed_otherwise() -> None:
    collection = collection_of({"cat": 100, "dog": 100})

    assert split(collection, seed=5) == split(collection, seed=5)
    assert names(split(collection, seed=5).validation) != names(split(collection, seed=6).validation)


def test_split_does_not_depend_on_where_the_folder_lies() -> None:
    elsewhere = Path("/elsewhere").absolute()

    here = names(split(collection_of({"cat": 100, "dog": 100})).validation)
    there = names(split(collection_of({"cat": 100, "dog": 100}, elsewhere)).validation, elsewhere)

    assert here == there


def test_split_is_spread_over_the_class() -> None:
    numbers = [int(photo.path.stem) for photo in split(collection_of({"cat": 1000, "dog": 10})).validation[:200]]

    assert 350 < sum(numbers) / len(numbers) < 650


def test_added_photos_move_only_the_few_at_the_border() -> None:
    before = split(collection_of({"cat": 200, "dog": 100}), 0.2, 0.1)
    after = split(collection_of({"cat": 220, "dog": 100}), 0.2, 0.1)

    # Of 20 added photos 4 are due to validation and 2 to test: chance decides how many of them land there by
    # themselves, and as many old ones change at most.
    for part, tolerance in ((Part.TRAINING, 6), (Part.VALIDATION, 8), (Part.TEST, 8)):
        assert len(names(before.part(part)) - names(after.part(part))) <= tolerance
    assert not names(before.test) & names(after.validation)
    assert not names(before.validation) & names(after.test)
    assert names([photo for photo in before.training if photo.class_name == "dog"]) == names(
        [photo for photo in after.training if photo.class_name == "dog"]
    )


def test_one_added_photo_moves_one_photo_at_most() -> None:
    for count in range(20, 60):
        before = names(split(collection_of({"cat": count, "dog": 4})).validation)
        after = names(split(collection_of({"cat": count + 1, "dog": 4})).validation)
        assert len(before - after) <= 1


OWN: dict[str, Sequence[str]] = {
    "cat": ["train/cat/1.jpg", "train/cat/2.jpg", "train/cat/3.jpg", "val/cat/1.jpg", "test/cat/1.jpg"],
    "dog": ["train/dog/1.jpg", "train/dog/2.jpg", "val/dog/1.jpg", "test/dog/1.jpg"],
}


def test_own_split_of_the_folder_is_kept() -> None:
    parts = split(collection_of(OWN), 0.5, 0.4)

    assert all(path.startswith("train/") for path in names(parts.training))
    assert len(parts.training) == 5
    assert names(parts.validation) == {"val/cat/1.jpg", "val/dog/1.jpg"}
    assert names(parts.test) == {"test/cat/1.jpg", "test/dog/1.jpg"}


def test_own_split_can_be_set_aside() -> None:
    parts_of_three = ("train", "val", "test")
    own = {name: [f"{part}/{name}/{n}.jpg" for part in parts_of_three for n in range(10)] for name in ("cat", "dog")}

    parts = split(collection_of(own), 0.2, 0.0, use_own=False)

    assert counts(parts.validation) == {"cat": 6, "dog": 6}
    assert parts.test == ()
    assert {path.split("/")[0] for path in names(parts.training)} == {"train", "val", "test"}


def test_own_split_without_validation_has_it_cut_from_training() -> None:
    own = {name: [f"{part}/{name}/{n}.jpg" for part in ("train", "test") for n in range(10)] for name in ("cat", "dog")}

    parts = split(collection_of(own), 0.2, 0.4)

    assert counts(parts.training) == {"cat": 8, "dog": 8}
    assert counts(parts.validation) == {"cat": 2, "dog": 2}
    assert all(path.startswith("train/") for path in names(parts.validation))
    assert names(parts.test) == {path for paths in own.values() for path in paths if path.startswith("test/")}


def test_class_missing_from_own_validation_has_it_cut_from_its_training() -> None:
    own = {**OWN, "bird": [f"train/bird/{number}.jpg" for number in range(10)]}

    parts = split(collection_of(own), 0.2)

    assert counts(parts.validation) == {"cat": 1, "dog": 1, "bird": 2}


def test_own_split_without_test_has_it_cut_when_asked_for() -> None:
    own = {name: [f"{part}/{name}/{n}.jpg" for part in ("train", "val") for n in range(10)] for name in ("cat", "dog")}

    assert counts(split(collection_of(own), 0.2, 0.2).test) == {"cat": 2, "dog": 2}
    assert split(collection_of(own), 0.2, 0.0).test == ()


def test_photos_outside_the_folder_are_divided_too() -> None:
    elsewhere = collection_of({"cat": 10, "dog": 10}, Path("/elsewhere").absolute())

    assert len(split(Collection(FOLDER, elsewhere.classes)).validation) == 4


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ({}, "No photos"),
        ({"cat": 10}, "only one class with photos, “cat”"),
        ({"cat": 10, "dog": 1}, "Add photos of “dog”."),
        ({"a": 1, "b": 1, "c": 5}, "Add photos of “a” and “b”."),
        ({"a": 1, "b": 1, "c": 1, "d": 1}, "Add photos of “a”, “b”, “c” and 1 more class."),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, "“a”, “b”, “c” and 2 more classes."),
        ({"cat": ["train/cat/1.jpg", "val/cat/1.jpg"], "dog": OWN["dog"]}, "to the training part of “cat”"),
        ({"cat": ["val/cat/1.jpg", "val/cat/2.jpg"], "dog": OWN["dog"]}, "to the training part of “cat”"),
    ],
)
def test_collection_that_cannot_be_trained_on_says_what_to_add(classes: dict[str, int | list[str]], words: str) -> None:
    collection = collection_of(classes)

    assert words in " ".join(training_advice(collection))
    with pytest.raises(CollectionError) as caught:
        split(collection)
    assert words in caught.value.message
    assert caught.value.hint


def test_one_class_with_one_photo_needs_both() -> None:
    assert len(training_advice(collection_of({"cat": 1}))) == 2


def test_collection_that_will_do_needs_no_advice() -> None:
    assert training_advice(collection_of({"cat": 2, "dog": 2})) == ()
    assert training_advice(collection_of(OWN)) == ()


def scanned(folder: Path) -> Collection:
    return scan(folder, JobContext())


def test_advice_for_parts_without_class_folders_names_them(tmp_path: Path) -> None:
    pictures.write_collection(tmp_path, ("test", "train"), 2)

    assert training_advice(scanned(tmp_path)) == (
        "“test” and “train” are named like the parts of a split, but there are no class folders in them.",
    )


def test_advice_for_loose_photos_is_to_make_subfolders(tmp_path: Path) -> None:
    pictures.write_jpeg(tmp_path / "a.jpg")

    assert "Make one subfolder for each class" in training_advice(scanned(tmp_path))[0]


def test_advice_for_an_empty_folder_is_to_make_subfolders(tmp_path: Path) -> None:
    (advice,) = training_advice(scanned(tmp_path))

    assert advice.startswith(f"No photos that can be used were found in “{tmp_path.name}”.")


def test_advice_ignores_problems_once_there_are_classes() -> None:
    stray = Problem(FOLDER / "stray.jpg", ProblemKind.OUTSIDE_CLASS, "It lies beside the class folders.")

    assert training_advice(collection_of({"cat": 5, "dog": 5}, problems=[stray])) == ()


def test_split_of_many_photos_is_the_same_whatever_order_they_come_in() -> None:
    collection = collection_of({"cat": 500, "dog": 500})
    backwards = Collection(
        FOLDER, tuple(PhotoClass(item.name, tuple(reversed(item.photos))) for item in collection.classes)
    )

    assert names(split(collection).validation) == names(split(backwards).validation)
