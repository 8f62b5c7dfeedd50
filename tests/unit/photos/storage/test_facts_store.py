import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import LOOKS_LIKE_SOMETHING_ELSE
from tlgui import files
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import MINIATURE_BYTES, FileState, Look, PhotoFacts
from tlgui.photos.storage import facts_store
from tlgui.photos.storage.facts_store import FactsStore, Known, Refusal

STATE = FileState(1234, 1_700_000_000_123_456_789)
LOOK = Look((1 << 64) - 2, 0.5, 0.75, 12.25, b"d" * 16)
MINIATURE = bytes(range(256)) + b"rgb"
FACTS: dict[str, Known] = {
    "cat/a.jpg": PhotoFacts(STATE, 640, 480, "JPEG", 1.5, "Maker Model"),
    "cat/looked at.jpg": PhotoFacts(STATE, 640, 480, "JPEG", look=LOOK),
    "cat/صورة \udce9.jpg": PhotoFacts(STATE, 1, 2, "HEIF"),
    "dog/bad.jpg": Refusal(STATE, ProblemKind.UNREADABLE, "It is damaged."),
}


def store_path() -> Path:
    (path,) = (files.cache_folder() / "photos").iterdir()
    return path


def pack_count() -> int:
    connection = sqlite3.connect(store_path())
    (count,) = connection.execute("SELECT count(*) FROM pack").fetchone()
    connection.close()
    return int(count)


def known(store: FactsStore) -> dict[str, Known]:
    """Return all that a store knows of files that have not changed."""
    stored = store.read()
    taken = ((place, stored.take(place, STATE)) for place in stored.left())
    return {place: found for place, found in taken if found is not None}


def read(folder: Path) -> dict[str, Known]:
    with FactsStore(folder) as store:
        return known(store)


def filled(folder: Path) -> Path:
    with FactsStore(folder) as store:
        store.put(FACTS)
    return folder


def test_what_is_put_is_read_again(tmp_path: Path) -> None:
    filled(tmp_path)

    assert read(tmp_path) == FACTS


def test_many_facts_in_one_pack_are_read_again(tmp_path: Path) -> None:
    many: dict[str, Known] = {f"cat/{n}.jpg": PhotoFacts(STATE, n + 1, 480, "JPEG") for n in range(4321)}
    with FactsStore(tmp_path) as store:
        store.put(many)

    assert pack_count() == 1
    assert read(tmp_path) == many


def test_facts_that_are_left_are_taken_with_the_others(tmp_path: Path) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        stored = store.read()
        assert stored.take("cat/a.jpg", STATE) == FACTS["cat/a.jpg"]
        facts = stored.facts()

        assert facts == {place: FACTS[place] for place in ("cat/looked at.jpg", "cat/صورة \udce9.jpg")}
        assert stored.left() == {"dog/bad.jpg"}
    assert read(tmp_path / "other") == {}


def test_what_a_look_finds_replaces_what_was_known(tmp_path: Path) -> None:
    filled(tmp_path)
    new = PhotoFacts(STATE, 3, 4, "PNG", look=LOOK)
    looked_at, other = tmp_path / "cat" / "a.jpg", tmp_path / "cat" / "other.jpg"
    with FactsStore(tmp_path) as store:
        store.put_looked_at({looked_at: new}, {looked_at: MINIATURE})

    assert read(tmp_path) == FACTS | {"cat/a.jpg": new}
    with FactsStore(tmp_path) as store:
        first, second = store.miniatures([other, looked_at])
    assert not first.any()
    assert second.tobytes() == MINIATURE
    assert second.shape == (MINIATURE_BYTES,)


def test_file_that_changed_is_not_known(tmp_path: Path) -> None:
    filled(tmp_path)

    with FactsStore(tmp_path) as store:
        stored = store.read()
        assert stored.take("cat/a.jpg", STATE._replace(size=1)) is None
        assert stored.take("dog/bad.jpg", STATE._replace(changed_ns=1)) is None
        assert set(stored.left()) == FACTS.keys() - {"cat/a.jpg", "dog/bad.jpg"}


