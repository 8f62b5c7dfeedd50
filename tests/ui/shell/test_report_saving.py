"""Save report: what is asked, the page or the PDF that is written in the background, and what is said of it."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.pictures import write_jpeg
from tests.ui.shell.driving import train
from tests.unit.reporting.test_model_report import full_model
from tlgui.learning.results import MistakenPhoto
from tlgui.learning.runs.judgements import write_judgements
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.reporting.model_report import ReportFacts, model_report
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.report_dialog import ReportDialog
from tlgui.ui.shell.report_pdf import report_document, report_pdf


@pytest.fixture
def trained_window(qtbot: QtBot, window: MainWindow, birds: Path) -> MainWindow:
    train(qtbot, window, birds)
    return window


def asked(window: MainWindow) -> ReportDialog:
    """Press the action, and return the dialog."""
    window.menus.actions["save-report"].trigger()
    (dialog,) = [each for each in window.findChildren(ReportDialog) if each.isVisible()]
    return dialog


def saved(qtbot: QtBot, window: MainWindow, target: Path) -> None:
    """Answer the file dialog, and wait for the job."""
    (dialog,) = [each for each in window.findChildren(QFileDialog) if each.isVisible()]
    with qtbot.waitSignal(window.session.job_ended, timeout=20_000):
        dialog.fileSelected.emit(str(target))
    dialog.close()


def test_without_a_model_there_is_no_report(window: MainWindow) -> None:
    assert not window.menus.actions["save-report"].isEnabled()


def test_page_is_written_and_named(qtbot: QtBot, trained_window: MainWindow, tmp_path: Path) -> None:
    window = trained_window
    asked(window).next_button.click()
    target = tmp_path / "birds.html"

    saved(qtbot, window, target)

    html = target.read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "<h1>Birds: Quick</h1>" in html
    # The photos of each class in the folder.
    assert re.search(r"owl</th><td>10</td>", html)
    assert "Saved “birds.html”." in window.messages.message.text()


def test_pdf_is_written_in_the_background(qtbot: QtBot, trained_window: MainWindow, tmp_path: Path) -> None:
    dialog = asked(trained_window)
    dialog.pdf_button.click()
    dialog.next_button.click()

    saved(qtbot, trained_window, tmp_path / "birds.pdf")

    assert (tmp_path / "birds.pdf").read_bytes().startswith(b"%PDF-")


def test_full_disk_leaves_the_old_report_and_is_said(trained_window: MainWindow, tmp_path: Path) -> None:
    target = tmp_path / "gone" / "birds.html"
    target.parent.mkdir()
    asked(trained_window).next_button.click()
    (dialog,) = [each for each in trained_window.findChildren(QFileDialog) if each.isVisible()]
    target.parent.rmdir()

    dialog.fileSelected.emit(str(target))

    assert trained_window.messages.isVisible()
    assert not trained_window.session.is_busy
    dialog.close()


def test_photos_that_it_got_wrong_are_offered_where_they_are_known(
    qtbot: QtBot, trained_window: MainWindow, tmp_path: Path
) -> None:
    session = trained_window.session
    dialog = asked(trained_window)
    assert not dialog.pictures.isEnabled()
    dialog.reject()
    run = session.active_run
    assert run is not None
    place = "owl/photo 001.jpg"
    judgements = [PhotoJudgement(place, "", "owl", "wren", 0.7, 0.2, JudgedBy.VALIDATION)]
    write_judgements(run.judgements_path, judgements)
    session.run_list.changed.emit()
    qtbot.waitUntil(lambda: bool((found := session.judged_photos.of(run)) and found.parts))

    dialog = asked(trained_window)
    assert dialog.pictures.isEnabled()
    dialog.pictures.click()
    dialog.next_button.click()
    saved(qtbot, trained_window, tmp_path / "birds.html")

    html = (tmp_path / "birds.html").read_text("utf-8")
    assert html.count("data:image/jpeg;base64,") == 1
    assert "“owl”<br>called “wren”<br>70.0 % sure" in html


@pytest.mark.usefixtures("qapp")
def test_pdf_shows_every_page_of_the_report(tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "a.jpg", 300, 200)
    mistakes = [MistakenPhoto(photo, "owl", "robin", 0.9)] * 45
    report = model_report(ReportFacts("Birds", full_model(), mistakes=mistakes))

    document = report_document(report)
    printed = report_pdf(report)

    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert pages in {4, 5}
    assert "“owl”" in document.toPlainText()
    drawing = document.resource(QTextDocument.ResourceType.ImageResource, "drawing:0")
    assert drawing.width() == 3 * 440
    assert len(printed) > 20_000
