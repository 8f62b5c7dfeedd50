"""The view of a collection keeps its parts in their places, whatever becomes known, chosen or mended."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.pictures import write_collection, write_jpeg, write_text
from tests.ui.photos.conftest import choose_rows
from tests.ui.waiting import Open
from tlgui.photos.collection import Collection, Split
from tlgui.photos.health.findings import FindingKind
from tlgui.photos.split import split_collection
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.session import known_split
from tlgui.ui.session.session import Session

Settle = Callable[[], None]
SplitArgs = tuple[float, float, bool, int]


def place(page: PhotosPage, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(page, QPoint()), widget.size())


def places(page: PhotosPage) -> dict[str, QRect]:
    """Return where everything is that stays, once the layouts are up to date."""
    QApplication.sendPostedEvents()
    view, filters = page.view, page.browser.filters
    named = {
        "heading": view.header.heading,
        "problems": view.header.badge,
        "next": view.next_button,
        "more": view.header.more_button,
        "classes": view.table,
        "parts": view.parts_button,
        "split bar": view.split_bar,
        "explanation": view.split_text,
        "name filter": filters.text,
        "filter": filters.filter_button,
        "number": filters.shown,
        "size": filters.size_slider,
    }
    found = {name: place(page, widget) for name, widget in named.items()}
    # The list of classes gives room to what is said below it, and the number of photos has its own width.
    return {name: rect if name != "classes" else QRect(rect.topLeft(), rect.topRight()) for name, rect in found.items()}


@pytest.fixture
def opened(page: PhotosPage, birds: Path, open_folder: Open) -> PhotosPage:
    for place in range(3):
        write_text(birds / "owl" / f"damaged {place}.jpg")
    open_folder(birds)
    page.view.parts_button.click()
    return page


def test_parts_stay_while_classes_and_findings_are_chosen(opened: PhotosPage) -> None:
    before = places(opened)
    opened.view.table.choose(frozenset({"owl"}))
    assert places(opened) == before
    assert not opened.browser.filters.classes.isEnabled()
    opened.view.table.choose(frozenset({"owl", "wren"}))
    assert places(opened) == before
    opened.view.findings.choose(FindingKind.UNREADABLE)
    assert opened.browser.finding_bar.isVisible()
    assert places(opened) == before
    assert opened.browser.filters.problem.currentText() == "Cannot be read (3)"
    opened.view.show_everything()
    opened.browser.filters.text.setText("no such name")
    opened.browser.filters.text.returnPressed.emit()
    assert opened.browser.nothing.isVisible()
    assert places(opened) == before


def test_parts_stay_while_photos_are_selected_and_mended(opened: PhotosPage, session: Session, settle: Settle) -> None:
    before = places(opened)
    choose_rows(opened, 0)
    assert places(opened) == before
    opened.browser.leave_out()
    assert places(opened) == before
    settle()
    assert places(opened) == before
    session.review.undo()
    settle()
    assert places(opened) == before


def test_parts_stay_while_the_folder_is_read_again(
    qtbot: QtBot, opened: PhotosPage, session: Session, birds: Path
) -> None:
    before = places(opened)
    seen: list[bool] = []
    session.review.collection_listed.connect(lambda _collection: seen.append(places(opened) == before))
    shown = len(opened.browser.grid.photos.items)
    write_jpeg(birds / "owl" / "new.jpg")
    opened.check_disk()
    qtbot.waitUntil(opened.view.notice.isVisible)
    assert places(opened) == before
    with qtbot.waitSignal(session.job_ended):
        session.scan_folder(birds)
        assert len(opened.browser.grid.photos.items) == shown
    assert seen
    assert all(seen)
    qtbot.waitUntil(lambda: not session.review.is_looking)
    assert places(opened) == before
    assert len(opened.browser.grid.photos.items) == shown + 1


def test_parts_stay_while_the_photos_are_divided(
    qtbot: QtBot, opened: PhotosPage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = places(opened)
    gate = threading.Event()

    def divide(collection: Collection, *settings: *SplitArgs) -> Split:
        assert gate.wait(10)
        return split_collection(collection, *settings)

    monkeypatch.setattr(known_split, "_MOST_AT_ONCE", 10)
    monkeypatch.setattr(known_split, "split_collection", divide)
    session.set_recipe(replace(session.recipe, split=replace(session.recipe.split, validation=0.5)))
    assert opened.view.split_text.text().startswith("Dividing")
    assert places(opened) == before
    gate.set()
    qtbot.waitUntil(lambda: opened.view.split_text.text().startswith("50 %"))
    assert places(opened) == before


def test_advice_takes_the_place_of_the_split(
    page: PhotosPage, session: Session, tmp_path: Path, open_folder: Open, settle: Settle
) -> None:
    folder = write_collection(tmp_path / "Two", ["owl", "wren"], photos=3)
    open_folder(folder)
    before = places(page)
    page.view.table.choose(frozenset({"wren"}))
    page.browser.select_all()
    page.browser.mover.move(page.browser.selected(), "owl")
    settle()
    assert page.view.advice.isVisible()
    assert session.advice()
    after = places(page)
    for name in ("classes", "problems", "name filter", "next"):
        assert after[name] == before[name]
