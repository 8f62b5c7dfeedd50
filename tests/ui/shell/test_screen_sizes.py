"""Every page is whole in a small window and with large text: nothing is cut off, and nothing scrolls sideways."""

import functools
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.fakes import FakeEngine
from tests.judging import judged, run_of
from tests.pictures import write_collection
from tests.trusts import trust_of
from tests.ui.results.runs import CURVE
from tests.ui.shell.driving import SMALL, open_folder, train
from tests.ui.shell.sorting import card, settled
from tests.unit.photos.scanning.test_layout import ARCHIVE, GROUPS, write
from tlgui.app import create_window
from tlgui.engine.protocol import BugError
from tlgui.photos.collection import Part
from tlgui.ui.photos.collection_header import CollectionHeader
from tlgui.ui.photos.layout_picture import LayoutPicture
from tlgui.ui.predict.class_list import line_height
from tlgui.ui.results.confusion_matrix import ConfusionMatrix
from tlgui.ui.results.mistakes_strip import MistakeList
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.train.training_view import TrainingView
from tlgui.ui.widgets.fitting_label import FittingLabel
from tlgui.ui.widgets.focus import first_control
from tlgui.ui.widgets.primary import shows_primary
from tlgui.ui.widgets.scroll_area import ScrollArea


def place(window: MainWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def cut_off(window: MainWindow) -> list[str]:
    """Return what is wrong with the visible texts of the window."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        where = place(window, widget)
        if where.left() < 0 or where.right() > window.width():
            found.append(f"outside: {widget.text()!r} {where}")
        if isinstance(widget, FittingLabel):
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height():
                found.append(f"too low: {widget.text()!r} {where}")
        elif widget.minimumSizeHint().width() > widget.width() or widget.minimumSizeHint().height() > widget.height():
            found.append(f"too small: {widget.text()!r} {where} {widget.minimumSizeHint()}")
    return found


def sideways(window: MainWindow) -> list[str]:
    """Return what scrolls sideways; the matrix of many classes and the strip of mistakes do, within their cards."""
    may_scroll = ConfusionMatrix | MistakeList
    areas = [area for area in window.findChildren(QAbstractScrollArea) if not isinstance(area, may_scroll)]
    scrolled = [area for area in areas if area.isVisible() and area.horizontalScrollBar().isVisible()]
    return [f"{type(area).__name__} {area.accessibleName()}" for area in scrolled]


def wider_than_their_place(window: MainWindow) -> list[QScrollArea]:
    areas = [area for area in window.findChildren(QScrollArea) if area.isVisible()]
    return [area for area in areas if (area.widget() or area).width() > area.width()]


def has_focus(page: QWidget) -> bool:
    return page.isAncestorOf(QApplication.focusWidget() or page)


def assert_whole(qtbot: QtBot, window: MainWindow) -> None:
    QApplication.sendPostedEvents()
    assert window.size() == SMALL

    def assert_nothing_is_cut_off() -> None:
        assert cut_off(window) == []

    # What was just shown is laid out in several turns of the event loop.
    qtbot.waitUntil(assert_nothing_is_cut_off)
    assert sideways(window) == []
    assert wider_than_their_place(window) == []


def assert_one_filled_button_is_seen(window: MainWindow, page: QWidget) -> None:
    filled = [button for button in page.findChildren(QAbstractButton) if button.isVisible() and shows_primary(button)]
    assert len(filled) == 1
    (button,) = filled
    assert button.visibleRegion().boundingRect() == button.rect(), button.text()
    assert window.rect().contains(place(window, button))


def test_empty_pages_are_whole(qtbot: QtBot, small: MainWindow) -> None:
    for step in Step:
        small.show_step(step)
        assert_whole(qtbot, small)


@pytest.mark.parametrize("class_count", [3, 40])
def test_pages_of_a_trained_folder_are_whole(qtbot: QtBot, small: MainWindow, tmp_path: Path, class_count: int) -> None:
    names = [f"Great Crested Grebe {number}" for number in range(class_count)]
    train(qtbot, small, write_collection(tmp_path / "Birds", names, photos=5))
    qtbot.waitUntil(lambda: not small.session.review.is_looking, timeout=20_000)
    assert_pages_are_whole(qtbot, small)
    assert_results_with_all_that_is_known_are_whole(qtbot, small, names)
    small.commands.show_predict()
    with qtbot.waitSignal(small.session.job_ended):
        small.pages.predict.predict_paths([card(tmp_path / "New", [f"{name} new.jpg" for name in names[:6]])])
    settled(qtbot, small)
    assert_named_photos_have_their_answer_beside_them(qtbot, small)


def assert_pages_are_whole(qtbot: QtBot, small: MainWindow) -> None:
    pages = small.pages
    for step, page in zip(Step, (pages.photos, pages.train, pages.results, pages.predict), strict=True):
        small.show_step(step)
        assert_whole(qtbot, small)
        if step is not Step.PREDICT:
            assert_one_filled_button_is_seen(small, page)


@pytest.mark.parametrize("places", [GROUPS, ARCHIVE], ids=["groups", "names"])
def test_offers_to_read_a_folder_otherwise_are_whole(
    qtbot: QtBot, small: MainWindow, tmp_path: Path, places: tuple[str, ...]
) -> None:
    open_folder(qtbot, small, write(tmp_path / "A folder with a long name", *places))
    offer = small.pages.photos.view.layout_offer
    assert offer.isVisible()
    qtbot.waitUntil(lambda: cut_off(small) == [])
    assert_whole(qtbot, small)
    pictures = offer.findChildren(LayoutPicture)
    assert len({picture.y() for picture in pictures}) == bool(pictures), "they are compared beside each other"


def test_messages_are_whole_and_leave_the_window_its_size(qtbot: QtBot, small: MainWindow, birds: Path) -> None:
    train(qtbot, small, birds)
    bar = small.messages

    def done() -> None:
        return

    offer = ("Remove the empty folders", done)
    shows: tuple[Callable[[], None], ...] = (
        lambda: bar.show_success(
            "Saved predictions of 48 photos.", "predictions.csv in Sorted photos", birds / "a.csv"
        ),
        lambda: bar.show_undoable("12 photos moved to “Great crested grebe”.", "“Little grebe” is empty.", done, offer),
        lambda: bar.show_error(BugError("Something unexpected happened: list index out of range", "Traceback")),
    )
    for step, show in itertools.product(Step, shows):
        small.show_step(step)
        show()
        qtbot.waitUntil(lambda: cut_off(small) == [])
        assert small.size() == SMALL
        assert bar.visibleRegion().boundingRect() == bar.rect()


def test_settings_and_tutorials_are_seen_once_they_are_opened(qtbot: QtBot, small: MainWindow, birds: Path) -> None:
    open_folder(qtbot, small, birds)
    small.show_step(Step.TRAIN)
    page = small.pages.train
    line = small.fontMetrics().height()

    def is_seen(panel: QWidget) -> bool:
        return panel.visibleRegion().boundingRect().height() >= 3 * line

    choices = page.choices
    for button, panel in ((choices.fine_button, page.form), (choices.tutorials_button, choices.tutorials)):
        button.click()
        qtbot.waitUntil(functools.partial(is_seen, panel))
        assert_whole(qtbot, small)


def assert_named_photos_have_their_answer_beside_them(qtbot: QtBot, small: MainWindow) -> None:
    assert_whole(qtbot, small)
    page = small.pages.predict
    pane, grid = page.view.pane, page.view.grid
    (area,) = [area for area in small.findChildren(ScrollArea) if area.widget() is page]
    assert not area.verticalScrollBar().isVisible(), "the page itself does not scroll"
    qtbot.waitUntil(lambda: grid.is_seen(0))

    def assert_a_class_is_seen() -> None:
        seen = pane.column.classes.visibleRegion().boundingRect().height()
        assert seen >= line_height(pane.fontMetrics()), "a class can be chosen without scrolling"

    qtbot.waitUntil(assert_a_class_is_seen)
    for widget in (pane.column.answer, pane.accept_button, pane.full_button, page.summary):
        assert widget.visibleRegion().boundingRect() == widget.rect(), widget
    # What has no room is in a menu that Tab reaches.
    rows = ((page.foot, 4), (pane.buttons, 3))
    for row, least in rows:
        shown = [button for button in row.findChildren(QAbstractButton) if button.isVisible()]
        assert row.more_button.isVisible() is bool(row.folded)
        assert len(shown) + len(row.folded) - bool(row.folded) >= least


def assert_results_with_all_that_is_known_are_whole(qtbot: QtBot, small: MainWindow, names: list[str]) -> None:
    class_count = len(names)
    small.show_step(Step.RESULTS)
    page = small.pages.results
    counts = [
        [90 if row == column else 10 * (column == 0) for column in range(class_count)] for row in range(class_count)
    ]
    test = evaluation_of(names, counts, Part.TEST)
    others = (replace(test, part=None, is_out_of_fold=True), replace(test, part=Part.VALIDATION))
    (row,) = page.table.rows
    assert row.model is not None
    model = replace(row.model, evaluation=test, more_evaluations=others, trust=trust_of(class_count=class_count))
    page.view.show_run(replace(row, model=model, evaluation=test))
    page.view.show_judged(run_of([judged(f"{name}/1.jpg", names[0]) for name in names]))
    page.view.show_learning_curve(CURVE)
    page.view.details.button.setChecked(True)
    assert page.view.parts.isVisible()
    assert page.view.more_photos.isVisible()
    # A high page is laid out in several turns of the event loop.
    qtbot.waitUntil(lambda: not cut_off(small))
    assert_whole(qtbot, small)
    assert_one_filled_button_is_seen(small, page)


def test_first_size_is_that_of_a_usual_screen(fake_engine: FakeEngine, qtbot: QtBot) -> None:
    window = create_window(fake_engine)
    qtbot.addWidget(window)
    room = window.screen().availableSize()
    assert window.size() == QSize(1200, 800).boundedTo(room)


def test_key_of_a_page_leads_to_its_first_control(qtbot: QtBot, small: MainWindow, birds: Path) -> None:
    train(qtbot, small, birds)
    small.activateWindow()
    pages: dict[Step, QWidget] = dict(
        zip(Step, (small.pages.photos, small.pages.train, small.pages.results, small.pages.predict), strict=True)
    )
    assert small.steps.current() is Step.TRAIN
    # Also where the page is shown already.
    for step in (Step.TRAIN, *Step):
        small.menus.actions[f"view-{step.name.lower()}"].trigger()
        page = pages[step]
        qtbot.waitUntil(functools.partial(has_focus, page))
        assert QApplication.focusWidget() is first_control(page)
        assert not isinstance(QApplication.focusWidget(), QScrollArea)


def test_scroll_areas_are_no_tab_stops(qtbot: QtBot, small: MainWindow, birds: Path) -> None:
    train(qtbot, small, birds)
    stops = [area for area in small.findChildren(QScrollArea) if area.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == []


def test_start_is_at_most_eight_tabs_away(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    open_folder(qtbot, window, birds)
    window.activateWindow()
    window.menus.actions["view-train"].trigger()
    buttons = [button for button in window.pages.train.findChildren(QAbstractButton) if button.isVisible()]
    start = next(button for button in buttons if shows_primary(button))
    qtbot.waitUntil(start.isEnabled)
    focused = [QApplication.focusWidget()]
    while focused[-1] is not start and len(focused) <= 8:
        QTest.keyClick(focused[-1] or window, Qt.Key.Key_Tab)
        focused.append(QApplication.focusWidget())
    assert focused[-1] is start


def test_headings_and_plots_grow_with_the_text_of_the_desktop(
    qtbot: QtBot, qapp: QApplication, fake_engine: FakeEngine
) -> None:
    before = qapp.font()
    window = create_window(fake_engine)
    qtbot.addWidget(window)
    large = QFont(before)
    large.setPointSizeF(before.pointSizeF() * 2)
    window.show()
    qtbot.waitExposed(window)
    (heading,) = [label for label in window.findChildren(QLabel) if label.text() == "Show tlgui your photos"]
    header, view = window.pages.photos.findChild(CollectionHeader), window.pages.train.findChild(TrainingView)
    assert header is not None
    assert view is not None
    parts = (heading, header.heading)
    sizes, height = [part.font().pointSizeF() for part in parts], view.plots.minimumHeight()
    try:
        qapp.setFont(large)
        qtbot.waitUntil(lambda: [part.font().pointSizeF() for part in parts] == [2 * size for size in sizes])
        assert view.plots.minimumHeight() > 1.5 * height
    finally:
        qapp.setFont(before)


def test_pages_begin_and_end_at_the_same_edges(qtbot: QtBot, window: MainWindow, birds: Path) -> None:
    train(qtbot, window, birds)
    qtbot.waitUntil(lambda: not window.session.is_busy and not window.session.review.is_looking, timeout=20_000)
    predict = window.pages.predict
    predict.predict_paths([birds])
    qtbot.waitUntil(lambda: not window.session.is_busy and predict.has_predictions, timeout=20_000)
    pages = window.pages
    edges = set()
    for step, page in zip(Step, (pages.photos, pages.train, pages.results, predict), strict=True):
        window.show_step(step)
        QApplication.processEvents()
        told = [each for each in page.findChildren(QWidget) if isinstance(each, QLabel | QAbstractButton)]
        places = [place(window, each) for each in told if each.isVisible() and each.text()]
        edges.add((min(each.left() for each in places), max(each.right() for each in places)))
    assert len(edges) == 1


def test_menus_stand_beside_the_middle_of_the_model(small: MainWindow) -> None:
    bar = small.menuBar()
    middle = small.chip.button.mapTo(small, small.chip.button.rect().center()).y()
    for entry in bar.actions():
        assert abs(bar.mapTo(small, bar.actionGeometry(entry).center()).y() - middle) <= 1
