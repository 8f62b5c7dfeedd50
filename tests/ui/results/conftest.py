"""The Results page of a session."""

import pytest
from pytestqt.qtbot import QtBot

from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> ResultsPage:
    page = ResultsPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page
