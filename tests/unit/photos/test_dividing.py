"""How photos are divided when some belong together, and when some arrive later."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split
from tlgui.photos.split import split_collection

FOLDER = Path("/photos").absolute()


def collection_of(
    classes: Mapping[str, Sequence[int]], groups: Sequence[Sequence[str]] = (), part: Part | None = None
) -> Collection:
    """Return a collection with so many photos of each arrival in each class: `{"cat": [10, 2]}` has 2 later ones."""
    made = []
    for name, counts in classes.items():
        photos = [
            Photo(FOLDER / name / f"{arrival}-{number:03}.jpg", name, part, arrival)
            for arrival, count in enumerate(counts)
            for number in range(count)
        ]
        made.append(PhotoClass(name, tuple(photos), (FOLDER / name,)))
    return Collection(FOLDER, tuple(made), groups=tuple(tuple(FOLDER / path for path in group) for group in groups))


def split(collection: Collection, validation: float = 0.2, test: float = 0.1, seed: int = 1) -> Split:
    return split_collection(collection, validation, test, use_own=True, seed=seed)


def parts_of(divided: Split) -> dict[str, Part]:
    return {photo.path.relative_to(FOLDER).as_posix(): part for part in Part for photo in divided.part(part)}


def totals(divided: Split, name: str) -> dict[Part, int]:
    return dict(Counter(part for path, part in parts_of(divided).items() if path.startswith(f"{name}/")))


def in_groups(name: str, count: int, size: int) -> list[list[str]]:
    return [[f"{name}/0-{number:03}.jpg" for number in range(start, start + size)] for start in range(0, count, size)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [2, 3, 7])
def test_groups_come_into_one_part_and_classes_keep_their_shares(size: int, seed: int) -> None:
    groups = [*in_groups("cat", 63, size), *in_groups("dog", 42, size)]

    divided = split(collection_of({"cat": [100], "dog": [60]}, groups), seed=seed)

    parts = parts_of(divided)
    assert all(len({parts[path] for path in group}) == 1 for group in groups)
    assert len(parts) == 160
    assert totals(divided, "cat") == {Part.VALIDATION: 20, Part.TEST: 10, Part.TRAINING: 70}
    assert totals(divided, "dog") == {Part.VALIDATION: 12, Part.TEST: 6, Part.TRAINING: 42}


def test_groups_are_dealt_to_every_part() -> None:
    groups = in_groups("cat", 100, 2)

    parts = parts_of(split(collection_of({"cat": [100], "dog": [10]}, groups)))

    assert {parts[group[0]] for group in groups} == set(Part)


def test_group_across_two_classes_comes_into_one_part() -> None:
    groups = [[f"cat/0-{number:03}.jpg", f"dog/0-{number:03}.jpg"] for number in range(40)]

    for seed in range(5):
        divided = split(collection_of({"cat": [60], "dog": [80]}, groups), seed=seed)
        parts = parts_of(divided)
        assert all(len({parts[path] for path in group}) == 1 for group in groups)
        assert totals(divided, "cat") == {Part.VALIDATION: 12, Part.TEST: 6, Part.TRAINING: 42}


def test_later_photos_move_no_earlier_one_and_set_the_totals_right() -> None:
    arrivals = ([50], [50, 30], [50, 30, 1], [50, 30, 1, 200])
    before: dict[str, Part] = {}
    for counts in arrivals:
        divided = split(collection_of({"cat": counts, "dog": [20]}))
        parts = parts_of(divided)
        assert {path: parts[path] for path in before} == before
        total = sum(counts)
        assert totals(divided, "cat")[Part.VALIDATION] == round(total * 0.2)
        assert totals(divided, "cat")[Part.TEST] == round(total * 0.1)
        before = parts


def test_photo_that_joins_a_group_later_goes_where_the_group_lies() -> None:
    alone = parts_of(split(collection_of({"cat": [30], "dog": [30]})))
    for part in Part:
        first = next(path for path, found in alone.items() if found is part and path.startswith("cat/"))
        groups = [[first, "cat/1-000.jpg", "dog/1-000.jpg"]]

        parts = parts_of(split(collection_of({"cat": [30, 4], "dog": [30, 4]}, groups)))

        assert parts["cat/1-000.jpg"] is parts["dog/1-000.jpg"] is part
        assert {path: parts[path] for path in alone} == alone


def test_class_that_is_one_group_still_has_photos_to_learn_from_and_to_check_on() -> None:
    divided = split(collection_of({"cat": [9], "dog": [30]}, in_groups("cat", 9, 9)))

    found = totals(divided, "cat")
    assert found[Part.VALIDATION] == found[Part.TEST] == 1
    assert found[Part.TRAINING] == 7


def test_class_of_two_groups_has_one_to_check_on() -> None:
    divided = split(collection_of({"cat": [10], "dog": [30]}, in_groups("cat", 10, 5)), test=0.0)

    assert totals(divided, "cat") == {Part.VALIDATION: 5, Part.TRAINING: 5}


def test_class_that_arrives_as_copies_of_checked_photos_is_learned_from_all_the_same() -> None:
    alone = parts_of(split(collection_of({"cat": [30], "dog": [30]})))
    checked = next(path for path, part in alone.items() if part is Part.VALIDATION)
    groups = [[checked, "owl/1-000.jpg", "owl/1-001.jpg", "owl/1-002.jpg"]]

    divided = split(collection_of({"cat": [30], "dog": [30], "owl": [0, 3]}, groups))

    assert totals(divided, "owl")[Part.TRAINING] == 1


def test_folders_own_parts_are_kept_even_where_a_group_stands_in_two() -> None:
    training = collection_of({"cat": [10], "dog": [10]}, part=Part.TRAINING)
    checked = Photo(FOLDER / "val" / "1.jpg", "cat", Part.VALIDATION)
    cat, dog = training.classes
    groups = ((checked.path, cat.photos[0].path),)
    collection = replace(training, classes=(replace(cat, photos=(*cat.photos, checked)), dog), groups=groups)

    divided = split(collection)

    assert checked in divided.validation
    assert cat.photos[0] in divided.training or cat.photos[0] in divided.test


def test_same_photos_lie_in_the_same_parts_as_in_earlier_versions() -> None:
    # Whoever trained before must find each photo where it was: to divide otherwise is never a mere improvement.
    digest = hashlib.sha256()
    for case in range(60):
        counts = {"cat": [40 + case, 9, case % 4], "dog": [3 + case % 5], "owl": [30, 0, 12]}
        collection = collection_of(counts)
        paths = [photo.path for photo in collection.photos()]
        size, step = 2 + case % 6, 1 + case % 11
        groups = [paths[start::17][:size] for start in range(0, 15, step)]
        classes = [
            replace(known, photos=tuple(_in_own_part(photo, number, case) for number, photo in enumerate(known.photos)))
            for known in collection.classes
        ]
        collection = replace(collection, classes=tuple(classes), groups=tuple(map(tuple, groups)))
        for use_own in (True, False):
            divided = split_collection(collection, 0.05 + case % 5 / 10, case % 3 / 10, use_own, case)
            for part in Part:
                places = sorted(photo.path.relative_to(FOLDER).as_posix() for photo in divided.part(part))
                digest.update("\n".join([part, *places]).encode())
    assert digest.hexdigest() == "5f16136a93f563d30118c7bea902c3daa05fb55218d5cb59c333111e1f69d6f0"


def _in_own_part(photo: Photo, number: int, case: int) -> Photo:
    """Return a photo as it lies in every third collection: in a folder of a part."""
    own = (Part.TRAINING, Part.TRAINING, Part.TRAINING, Part.VALIDATION, Part.TEST)
    return replace(photo, part=own[number % (4 + case % 2)]) if case % 3 == 0 else photo
