import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.pictures import write_jpeg, write_rotated_jpeg, write_text
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.ui.widgets import thumbnails
from tlgui.ui.widgets.thumbnails import ThumbnailLoader


def load(qtbot: QtBot, loader: ThumbnailLoader, path: Path) -> None:
    with qtbot.waitSignal(loader.loaded, check_params_cb=lambda loaded: loaded == path):
        assert loader.image(path) is None


def test_photo_is_decoded_small_and_upright(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(32)
    path = write_rotated_jpeg(tmp_path / "a.jpg", 48, 64)
    load(qtbot, loader, path)
    image = loader.image(path)
    assert image is not None
    assert (image.width(), image.height()) == (24, 32)
    assert image.pixelColor(12, 4).red() > 200
    assert image.pixelColor(12, 28).blue() > 200


def test_bad_photo_gives_a_null_image_and_is_not_tried_again(qtbot: QtBot, tmp_path: Path) -> None:
    store = GatedStore()
    store.gate.set()
    loader = ThumbnailLoader(32, store=store)
    bad, good = write_text(tmp_path / "a.jpg"), write_jpeg(tmp_path / "b.jpg")
    load(qtbot, loader, bad)
    image = loader.image(bad)
    assert image is not None
    assert image.isNull()
    load(qtbot, loader, good)
    assert store.begun == [bad, good]


def test_cache_drops_what_was_not_used_for_longest(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each takes 16 x 12 pixels of 4 bytes.
    monkeypatch.setattr(thumbnails, "_CACHED_BYTES", 2 * 16 * 12 * 4)
    loader = ThumbnailLoader(16)
    first, second, third = (write_jpeg(tmp_path / f"{name}.jpg") for name in "abc")
    load(qtbot, loader, first)
    load(qtbot, loader, second)
    assert loader.image(first) is not None
    load(qtbot, loader, third)
    assert loader.image(first) is not None
    load(qtbot, loader, second)


class GatedStore(ThumbnailStore):
    """Decodes while its gate is open, and records the paths."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.begun: list[Path] = []

    @override
    def read(self, path: Path, size: int) -> NDArray[np.uint8]:
        self.begun.append(path)
        assert self.gate.wait(10)
        return super().read(path, size)


def paint(qtbot: QtBot, loader: ThumbnailLoader, paths: Sequence[Path]) -> None:
    """Request thumbnails as one paint event does, and wait until it has ended."""
    for path in paths:
        loader.image(path)
    qtbot.waitUntil(lambda: not loader._painting_ended.isActive())


def test_new_requests_replace_the_oldest(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_MOST_WAITING", 3)
    store = GatedStore()
    loader = ThumbnailLoader(16, store=store)
    paths = [write_jpeg(tmp_path / f"{number:02}.jpg") for number in range(30)]
    loaded: list[object] = []
    loader.loaded.connect(loaded.append)
    for start in range(0, 30, 3):
        paint(qtbot, loader, paths[start : start + 3])
    store.gate.set()
    qtbot.waitUntil(lambda: not loader._waiting and not loader._running)
    assert len(loaded) == 5
    assert set(loaded) == {*paths[:2], *paths[-3:]}


def test_what_is_painted_now_comes_before_what_was_scrolled_away(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [write_jpeg(tmp_path / f"{number:02}.jpg") for number in range(20)]
    store = GatedStore()
    loader = ThumbnailLoader(16, store=store)
    loaded: list[object] = []
    loader.loaded.connect(loaded.append)
    # The first two of one paint event are being decoded when the next one comes.
    paint(qtbot, loader, paths[:12])
    qtbot.waitUntil(lambda: len(store.begun) == 2)
    paint(qtbot, loader, paths[12:])
    store.gate.set()
    qtbot.waitUntil(lambda: len(loaded) == len(paths))
    assert set(store.begun[:2]) == set(paths[:2])
    # Two are decoded at a time, so their order may vary.
    assert set(store.begun[2:9]) <= set(paths[12:])
    assert store.begun.index(paths[12]) < store.begun.index(paths[18])


def test_every_photo_fills_its_place_ready_to_be_painted(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(100)
    for size, shown in (((40, 30), (100, 75)), ((400, 300), (100, 75)), ((900, 3), (100, 1))):
        path = write_jpeg(tmp_path / f"{size}.jpg", *size)
        load(qtbot, loader, path)
        image = loader.image(path)
        assert image is not None
        assert (image.width(), image.height()) == shown
        assert image.format() is QImage.Format.Format_RGB32


def test_forgetting_drops_pictures_and_requests(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(16)
    path = write_jpeg(tmp_path / "a.jpg")
    load(qtbot, loader, path)
    loader.forget()
    load(qtbot, loader, path)


def test_loader_can_be_deleted_while_it_decodes(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(16)
    for number in range(10):
        loader.image(write_jpeg(tmp_path / f"{number}.jpg", 400, 300))
    with qtbot.waitSignal(loader.destroyed):
        loader.deleteLater()


def test_another_size_is_loaded_while_the_old_one_is_painted(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(16)
    path = write_jpeg(tmp_path / "a.jpg")
    load(qtbot, loader, path)
    loader.set_size(32)
    with qtbot.waitSignal(loader.loaded):
        small = loader.image(path)
        assert small is not None
        assert small.width() == 16
    large = loader.image(path)
    assert large is not None
    assert large.width() == 32
