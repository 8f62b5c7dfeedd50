"""Near copies that the backbone's features confirm: which pairs are put to them, and what they are taken for."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.photos.scanning.test_duplicates import SCENES, Shot, facts_of, shot
from tlgui.photos.facts import MINIATURE_BYTES
from tlgui.photos.health.feature_confirmation import FeatureVector, KnownFeatures, near_groups
from tlgui.photos.scanning import duplicates, near_duplicates
from tlgui.photos.scanning.duplicates import NearCopies, PhotoPairs, near_copies

LENGTH = 64
NINE_BITS = range(0, 36, 4)


def found(shots: Mapping[str, Shot]) -> NearCopies:
    return near_copies(facts_of(shots), np.stack([item.miniature for item in shots.values()]))


def candidates(shots: Mapping[str, Shot]) -> list[str]:
    return ["".join(map(str, pair)) for pair in found(shots).candidates]


def recoloured(one: Shot) -> Shot:
    """Return a photo that the miniature tells apart."""
    return Shot(one.facts, SCENES[30])


class TestCandidates:
    def test_pairs_are_close_by_their_fingerprints_and_no_near_copies(self) -> None:
        shots = {
            "a": shot(1),
            "b": recoloured(shot(1, (0, 1, 2))),
            "c": shot(2),
            "d": shot(2, range(6, 16)),
            "e": shot(3),
            "f": shot(3, NINE_BITS),
            "g": shot(4),
            "h": shot(4, range(11)),
            "i": shot(5),
            "j": shot(5, (1, 2)),
        }

        assert candidates(shots) == ["ab", "ef", "cd"]
        assert len(found(shots).groups) == 1

    def test_plain_pictures_are_none_whichever_comes_first(self) -> None:
        plain = np.full(MINIATURE_BYTES, 200, np.uint8)

        assert candidates({"a": shot(1), "b": shot(1).shown_as(plain)}) == []
        assert candidates({"a": shot(1).shown_as(plain), "b": shot(1)}) == []

    def test_photo_close_to_several_others_says_nothing(self) -> None:
        shots = {name: Shot(shot(1).facts, SCENES[10 + number]) for number, name in enumerate("abc")}

        assert candidates({name: shots[name] for name in "ab"}) == ["ab"]
        assert candidates(shots) == []

    def test_photo_close_to_several_of_one_group_is_put_to_the_features(self) -> None:
        shots = {"a": shot(1), "b": shot(1, (5,)), "c": recoloured(shot(1, (9, 10)))}

        assert candidates(shots) == ["ac", "bc"]

    def test_photos_of_two_groups_never_come_together(self) -> None:
        shots = {"a": shot(1, digest=b"x"), "b": shot(1, digest=b"x")}
        other = recoloured(shot(1, (9, 10)))
        shots |= {"c": other, "d": other}

        assert len(found(shots).groups) == 2
        assert candidates(shots) == []

    def test_closest_come_first_and_too_many_are_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shots: dict[str, Shot] = {}
        for scene, bits in enumerate((8, 2, 10, 4)):
            shots |= {f"{scene}a": shot(scene), f"{scene}b": recoloured(shot(scene, range(4, 4 + bits)))}
        closest_first = ["1a1b", "3a3b", "0a0b", "2a2b"]

        assert candidates(shots) == closest_first
        monkeypatch.setattr(duplicates, "_MOST_CANDIDATES", 2)
        assert candidates(shots) == closest_first[:2]
        monkeypatch.setattr(near_duplicates, "_MOST_IN_DOUBT", 1)
        assert candidates(shots) == closest_first[:1]

    def test_very_many_alike_photos_give_few(self) -> None:
        generator = np.random.default_rng(1)
        shots = {
            f"{number}": Shot(
                shot(number % 5, generator.choice(64, 5, replace=False).tolist()).facts,
                generator.integers(0, 256, MINIATURE_BYTES, np.uint8),
            )
            for number in range(1000)
        }

        assert len(candidates(shots)) < 10


class Features:
    """Features of photos in many directions; each is known from its name, and two may be made to lie close.

    Args:
        names: The photos.
        close: For some photos the one that it lies close to, and how close, as a share of the usual distance.
        unknown: The photos of which nothing is known.
    """

    def __init__(
        self,
        names: Sequence[str],
        close: Mapping[str, tuple[str, float]] | None = None,
        unknown: Iterable[str] = (),
    ) -> None:
        generator = np.random.default_rng(5)
        self.vectors: dict[str, NDArray[np.float32]] = {}
        for name in names:
            direction = generator.normal(size=LENGTH)
            self.vectors[name] = (direction / np.linalg.norm(direction)).astype(np.float32)
        for name, (partner, share) in (close or {}).items():
            away = self.vectors[name] * np.float32(share * 2**0.5)
            self.vectors[name] = self.vectors[partner] + away
        for name in unknown:
            del self.vectors[name]
        self.asked = 0

    def __call__(self, paths: Sequence[Path]) -> Generator[FeatureVector | None, None, None]:
        self.asked += 1
        for path in paths:
            yield self.vectors.get(str(path))


NAMES = [f"p{number:03}" for number in range(100)]


def pairs(*names: tuple[str, str]) -> PhotoPairs:
    return tuple((Path(first), Path(second)) for first, second in names)


def grouped(
    near: Sequence[Sequence[str]], proposed: PhotoPairs, features: KnownFeatures | None, names: Sequence[str] = NAMES
) -> list[list[str]]:
    groups = tuple(tuple(map(Path, group)) for group in near)
    result = near_groups(groups, proposed, [Path(name) for name in names], features)
    before = {path for group in groups for path in group}
    assert result.by_features == {path for group in result.groups for path in group} - before
    return [[str(path) for path in group] for group in result.groups]


class TestConfirming:
    def test_close_pairs_are_confirmed_and_others_are_not(self) -> None:
        features = Features(NAMES, {"p001": ("p000", 0.3), "p003": ("p002", 0.7)})
        proposed = pairs(("p000", "p001"), ("p002", "p003"), ("p004", "p005"))

        assert grouped([], proposed, features) == [["p000", "p001"]]

    def test_without_features_or_candidates_nothing_changes_and_nothing_is_asked(self) -> None:
        features = Features(NAMES)

        assert grouped([["p000", "p001"]], pairs(("p002", "p003")), None) == [["p000", "p001"]]
        assert grouped([["p000", "p001"]], (), features) == [["p000", "p001"]]
        assert features.asked == 0

    def test_near_copies_whose_features_differ_stay_together(self) -> None:
        features = Features(NAMES, {"p003": ("p002", 0.2)})

        assert grouped([["p000", "p001"]], pairs(("p002", "p003")), features) == [["p000", "p001"], ["p002", "p003"]]

    def test_photos_of_a_kind_that_all_lie_close_are_not_confirmed(self) -> None:
        # Half of all photos are shoes: any two of them lie as close as the pair.
        shoes = dict.fromkeys(NAMES[1:50], ("p000", 0.3))
        features = Features(NAMES, shoes)

        assert grouped([], pairs(("p000", "p001")), features) == []

    def test_pair_with_an_unknown_photo_is_passed_over(self) -> None:
        features = Features(NAMES, {"p001": ("p000", 0.2), "p003": ("p002", 0.2)}, unknown=["p001"])

        assert grouped([], pairs(("p000", "p001"), ("p002", "p003")), features) == [["p002", "p003"]]

    def test_few_known_photos_say_nothing(self) -> None:
        close = {"p001": ("p000", 0.2)}

        assert grouped([], pairs(("p000", "p001")), Features(NAMES, close, unknown=NAMES[30:])) == [["p000", "p001"]]
        assert grouped([], pairs(("p000", "p001")), Features(NAMES, close, unknown=NAMES[29:])) == []

    def test_photos_without_numbers_are_close_to_nothing(self) -> None:
        features = Features(NAMES, {"p003": ("p002", 0.2)})
        features.vectors["p001"] = features.vectors["p000"] = np.full(LENGTH, np.inf, np.float32)
        features.vectors["p004"] = np.full(LENGTH, np.nan, np.float32)

        assert grouped([], pairs(("p000", "p001"), ("p002", "p004")), features) == []

    def test_photo_joins_the_group_of_its_partner(self) -> None:
        features = Features(NAMES, {"p002": ("p001", 0.2), "p003": ("p001", 0.2)})

        assert grouped([["p000", "p001"]], pairs(("p001", "p002")), features) == [["p000", "p001", "p002"]]
        assert grouped([["p000", "p001"]], pairs(("p003", "p001")), features) == [["p000", "p001", "p003"]]

    def test_two_groups_are_not_joined(self) -> None:
        features = Features(NAMES, {"p002": ("p001", 0.2)})
        near = [["p000", "p001"], ["p002", "p003"]]

        assert grouped(near, pairs(("p001", "p002")), features) == near

    def test_photo_that_joined_a_group_draws_no_other_into_it(self) -> None:
        features = Features(NAMES, {"p002": ("p001", 0.2), "p003": ("p002", 0.2), "p004": ("p003", 0.3)})
        proposed = pairs(("p001", "p002"), ("p002", "p003"), ("p003", "p004"))

        assert grouped([["p000", "p001"]], proposed[:2], features) == [["p000", "p001", "p002"]]
        assert grouped([["p000", "p001"]], proposed, features) == [["p000", "p001", "p002"], ["p003", "p004"]]

    def test_same_features_always_give_the_same(self) -> None:
        many = [f"p{number:04}" for number in range(1200)]
        close = {many[number + 600]: (many[number], number / 600) for number in range(600)}
        proposed = pairs(*((first, second) for second, (first, _) in close.items()))

        first = grouped([], proposed, Features(many, close), many)
        assert first == grouped([], proposed, Features(many, close), many)
        assert 200 < len(first) < 400
