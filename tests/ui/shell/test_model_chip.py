"""The chip in the corner of the menu bar: the model in use, Save and Export."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolBar
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection
from tests.ui.shell.driving import action, open_folder, train
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step


def test_there_is_no_toolbar_and_no_model_at_first(window: MainWindow) -> None:
    assert window.findChildren(QToolBar) == []
    chip = window.chip
    assert chip.isVisible()
    assert chip.button.text() == "No model yet"
    assert not any(button.isVisible() for button in chip.buttons)


def test_chip_names_the_model_with_its_accuracy_and_leads_to_its_results(
    qtbot: QtBot, window: MainWindow, birds: Path
) -> None:
    window.resize(1200, 800)
    train(qtbot, window, birds)
    chip = window.chip
    qtbot.waitUntil(lambda: chip.button.text() == "Birds: Quick · 90.0 % right")
    assert "Birds: Quick" in chip.button.accessibleName()
    assert [button.text() for button in chip.buttons] == ["Save", "Export"]
    QTest.mouseClick(chip.button, Qt.MouseButton.LeftButton)
    assert window.steps.current() is Step.RESULTS


def test_buttons_are_the_actions_of_the_menu(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    train(qtbot, window, birds)
    save, export = window.chip.buttons
    assert save.defaultAction() is action(window, "save-model")
    assert export.defaultAction() is action(window, "export-model")
    assert save.isVisible()
    assert save.isEnabled()


def test_model_of_elsewhere_is_told_as_such(qtbot: QtBot, window: MainWindow, birds: Path, tmp_path: Path) -> None:
    model = train(qtbot, window, birds)
    copy = tmp_path / "copied.tlmodel"
    copy.write_bytes(model.read_bytes())
    open_folder(qtbot, window, write_collection(tmp_path / "Fish", ["cod", "eel"], photos=4))
    assert window.chip.button.text() == "No model yet"
    with qtbot.waitSignal(window.session.job_ended):
        window.commands.open_model(copy)
    assert "from a file" in window.chip.button.accessibleName()
    qtbot.waitUntil(lambda: "(from a file) · 90.0 % right" in window.chip.button.text())


def test_chip_leaves_the_menus_their_room_in_a_small_window(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    train(qtbot, window, birds)
    for scale in (1.0, 2.0):
        font = window.font()
        font.setPointSizeF(font.pointSizeF() * scale)
        window.setFont(font)
        window.resize(900, 640)
        bar = window.menuBar()
        last = bar.actions()[-1]
        qtbot.waitUntil(lambda: not bar.actionGeometry(last).isEmpty())  # noqa: B023 - used at once
        chip = window.chip
        qtbot.waitUntil(lambda: chip.geometry().left() >= bar.actionGeometry(last).right())  # noqa: B023 - used at once
        assert chip.geometry().right() <= bar.width()
        assert "90.0 % right" in chip.button.text()
