"""Predictions on disk: what comes of a damaged store was said by this model of this photo, or is nothing."""

import hashlib
from pathlib import Path

from tests.fuzz.container_mutation import sqlite_changed
from tests.fuzz.families import Family
from tests.fuzz.mutation import bytes_changed
from tlgui.learning.inference.prediction_store import KeptPrediction, PredictionStore

_MODEL = hashlib.sha256(b"a model").digest()
_CLASSES = 5
_KEPT = {
    hashlib.sha256(b"%d" % number).digest(): KeptPrediction((number % 5,), (0.5,), 0.25, number + 0.5, bytes(range(64)))
    for number in range(200)
}


def family() -> Family:
    """Return the family of kept predictions."""
    return Family("predictions", _make, {"predictions": _read}, (sqlite_changed, bytes_changed))


def _make(folder: Path) -> None:
    stores = folder / "stores"
    with PredictionStore(_MODEL, _CLASSES, stores) as store:
        for photo, kept in _KEPT.items():
            store.put(photo, kept)
    (path,) = stores.glob("*.sqlite")
    path.rename(folder / "predictions.sqlite")
    stores.rmdir()


def _read(path: Path) -> None:
    folder = path.parent / "stores"
    folder.mkdir()
    with PredictionStore(_MODEL, _CLASSES, folder):
        pass
    (place,) = folder.glob("*.sqlite")
    place.write_bytes(path.read_bytes())
    new, said = bytes(32), KeptPrediction((1,), (0.5,), None, None, b"")
    with PredictionStore(_MODEL, _CLASSES, folder) as store:
        for photo, kept in store.find([*_KEPT]).items():
            if kept != _KEPT[photo]:
                raise AssertionError(f"another prediction came back: {kept}")
        store.put(new, said)
        store.flush()
        store.find([new])
