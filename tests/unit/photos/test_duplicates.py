"""Which photos are told to show the same; the pictures themselves are in `test_looks`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.photos.duplicates import bursts, copies, kept_together, near_copies
from tlgui.photos.facts import MINIATURE_SIDE, FileState, Look, PhotoFacts

SCENES = np.random.default_rng(7).integers(0, 256, (40, MINIATURE_SIDE**2 + 3), np.uint8)


def fact(
    scene: int = 0,
    turned: Iterable[int] = (),
    *,
    digest: bytes = b"",
    brighter: int = 0,
    taken: float | None = None,
    camera: str = "A",
) -> PhotoFacts:
    """Return the facts of a photo of a scene, with some bits of its fingerprint turned."""
    fingerprint = int.from_bytes(SCENES[scene][:8].tobytes())
    for bit in turned:
        fingerprint ^= 1 << bit
    levels = np.clip(SCENES[scene].astype(int) + brighter, 0, 255).astype(np.uint8)
    look = Look(fingerprint, 0.5, 900.0, digest or np.random.default_rng().bytes(16), levels.tobytes())
    return PhotoFacts(FileState(1, 1), 64, 48, "JPEG", taken, camera, look)


def named(facts: Mapping[str, PhotoFacts]) -> dict[Path, PhotoFacts]:
    return {Path(name): found for name, found in facts.items()}


def names(groups: Iterable[Iterable[Path]]) -> list[str]:
    return ["".join(str(path) for path in group) for group in groups]


def collection_of(arrivals: Mapping[str, int]) -> Collection:
    photos = tuple(Photo(Path(name), "cat", None, arrival) for name, arrival in sorted(arrivals.items()))
    return Collection(Path("/photos"), (PhotoClass("cat", photos),))


def test_copies_have_the_same_bytes() -> None:
    facts = named({"a": fact(digest=b"x"), "b": fact(), "c": fact(digest=b"x")})

    assert names(copies(facts)) == ["ac"]


def test_near_copies_differ_in_few_bits_and_look_alike() -> None:
    facts = named(
        {
            "a": fact(1),
            "b": fact(2),
            "c": fact(1, (0, 17, 33, 50), brighter=4),
            "d": fact(1, (3, 4, 5, 20, 21, 40)),
            "e": fact(1, range(12)),
            "f": fact(2, digest=b"x"),
        }
    )

    assert names(near_copies(facts)) == ["acd", "bf"]


def test_photos_that_are_alike_by_their_fingerprints_alone_are_no_near_copies() -> None:
    one = fact(1)
    assert one.look is not None
    other = Look(one.look.fingerprint, 0.5, 900.0, b"other", SCENES[2].tobytes())

    facts = named({"a": one, "b": PhotoFacts(FileState(1, 1), 64, 48, "JPEG", look=other)})
    assert near_copies(facts) == ()


def test_same_thing_in_another_colour_is_no_near_copy() -> None:
    one, levels = fact(1), SCENES[1].copy()
    assert one.look is not None
    levels[-3:] = (220, 40, 40) if SCENES[1][-3] < 128 else (40, 40, 220)
    other = Look(one.look.fingerprint, 0.5, 900.0, b"other", levels.tobytes())

    facts = named({"a": one, "b": PhotoFacts(FileState(1, 1), 64, 48, "JPEG", look=other)})
    assert near_copies(facts) == ()


def test_plain_pictures_are_no_near_copies_of_one_another() -> None:
    plain = bytes(MINIATURE_SIDE**2 + 3)
    looks = [Look(0, 0.0, 0.0, bytes([number]), plain) for number in range(50)]

    facts = {Path(str(n)): PhotoFacts(FileState(1, 1), 64, 48, "JPEG", look=look) for n, look in enumerate(looks)}
    assert near_copies(facts) == ()


def test_chain_of_alike_photos_does_not_become_one_group() -> None:
    # Each is six bits away from the one before it: the ends of the chain differ in most of their bits.
    facts = named({chr(97 + step): fact(1, range(6 * step)) for step in range(10)})

    groups = near_copies(facts)

    assert names(groups) == ["ab", "cd", "ef", "gh", "ij"]


def test_very_many_alike_photos_are_grouped_about_few() -> None:
    generator = np.random.default_rng(1)
    facts = {
        Path(f"{number:04}"): fact(number % 20, generator.choice(64, 2, replace=False).tolist())
        for number in range(2000)
    }

    groups = near_copies(facts)

    assert sum(map(len, groups)) > 1900
    assert len(groups) < 200
    assert all(len({int(str(path)) % 20 for path in group}) == 1 for group in groups)


def test_later_photos_leave_the_earlier_groups_as_they_are() -> None:
    generator = np.random.default_rng(3)
    every = {
        Path(f"{number:03}"): fact(number % 7, generator.choice(64, 4, replace=False).tolist()) for number in range(200)
    }
    early = dict(list(every.items())[:120])

    before = {frozenset(group) for group in near_copies(early)}
    after = {frozenset(path for path in group if path in early) for group in near_copies(every)}

    assert before <= after


def test_burst_is_one_camera_within_two_seconds_each() -> None:
    times = {"a": 100.0, "b": 101.5, "c": 103.0, "d": 106.0, "e": 200.0}
    facts = named({name: fact(taken=taken) for name, taken in times.items()} | {"f": fact(taken=100.5, camera="B")})

    assert names(bursts(facts)) == ["abc"]


def test_clock_that_stands_still_makes_no_burst() -> None:
    facts = {Path(str(number)): fact(taken=0.0) for number in range(500)}

    assert bursts(facts) == ()


def test_near_copies_and_bursts_are_kept_together() -> None:
    facts = named({"a": fact(1, taken=1.0), "b": fact(2, taken=2.0), "c": fact(2), "d": fact(3), "e": fact(4)})

    assert names(kept_together(collection_of(dict.fromkeys("abcde", 0)), facts)) == ["abc"]


def test_later_photo_never_makes_one_group_of_two_earlier_ones() -> None:
    facts = named({"a": fact(1, taken=1.0), "b": fact(2), "c": fact(2, taken=2.0)})

    assert names(kept_together(collection_of({"a": 0, "b": 0, "c": 1}), facts)) in (["ac"], ["bc"])


def test_photos_left_out_are_kept_together_with_nothing() -> None:
    facts = named({"a": fact(1), "b": fact(1)})

    assert kept_together(collection_of({"a": 0}), facts) == ()