def test_moved_photo_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    filled(tmp_path)
    before, after = tmp_path / "cat" / "looked at.jpg", tmp_path / "dog" / "now here.jpg"
    with FactsStore(tmp_path) as store:
        store.put_looked_at({before: PhotoFacts(STATE, 640, 480, "JPEG", look=LOOK)}, {before: MINIATURE})
        store.moved([(before, after)])
        store.moved([])
        store.moved([(tmp_path / "never known.jpg", tmp_path / "nor here.jpg")])

        assert store.miniatures([after])[0].tobytes() == MINIATURE
    assert read(tmp_path) == FACTS | {"dog/now here.jpg": FACTS["cat/looked at.jpg"]}


def test_two_photos_that_change_places_keep_what_is_known_of_them(tmp_path: Path) -> None:
    filled(tmp_path)
    one, other = tmp_path / "cat" / "a.jpg", tmp_path / "cat" / "looked at.jpg"
    with FactsStore(tmp_path) as store:
        store.moved([(one, other), (other, one)])

    swapped = {"cat/a.jpg": FACTS["cat/looked at.jpg"], "cat/looked at.jpg": FACTS["cat/a.jpg"]}
    assert read(tmp_path) == FACTS | swapped


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    filled(tmp_path)
    looked_at = tmp_path / "cat" / "looked at.jpg"
    with FactsStore(tmp_path) as store:
        store.put_looked_at({looked_at: PhotoFacts(STATE, 1, 1, "PNG", look=LOOK)}, {looked_at: MINIATURE})
        store.forget(["cat/looked at.jpg", "dog/bad.jpg", "never/known.jpg"])

        assert not store.miniatures([looked_at]).any()
    assert read(tmp_path).keys() == FACTS.keys() - {"cat/looked at.jpg", "dog/bad.jpg"}


def test_photo_that_was_refused_and_is_good_again_is_known_as_good(tmp_path: Path) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        store.put({"dog/bad.jpg": FACTS["cat/a.jpg"], "cat/a.jpg": FACTS["dog/bad.jpg"]})

    assert read(tmp_path) == FACTS | {"dog/bad.jpg": FACTS["cat/a.jpg"], "cat/a.jpg": FACTS["dog/bad.jpg"]}


def test_facts_that_came_in_many_pieces_are_put_together(tmp_path: Path) -> None:
    many: dict[str, Known] = {f"cat/{number}.jpg": PhotoFacts(STATE, number, 1, "PNG") for number in range(100)}
    with FactsStore(tmp_path) as store:
        for place, fact in many.items():
            store.put({place: fact})
        assert pack_count() == 100
        assert known(store) == many
        store.put_together()

    assert pack_count() == 1
    assert read(tmp_path) == many


def test_refusal_that_does_not_last_is_not_kept(tmp_path: Path) -> None:
    with FactsStore(tmp_path) as store:
        store.put({"a.jpg": Refusal(STATE, ProblemKind.GONE, "It is gone.", is_lasting=False)})

    assert read(tmp_path) == {}


