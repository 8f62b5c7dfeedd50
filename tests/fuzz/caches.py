"""What can be found out again: facts of photos, their digests, small pictures, and features."""

import hashlib
from pathlib import Path

import numpy as np

from tests.fuzz.container_mutation import sqlite_changed
from tests.fuzz.families import Family
from tests.fuzz.mutation import bytes_changed
from tests.pictures import write_jpeg
from tlgui.files import cache_folder, workspace_path
from tlgui.learning.data.feature_cache import FeatureCache, vector_key
from tlgui.learning.data.feature_lookup import known_features
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import MINIATURE_BYTES, FileState, Look, PhotoFacts
from tlgui.photos.pictures import photo_digests
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.photos.storage.facts_store import FactsStore, Known, Refusal

_FOLDER = Path("photos").absolute()
_PLACES = [f"robin/{number}.jpg" for number in range(12)]
_STATE = FileState(4711, 17 * 10**17)
_LOOK = Look(2**63 + 5, 0.5, 0.9, 300.0, bytes(range(16)))
_RELATION_KEY = b"key"
_DIGESTS = [hashlib.sha256(place.encode()).digest() for place in _PLACES]
_FEATURES, _LENGTH = "network 224", 64
_THUMBNAIL_SIDE = 128


def facts_family() -> Family:
    """Return the family of stored facts."""
    readers = {"facts": _read_facts, "facts, then changed": _change_facts}
    return Family("facts", _make_facts, readers, (sqlite_changed, bytes_changed))


def thumbnails_family() -> Family:
    """Return the family of small pictures on disk."""
    return Family("thumbnails", _make_thumbnails, {"thumbnail": _read_thumbnail}, (bytes_changed,))


def features_family() -> Family:
    """Return the family of features on disk, and of the digests that they are found by."""
    readers = {"features": _read_features, "known features": _read_known_features}
    return Family("features", _make_features, readers, (sqlite_changed, bytes_changed))


def _facts_path() -> Path:
    return cache_folder() / "photos" / f"{workspace_path(_FOLDER).name}.sqlite"


def _index_path() -> Path:
    return cache_folder() / "digests.sqlite"


def _make_facts(folder: Path) -> None:
    path = _facts_path()
    path.unlink(missing_ok=True)
    with FactsStore(_FOLDER) as store:
        facts = {place: PhotoFacts(_STATE, 640, 480, "JPEG", 1.5e9, "Maker", _LOOK) for place in _PLACES[:8]}
        refused = {place: Refusal(_STATE, ProblemKind.UNREADABLE, "It is damaged.") for place in _PLACES[8:]}
        known: dict[str, Known] = {**facts, **refused}
        store.put(known)
        store.put_looked_at(
            {_FOLDER / place: fact for place, fact in facts.items()},
            {_FOLDER / place: bytes(MINIATURE_BYTES) for place in facts},
        )
        store.put_groups(_RELATION_KEY, {"near": [[0, 1], [2, 3, 4]], "together": []})
    (folder / "facts.sqlite").write_bytes(path.read_bytes())


def _opened_facts(path: Path) -> FactsStore:
    store = _facts_path()
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_bytes(path.read_bytes())
    return FactsStore(_FOLDER)


def _read_facts(path: Path) -> None:
    with _opened_facts(path) as store:
        known = store.read()
        for place in _PLACES:
            known.take(place, _STATE)
        known.left()
        store.read().facts()
        store.miniatures([_FOLDER / place for place in _PLACES])
        for name in ("near", "together"):
            store.groups(_RELATION_KEY, name)


