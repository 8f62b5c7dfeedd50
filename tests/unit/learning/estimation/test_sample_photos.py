"""Which photos a training in small is done with."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tlgui.learning.estimation.sample_photos import choose_photos
from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split


def photos(name: str, count: int) -> tuple[Photo, ...]:
    return tuple(Photo(Path(f"/photos/{name}/{number}.jpg"), name) for number in range(count))


def split_of(classes: dict[str, tuple[int, int]]) -> Split:
    """Return a split of classes with so many photos to learn from and to judge by."""
    training: list[Photo] = []
    validation: list[Photo] = []
    for name, (learned, judged) in classes.items():
        every = photos(name, learned + judged)
        training += every[:learned]
        validation += every[learned:]
    return Split(tuple(training), tuple(validation))


def knows_nothing(asked: Sequence[Photo], _part: Part) -> Sequence[bool]:
    return [False] * len(asked)


def per_class(chosen: Sequence[Photo]) -> Counter[str]:
    return Counter(photo.class_name for photo in chosen)


def test_there_are_as_many_as_asked_for_from_every_class_alike() -> None:
    split = split_of(dict.fromkeys(("cat", "dog", "hen"), (100, 30)))
    sample = choose_photos(split, 64, 32, knows_nothing)
    assert sample is not None
    assert sorted(per_class(sample.training.photos).values()) == [21, 21, 22]
    assert sorted(per_class(sample.validation.photos).values()) == [10, 11, 11]
    assert set(sample.training.photos) <= set(split.training)
    assert set(sample.validation.photos) <= set(split.validation)
    assert sample.new_counts == (64, 32)


def test_small_class_is_made_up_for_by_the_others() -> None:
    sample = choose_photos(split_of({"cat": (2, 1), "dog": (100, 30)}), 64, 20, knows_nothing)
    assert sample is not None
    assert per_class(sample.training.photos) == {"cat": 2, "dog": 62}
    assert per_class(sample.validation.photos) == {"cat": 1, "dog": 19}


def test_small_collection_gives_all_it_has() -> None:
    sample = choose_photos(split_of({"cat": (3, 1), "dog": (4, 1)}), 64, 32, knows_nothing)
    assert sample is not None
    assert (len(sample.training.photos), len(sample.validation.photos)) == (7, 2)


def test_of_many_classes_a_few_are_taken_and_each_can_be_learned() -> None:
    split = split_of({f"class {number}": (5, 1) for number in range(300)})
    sample = choose_photos(split, 16, 32, knows_nothing)
    assert sample is not None
    counts = per_class(sample.training.photos)
    assert 2 <= len(counts) <= 8
    assert min(counts.values()) >= 2
    assert per_class(sample.validation.photos).keys() == counts.keys()


def test_other_photos_are_taken_each_time() -> None:
    split = split_of({"cat": (500, 100), "dog": (500, 100)})
    casts = [choose_photos(split, 64, 32, knows_nothing) for _ in range(3)]
    assert len({frozenset(sample.training.photos) for sample in casts if sample is not None}) == 3


def test_new_photos_are_taken_first_and_the_share_of_known_ones_is_told() -> None:
    split = split_of({"cat": (100, 20), "dog": (100, 20)})
    new = set(split.training[90:100] + split.training[190:200])

    def look_up(asked: Sequence[Photo], part: Part) -> Sequence[bool]:
        return [part is Part.TRAINING and photo not in new for photo in asked]

    sample = choose_photos(split, 20, 8, look_up)
    assert sample is not None
    assert set(sample.training.photos) == new
    assert sample.new_counts == (20, 8)
    assert sample.training.cached_share == 0.9
    assert sample.validation.cached_share == 0.0
    larger = choose_photos(split, 64, 8, look_up)
    assert larger is not None
    assert larger.new_counts == (20, 8)
    assert len(larger.training.photos) == 64


def test_without_two_classes_to_learn_there_are_none() -> None:
    assert choose_photos(split_of({"cat": (1, 1), "dog": (5, 1)}), 16, 8, knows_nothing) is None
    assert choose_photos(split_of({"cat": (9, 1), "dog": (5, 0)}), 16, 8, knows_nothing) is None


def test_they_make_a_collection_that_brings_its_split() -> None:
    split = split_of({"dog": (10, 4), "cat": (10, 4)})
    classes = tuple(PhotoClass(name, photos(name, 14)) for name in ("cat", "dog"))
    sample = choose_photos(split, 8, 4, knows_nothing)
    assert sample is not None
    few = sample.collection(Collection(Path("/photos"), classes))
    assert few.class_names == ("cat", "dog")
    assert Counter(photo.part for photo in few.photos()) == {Part.TRAINING: 8, Part.VALIDATION: 4}
    assert {photo.path for photo in few.photos()} == {
        photo.path for photo in (*sample.training.photos, *sample.validation.photos)
    }