def test_nothing_is_written_into_the_collection(tmp_path: Path) -> None:
    filled(tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("cache_warnings")
@pytest.mark.parametrize("place", [0, 20, 2000, 5000])
def test_damaged_store_is_begun_anew(tmp_path: Path, place: int) -> None:
    filled(tmp_path)
    data = bytearray(store_path().read_bytes())
    data[place : place + 3000] = b"\xa5" * len(data[place : place + 3000])
    store_path().write_bytes(data)

    # What can still be read must be right; the store works from then on.
    assert read(tmp_path).items() <= FACTS.items()
    filled(tmp_path)
    assert read(tmp_path) == FACTS


@pytest.mark.parametrize("damage", LOOKS_LIKE_SOMETHING_ELSE)
def test_store_whose_damage_looks_like_something_else_is_begun_anew(
    tmp_path: Path, damage: Callable[[Path], None], cache_warnings: Callable[[], list[str]]
) -> None:
    filled(tmp_path)
    damage(store_path())

    assert read(tmp_path) == {}
    (warning,) = cache_warnings()
    assert f"{store_path()} is damaged and is made again" in warning
    filled(tmp_path)
    assert read(tmp_path) == FACTS


@pytest.mark.parametrize(
    "nonsense",
    [
        "UPDATE refusal SET kind = 'no such kind'",
        "UPDATE refusal SET path = 1",
        "UPDATE pack SET facts = zeroblob(length(facts))",
        "UPDATE pack SET words = '[]'",
        "UPDATE pack SET places = NULL",
        "DROP TABLE pack",
    ],
)
def test_store_with_nonsense_in_it_is_begun_anew(
    nonsense: str, tmp_path: Path, cache_warnings: Callable[[], list[str]]
) -> None:
    filled(tmp_path)
    with sqlite3.connect(store_path()) as connection:
        connection.execute(nonsense)
    connection.close()

    assert read(tmp_path) == {}
    assert ["damaged" in warning for warning in cache_warnings()] == [True]
    filled(tmp_path)
    assert read(tmp_path) == FACTS


def test_store_of_another_version_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(facts_store, "_VERSION", facts_store._VERSION + 1)

    assert read(tmp_path) == {}
    filled(tmp_path)
    assert read(tmp_path) == FACTS


@pytest.mark.usefixtures("cache_warnings")
def test_place_that_cannot_hold_a_store_costs_no_more_than_time(tmp_path: Path) -> None:
    # A file where the folder should be: nobody, not even root, can make a store there.
    (files.cache_folder() / "photos").write_text("in the way")

    filled(tmp_path)

    assert read(tmp_path) == {}


def test_disk_that_is_full_costs_no_more_than_time(tmp_path: Path, cache_warnings: Callable[[], list[str]]) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        connection = store._connection
        assert connection is not None
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        more = {f"cat/{number}.jpg": FACTS["cat/looked at.jpg"] for number in range(5000)}
        store.put(more)

        # For now it is known all the same.
        assert known(store) == FACTS | more
    assert read(tmp_path) == FACTS
    (warning,) = cache_warnings()
    assert f"{store_path()} cannot be used: database or disk is full" in warning


@pytest.mark.parametrize("hold", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_store_that_another_process_holds_is_left_alone(
    hold: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_warnings: Callable[[], list[str]]
) -> None:
    filled(tmp_path)
    monkeypatch.setattr(facts_store, "_LOCK_TIMEOUT_SECONDS", 0.0)
    before = store_path().stat().st_ino
    new = {"cat/new.jpg": FACTS["cat/a.jpg"]}
    with contextlib.closing(sqlite3.connect(store_path(), isolation_level=None)) as other:
        other.execute(hold)
        with FactsStore(tmp_path) as store:
            store.put(new)
            # For as long as the store is open, what was found out is known all the same.
            assert known(store).items() >= new.items()

    assert store_path().stat().st_ino == before
    assert read(tmp_path) == FACTS
    (warning,) = cache_warnings()
    assert f"{store_path()} cannot be used: database is locked" in warning


def test_stores_of_collections_not_opened_for_longest_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = filled(tmp_path / "first")
    old = store_path()
    os.utime(old, (1, 1))
    monkeypatch.setattr(facts_store, "LARGEST_BYTES", 2 * old.stat().st_size)
    filled(tmp_path / "second")
    filled(tmp_path / "third")
    # Three are too many once another one is opened.
    assert read(tmp_path / "third") == FACTS

    assert not old.exists()
    assert read(first) == {}
    assert read(tmp_path / "third") == FACTS
