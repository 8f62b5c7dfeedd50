from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from tlgui.exporting.export_formats import FORMATS
from tlgui.ui.shell.export_dialog import ExportDialog


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> Iterator[ExportDialog]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = ExportDialog("birds", tmp_path, window)
    dialog.open()
    # The dialog would go with its window if nobody kept that.
    yield dialog
    window.close()


def test_every_format_of_the_catalogue_can_be_chosen(dialog: ExportDialog, tmp_path: Path) -> None:
    for item in FORMATS:
        dialog.choose(item.id)
        assert dialog.chosen() == item
        target = Path(dialog.target.text())
        assert target.parent == tmp_path
        assert target.name.startswith("birds")
        assert target.suffix == item.suffix
        assert dialog.export_button.isEnabled()


def test_export_asks_for_what_was_chosen(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.choose("onnx")
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["onnx", tmp_path / "birds.onnx", False]
    assert not dialog.distance.isVisible(), "the model cannot tell it"


def test_distance_can_be_asked_for_where_model_and_format_tell_it(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = ExportDialog("birds", tmp_path, window, tells_distance=True)
    dialog.open()
    with qtbot.waitSignal(dialog.export_requested) as asked:
        assert dialog.distance.isVisible()
        assert not dialog.distance.isChecked()
        dialog.distance.click()
        dialog.choose("tflite")
        assert not dialog.distance.isEnabled()
        assert dialog.distance_note.text() == "This format has no room for it."
        dialog.choose("keras")
        assert dialog.distance.isEnabled()
        assert dialog.distance.isChecked()
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["keras", tmp_path / "birds.keras", True]
    window.close()


def test_format_without_room_is_exported_without_distance(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = ExportDialog("birds", tmp_path, window, tells_distance=True)
    dialog.open()
    dialog.distance.click()
    dialog.choose("tflite")
    with qtbot.waitSignal(dialog.export_requested) as asked:
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["tflite", tmp_path / "birds.tflite", False]
    window.close()


def test_place_that_will_not_do_is_said_before(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.target.setText(str(tmp_path / "nowhere" / "birds.keras"))
    assert not dialog.export_button.isEnabled()
    assert "nowhere" in dialog.note.text()
    dialog.target.setText("birds.keras")
    assert not dialog.export_button.isEnabled()
    dialog.target.setText("")
    assert not dialog.export_button.isEnabled()
    dialog.target.setText(str(tmp_path))
    assert not dialog.export_button.isEnabled()
    assert "Choose another name" in dialog.note.text()


def test_file_that_would_be_replaced_is_named(dialog: ExportDialog, tmp_path: Path) -> None:
    (tmp_path / "birds.onnx").write_bytes(b"\x08old")
    dialog.choose("onnx")
    assert dialog.export_button.isEnabled()
    assert dialog.note.text() == "“birds.onnx” is there already and will be replaced."


def test_browsing_changes_the_target(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    dialog.choose("onnx")
    QTest.mouseClick(dialog.browse_button, Qt.MouseButton.LeftButton)
    question = dialog.findChild(QFileDialog)
    assert question is not None
    question.setDirectory(str(tmp_path / "other"))
    question.selectFile("owls")
    question.accept()
    assert dialog.target.text() == str(tmp_path / "other" / "owls.onnx")
    dialog.choose("savedmodel")
    qtbot.waitUntil(lambda: dialog.findChild(QFileDialog) is None)
    QTest.mouseClick(dialog.browse_button, Qt.MouseButton.LeftButton)
    question = dialog.findChild(QFileDialog)
    assert question is not None
    question.selectFile(str(tmp_path))
    question.accept()
    assert Path(dialog.target.text()) == tmp_path / "birds savedmodel"


def test_what_is_no_export_is_not_replaced(dialog: ExportDialog, tmp_path: Path) -> None:
    (tmp_path / "birds.onnx").write_bytes(b"\xff\xd8\xff\xe0 a photo")
    dialog.choose("onnx")
    assert not dialog.export_button.isEnabled()
    assert "is not an ONNX model, so it is not replaced" in dialog.note.text()
    dialog.target.setText(str(tmp_path / "photo.jpg"))
    assert not dialog.export_button.isEnabled()
    assert "ends in .onnx" in dialog.note.text()