def _change_facts(path: Path) -> None:
    fresh: dict[str, Known] = {"wren/new.jpg": PhotoFacts(_STATE, 10, 20, "PNG")}
    with _opened_facts(path) as store:
        store.moved([(_FOLDER / _PLACES[0], _FOLDER / "wren/1.jpg"), (_FOLDER / _PLACES[9], _FOLDER / "wren/2.jpg")])
        store.forget(_PLACES[2:4])
        store.put_together()
        store.read()
        store.groups(_RELATION_KEY, "near")
        store.put_groups(_RELATION_KEY, {"near": [[0, 1]]})
        # By now every table was asked, and the store begun anew where one is damaged.
        store.put(fresh)
        known, groups = store.read().take("wren/new.jpg", _STATE), store.groups(_RELATION_KEY, "near")
    if known != fresh["wren/new.jpg"] or groups != [[0, 1]]:
        raise AssertionError("what was found out after the damage was not kept")


def _make_thumbnails(folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(
            _entry(folder / "kept", write_jpeg(folder / "photo.jpg", seed=number)).read_bytes()
        )
    (folder / "photo.jpg").unlink()


def _entry(kept: Path, photo: Path) -> Path:
    """Have a photo's small picture kept, and return its file."""
    ThumbnailStore(kept).read(photo, _THUMBNAIL_SIDE)
    return max(kept.rglob("*.jpg"), key=lambda path: path.stat().st_mtime_ns)


def _read_thumbnail(path: Path) -> None:
    photo, kept = write_jpeg(path.parent / "whole photo.jpg"), path.parent / "kept"
    _entry(kept, photo).write_bytes(path.read_bytes())
    pixels = ThumbnailStore(kept).read(photo, _THUMBNAIL_SIDE)
    if max(pixels.shape[:2]) > _THUMBNAIL_SIDE or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise AssertionError(f"a small picture has the shape {pixels.shape}")


def _make_features(folder: Path) -> None:
    stores = folder / "stores"
    with FeatureCache(_FEATURES, _LENGTH, stores) as cache:
        for number, digest in enumerate(_DIGESTS):
            cache.put(vector_key(digest), np.full(_LENGTH, number, np.float32))
    (store,) = stores.glob("*.sqlite")
    store.rename(folder / "features.sqlite")
    stores.rmdir()
    (folder / "digests.sqlite").write_bytes(_good_digests())


def _good_digests() -> bytes:
    """Return the index of digests of real files, which lie where the process keeps its things."""
    index = _index_path()
    index.unlink(missing_ok=True)
    with photo_digests.PhotoDigests() as digests:
        for photo, digest in zip(_photos(), _DIGESTS, strict=True):
            digests._put(photo_digests._key(photo), photo_digests._state(photo.stat()), digest)
    return index.read_bytes()


def _photos() -> list[Path]:
    photos = [Path.home() / place.replace("/", " ") for place in _PLACES]
    for photo in photos:
        if not photo.exists():
            photo.write_bytes(b"photo")
    return photos


def _read_features(path: Path) -> None:
    if path.name != "features.sqlite":
        _place_digests(path.read_bytes())
        with photo_digests.PhotoDigests() as digests:
            for photo in _photos():
                digests(photo)
        return
    folder = path.parent / "stores"
    folder.mkdir()
    with FeatureCache(_FEATURES, _LENGTH, folder):
        pass
    (store,) = folder.glob("*.sqlite")
    store.write_bytes(path.read_bytes())
    new = vector_key(bytes(32))
    with FeatureCache(_FEATURES, _LENGTH, folder) as cache:
        for digest in _DIGESTS:
            vector = cache.get(vector_key(digest))
            if vector is not None and (vector.shape != (_LENGTH,) or vector.dtype != np.float32):
                raise AssertionError(f"features have the shape {vector.shape}")
        cache.put(new, np.ones(_LENGTH, np.float32))
        cache.get(new)


def _read_known_features(path: Path) -> None:
    is_store = path.name == "features.sqlite"
    _place_digests(_good_digests() if is_store else path.read_bytes())
    stores = cache_folder() / "features"
    stores.mkdir(exist_ok=True)
    if is_store:
        (stores / "store.sqlite").write_bytes(path.read_bytes())
    found = list(known_features(_photos()))
    if len(found) != len(_PLACES):
        raise AssertionError(f"features of {len(found)} photos")


def _place_digests(data: bytes) -> None:
    _index_path().write_bytes(data)
