"""Fixtures of the tests that run the whole program."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.e2e.driving import Story, live_in
from tlgui.photos.samples import draw_sample_photos


@pytest.fixture
def run(qtbot: QtBot, expect_log: Callable[[str], None]) -> Callable[[Story], None]:
    """Return a function that starts the program, lives a story in it, and closes its window."""
    # The offscreen platform says so whenever a window has a smallest size.
    expect_log("propagateSizeHints")
    return functools.partial(live_in, qtbot)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "my photos"
    draw_sample_photos(folder, photos_per_class=20, size=96)
    return folder
