"""How careful the answers are to be: chosen on the Results page, used by all, and kept."""

from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui.app import create_window
from tlgui.learning.trust import Caution
from tlgui.ui.shell.main_window import MainWindow


def test_caution_survives_a_restart(qtbot: QtBot, window: MainWindow, fake_engine: FakeEngine) -> None:
    window.pages.results.view.caution.slider.setValue(3)
    window.pages.results.view.caution.by_class.click()
    assert window.session.caution == Caution(0.02, is_by_class=True)
    assert window.close()
    again = create_window(fake_engine)
    qtbot.addWidget(again)
    assert again.session.caution == Caution(0.02, is_by_class=True)
    assert again.pages.results.view.caution.caution == Caution(0.02, is_by_class=True)
