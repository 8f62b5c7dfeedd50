"""Kept predictions come back exactly, of this model alone; what becomes of the file costs time and no answer."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.databases import LOOKS_LIKE_SOMETHING_ELSE
from tlgui.files import cache_folder
from tlgui.learning.inference import prediction_store
from tlgui.learning.inference.prediction_store import MOST_CLASSES, KeptPrediction, PredictionStore

MODEL = hashlib.sha256(b"a model").digest()
OTHER = hashlib.sha256(b"another model").digest()
CLASSES = 40


def photo(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


def said(number: int, count: int = MOST_CLASSES) -> KeptPrediction:
    rng = np.random.default_rng(number)
    probabilities = np.sort(rng.random(count, np.float32))[::-1]
    look = rng.standard_normal(8).astype("<f2").tobytes()
    distance = float(np.float32(rng.random()))
    return KeptPrediction(
        tuple(rng.permutation(CLASSES)[:count].tolist()), tuple(probabilities.tolist()), distance, number + 0.25, look
    )


def store(identity: bytes = MODEL) -> PredictionStore:
    return PredictionStore(identity, CLASSES)


def keep(count: int, identity: bytes = MODEL, first: int = 0) -> None:
    with store(identity) as opened:
        for number in range(first, first + count):
            opened.put(photo(number), said(number))


def kept(count: int, identity: bytes = MODEL) -> list[int]:
    """Return which of the first photos have the prediction that was kept of them; none may have another one."""
    with store(identity) as opened:
        found = opened.find([photo(number) for number in range(count)])
    assert all(found[photo(number)] == said(number) for number in range(count) if photo(number) in found)
    return [number for number in range(count) if photo(number) in found]


def files() -> list[Path]:
    return sorted((cache_folder() / "predictions").glob("*.sqlite"))


def test_predictions_come_back_exactly() -> None:
    keep(1200)
    assert kept(1300) == list(range(1200))


def test_what_a_model_does_not_tell_is_not_told() -> None:
    plain = KeptPrediction((0,), (1.0,), None, None, b"")
    with store() as opened:
        opened.put(photo(1), plain)
    with store() as opened:
        assert opened.find([photo(1)]) == {photo(1): plain}


def test_of_many_classes_the_most_probable_are_kept() -> None:
    whole = said(1, CLASSES)
    with store() as opened:
        opened.put(photo(1), whole)
    with store() as opened:
        found = opened.find([photo(1)])[photo(1)]
    assert (found.classes, found.probabilities) == (whole.classes[:MOST_CLASSES], whole.probabilities[:MOST_CLASSES])
    assert found.look == whole.look


def test_another_model_finds_nothing() -> None:
    keep(3)
    assert kept(3, OTHER) == []


def test_model_that_is_not_known_keeps_nothing() -> None:
    keep(3, b"")
    assert files() == []


def test_later_prediction_replaces_an_earlier_one() -> None:
    with store() as opened:
        opened.put(photo(1), said(2))
    keep(2)
    assert kept(2) == [0, 1]


def test_flushed_predictions_outlast_the_end_of_the_process() -> None:
    code = (
        "import os, signal\n"
        "from tests.unit.learning.inference.test_prediction_store import photo, said, store\n"
        "with store() as opened:\n"
        "    opened.put(photo(0), said(0))\n"
        "    opened.flush()\n"
        "    opened.put(photo(1), said(1))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[4], check=False)
    assert kept(2) == [0]


# --- damage


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def damage_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data), 8192):
        data[start : start + 64] = os.urandom(64)
    path.write_bytes(data)


def damage_start(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("damage", [damage_end, damage_pages, damage_start, *LOOKS_LIKE_SOMETHING_ELSE])
def test_damaged_store_is_made_again(damage: Callable[[Path], None], cache_warnings: Callable[[], list[str]]) -> None:
    keep(300)
    damage(files()[0])
    # Whatever is found is right, and what is lost can be kept again.
    kept(300)
    keep(300)
    keep(300)
    assert kept(300) == list(range(300))
    assert cache_warnings()


def change(column: str, value: object) -> None:
    with closing(sqlite3.connect(files()[0])) as connection, connection:
        connection.execute(f"UPDATE predictions SET {column} = ? WHERE photo = ?", (value, photo(1)))


@pytest.mark.parametrize("value", [b"", b"\0" * 90, "text", None, 5])
def test_changed_entry_is_not_used(value: object) -> None:
    keep(3)
    change("data", value)
    assert kept(3) == [0, 2]


def test_entry_of_another_photo_is_not_used() -> None:
    keep(2)
    with closing(sqlite3.connect(files()[0])) as connection, connection:
        connection.execute("DELETE FROM predictions WHERE photo = ?", (photo(0),))
        connection.execute("UPDATE predictions SET photo = ? WHERE photo = ?", (photo(0), photo(1)))
    assert kept(2) == []


def test_entry_with_a_class_that_the_model_does_not_have_is_not_used() -> None:
    keep(1)
    with PredictionStore(MODEL, 3) as opened:
        assert opened.find([photo(0)]) == {}


# --- several processes


def test_two_processes_write_at_once() -> None:
    code = (
        "import sys\n"
        "from tests.unit.learning.inference.test_prediction_store import photo, said, store\n"
        "with store() as opened:\n"
        "    for number in range(int(sys.argv[1]), 400, 2):\n"
        "        opened.put(photo(number), said(number))\n"
        "        opened.flush()\n"
    )
    command = [sys.executable, "-c", code]
    both = [subprocess.Popen([*command, str(first)], cwd=Path(__file__).parents[4]) for first in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert kept(400) == list(range(400))


def test_store_that_another_process_holds_is_left_alone_and_written_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prediction_store, "_LOCK_TIMEOUT_SECONDS", 0.01)
    keep(1)
    with closing(sqlite3.connect(files()[0])) as holder, store() as opened:
        holder.execute("BEGIN EXCLUSIVE")
        opened.put(photo(1), said(1))
        opened.flush()
        assert opened.find([photo(0)]) == {}
        # Asked again at once it does not wait, and goes on when the holder is done.
        opened.put(photo(2), said(2))
        opened.flush()
        holder.rollback()
    assert kept(3) == [0, 1, 2]


# --- the limit


def test_store_of_the_model_used_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [hashlib.sha256(b"%d" % number).digest() for number in range(4)]
    stores: list[Path] = []
    for when, name in enumerate(names):
        keep(50, name)
        (made,) = {*files()} - {*stores}
        stores.append(made)
        os.utime(made, (1_700_000_000 + when, 1_700_000_000 + when))
    monkeypatch.setattr(prediction_store, "LARGEST_BYTES", 3 * stores[0].stat().st_size)

    keep(1, names[0], first=60)

    assert {*files()} == {stores[0], stores[2], stores[3]}


def test_oldest_predictions_of_a_full_store_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction_store, "LARGEST_BYTES", 100_000)
    for first in range(0, 1000, 50):
        keep(50, first=first)
    left = kept(1000)
    assert files()[0].stat().st_size < 150_000
    assert left == list(range(left[0], 1000))
    assert len(left) >= 100


def test_full_disk_keeps_nothing_and_stops_nobody(
    expect_log: Callable[[str], None],
) -> None:
    expect_log("cannot be used: database or disk is full")
    keep(5)
    with store() as opened:
        assert opened._connection is not None
        pages = opened._connection.execute("PRAGMA page_count").fetchone()[0]
        opened._connection.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(5, 500):
            opened.put(photo(number), said(number))
        opened.flush()
        assert opened.find([photo(0)]) != {}
        opened.put(photo(500), said(500))
        opened.flush()
    assert kept(500) == list(range(5))
