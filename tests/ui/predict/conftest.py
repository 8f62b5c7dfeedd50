"""The Predict page with named photos."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg, write_text
from tests.trusts import trust_of
from tests.ui.predict.showing import chips
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session


@pytest.fixture
def named(qtbot: QtBot, predict_page: PredictPage, trained: Session, tmp_path: Path) -> PredictPage:
    """The page with two owls, two robins, one wren, and a file that is no photo, named by a model that makes promises.

    Each photo is named with 80 %.
    """
    assert trained.model is not None
    trained.in_use.use(replace(trained.model, trust=trust_of((0.3, 0.5, 0.9, None))))
    folder = tmp_path / "New"
    folder.mkdir()
    for number, name in enumerate(("a owl", "b robin", "c wren", "d owl", "e robin")):
        write_jpeg(folder / f"{name}.jpg", seed=1000 + number)
    write_text(folder / "f broken.jpg")
    predict_page.predict_paths([folder])
    qtbot.waitUntil(lambda: not trained.is_busy and chips(predict_page)[0] == "All 6", timeout=20_000)
    return predict_page
