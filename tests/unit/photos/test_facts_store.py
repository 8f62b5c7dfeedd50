import sqlite3
from pathlib import Path

import pytest

from tlgui import files
from tlgui.photos import facts_store
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import FileState, Look, PhotoFacts
from tlgui.photos.facts_store import FactsStore, Known, Refusal

STATE = FileState(1234, 1_700_000_000_123_456_789)
LOOK = Look((1 << 64) - 2, 0.5, 12.25, b"d" * 16, bytes(range(192)))
FACTS: dict[str, Known] = {
    "cat/a.jpg": PhotoFacts(STATE, 640, 480, "JPEG", 1.5, "Maker Model"),
    "cat/looked at.jpg": PhotoFacts(STATE, 640, 480, "JPEG", look=LOOK),
    "cat/صورة \udce9.jpg": PhotoFacts(STATE, 1, 2, "HEIF"),
    "dog/bad.jpg": Refusal(STATE, ProblemKind.UNREADABLE, "It is damaged."),
}


def store_path() -> Path:
    (path,) = (files.cache_folder() / "photos").iterdir()
    return path


def read(folder: Path) -> dict[str, Known]:
    with FactsStore(folder) as store:
        return store.read()


def filled(folder: Path) -> Path:
    with FactsStore(folder) as store:
        store.put_places(FACTS)
    return folder


def test_what_is_put_is_read_again(tmp_path: Path) -> None:
    filled(tmp_path)

    assert read(tmp_path) == FACTS
    assert read(tmp_path / "other") == {}


def test_facts_are_put_by_path_too_and_replace_what_was_known(tmp_path: Path) -> None:
    filled(tmp_path)
    new = PhotoFacts(STATE, 3, 4, "PNG")
    with FactsStore(tmp_path) as store:
        store.put({tmp_path / "cat" / "a.jpg": new})

    assert read(tmp_path) == FACTS | {"cat/a.jpg": new}


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        store.forget(["cat/a.jpg", "never/known.jpg"])

    assert read(tmp_path).keys() == FACTS.keys() - {"cat/a.jpg"}


def test_refusal_that_does_not_last_is_not_kept(tmp_path: Path) -> None:
    with FactsStore(tmp_path) as store:
        store.put_places({"a.jpg": Refusal(STATE, ProblemKind.GONE, "It is gone.", is_lasting=False)})

    assert read(tmp_path) == {}


def test_nothing_is_written_into_the_collection(tmp_path: Path) -> None:
    filled(tmp_path)

    assert list(tmp_path.iterdir()) == []


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


def test_store_with_nonsense_in_it_is_begun_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    with sqlite3.connect(store_path()) as connection:
        connection.execute("UPDATE photo SET kind = 'no such kind' WHERE width IS NULL")
    connection.close()

    assert read(tmp_path) == {}
    filled(tmp_path)
    assert read(tmp_path) == FACTS


def test_store_of_another_version_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(facts_store, "_VERSION", facts_store._VERSION + 1)

    assert read(tmp_path) == {}
    filled(tmp_path)
    assert read(tmp_path) == FACTS


def test_place_that_cannot_hold_a_store_costs_no_more_than_time(tmp_path: Path) -> None:
    # A file where the folder should be: nobody, not even root, can make a store there.
    (files.cache_folder() / "photos").write_text("in the way")

    filled(tmp_path)

    assert read(tmp_path) == {}


def test_disk_that_is_full_costs_no_more_than_time(tmp_path: Path) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        connection = store._connection
        assert connection is not None
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        more = {f"cat/{number}.jpg": FACTS["cat/looked at.jpg"] for number in range(500)}
        store.put_places(more)

        assert store.read() == FACTS


def test_store_that_another_process_writes_to_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(facts_store, "_PATIENCE_SECONDS", 0.0)
    other = sqlite3.connect(store_path(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with FactsStore(tmp_path) as store:
        store.put_places({"cat/new.jpg": FACTS["cat/a.jpg"]})
    other.execute("ROLLBACK")
    other.close()

    assert read(tmp_path) == FACTS
