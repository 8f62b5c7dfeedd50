"""The full view: small photos are enlarged, keys step on and move to classes, and Undo takes it back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_jpeg, write_named_photos
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.photos.layouts import ClassSource, LayoutChoice
from tlgui.ui.photos.photo_view import PhotoView
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session.session import Session

Settle = Callable[[], None]
Key = Qt.Key


@pytest.fixture
def view(qtbot: QtBot, page: PhotosPage, birds: Path, open_folder: Open) -> PhotoView:
    """Return the full view of the first of ten owls, 48 pixels large."""
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    return opened(qtbot, page)


def opened(qtbot: QtBot, page: PhotosPage) -> PhotoView:
    choose_rows(page, 0)
    page.browser.open_photo()
    view = page.browser.opener.view
    assert view is not None
    qtbot.waitUntil(lambda: view.canvas._picture.pixmap().width() > 10)
    return view


def test_small_photo_fills_the_window_and_its_true_size_is_said(view: PhotoView) -> None:
    canvas = view.canvas
    shown = canvas.transform().m11() * 48
    assert shown > 0.9 * min(canvas.viewport().width(), canvas.viewport().height()) or shown == 48 * 16
    assert canvas._picture.transformationMode() is Qt.TransformationMode.SmoothTransformation
    percent = round(100 * canvas.transform().m11() * canvas.devicePixelRatioF())
    assert view.scale_text.text() == f"Enlarged to {percent:,} %; it has 48 by 48 pixels."
    view.size_button.click()
    assert view.scale_text.text() == "At its true size; it has 48 by 48 pixels."


def test_large_photo_is_made_smaller(qtbot: QtBot, page: PhotosPage, birds: Path, open_folder: Open) -> None:
    write_jpeg(birds / "owl" / "a.jpg", 2400, 1800)
    open_folder(birds)
    page.view.table.choose(frozenset({"owl"}))
    view = opened(qtbot, page)
    assert view.scale_text.text().startswith("Made smaller to ")


def test_keys_step_through_the_photos(view: PhotoView) -> None:
    places = []
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up, Key.Key_Left, Key.Key_End, Key.Key_Home):
        QTest.keyClick(view.canvas, key)
        places.append(view.windowTitle().split("(")[1].split(" ")[0])
    assert places == ["2", "3", "2", "1", "1", "10", "1"]


def test_number_moves_the_photo_to_that_class_and_undo_takes_it_back(
    view: PhotoView, page: PhotosPage, session: Session, birds: Path, settle: Settle
) -> None:
    assert [button.text() for button in view.classes.buttons] == ["1   owl", "2   robin", "3   wren"]
    assert [button.isChecked() for button in view.classes.buttons] == [True, False, False]
    QTest.keyClick(view.canvas, Key.Key_3)
    settle()
    QApplication.processEvents()
    assert len(list((birds / "wren").iterdir())) == 11
    # The next owl is shown.
    assert view.windowTitle() == "photo 001.jpg (1 of 9)"
    assert session.review.next_undo == "move 1 photo to “wren”"
    view.undo_requested.emit()
    settle()
    assert len(list((birds / "wren").iterdir())) == 10
    assert len(page.browser.grid.photos.items) == 10


def test_number_of_no_class_and_of_its_own_class_does_nothing(view: PhotoView, session: Session, birds: Path) -> None:
    for key in (Key.Key_1, Key.Key_9):
        QTest.keyClick(view.canvas, key)
        assert not session.is_busy
    assert len(list((birds / "owl").iterdir())) == 10


def test_only_the_photo_that_is_shown_is_moved(view: PhotoView, page: PhotosPage, birds: Path, settle: Settle) -> None:
    page.browser.select_all()
    view.classes.buttons[1].click()
    settle()
    assert len(list((birds / "robin").iterdir())) == 11


def test_nine_classes_have_a_key(qtbot: QtBot, page: PhotosPage, tmp_path: Path, open_folder: Open) -> None:
    open_folder(write_collection(tmp_path / "many", 12, photos=2))
    view = opened(qtbot, page)
    assert len(view.classes.buttons) == 9
    assert view.classes.buttons[-1].text() == "9   class 09"


def test_classes_without_folders_have_no_keys(
    qtbot: QtBot, page: PhotosPage, session: Session, tmp_path: Path, open_folder: Open, settle: Settle
) -> None:
    open_folder(write_named_photos(tmp_path / "loose"))
    session.read_as(LayoutChoice(ClassSource.NAMES))
    settle()
    view = opened(qtbot, page)
    assert not view.classes.isVisible()
