"""Answers of which the model is not sure, and photos unlike anything it learned, in the list of the Predict page."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg
from tests.trusts import trust_of
from tlgui.learning.trust import Caution, Verdict
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.tokens import Accent, colour


@pytest.fixture
def page(predict_page: PredictPage, trained: Session) -> PredictPage:
    assert trained.model is not None
    return predict_page


def wait_for_rows(qtbot: QtBot, page: PredictPage, session: Session, rows: int) -> None:
    qtbot.waitUntil(lambda: not session.is_busy and len(page.predictions) == rows, timeout=20_000)


@pytest.fixture
def judged(qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path) -> PredictPage:
    """The page with photos named with 80 %, and one of them far from everything, by a model that promises 1 in 50."""
    assert session.model is not None
    session.in_use.use(replace(session.model, trust=trust_of((0.3, 0.5, 0.9, None))))
    (tmp_path / "new").mkdir()
    for name in ("owl.jpg", "robin.jpg"):
        write_jpeg(tmp_path / "new" / name)
    page.predict_paths([tmp_path / "new"])
    wait_for_rows(qtbot, page, session, 2)
    far = replace(page.predictions[0], path=tmp_path / "new" / "car.jpg", distance=0.9)
    page.list.append([far], session.model)
    return page


def verdicts(page: PredictPage) -> list[Verdict]:
    rows = page.list.rows
    return [rows.verdict(place) for place in range(rows.rowCount())]


def test_photos_are_not_sure_by_the_caution_of_the_session(judged: PredictPage, session: Session) -> None:
    assert verdicts(judged) == [Verdict.NAMED, Verdict.NAMED, Verdict.UNLIKE]
    session.set_caution(Caution(0.02))
    assert verdicts(judged) == [Verdict.NOT_SURE, Verdict.NOT_SURE, Verdict.UNLIKE]
    assert judged.summary.text() == "0 photos named, 2 not sure, 1 unlike anything it learned"
    spoken = judged.list.rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("owl.jpg: not sure, owl 80.0 %")
    session.set_caution(Caution(None))
    assert verdicts(judged) == [Verdict.NAMED, Verdict.NAMED, Verdict.UNLIKE]
    assert judged.list.rows.index(2).data().startswith("car.jpg: unlike anything it learned, owl 80.0 %")


def test_words_stand_in_the_row(qtbot: QtBot, judged: PredictPage, session: Session) -> None:
    def painted(accent: Accent = Accent.WARNING) -> int:
        image = judged.list.viewport().grab().toImage()
        wanted = colour(accent, judged.palette())
        height = judged.list.rowHeight(0)
        spots = ((x, y) for x in range(image.width()) for y in range(height))
        return sum(QColor(image.pixel(x, y)) == wanted for x, y in spots)

    assert painted() == 0
    assert painted(Accent.INFO) > 0
    session.set_caution(Caution(0.02))
    qtbot.waitUntil(lambda: painted() > 0)
    # The bar of its best class is no longer one that stands out.
    assert painted(Accent.INFO) == 0


def test_photos_named_before_keep_the_model_that_named_them(judged: PredictPage, session: Session) -> None:
    session.set_caution(Caution(0.02))
    assert session.model is not None
    session.in_use.use(replace(session.model, trust=None))
    assert verdicts(judged) == [Verdict.NOT_SURE, Verdict.NOT_SURE, Verdict.UNLIKE]


def test_model_of_an_earlier_version_names_every_photo(
    qtbot: QtBot, page: PredictPage, session: Session, tmp_path: Path
) -> None:
    session.set_caution(Caution(0.01))
    page.predict_paths([write_jpeg(tmp_path / "owl.jpg")])
    wait_for_rows(qtbot, page, session, 1)
    assert verdicts(page) == [Verdict.NAMED]
    assert page.summary.text() == "1 photo named"
