"""Save predictions: every format, with what a person decided, in a job and over nothing else."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.pictures import write_png
from tests.ui.shell.driving import action
from tests.ui.shell.sorting import NAMES, card
from tests.unit.text.tables.camtrap_schema import problems
from tlgui.text.tables.formats import FORMATS
from tlgui.ui.predict.table_dialog import TableDialog
from tlgui.ui.shell.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = card(tmp_path / "card")
    (folder / "torn.jpg").write_bytes(b"no photo")
    return folder


def asked(window: MainWindow) -> TableDialog:
    action(window, "save-predictions").trigger()
    (dialog,) = [each for each in window.findChildren(TableDialog) if each.isVisible()]
    return dialog


def save(qtbot: QtBot, window: MainWindow, dialog: TableDialog) -> None:
    with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
        QTest.mouseClick(dialog.save_button, LEFT)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_each_format_is_written(qtbot: QtBot, named: MainWindow, tmp_path: Path) -> None:
    for each in FORMATS:
        dialog = asked(named)
        dialog.choose(each.id)
        target = tmp_path / each.id / dialog.target.text().rpartition("/")[2]
        target.parent.mkdir()
        dialog.target.setText(str(target))
        dialog.latitude.setText("52,7")
        dialog.longitude.setText("23.8")
        save(qtbot, named, dialog)
        assert target.exists()
        assert named.messages.message.text() == f"Saved “{target.name}”."
        if each.id == "camtrap-dp":
            assert problems(target) == []


def test_table_says_who_decided_when_and_by_which_model(
    qtbot: QtBot, named: MainWindow, photos: Path, tmp_path: Path
) -> None:
    board = named.predict.board
    board.decide(np.array([board.photos.row_of(photos / "owl 1.jpg")], np.intp), "=eagle", "name it eagle")
    qtbot.waitUntil(lambda: "=eagle" in board.photos.names)
    dialog = asked(named)
    dialog.target.setText(str(tmp_path / "a.csv"))
    save(qtbot, named, dialog)

    rows = {Path(row["photo"]).name: row for row in rows_of(tmp_path / "a.csv")}
    assert set(rows) == {*NAMES, "torn.jpg"}
    eagle, owl, torn = rows["owl 1.jpg"], rows["owl 2.jpg"], rows["torn.jpg"]
    assert (eagle["named as"], eagle["decided by"], eagle["class 1"]) == ("'=eagle", "person", "owl")
    assert (owl["named as"], owl["decided by"], owl["answer"]) == ("owl", "model", "named")
    assert (torn["named as"], torn["decided by"], torn["answer"]) == ("", "", "")
    assert "torn.jpg" in torn["problem"]
    model = board.model
    assert model is not None
    assert {row["model SHA-256"] for row in rows.values()} == {hashlib.sha256(model.path.read_bytes()).hexdigest()}
    assert eagle["decided at"].startswith("20")


def test_file_of_another_kind_is_not_replaced(named: MainWindow, tmp_path: Path) -> None:
    photo = write_png(tmp_path / "holiday.png").rename(tmp_path / "a.csv")
    before = photo.read_bytes()
    dialog = asked(named)
    dialog.target.setText(str(photo))
    assert "is not a table" in dialog.note.text()
    assert not dialog.save_button.isEnabled()
    dialog.target.setText("a.csv")
    assert dialog.note.text() == "Give the whole path, or press Browse."
    dialog.target.setText(str(tmp_path / "gone" / "a.csv"))
    assert "is not there" in dialog.note.text()
    assert photo.read_bytes() == before


def test_proposed_name_is_one_that_is_free(named: MainWindow, tmp_path: Path) -> None:
    for name in ("predictions.csv", "predictions.json", "predictions 2.json"):
        (tmp_path / name).write_bytes(b"written by another program")
    dialog = TableDialog(["All photos"], tmp_path, named)
    assert dialog.target.text() == str(tmp_path / "predictions 2.csv")
    dialog.choose("coco-camera-traps")
    assert dialog.target.text() == str(tmp_path / "predictions 3.json")
    assert dialog.save_button.isEnabled()
    assert dialog.note.text() == ""
    dialog.choose("xlsx")
    assert dialog.target.text() == str(tmp_path / "predictions.xlsx")


def test_format_that_tells_the_place_asks_for_it(named: MainWindow, tmp_path: Path) -> None:
    dialog = asked(named)
    assert not dialog.place.isVisible()
    dialog.choose("camtrap-dp")
    dialog.target.setText(str(tmp_path / "package"))
    assert dialog.place.isVisible()
    assert not dialog.save_button.isEnabled()
    assert "latitude from -90 to 90" in dialog.place_note.text()
    assert dialog.note.text() == ""
    for latitude, longitude, is_place in (
        ("91", "0", False),
        ("-90", "180", True),
        ("x", "1", False),
        ("nan", "0", False),
    ):
        dialog.latitude.setText(latitude)
        dialog.longitude.setText(longitude)
        assert dialog.save_button.isEnabled() == is_place
    (tmp_path / "package").mkdir()
    dialog.latitude.setText("1")
    dialog.longitude.setText("1")
    assert "is there already" in dialog.note.text()


def test_place_is_chosen_with_the_dialog_of_the_platform(named: MainWindow, tmp_path: Path) -> None:
    dialog = asked(named)
    dialog.choose("megadetector")
    QTest.mouseClick(dialog.browse_button, LEFT)
    (chooser,) = [each for each in dialog.findChildren(QFileDialog) if each.isVisible()]
    chooser.fileSelected.emit(str(tmp_path / "answers.json"))
    chooser.close()
    assert dialog.target.text() == str(tmp_path / "answers.json")
    assert dialog.save_button.isEnabled()


def test_disk_that_refuses_is_told_and_leaves_the_old_table(qtbot: QtBot, named: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    dialog = asked(named)
    dialog.target.setText(str(folder / "a.json"))
    dialog.choose("megadetector")
    dialog.target.setText(str(folder / "a.json"))
    folder.rmdir()
    save(qtbot, named, dialog)
    assert "a.json" in named.messages.message.text()
    assert not folder.exists()
    folder.mkdir()
    dialog = asked(named)
    dialog.choose("megadetector")
    dialog.target.setText(str(folder / "a.json"))
    save(qtbot, named, dialog)
    assert len(json.loads((folder / "a.json").read_text(encoding="utf-8"))["images"]) == 5
