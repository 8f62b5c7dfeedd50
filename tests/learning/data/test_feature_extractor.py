"""Features are the backbone's outputs, are computed once, and a damaged photo or cache does not end the work."""

import mmap
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.pictures import write_collection, write_text
from tlgui.errors import Cancelled, StorageError
from tlgui.files import cache_folder, caches
from tlgui.learning.backbones.weights import find_weights
from tlgui.learning.data import disk_array, feature_cache, feature_extractor
from tlgui.learning.data.feature_extractor import BATCH_SIZE, FeatureExtractor, Features
from tlgui.learning.networks.builder import build_backbone
from tlgui.learning.recipes.recipe import NO_WEIGHTS, SMALL_CNN, Augmentation, Recipe
from tlgui.photos.collection import Photo
from tlgui.photos.pictures import photo_digests
from tlgui.photos.pictures.decode import read_photo
from tlgui.photos.pictures.photo_reader import PhotoFile, PhotoReader
from tlgui.progress import Event, JobContext, Progress, Stage

SHIPPED = Recipe(input_size=32, augmentation=Augmentation(rotation=20, brightness=0.2, flip_horizontal=True, copies=2))
# The smallest network there is, with about as many features, for tests that do not depend on their values.
RECIPE = replace(SHIPPED, backbone=SMALL_CNN, weights=NO_WEIGHTS, input_size=48, pooling="flatten")
LENGTH = 5 * 5 * 64
CONTEXT = JobContext()


