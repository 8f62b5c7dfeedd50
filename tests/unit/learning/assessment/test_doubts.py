"""Photos that are probably in the wrong class: what comes first, what ends the list, and what never comes back."""

from dataclasses import replace

import numpy as np
import pytest

from tlgui.learning.assessment.doubts import rank_doubts
from tlgui.learning.trust import JudgedBy, PhotoJudgement


def _judgement(
    place: str,
    named: str = "wren",
    own: float = 0.01,
    class_name: str = "robin",
    judged_by: JudgedBy = JudgedBy.OUT_OF_FOLD,
    digest: str = "",
) -> PhotoJudgement:
    probability = own if named == class_name else min(0.99, 1 - own)
    return PhotoJudgement(place, digest, class_name, named, probability, own, judged_by)


def _right(count: int) -> list[PhotoJudgement]:
    """Return photos of two classes that look as they should."""
    return [
        _judgement(f"right {index}", class_name, 0.98, class_name)
        for index, class_name in enumerate(("robin", "wren") * (count // 2))
    ]


def _places(found: tuple[PhotoJudgement, ...]) -> list[str]:
    return [judgement.place for judgement in found]


def test_photos_least_like_their_class_come_first() -> None:
    judged = [_judgement("b", own=0.2), _judgement("a", own=0.001), *_right(100), _judgement("c", own=0.1)]
    assert _places(rank_doubts(judged)) == ["a", "c", "b"]


def test_photo_that_looks_like_its_class_is_no_doubt() -> None:
    assert rank_doubts([*_right(100), _judgement("a", named="robin", own=0.4)]) == ()
    assert rank_doubts([]) == ()


def test_confirmed_photo_never_comes_back_wherever_it_lies() -> None:
    judged = [_judgement("a", digest="aa"), _judgement("b", digest="bb"), *_right(100)]
    assert _places(rank_doubts(judged, {"aa"})) == ["b"]
    moved = [_judgement("elsewhere/c", digest="aa"), *_right(100)]
    assert rank_doubts(moved, frozenset({"aa"})) == ()


def test_each_photo_is_ranked_once_by_its_cleanest_judgement() -> None:
    judged = [
        _judgement("a", own=0.5, judged_by=JudgedBy.VALIDATION),
        _judgement("a", own=0.02),
        _judgement("b", own=0.01, judged_by=JudgedBy.TEST),
        _judgement("b", own=0.3, judged_by=JudgedBy.VALIDATION),
        *_right(100),
    ]
    found = rank_doubts(judged)
    assert [(each.place, each.own_probability) for each in found] == [("b", 0.01), ("a", 0.02)]


def test_list_ends_where_one_in_twenty_is_wrong() -> None:
    found = [
        replace(_judgement(f"{number}", own=0.01 + number / 100), mislabelled=probability)
        for number, probability in enumerate((0.9, 0.06, 0.05, 0.04, 0.0))
    ]
    assert _places(rank_doubts([*_right(100), *found])) == ["0", "1", "2"]


def test_list_ends_earlier_where_there_are_more_classes_to_choose_from() -> None:
    many = [_judgement(f"{index}", f"{index // 2}", 0.98, f"{index // 2}") for index in range(78)]
    assert _places(rank_doubts([*many, _judgement("a", own=0.02), _judgement("b", own=0.05)])) == ["a"]
    assert _places(rank_doubts([*_right(100), _judgement("b", own=0.05)])) == ["b"]


def test_photos_of_a_rare_class_are_no_doubts_for_being_rare() -> None:
    # 20 of 4,020: a head that rarely saw the class gives it little.
    frequent = [_judgement(f"right {index}", "wren", 0.99, "wren") for index in range(4_000)]
    rare = [_judgement(f"rare {index}", own=0.05) for index in range(20)]
    assert rank_doubts([*frequent, *rare]) == ()


@pytest.mark.parametrize("class_count", [2, 5, 10, 40])
def test_flipped_labels_come_first_and_most_of_them_before_the_end(class_count: int) -> None:
    rng = np.random.default_rng(class_count)
    photos = 4_000
    names = [f"class {index}" for index in range(class_count)]
    # A calibrated head, right in about 90 %; the true class is drawn from what it says.
    odds = rng.normal(4.5, 3, photos)
    highest = np.maximum(1 / (1 + np.exp(-odds)), 0.51)
    rest = rng.dirichlet(np.full(class_count - 1, 0.3), photos) * (1 - highest)[:, None]
    probabilities = np.concatenate([highest[:, None], rest], axis=1)
    true = (probabilities.cumsum(axis=1) < rng.random((photos, 1))).sum(axis=1).clip(0, class_count - 1)
    # Which class is the best one differs from photo to photo.
    turn = rng.integers(0, class_count, photos)
    flipped = rng.random(photos) < 0.05
    labels = np.where(flipped, true + rng.integers(1, class_count, photos), true) % class_count
    # What the head would say of the labels, of which a part is by chance.
    told = 0.95 * probabilities + 0.05 / class_count
    judged = [
        PhotoJudgement(
            f"{index}",
            "",
            names[(labels[index] + turn[index]) % class_count],
            names[turn[index]],
            float(told[index, 0]),
            float(told[index, labels[index]]),
            JudgedBy.OUT_OF_FOLD,
        )
        for index in range(photos)
    ]
    found = [flipped[int(place)] for place in _places(rank_doubts(judged))]
    count = int(flipped.sum())
    assert np.mean(found[:count]) > 0.4
    assert np.sum(found) > 0.85 * count
    assert len(found) < 0.25 * photos


def test_labels_all_wrong_and_photos_all_alike() -> None:
    wrong = [_judgement(f"{index}", own=0.001) for index in range(50)]
    others = [_judgement(f"other {index}", "robin", 0.001, "wren") for index in range(50)]
    assert len(rank_doubts([*wrong, *others])) == 100
    alike = [_judgement(f"{index}", "robin", 0.5, name) for index, name in enumerate(("robin", "wren") * 50)]
    assert all(doubt.class_name == "wren" for doubt in rank_doubts(alike))
