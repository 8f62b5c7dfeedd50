"""A photo goes through the network once for each model, and what was kept is what was said."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.counting_model import CountingModel
from tests.pictures import write_camera_jpeg, write_jpeg, write_text
from tlgui.errors import Cancelled
from tlgui.files import cache_folder
from tlgui.learning.arrays import PixelArray
from tlgui.learning.inference.answering import answered_batches
from tlgui.learning.inference.photo_input import MOST_AT_ONCE, Wanted
from tlgui.learning.inference.prediction_store import MOST_CLASSES
from tlgui.learning.results import Prediction
from tlgui.photos.pictures import photo_digests, photo_reader
from tlgui.photos.pictures.decode import read_photo
from tlgui.progress import JobContext

FRESH = Wanted(3)
KEPT = Wanted(3, uses_kept=True)
QUIET = JobContext()
ONLY_KEPT = Wanted(3, uses_kept=True, is_kept_only=True)


@pytest.fixture(autouse=True)
def _all_files_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_digests, "_SETTLED_NS", -1)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return write_photos(tmp_path / "photos", 30)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the names of the files that are opened to be read."""
    return noting(monkeypatch, "opened_bytes")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the names of the photos that are decoded."""
    return noting(monkeypatch, "read_photo")


def noting(monkeypatch: pytest.MonkeyPatch, function: str) -> list[str]:
    names: list[str] = []
    original = getattr(photo_reader, function)

    def note(path: Path, *arguments: object) -> object:
        names.append(path.name)
        return original(path, *arguments)

    monkeypatch.setattr(photo_reader, function, note)
    return names


def write_photos(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    return [write_jpeg(folder / f"{number:03}.jpg", 40, 30, seed=number) for number in range(count)]


def answers(
    model: CountingModel, photos: Sequence[Path], wanted: Wanted = FRESH, context: JobContext = QUIET
) -> list[Prediction]:
    return [item for batch in answered_batches(model, photos, wanted, context) for item in batch.predictions]


@pytest.mark.parametrize("has_looks", [True, False])
@pytest.mark.parametrize("top", [1, 3, MOST_CLASSES])
def test_kept_answers_are_the_fresh_ones(photos: list[Path], top: int, *, has_looks: bool) -> None:
    model = CountingModel(has_looks=has_looks)
    fresh = answers(model, photos, Wanted(top))
    assert model.named_count == 30
    assert answers(model, photos, Wanted(top, uses_kept=True)) == fresh
    assert model.named_count == 30
    assert all(len(item.scores) == top and bool(item.look) == has_looks for item in fresh)


def test_what_is_not_asked_for_is_not_taken(photos: list[Path]) -> None:
    model = CountingModel()
    assert answers(model, photos) == answers(model, photos)
    assert model.named_count == 60


def test_more_classes_than_are_kept_are_predicted_again(photos: list[Path]) -> None:
    model = CountingModel()
    answers(model, photos)
    found = answers(model, photos, Wanted(MOST_CLASSES + 1, uses_kept=True))
    assert model.named_count == 60
    assert {len(item.scores) for item in found} == {MOST_CLASSES + 1}


def test_all_classes_of_a_model_with_few_are_kept(photos: list[Path]) -> None:
    model = CountingModel(class_count=4)
    fresh = answers(model, photos, Wanted(99))
    assert answers(model, photos, Wanted(99, uses_kept=True)) == fresh
    assert model.named_count == 30


def test_unchanged_photo_is_not_opened(photos: list[Path], opened: list[str], decoded: list[str]) -> None:
    model = CountingModel()
    answers(model, photos)
    assert sorted(opened) == sorted(decoded) == [path.name for path in photos]
    opened.clear()
    decoded.clear()
    answers(model, photos, KEPT)
    assert opened == decoded == []


def test_moved_and_copied_photos_are_read_and_not_decoded(
    photos: list[Path], opened: list[str], decoded: list[str], tmp_path: Path
) -> None:
    model = CountingModel()
    fresh = answers(model, photos)
    decoded.clear()
    moved = photos[0].rename(tmp_path / "moved.jpg")
    copy = Path(shutil.copy(photos[1], tmp_path / "copy.jpg"))
    opened.clear()

    found = answers(model, [moved, copy], KEPT)

    assert [replace(item, time=None) for item in found] == [
        replace(item, path=path, time=None) for item, path in zip(fresh, (moved, copy), strict=False)
    ]
    assert sorted(opened) == ["copy.jpg", "moved.jpg"]
    assert decoded == []
    assert model.named_count == 30


def test_changed_photo_goes_through_the_network(photos: list[Path]) -> None:
    model = CountingModel()
    before = answers(model, photos)
    status = photos[3].stat()
    write_jpeg(photos[3], 40, 30, seed=99)
    os.utime(photos[3], ns=(status.st_atime_ns, status.st_mtime_ns))

    after = answers(model, photos, KEPT)

    assert model.named_count == 31
    assert after[3].digest != before[3].digest
    assert [item for place, item in enumerate(after) if place != 3] == [
        item for place, item in enumerate(before) if place != 3
    ]


def test_another_model_names_photos_itself(photos: list[Path]) -> None:
    first, second = CountingModel(), CountingModel(seed=2)
    one = answers(first, photos)
    assert answers(second, photos, KEPT) != one
    assert second.named_count == 30
    assert answers(first, photos, KEPT) == one


def test_bad_files_are_not_kept_and_can_become_photos(photos: list[Path]) -> None:
    model = CountingModel()
    bad = write_text(photos[0].with_name("bad.jpg"))
    for _ in range(2):
        assert answers(model, [bad], KEPT)[0].error
    write_jpeg(bad)
    assert not answers(model, [bad], KEPT)[0].error


def test_photos_without_a_kept_prediction_are_left_out(photos: list[Path], decoded: list[str]) -> None:
    model = CountingModel()
    fresh = answers(model, photos[::2])
    decoded.clear()
    photos[4].unlink()
    write_text(photos[6])

    batches = list(answered_batches(model, photos, ONLY_KEPT, QUIET))

    assert [item for batch in batches for item in batch.predictions] == [*fresh[:2], *fresh[4:]]
    assert sum(len(batch.left_out) for batch in batches) == 17
    assert model.named_count == 15
    assert decoded == []


@pytest.mark.parametrize("content", [b"no image", None], ids=["no image", "cut off"])
def test_photo_that_could_not_be_read_is_none_without_a_kept_prediction(
    photos: list[Path], content: bytes | None
) -> None:
    model = CountingModel()
    bad = photos[0]
    bad.write_bytes(content if content is not None else bad.read_bytes()[:-400])
    before = answers(model, [bad])
    assert before[0].error
    (batch,) = answered_batches(model, [bad], ONLY_KEPT, QUIET)
    assert (batch.predictions, batch.left_out) == (before, [])
    write_jpeg(bad, seed=98)
    (batch,) = answered_batches(model, [bad], ONLY_KEPT, QUIET)
    assert (batch.predictions, batch.left_out) == ([], [bad])


def test_new_photos_among_kept_ones_stay_in_their_order(tmp_path: Path) -> None:
    model = CountingModel()
    photos = write_photos(tmp_path / "many", 700)
    kept = [path for number, path in enumerate(photos) if number % 7]
    answers(model, kept)

    batches = list(answered_batches(model, photos, KEPT, QUIET))

    assert [item.path for batch in batches for item in batch.predictions] == photos
    assert model.named_count == 700
    assert max(len(batch.predictions) for batch in batches) <= MOST_AT_ONCE
    assert max(model.batches) <= model.batch_size


def test_first_photo_is_answered_before_the_second_is_read(photos: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first_answered = threading.Event()

    def read(path: Path, size: int, data: bytes | None) -> PixelArray:
        if path != photos[0] and not first_answered.wait(20):
            pytest.fail("the first photo waited for the others")
        return read_photo(path, size, data)

    monkeypatch.setattr(photo_reader, "read_photo", read)
    batches = answered_batches(CountingModel(), photos, KEPT, QUIET)
    assert [item.path for item in next(batches).predictions] == photos[:1]
    first_answered.set()
    assert sum(len(batch.predictions) for batch in batches) == 29


def test_time_is_that_of_the_camera_wherever_the_photo_is(tmp_path: Path) -> None:
    model = CountingModel()
    photo = write_camera_jpeg(tmp_path / "taken.jpg", "2021:05:06 07:08:09")
    plain = write_jpeg(tmp_path / "plain.jpg")
    os.utime(plain, (1_600_000_000, 1_600_000_000))
    fresh = [item.time for item in answers(model, [photo, plain])]
    assert fresh == [1620284889.0, 1_600_000_000.0]
    os.utime(plain, (1_600_000_500, 1_600_000_500))
    moved = photo.rename(tmp_path / "moved.jpg")
    assert [item.time for item in answers(model, [moved, plain], KEPT)] == [1620284889.0, 1_600_000_500.0]
    assert model.named_count == 2


def test_stop_keeps_what_was_answered(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "many", 60)
    model, told = CountingModel(), 0

    def stop() -> None:
        if told >= 20:
            raise Cancelled

    def run() -> None:
        nonlocal told
        for batch in answered_batches(model, photos, KEPT, JobContext(checkpoint=stop)):
            told += len(batch.predictions)

    with pytest.raises(Cancelled):
        run()
    assert model.named_count < 60
    answers(model, photos, KEPT)
    assert model.named_count == 60


def test_damaged_store_costs_time_and_no_answer(photos: list[Path], cache_warnings: Callable[[], list[str]]) -> None:
    model = CountingModel()
    fresh = answers(model, photos)
    (store,) = (cache_folder() / "predictions").glob("*.sqlite")
    store.write_bytes(b"damaged" * 999)
    assert answers(model, photos, KEPT) == fresh
    assert answers(model, photos, KEPT) == fresh
    assert model.named_count == 60
    assert cache_warnings()


def test_without_a_cache_folder_photos_are_named_all_the_same(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch, cache_warnings: Callable[[], list[str]], tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    model = CountingModel()
    assert len(answers(model, photos, KEPT)) == len(answers(model, photos, KEPT)) == 30
    assert model.named_count == 60
    assert cache_warnings()


def test_wrong_entry_of_the_store_is_predicted_again(photos: list[Path]) -> None:
    model = CountingModel()
    fresh = answers(model, photos)
    (store,) = (cache_folder() / "predictions").glob("*.sqlite")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE predictions SET data = zeroblob(60) WHERE photo = ?", (fresh[5].digest,))
    assert answers(model, photos, KEPT) == fresh
    assert model.named_count == 31