@pytest.fixture
def photos(tmp_path: Path) -> list[Photo]:
    folder = write_collection(tmp_path / "photos", classes=2, photos=BATCH_SIZE // 2 + 2)  # more than one batch
    return [Photo(path, path.parent.name) for path in sorted(folder.rglob("*.jpg"))]


def _extract(photos: list[Photo], copies: int = 0, recipe: Recipe = RECIPE) -> Features:
    return FeatureExtractor(recipe, CONTEXT).extract(photos, range(copies + 1), CONTEXT)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the number of pictures each time the network runs."""
    counts: list[int] = []
    compute = FeatureExtractor.compute

    def counting(self: FeatureExtractor, batch: "feature_extractor._Batch", context: JobContext) -> np.ndarray:
        counts.append(len(batch.pixels))
        return compute(self, batch, context)

    monkeypatch.setattr(FeatureExtractor, "compute", counting)
    return counts


def _store() -> Path:
    (store,) = (cache_folder() / "features").glob("*.sqlite")
    return store


def test_features_are_the_outputs_of_the_backbone(photos: list[Photo]) -> None:
    backbone = build_backbone(SHIPPED, find_weights(SHIPPED, CONTEXT))
    expected = np.asarray(backbone(np.stack([read_photo(photo.path, 32) for photo in photos]).astype(np.float32)))

    found = _extract(photos, recipe=SHIPPED)

    assert found.photos == tuple(photos)
    assert found.failed == ()
    assert found.matrix.shape == (len(photos), 1, 1280)
    assert found.matrix.dtype == np.float32
    # ONNX Runtime adds in another order.
    np.testing.assert_allclose(found.matrix[:, 0], expected, atol=5e-5)


def test_copies_differ_from_the_photo_and_by_seed(photos: list[Photo]) -> None:
    first = _extract(photos[:3], copies=2, recipe=SHIPPED)
    other = _extract(photos[:3], copies=2, recipe=replace(SHIPPED, seed=2))

    assert first.matrix.shape == (3, 3, 1280)
    np.testing.assert_array_equal(other.matrix[:, 0], first.matrix[:, 0])
    for one, two in ((first.matrix[:, 0], first.matrix[:, 1]), (first.matrix[:, 1], first.matrix[:, 2])):
        assert not np.allclose(one, two, atol=1e-3)
    assert not np.allclose(other.matrix[:, 1], first.matrix[:, 1], atol=1e-3)


def test_second_time_nothing_is_computed(photos: list[Photo], computed: list[int]) -> None:
    first = _extract(photos, copies=2)
    assert sum(computed) == 3 * len(photos)
    computed.clear()

    second = _extract(photos, copies=2)

    assert computed == []
    np.testing.assert_array_equal(second.matrix, first.matrix)


def test_only_what_is_new_is_computed(photos: list[Photo], computed: list[int]) -> None:
    _extract(photos[:10], copies=1)
    computed.clear()

    more_photos = _extract(photos[:12], copies=1)
    assert sum(computed) == 4
    computed.clear()
    more_copies = _extract(photos[:12], copies=2)
    assert sum(computed) == 12
    np.testing.assert_array_equal(more_copies.matrix[:, :2], more_photos.matrix)


def test_photos_with_cached_features_are_opened_only_where_they_changed(
    photos: list[Photo], computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_digests, "_SETTLED_NS", 0)
    first = _extract(photos)
    computed.clear()
    opened: list[Path] = []
    open_photo = PhotoReader.open

    def opening(self: PhotoReader, path: Path) -> PhotoFile:
        opened.append(path)
        return open_photo(self, path)

    monkeypatch.setattr(PhotoReader, "open", opening)
    shutil.copy(photos[7].path, photos[3].path)

    second = _extract(photos)
    cached = FeatureExtractor(RECIPE, CONTEXT).are_cached(photos, (0, 1), CONTEXT)

    assert opened == [photos[3].path]
    assert computed == []
    expected = first.matrix.copy()
    expected[3] = first.matrix[7]
    np.testing.assert_array_equal(second.matrix, expected)
    assert not any(cached)


def test_cached_features_are_those_that_are_computed(photos: list[Photo]) -> None:
    computed = _extract(photos, copies=2)
    cached = _extract(photos, copies=2)
    (cache_folder() / "features").rename(cache_folder() / "other")
    # The features of a photo do not depend on the others in its batch.
    computed_anew = _extract(photos[3:9], copies=2)

    np.testing.assert_allclose(cached.matrix, computed.matrix, atol=1e-5)
    np.testing.assert_allclose(computed_anew.matrix, computed.matrix[3:9], atol=1e-5)


def test_versions_come_as_they_were_asked_for(photos: list[Photo], computed: list[int]) -> None:
    extractor = FeatureExtractor(RECIPE, CONTEXT)
    everything = extractor.extract(photos[:4], (0, 1, 2), CONTEXT)
    computed.clear()

    copies = extractor.extract(photos[:4], (2, 1), CONTEXT)

    np.testing.assert_array_equal(copies.matrix, everything.matrix[:, [2, 1]])
    assert computed == []


def test_photos_are_cached_when_all_their_versions_were_computed(photos: list[Photo], computed: list[int]) -> None:
    extractor = FeatureExtractor(RECIPE, CONTEXT)
    extractor.extract(photos[:2], (0, 1), CONTEXT)
    extractor.extract(photos[2:3], (0,), CONTEXT)
    photos[1].path.unlink()
    computed.clear()

    assert extractor.are_cached(photos[:4], (0,), CONTEXT) == [True, False, True, False]
    assert extractor.are_cached(photos[:4], (0, 1), CONTEXT) == [True, False, False, False]
    assert computed == []


def test_content_counts_and_not_the_name(photos: list[Photo], computed: list[int]) -> None:
    before = _extract(photos[:2])
    moved = replace(photos[0], path=photos[0].path.rename(photos[0].path.with_name("renamed.jpg")))
    photos[1].path.write_bytes(photos[5].path.read_bytes())
    computed.clear()

    after = _extract([moved, photos[1]])

    assert sum(computed) == 1
    np.testing.assert_array_equal(after.matrix[0], before.matrix[0])
    assert not np.allclose(after.matrix[1], before.matrix[1], atol=1e-3)


def test_other_settings_have_features_of_their_own(photos: list[Photo], computed: list[int]) -> None:
    small = replace(RECIPE, pooling="average")
    larger = replace(small, input_size=64)
    found = [_extract(photos[:3], recipe=recipe).matrix for recipe in (small, larger, replace(larger, pooling="max"))]

    assert computed == [3, 3, 3]
    assert not np.allclose(found[0], found[1], atol=1e-3)
    assert not np.allclose(found[1], found[2], atol=1e-3)


def test_photos_that_are_gone_or_damaged_are_left_out(photos: list[Photo]) -> None:
    expected = _extract([photos[0], photos[3]])
    photos[1].path.unlink()
    write_text(photos[2].path)

    found = _extract(photos[:4])

    assert found.photos == (photos[0], photos[3])
    assert [photo for photo, _ in found.failed] == [photos[1], photos[2]]
    assert all(photo.path.name in error.message for photo, error in found.failed)
    np.testing.assert_array_equal(found.matrix, expected.matrix)


def test_no_photo_at_all_gives_an_empty_matrix(photos: list[Photo]) -> None:
    for photo in photos:
        photo.path.unlink()

    found = _extract(photos)

    assert found.photos == ()
    assert found.matrix.shape == (0, 1, LENGTH)
    assert len(found.failed) == len(photos)


def _flip_a_bit(store: Path) -> None:
    with sqlite3.connect(store) as connection:
        key, vector = connection.execute("SELECT key, vector FROM features LIMIT 1").fetchone()
        damaged = bytes([vector[0] ^ 1]) + vector[1:]
        connection.execute("UPDATE features SET vector = ? WHERE key = ?", (damaged, key))
    connection.close()


def _scribble(store: Path) -> None:
    store.write_bytes(b"not a store" * 1000)


@pytest.mark.parametrize("damage", [_flip_a_bit, _scribble])
def test_damaged_entries_are_computed_again(
    damage: Callable[[Path], None],
    photos: list[Photo],
    computed: list[int],
    cache_warnings: Callable[[], list[str]],
) -> None:
    expected = _extract(photos[:4])
    damage(_store())
    computed.clear()

    found = _extract(photos[:4])

    assert sum(computed) > 0
    assert any("damaged" in warning for warning in cache_warnings())
    np.testing.assert_allclose(found.matrix, expected.matrix, atol=1e-4)
    computed.clear()
    _extract(photos[:4])
    assert computed == []


@pytest.mark.usefixtures("cache_warnings")
def test_full_cache_disk_does_not_end_the_work(
    photos: list[Photo], computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite reports a store of the largest size as it does a full disk.
    monkeypatch.setattr(feature_cache, "LARGEST_BYTES", 60_000)

    found = _extract(photos)
    _extract(photos)

    assert len(found.photos) == len(photos)
    assert sum(computed) > len(photos)


@pytest.mark.usefixtures("cache_warnings")
def test_cache_folder_that_cannot_be_made_does_not_end_the_work(
    photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(caches, "cache_folder", refuse)

    assert len(_extract(photos[:2]).photos) == 2


def test_many_features_lie_on_the_disk(photos: list[Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _extract(photos, copies=1)
    monkeypatch.setattr(disk_array, "LARGEST_IN_MEMORY", 1000)

    found = _extract(photos, copies=1)

    assert _is_mapped(found.matrix)
    assert not _is_mapped(expected.matrix)
    np.testing.assert_array_equal(found.matrix, expected.matrix)
    assert sorted(path.name for path in cache_folder().iterdir()) == ["digests.sqlite", "features"]


def _is_mapped(array: object) -> bool:
    """Return whether an array's memory is that of a file."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap) or (isinstance(array, memoryview) and isinstance(array.obj, mmap.mmap))


def test_features_on_the_disk_leave_the_memory_and_stay_right(
    photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = _extract(photos)
    monkeypatch.setattr(disk_array, "LARGEST_IN_MEMORY", 1000)
    monkeypatch.setattr(feature_extractor, "_PHOTOS_IN_MEMORY", 5)
    released: list[disk_array.DiskArray] = []
    release = disk_array.DiskArray.release

    def noting(self: disk_array.DiskArray) -> None:
        released.append(self)
        release(self)

    monkeypatch.setattr(disk_array.DiskArray, "release", noting)

    found = _extract(photos)

    assert len(released) == len(photos) // 5
    np.testing.assert_array_equal(found.matrix, expected.matrix)


def test_disk_without_room_for_many_features_is_named(photos: list[Photo], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk_array, "LARGEST_IN_MEMORY", 1000)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)

    with pytest.raises(StorageError, match="full"):
        _extract(photos)


def test_progress_reaches_its_end(photos: list[Photo]) -> None:
    events: list[Event] = []
    context = JobContext(report=events.append)

    FeatureExtractor(RECIPE, context).extract(photos, (0, 1), context)

    progress = [event for event in events if isinstance(event, Progress)]
    assert {event.stage for event in progress} == {Stage.FEATURES}
    assert [event.done for event in progress] == sorted(event.done for event in progress)
    assert (progress[0].done, progress[-1].done) == (0, 2 * len(photos))
    assert all(event.total == 2 * len(photos) for event in progress)
    assert progress[-1].seconds_left == 0


def test_stop_ends_it_and_keeps_what_was_computed(photos: list[Photo], computed: list[int]) -> None:
    extractor = FeatureExtractor(RECIPE, CONTEXT)

    def stop_after_a_batch() -> None:
        if computed:
            raise Cancelled

    with pytest.raises(Cancelled):
        extractor.extract(photos, (0,), JobContext(checkpoint=stop_after_a_batch))
    assert computed == [BATCH_SIZE]
    computed.clear()

    _extract(photos)

    assert sum(computed) <= len(photos)
