"""Which photos are told to show the same; the pictures themselves are in `test_looks`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.collection import Photo
from tlgui.photos.facts import MINIATURE_BYTES, FileState, Look, PhotoFacts
from tlgui.photos.scanning.duplicates import Groups, bursts, copies, kept_together, near_copies

SCENES = np.random.default_rng(7).integers(0, 256, (40, MINIATURE_BYTES), np.uint8)


class Shot(NamedTuple):
    facts: PhotoFacts
    miniature: NDArray[np.uint8]

    def shown_as(self, miniature: NDArray[np.uint8]) -> "Shot":
        """Return one with the same fingerprint that looks otherwise."""
        assert self.facts.look is not None
        return Shot(self.facts._replace(look=self.facts.look._replace(digest=b"other")), miniature)


def shot(
    scene: int = 0,
    turned: Iterable[int] = (),
    *,
    digest: bytes = b"",
    brighter: int = 0,
    taken: float | None = None,
    camera: str = "A",
) -> Shot:
    """Return a photo of a scene, with some bits of its fingerprint turned."""
    fingerprint = int.from_bytes(SCENES[scene][:8].tobytes())
    for bit in turned:
        fingerprint ^= 1 << bit
    levels = np.clip(SCENES[scene].astype(int) + brighter, 0, 255).astype(np.uint8)
    look = Look(fingerprint, 0.5, 0.9, 900.0, digest or np.random.default_rng().bytes(16))
    return Shot(PhotoFacts(FileState(1, 1), 64, 48, "JPEG", taken, camera, look), levels)


def facts_of(shots: Mapping[str, Shot]) -> dict[Path, PhotoFacts]:
    return {Path(name): found.facts for name, found in shots.items()}


def near(shots: Mapping[str, Shot]) -> Groups:
    return near_copies(facts_of(shots), np.stack([found.miniature for found in shots.values()])).groups


def together(shots: Mapping[str, Shot], arrivals: Mapping[str, int]) -> Groups:
    """Return what is kept together among those of the photos that have an arrival."""
    there = {name: shots[name] for name in arrivals}
    photos = [Photo(Path(name), "cat", None, arrival) for name, arrival in arrivals.items()]
    return kept_together(photos, facts_of(there), near(there))


def names(groups: Iterable[Iterable[Path]]) -> list[str]:
    return ["".join(str(path) for path in group) for group in groups]


def test_copies_have_the_same_bytes() -> None:
    shots = {"a": shot(digest=b"x"), "b": shot(), "c": shot(digest=b"x")}

    assert names(copies(facts_of(shots))) == ["ac"]


def test_near_copies_differ_in_few_bits_and_look_alike() -> None:
    shots = {
        "a": shot(1),
        "b": shot(2),
        "c": shot(1, (0, 17, 33, 50), brighter=4),
        "d": shot(1, (3, 4, 5, 20, 21, 40)),
        "e": shot(1, range(12)),
        "f": shot(2, digest=b"x"),
    }

    assert names(near(shots)) == ["acd", "bf"]


def test_photo_without_a_look_is_no_near_copy() -> None:
    shots = {"a": shot(1), "b": shot(1), "c": shot(1)}
    shots["b"] = Shot(shots["b"].facts._replace(look=None), shots["b"].miniature)

    assert names(near(shots)) == ["ac"]


def test_photos_that_are_alike_by_their_fingerprints_alone_are_no_near_copies() -> None:
    one = shot(1)

    assert near({"a": one, "b": one.shown_as(SCENES[2])}) == ()


def test_same_thing_in_another_colour_is_no_near_copy() -> None:
    one, levels = shot(1), SCENES[1].copy()
    levels[-3:] = (220, 40, 40) if SCENES[1][-3] < 128 else (40, 40, 220)

    assert near({"a": one, "b": one.shown_as(levels)}) == ()


def test_plain_pictures_are_no_near_copies_of_one_another() -> None:
    plain = np.zeros(MINIATURE_BYTES, np.uint8)

    assert near({str(number): Shot(shot().facts, plain) for number in range(50)}) == ()


def test_chain_of_alike_photos_does_not_become_one_group() -> None:
    # Each is six bits away from the one before it: the ends of the chain differ in most of their bits.
    shots = {chr(97 + step): shot(1, range(6 * step)) for step in range(10)}

    assert names(near(shots)) == ["ab", "cd", "ef", "gh", "ij"]


def test_very_many_alike_photos_are_grouped_about_few() -> None:
    generator = np.random.default_rng(1)
    shots = {
        f"{number:04}": shot(number % 20, generator.choice(64, 2, replace=False).tolist()) for number in range(2000)
    }

    groups = near(shots)

    assert sum(map(len, groups)) > 1900
    assert len(groups) < 200
    assert all(len({int(str(path)) % 20 for path in group}) == 1 for group in groups)


def test_later_photos_leave_the_earlier_groups_as_they_are() -> None:
    generator = np.random.default_rng(3)
    every = {f"{number:03}": shot(number % 7, generator.choice(64, 4, replace=False).tolist()) for number in range(200)}
    early = dict(list(every.items())[:120])

    before = {frozenset(group) for group in near(early)}
    after = {frozenset(path for path in group if str(path) in early) for group in near(every)}

    assert before <= after


def test_burst_is_one_camera_within_two_seconds_each() -> None:
    times = {"a": 100.0, "b": 101.5, "c": 103.0, "d": 106.0, "e": 200.0}
    shots = {name: shot(taken=taken) for name, taken in times.items()} | {"f": shot(taken=100.5, camera="B")}

    assert names(bursts(facts_of(shots))) == ["abc"]


def test_clock_that_stands_still_makes_no_burst() -> None:
    shots = {str(number): shot(taken=0.0) for number in range(500)}

    assert bursts(facts_of(shots)) == ()


def test_near_copies_and_bursts_are_kept_together() -> None:
    shots = {"a": shot(1, taken=1.0), "b": shot(2, taken=2.0), "c": shot(2), "d": shot(3), "e": shot(4)}

    assert names(together(shots, dict.fromkeys("abcde", 0))) == ["abc"]


def test_later_photo_never_makes_one_group_of_two_earlier_ones() -> None:
    shots = {"a": shot(1, taken=1.0), "b": shot(2), "c": shot(2, taken=2.0)}

    assert names(together(shots, {"a": 0, "b": 0, "c": 1})) in (["ac"], ["bc"])
