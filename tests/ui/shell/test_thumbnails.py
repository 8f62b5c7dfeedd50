import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot
from typing_extensions import override

from tests.pictures import write_jpeg, write_rotated_jpeg, write_text
from tlgui.photos.thumbnails import ThumbnailStore
from tlgui.ui.widgets import thumbnails
from tlgui.ui.widgets.thumbnails import ThumbnailLoader


def load(qtbot: QtBot, loader: ThumbnailLoader, path: Path) -> None:
    with qtbot.waitSignal(loader.loaded, check_params_cb=lambda loaded: loaded == path):
        assert loader.image(path) is None


def test_a_photo_is_decoded_small_and_upright(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(32)
    path = write_rotated_jpeg(tmp_path / "a.jpg", 48, 64)
    load(qtbot, loader, path)
    image = loader.image(path)
    assert image is not None
    assert (image.width(), image.height()) == (24, 32)
    assert image.pixelColor(12, 4).red() > 200
    assert image.pixelColor(12, 28).blue() > 200


def test_a_bad_photo_gives_a_null_image_and_is_not_tried_again(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(32)
    path = write_text(tmp_path / "a.jpg")
    load(qtbot, loader, path)
    image = loader.image(path)
    assert image is not None
    assert image.isNull()
    with qtbot.assertNotEmitted(loader.loaded, wait=50):
        loader.image(path)


def test_the_cache_drops_what_was_not_used_for_longest(
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


def test_old_wishes_give_way_to_new_ones(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_WAITING", 3)
    loader = ThumbnailLoader(16)
    paths = [write_jpeg(tmp_path / f"{number}.jpg") for number in range(30)]
    loaded: list[object] = []
    loader.loaded.connect(loaded.append)
    for path in paths:
        loader.image(path)
    qtbot.waitUntil(lambda: len(loaded) == 5)
    with qtbot.assertNotEmitted(loader.loaded, wait=100):
        pass
    assert set(paths[-3:]) <= set(loaded)


def test_what_is_painted_now_comes_before_what_was_scrolled_away(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [write_jpeg(tmp_path / f"{number}.jpg") for number in range(20)]
    gate, begun = threading.Event(), list[int]()
    loaded: list[object] = []

    class GatedStore(ThumbnailStore):
        @override
        def read(self, path: Path, size: int) -> NDArray[np.uint8]:
            begun.append(paths.index(path))
            assert gate.wait(10)
            return super().read(path, size)

    loader = ThumbnailLoader(16, store=GatedStore())
    loader.loaded.connect(loaded.append)
    for path in paths[:12]:
        loader.image(path)
    # One painting has ended, and its first two are being decoded, when the next one comes.
    qtbot.waitUntil(lambda: len(begun) == 2 and not loader._painting_ended.isActive())
    for path in paths[12:]:
        loader.image(path)
    gate.set()
    qtbot.waitUntil(lambda: len(loaded) == len(paths))
    assert set(begun[:2]) == {0, 1}
    # Two are decoded at a time, so neighbours may change places.
    assert set(begun[2:9]) <= set(range(12, 20))
    assert begun.index(12) < begun.index(18)


def test_forgetting_drops_pictures_and_wishes(qtbot: QtBot, tmp_path: Path) -> None:
    loader = ThumbnailLoader(16)
    path = write_jpeg(tmp_path / "a.jpg")
    load(qtbot, loader, path)
    loader.forget()
    load(qtbot, loader, path)


def test_a_loader_can_go_while_it_decodes(qtbot: QtBot, tmp_path: Path) -> None:
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
