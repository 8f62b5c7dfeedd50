"""A session with a collection whose closer look has ended."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.waiting import WAIT_MS, finish
from tlgui.learning.recipes.built_in import QUICK
from tlgui.ui.session.review import Review
from tlgui.ui.session.session import Session


@pytest.fixture
def review(session: Session) -> Review:
    return session.review


@pytest.fixture
def reviewed(qtbot: QtBot, session: Session, birds: Path) -> Session:
    finish(qtbot, session.scan_folder(birds))
    qtbot.waitUntil(lambda: not session.review.is_looking, timeout=WAIT_MS)
    session.set_recipe(replace(QUICK, epochs=1))
    return session
